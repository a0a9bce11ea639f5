package run

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/sim/scenario"
	"versus/sim/trial"
)

func TestHeapAhead(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	tests := map[string]struct {
		network   string
		nodes     int
		each      int64
		available int64
		want      int64
	}{
		"a large swarm":        {trial.Virtual, 999, 2 * mib, 16 * gib, 2000 * mib},
		"half of what is left": {trial.Virtual, 999, 2 * mib, 3 * gib, 1536 * mib},
		"no room":              {trial.Virtual, 999, 2 * mib, gib, 0},
		"memory unknown":       {trial.Virtual, 999, 2 * mib, 0, 0},
		"a small swarm":        {trial.Virtual, 99, 2 * mib, 16 * gib, 0},
		"nodes unknown":        {trial.Virtual, 99999, 0, 16 * gib, 0},
		"real time":            {trial.LoopbackNet, 999, 2 * mib, 16 * gib, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			spec := trial.Spec{
				Network: tt.network, Kind: trial.Kind{NodeBytes: tt.each},
				Scenario: &scenario.Scenario{Network: scenario.Network{Peers: []scenario.Group{{Count: tt.nodes}}}},
			}
			assert.Equal(t, tt.want, heapAhead(spec, tt.available))
		})
	}
}
