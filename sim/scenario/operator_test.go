package scenario

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHolds(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		op                          string
		below, equal, above, nobody bool // 1 op 2, 2 op 2, 3 op 2, NaN op 2
	}{
		{op: ">=", equal: true, above: true},
		{op: ">", above: true},
		{op: "<=", below: true, equal: true},
		{op: "<", below: true},
		{op: "==", equal: true},
		{op: "!=", below: true, above: true, nobody: true},
	} {
		assert.Equal(t, tt.below, Holds(1, tt.op, 2), "1 %s 2", tt.op)
		assert.Equal(t, tt.equal, Holds(2, tt.op, 2), "2 %s 2", tt.op)
		assert.Equal(t, tt.above, Holds(3, tt.op, 2), "3 %s 2", tt.op)
		assert.Equal(t, tt.nobody, Holds(nan, tt.op, 2), "NaN %s 2", tt.op)
	}
}
