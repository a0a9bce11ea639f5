package scenarios_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/scenarios"
	"versus/sim/scenario"
)

// kinds declares the architectures that the library speaks of, with the options
// that it sets.
func kinds() []scenario.Kind {
	return []scenario.Kind{{Name: "client-server"}, {Name: "p2p", Options: []scenario.Option{
		{Name: "choking", Default: "none", Values: []string{"none", "tit-for-tat"}},
	}}}
}

func TestListHoldsTheLibrary(t *testing.T) {
	assert.Equal(t, []string{
		"behind-nat", "campus", "churn", "classroom", "continents", "flaky-links", "flash-crowd", "free-riders", "large-release",
		"mixed-links", "open-swarm", "partition", "peers-die", "poisoned-mesh", "power-cut", "seeder-leaves-early", "server-crash",
		"server-crash-and-return", "small-files", "textbook",
	}, scenarios.List())
}

func TestReadUnknown(t *testing.T) {
	_, err := scenarios.Read("flash-croud")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, `scenario "flash-croud"`)
}

func TestEveryScenarioLoads(t *testing.T) {
	for _, name := range scenarios.List() {
		t.Run(name, func(t *testing.T) {
			s := load(t, name)
			assert.Equal(t, name, s.Name, "the file is named like the scenario")
			assert.NotEmpty(t, s.Title)
			assert.Greater(t, len(strings.Fields(s.Description)), 30, "the description says what to look for")
			assert.NotEmpty(t, s.Expect)
			points, err := s.Points(kinds())
			require.NoError(t, err)
			assert.NotEmpty(t, points)
		})
	}
}

// TestClaimsOfDescriptions checks the figures that the descriptions state
// against the formulas max(N F/u_s, F/d) and max(F/u_s, F/d, N F/(u_s + sum u)).
func TestClaimsOfDescriptions(t *testing.T) {
	tests := []struct {
		name          string
		scenario      string
		peers         int
		server, swarm float64 // seconds
		pieces        int64   // at least
	}{
		{name: "flash-crowd", scenario: "flash-crowd", peers: 40, server: 107.37, swarm: 11.93, pieces: 64},
		{name: "mixed-links", scenario: "mixed-links", peers: 40, server: 536.87, swarm: 18.26, pieces: 64},
		{name: "classroom", scenario: "classroom", peers: 30, server: 16.11, swarm: 5.37, pieces: 64},
		{name: "large-release", scenario: "large-release", peers: 100, server: 536.87, swarm: 25.57, pieces: 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.scenario)
			require.Equal(t, tt.peers, s.TotalPeers())
			server, swarm := bounds(s)
			assert.InDelta(t, tt.server, server, 0.005)
			assert.InDelta(t, tt.swarm, swarm, 0.005)
			assert.GreaterOrEqual(t, int64(s.Workload.Files[0].Size/s.Workload.PieceSize), tt.pieces)
		})
	}
}

func TestTextbookIsTheFigure(t *testing.T) {
	s := load(t, "textbook")
	points, err := s.Points(kinds())
	require.NoError(t, err)
	var peers []int
	for _, p := range points {
		peers = append(peers, p.Scenario.TotalPeers())
	}
	assert.Equal(t, []int{1, 2, 5, 10, 15, 20, 25, 30, 35}, peers)
	// F/u = 128 s. The server's line is N F/(10 u), the swarm's N F/((10 + N) u).
	server, swarm := bounds(points[len(points)-1].Scenario)
	assert.InDelta(t, 35*128/10.0, server, 1e-9)
	assert.InDelta(t, 35*128/45.0, swarm, 1e-9)
}

func TestMixedLinksFollowThePublishedShares(t *testing.T) {
	s := load(t, "mixed-links")
	published := map[string]float64{"fibre": 34.9, "cable": 32.4, "dsl": 27, "mobile": 100 - 34.9 - 32.4 - 27}
	for _, g := range s.Network.Peers {
		assert.InDelta(t, published[g.Name]*40/100, float64(g.Count), 0.5, "peers of group %s", g.Name)
	}
}

// TestTopologyClaims checks the figures that the descriptions of the scenarios
// with shared links, unreachable peers and regions state.
func TestTopologyClaims(t *testing.T) {
	t.Run("campus", func(t *testing.T) {
		s := load(t, "campus")
		inside := 0
		for _, n := range s.Nodes() {
			if n.Link.Behind == "campus" {
				inside++
			}
		}
		assert.Equal(t, 24, inside)
		assert.Contains(t, s.Expect, fmt.Sprintf("client-server.links.campus.down_bytes >= %d", 24*s.Workload.Files[0].Size))
		assert.Contains(t, s.Expect, fmt.Sprintf("p2p.links.campus.down_bytes >= %d", s.Workload.Files[0].Size))
	})
	t.Run("behind-nat", func(t *testing.T) {
		points, err := load(t, "behind-nat").Points(kinds())
		require.NoError(t, err)
		var shares []any
		for _, p := range points {
			shares = append(shares, p.Values["unreachable"])
		}
		assert.Equal(t, []any{0.0, 0.2, 0.4, 0.6, 0.8}, shares)
		s := points[len(points)-1].Scenario
		reach, unreachable := s.Network.Origin.Uplink, scenario.Bytes(0)
		for _, n := range s.Nodes()[1:] {
			if n.NoInbound {
				unreachable++
			} else {
				reach += n.Link.Uplink
			}
		}
		assert.EqualValues(t, 24, unreachable)
		assert.InDelta(t, 14.6, reach.Transfer(unreachable*s.Workload.Files[0].Size), 0.05)
	})
	t.Run("continents", func(t *testing.T) {
		s := load(t, "continents")
		r, err := scenario.LoadRegions(s.Network.Regions)
		require.NoError(t, err)
		rtt := func(a, b scenario.Link) float64 { // milliseconds
			there, back := r.Delay(a.Region, b.Region), r.Delay(b.Region, a.Region)
			return (there+back).Seconds()*1e3 + 2*(a.Delay.Seconds()+b.Delay.Seconds())*1e3
		}
		assert.InDelta(t, 47, rtt(s.Network.Origin, s.Network.Peers[0].Link), 1e-9)
		longest := 0.0
		for _, a := range s.Network.Peers {
			for _, b := range s.Network.Peers {
				longest = max(longest, rtt(a.Link, b.Link))
			}
		}
		assert.InDelta(t, 360, longest, 1e-9)
	})
}

func load(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	data, err := scenarios.Read(name)
	require.NoError(t, err)
	s, err := scenario.Load(name+".yaml", data, scenario.Overrides{}, kinds())
	require.NoError(t, err)
	return s
}

// bounds returns both lower bounds for one file requested by all at once.
func bounds(s *scenario.Scenario) (server, swarm float64) {
	size := s.Workload.Files[0].Size
	up := s.Network.Origin.Uplink
	all, slowest := up, s.Network.Peers[0].Downlink
	for _, g := range s.Network.Peers {
		all += g.Uplink * scenario.Bandwidth(g.Count)
		slowest = min(slowest, g.Downlink)
	}
	everything := size * scenario.Bytes(s.TotalPeers())
	server = max(up.Transfer(everything), slowest.Transfer(size))
	return server, max(up.Transfer(size), slowest.Transfer(size), all.Transfer(everything))
}
