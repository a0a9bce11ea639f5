package resilience_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/clientserver"
	"versus/p2p"
	"versus/sim/measure"
)

// TestSameSeedSameFaults runs timed and random faults twice through both
// architectures: they hit the same nodes at the same instants.
func TestSameSeedSameFaults(t *testing.T) {
	faults := []string{
		"{at: {exponential: {mean: 2s}}, poweroff: 3 of home, for: {exponential: {mean: 2s}}}",
		"{at: 1s, slow: {nodes: 2 of home, factor: 8}, for: 3s}",
		"{churn: {nodes: peers, session: {weibull: {scale: 20s, shape: 0.6}}, downtime: {exponential: {mean: 1s}}}}",
	}
	told := func(arch string) []string {
		s := load(t, 3, faults, "peers=10", "workload.files.0.size=4MiB")
		tr, _ := run(t, s, arch)
		var out []string
		for _, f := range tr.Faults {
			if f.TS <= 3 { // both trials last that long
				out = append(out, fmt.Sprintf("%.6f %s %s %s", f.TS, f.Action, f.Target, f.Detail))
			}
		}
		return out
	}
	first := told(clientserver.Name)
	require.Greater(t, len(first), 5)
	for _, arch := range []string{clientserver.Name, p2p.Name, p2p.Name} {
		assert.Equal(t, first, told(arch), arch)
	}
}

// TestPowerCut takes everybody down in the middle and back.
func TestPowerCut(t *testing.T) {
	for _, arch := range []string{p2p.Name, clientserver.Name} {
		t.Run(arch, func(t *testing.T) {
			l := experiment(t, arch, seeds(t)[0], func(base *measure.Trial) []string {
				return []string{"{at: " + halfTime(base) + ", poweroff: all, for: 20s}"}
			})
			l.killed = nil // they came back
			l.survivors(t)
			zero := false
			for _, tick := range l.trial.Timeline {
				zero = zero || tick.Online == 0 && *tick.RarestCopies == 0
			}
			assert.True(t, zero)
			for _, n := range l.trial.Nodes {
				assert.InDelta(t, 20, n.DownS, 1e-6, n.Node)
			}
		})
	}
}
