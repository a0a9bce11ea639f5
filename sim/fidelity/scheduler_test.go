package fidelity_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/fidelity"
)

// Transfers of the kernel go side by side only while the machine is at most half
// busy, and one is always under way.
func TestMayStart(t *testing.T) {
	half := 0.5 * float64(runtime.NumCPU())
	for _, tc := range []struct {
		name  string
		jobs  int
		need  float64 // processors
		runs  int
		load  float64 // processors
		since time.Duration
		busy  float64
		want  bool
	}{
		{name: "alone", need: 0.1, want: true},
		{name: "alone on a busy machine", need: 0.1, busy: 1, want: true},
		{name: "alone with more than half of the machine", need: 2 * half, want: true},
		{name: "side by side", need: 0.1, runs: 1, load: half - 0.2, since: time.Second, busy: 0.5, want: true},
		{name: "another program is busy", need: 0.1, runs: 1, load: 0.1, since: time.Second, busy: 0.51},
		{name: "the latest shows in no load yet", need: 0.1, runs: 1, load: 0.1, since: 100 * time.Millisecond},
		{name: "together more than half of the machine", need: 0.3, runs: 1, load: half - 0.2, since: time.Second},
		{name: "as many as asked for on a busy machine", jobs: 3, need: 0.1, runs: 2, load: 0.2, busy: 1, want: true},
		{name: "one more than asked for", jobs: 3, need: 0.1, runs: 3, load: 0.3, since: time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, fidelity.MayStart(tc.jobs, tc.need, tc.runs, tc.load, tc.since, tc.busy))
		})
	}
}
