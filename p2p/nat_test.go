package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// TestUnreachablePeers lets peers that accept no connections share a file: they
// reach each other through those that do, and at least through the origin.
func TestUnreachablePeers(t *testing.T) {
	const count, size = 10, 4 * scenario.MiB
	tests := []struct {
		name        string
		unreachable float64
		network     string
	}{
		{name: "one in five", unreachable: 0.2, network: trial.Virtual},
		{name: "four in five", unreachable: 0.8, network: trial.Virtual},
		{name: "everybody", unreachable: 1, network: trial.Virtual},
		{name: "half over loopback", unreachable: 0.5, network: trial.LoopbackNet},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rate := 10 * scenario.Mbps
			link := scenario.Link{Uplink: rate, Downlink: 5 * rate, Delay: scenario.Duration(10 * time.Millisecond)}
			s := &scenario.Scenario{
				Name: "nat", Seed: 1, TimeLimit: scenario.Duration(10 * time.Minute),
				Workload: scenario.Workload{
					Files: []scenario.File{{Name: "a.bin", Size: size}}, PieceSize: 64 * scenario.KiB,
					Requests: scenario.Requests{Pattern: scenario.AllAtOnce}, Popularity: scenario.Popularity{Pattern: scenario.UniformPopularity},
				},
				Network: scenario.Network{Origin: link, Peers: []scenario.Group{{Name: "home", Count: count, Unreachable: tt.unreachable, Link: link}}},
			}
			got, events := trial.Run(specOf(t, s, tt.network))
			require.Nil(t, got.Error)
			assert.Equal(t, count, got.Summary.Completed)
			for _, e := range events {
				assert.NotEqual(t, "unreachable", e.Kind, "%s dialed in vain: %s", e.Node, e.Detail)
			}
			var fromUnreachable int64
			for i, n := range s.Nodes() {
				if n.NoInbound {
					fromUnreachable += got.Nodes[i].SentBytes
				}
			}
			switch {
			case tt.unreachable == 1:
				assert.Less(t, fromUnreachable, int64(size), "there is nobody that they could send to")
				assert.Greater(t, got.Summary.OriginSentBytes, int64(count*size))
			case tt.network == trial.Virtual:
				assert.Greater(t, fromUnreachable, int64(size), "they share over the connections that they made")
			}
		})
	}
}

// specOf prepares a trial of the mesh.
func specOf(t *testing.T, s *scenario.Scenario, network string) trial.Spec {
	t.Helper()
	spec, closeContent, err := trialtest.Prepare(s, Kind(), s.Seed)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, closeContent()) })
	spec.Network, spec.Options = network, defaults(nil)
	return spec
}
