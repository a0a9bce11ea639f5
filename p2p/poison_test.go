package p2p

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/workload"
)

// TestPoisonedMesh: a fifth of the peers send corrupt pieces. Everybody gets the
// file, corrupters included, not much later than without them; nobody honest is
// blamed, and who got enough corrupt pieces from a peer has banned it.
func TestPoisonedMesh(t *testing.T) {
	skipLarge(t)
	undisturbed := crowd(1).drill(t, nil, func(*drill) {}).makespan()
	for _, share := range []float64{0.3, 1} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			var bad []string
			d := crowd(1).drill(t, nil, func(d *drill) {
				bad = some(d.nodes, 0.2, 1)
				for i, n := range bad {
					d.stores[n].Corrupt(share, workload.Stream(1, fmt.Sprint("corrupt", i)))
				}
				time.Sleep(time.Second)
			})
			inflation := float64(d.makespan()) / float64(undisturbed)
			t.Logf("%v (honest %v) after %v: %.3f, events %v, wasted %v", d.makespan(), d.makespan(bad...), undisturbed, inflation, d.events, d.reasons)
			assert.Less(t, inflation, 1.5)
			strikes := map[string]int{}
			for _, line := range d.log {
				at, detail, _ := strings.Cut(line, ": ")
				f := strings.Fields(at)
				node, kind := f[1], f[2]
				switch kind {
				case "strike", "ban":
					assert.Contains(t, bad, detail, line)
				}
				switch {
				case kind == "strike":
					strikes[node+detail]++
					assert.LessOrEqual(t, strikes[node+detail], 3, line)
				case kind == "ban":
					assert.Equal(t, 3, strikes[node+detail], line)
					strikes[node+detail] = 0
				}
			}
			for pair, n := range strikes {
				assert.Less(t, n, 3, pair)
			}
			assert.Positive(t, d.count("strike"))
		})
	}
}
