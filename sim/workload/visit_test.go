package workload_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/workload"
)

func openRequests(patience, seedTime scenario.Distribution) scenario.Requests {
	return scenario.Requests{
		Pattern: scenario.Poisson, Rate: 10, For: scenario.Duration(100 * time.Second),
		Arrivals: scenario.NewNodes, Patience: patience, SeedTime: seedTime,
	}
}

func exponential(mean time.Duration) scenario.Distribution {
	return scenario.Distribution{Kind: scenario.Exponential, Mean: scenario.Duration(mean)}
}

func TestEveryArrivalIsANewNode(t *testing.T) {
	s := scenario.Scenario{Network: scenario.Network{Peers: []scenario.Group{{Name: "home", Count: 3}, {Name: "lab-1", Count: 1}}}}
	s.Workload = ask(openRequests(exponential(time.Minute), scenario.Distribution{Kind: scenario.Forever}), 4, 0)
	var peers []string
	for _, n := range s.Nodes()[1:] {
		peers = append(peers, n.Name)
	}
	reqs := schedule(t, s.Workload, peers, 1)
	assert.InDelta(t, 1000, len(reqs), 4*math.Sqrt(1000))

	next := map[string]int{}
	var patience float64
	for i, r := range reqs {
		require.NotNil(t, r.Visit)
		assert.Equal(t, i, r.ID)
		assert.Equal(t, workload.Forever, r.Visit.SeedTime)
		patience += r.Visit.Patience.Seconds()
		next[r.Node]++
	}
	assert.Len(t, next, len(reqs), "no node asks twice")
	assert.InDelta(t, 60, patience/float64(len(reqs)), 4*60/math.Sqrt(1000))

	nodes := workload.Population(&s, reqs)
	require.Len(t, nodes, 1+len(reqs))
	assert.Equal(t, scenario.Origin, nodes[0].Name)
	assert.Equal(t, "home-1", nodes[1].Name)
	groups := map[string]int{}
	for _, n := range nodes[1:] {
		groups[n.Group]++
		assert.Equal(t, 1, next[n.Name], n.Name)
	}
	assert.InDelta(t, 0.75, float64(groups["home"])/float64(len(reqs)), 0.06, "groups by weight")
	assert.Len(t, groups, 2)
}

// TestVisitsShiftNothingElse compares schedules that differ in one distribution.
func TestVisitsShiftNothingElse(t *testing.T) {
	one := schedule(t, ask(openRequests(exponential(time.Minute), exponential(time.Minute)), 4, 0.8), peers(3), 5)
	again := schedule(t, ask(openRequests(exponential(time.Minute), exponential(time.Minute)), 4, 0.8), peers(3), 5)
	assert.Equal(t, one, again)
	other := schedule(t, ask(openRequests(exponential(time.Hour), exponential(time.Minute)), 4, 0.8), peers(3), 5)
	require.Len(t, other, len(one))
	for i := range one {
		a, b := one[i], other[i]
		assert.Equal(t, a.Visit.SeedTime, b.Visit.SeedTime)
		assert.InEpsilon(t, 60*a.Visit.Patience.Seconds(), b.Visit.Patience.Seconds(), 1e-6)
		a.Visit, b.Visit = nil, nil
		assert.Equal(t, a, b)
	}
}

func TestUniformVisits(t *testing.T) {
	r := scenario.Requests{Pattern: scenario.Uniform, Over: scenario.Duration(time.Minute), Arrivals: scenario.NewNodes,
		Patience: scenario.Distribution{Kind: scenario.Forever}, SeedTime: scenario.Distribution{Kind: scenario.Constant}}
	reqs := schedule(t, ask(r, 1, 0), peers(5), 1)
	require.Len(t, reqs, 5)
	for _, q := range reqs {
		assert.Equal(t, &workload.Visit{Patience: workload.Forever}, q.Visit)
	}
}
