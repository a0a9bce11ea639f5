package reports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// bounded names what sets the bounds of a result's trials.
func bounded(r *measure.Result, terms map[string]string) *measure.Result {
	for i := range r.Trials {
		if by, ok := terms[r.Trials[i].Architecture]; ok {
			r.Trials[i].Bounds.FluidBy = &by
		}
	}
	return r
}

func TestDescribe(t *testing.T) {
	c := flashCrowd()
	c.seeds = []uint64{1, 2, 3}
	r := bounded(c.result(), map[string]string{"client-server": "origin uplink", "p2p": "all uplinks"})
	r.Scenario.Network.Origin = scenario.Link{Uplink: 50e6, Downlink: 50e6, Delay: 10e6}
	r.Scenario.Network.Peers = []scenario.Group{{Name: "home", Count: 40, Link: scenario.Link{Uplink: 13.6e6, Downlink: 50e6, Delay: 20e6, Loss: 0.01}}}
	r.Command = []string{"versus", "run", "flash-crowd", "--out", "my results", "--set", "p2p.picker=it's", "--resume", "--out=x"}
	d := Describe(r)

	answer := strings.Join(d.Answer, " ")
	assert.Contains(t, answer, "times as fast as client-server")
	assert.Contains(t, answer, "for p2p, set by the swarm's capacity (all uplinks together), and ")
	assert.Contains(t, answer, "for client-server, set by the origin's uplink: they took")

	require.Len(t, d.Cards, 2)
	assert.Empty(t, d.Cards[0].Won)
	assert.Equal(t, "faster", d.Cards[1].Won)
	assert.InDelta(t, 1, d.Cards[0].Share, 1e-9)
	assert.Less(t, d.Cards[1].BoundShare, d.Cards[1].Share, "no measurement is below its bound")
	assert.Contains(t, strings.Join(d.Cards[0].Lines, "; "), "set by the origin's uplink")

	assert.Equal(t, "lecture.bin of 16"+nbsp+"MiB, cut into pieces of 256"+nbsp+"KiB. 40 peers ask in the same instant.", d.Asked[0].Text)
	assert.Equal(t, []string{"home", "40", "13.6" + nbsp + "Mbit/s", "50" + nbsp + "Mbit/s", "20" + nbsp + "ms", "0.01"}, d.Network.Rows[1])
	require.Len(t, d.Gap, 2)
	assert.Contains(t, d.Gap[1], "which is set by the swarm's capacity")
	assert.Contains(t, d.Gap[1], "nothing to pass on")
	assert.NotContains(t, d.Gap[0], "nothing to pass on", "clients pass nothing on")
	assert.Equal(t, "versus run flash-crowd --set 'p2p.picker=it'\\''s'", d.Commands[1].Text)
	assert.Contains(t, d.Scenario, "name: flash-crowd")
	assert.Empty(t, d.Plan)
}

func TestDescribeNamesNoWinnerWithoutOne(t *testing.T) {
	mixed := flashCrowd()
	mixed.seeds = []uint64{1, 2}
	r := mixed.result()
	find(r, "client-server", 2).MakespanS = ptr(1) // faster with one of two seeds
	empty := flashCrowd().result()
	nothing(empty)
	for name, r := range map[string]*measure.Result{"nothing completed": empty, "not with every seed": r} {
		for _, c := range Describe(r).Cards {
			assert.Empty(t, c.Won, name)
		}
	}
	staggered := flashCrowd()
	staggered.staggered = true
	d := Describe(staggered.result())
	assert.Contains(t, d.Cards[0].What, "median completion time")
	assert.Empty(t, d.Theory.Rows)
	require.Len(t, d.Gap, 1)
	assert.Contains(t, d.Gap[0], "different times")
}

func TestFaultsShareARow(t *testing.T) {
	r := flashCrowd().result()
	tr := find(r, "p2p", 1)
	for _, node := range []string{"home-1", "home-2", "home-3"} {
		tr.Faults = append(tr.Faults, measure.Fault{TS: 2, Action: "kill", Target: node})
	}
	tr.Faults = append(tr.Faults, measure.Fault{TS: 2, Action: "restart", Target: "home-1"})
	tables := Describe(r).Faults
	require.Len(t, tables, 1, "the server's trial has none")
	require.Len(t, tables[0].Rows, 2)
	assert.Equal(t, "home-1, home-2 and home-3", tables[0].Rows[0][2])
	assert.Contains(t, tables[0].Caption, "p2p, seed 1")
}

func TestRequestsInWords(t *testing.T) {
	for _, tt := range []struct {
		name  string
		r     scenario.Requests
		files []scenario.File
		want  string
	}{
		{"uniform", scenario.Requests{Pattern: scenario.Uniform, Over: 60e9}, nil, "3 peers ask at random instants within 1m."},
		{"poisson", scenario.Requests{Pattern: scenario.Poisson, Rate: 2, For: 300e9}, nil, "at 2/s for 5m, by random ones of 3 peers."},
		{"new nodes", scenario.Requests{Pattern: scenario.Poisson, Rate: 1, For: 60e9, Arrivals: scenario.NewNodes}, nil, "each by a new node."},
		{"trace", scenario.Requests{Pattern: scenario.Trace, Path: "t.csv"}, nil, "Requests follow the trace t.csv."},
		{"many files", scenario.Requests{Pattern: scenario.AllAtOnce}, []scenario.File{{Name: "a.bin", Size: scenario.MiB, Count: 9}}, "9 files a.bin of 1MiB each, cut"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := flashCrowd().result().Scenario
			s.Network.Peers = []scenario.Group{{Name: "home", Count: 3}}
			s.Workload.Requests = tt.r
			if tt.files != nil {
				s.Workload.Files = tt.files
			}
			assert.Contains(t, strings.ReplaceAll(workloadText(s, false), nbsp, ""), tt.want)
		})
	}
}

// Who completed more did better, and a card without a time counts requests.
func TestCardsOfUnevenTrials(t *testing.T) {
	lossy := flashCrowd()
	lossy.lossy = "client-server"
	r := lossy.result()
	cards := Describe(r).Cards
	require.Len(t, cards, 2)
	assert.Empty(t, cards[0].Won)
	assert.Equal(t, "36 of 40 requests completed", cards[0].Figure+" "+cards[0].What)
	assert.Zero(t, cards[0].Share, "there is no time to draw")
	assert.Contains(t, cards[0].Lines, "4 not done by the time limit of 30m")
	assert.Contains(t, cards[0].Lines, "90% of the data delivered")
	assert.Equal(t, "completed more", cards[1].Won)
	assert.Contains(t, cards[1].Lines, "40 of 40 requests completed")
}
