package reports

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// disturbed gives a result the faults of a scenario: a third of its peers is
// killed at 5 s, of which most come back in the mesh, and a partition.
func disturbed(r *measure.Result) *measure.Result {
	r.Scenario.Faults = []scenario.Fault{{Action: scenario.Kill}, {Action: scenario.Partition}}
	for i := range r.Trials {
		t := &r.Trials[i]
		base := *t
		base.TrialKey = t.TrialKey.Baseline()
		base.Requests = slices.Clone(t.Requests)
		r.Baselines = append(r.Baselines, base)
		sharing := t.Architecture != "client-server"
		fault := func(at float64, action, target string, detect, recover *float64) {
			t.Faults = append(t.Faults, measure.Fault{TS: at, Action: action, Target: target, Cause: "faults.0", DetectS: detect, RecoverS: recover})
		}
		for j := range t.Requests {
			if j%3 != 1 {
				continue
			}
			if sharing {
				fault(5, "kill", t.Requests[j].Node, ptr(1.25+0.01*float64(j)), ptr(2.5))
			} else {
				fault(5, "kill", t.Requests[j].Node, nil, ptr(0))
			}
			q := &t.Requests[j]
			q.Outcome, q.FinishedS, q.SHA256OK = measure.Down, nil, false
			q.Error = "3 of 64 pieces verified: the node is down for good: kill at 5.000 s"
			t.Summary.Completed--
		}
		fault(20, "partition", "home-1 and 19 more|home-21 and 19 more", ptr(4), nil)
		if sharing {
			fault(30, "restart", "home-2", nil, nil)
		} else {
			fault(35, "restart", "home-2", nil, nil) // on a condition
		}
		fault(50, "heal", "home-1 and 19 more|home-21 and 19 more", nil, nil)
		if sharing {
			t.Faults = append(t.Faults, measure.Fault{TS: 55, Action: "kill", Target: "home-3", Cause: "faults.1"})
			t.Bans = []measure.Ban{{Node: "home-1", Target: "home-2", TS: 9, Strikes: 3}}
			t.Summary.Banned = 1
		}
		t.Summary.SuccessRate = ptr(float64(t.Summary.Completed) / float64(t.Summary.Requested))
		t.MakespanS = ptr(1.25 * *t.MakespanS)
		t.Efficiency = nil
		t.Summary.DetectS = measure.Spread{P50: ptr(1.5), P95: ptr(1.6), Max: ptr(4)}
		t.Summary.RecoverS = ptr(2.5)
		t.Summary.Availability = ptr(0.78)
		t.Summary.StallS = measure.Spread{P50: ptr(1.1), P95: ptr(2), Max: ptr(3.3)}
		for j := range t.Requests {
			if f := t.Requests[j].FinishedS; f != nil {
				t.Requests[j].FinishedS = ptr(1.25 * *f)
			}
		}
	}
	return r
}

func TestFaultsAreShown(t *testing.T) {
	one := flashCrowd()
	five := flashCrowd()
	five.seeds = []uint64{1, 2, 3, 4, 5}
	sweep := flashCrowd()
	sweep.peers = []int{10, 40}
	alone := flashCrowd()
	alone.archs = []string{"p2p"}
	broken := disturbed(one.result())
	fail(&broken.Baselines[0], "the worker crashed: no memory")
	broken.MissingBaselines = []measure.TrialKey{broken.Baselines[1].TrialKey}
	broken.Baselines = broken.Baselines[:1]
	for name, r := range map[string]*measure.Result{
		"faults": disturbed(one.result()), "faults-seeds": disturbed(five.result()), "faults-sweep": disturbed(sweep.result()),
		"faults-alone": disturbed(alone.result()), "faults-broken": broken,
	} {
		t.Run(name, func(t *testing.T) {
			r.Inflate()
			text := written(t, Text, r, Options{})
			golden(t, name+".txt", text)
			for _, line := range strings.Split(text, "\n") {
				assert.LessOrEqual(t, len([]rune(line)), pageWidth, line)
			}
		})
	}
}

// TestHeadlineNeedsTheSameRequests checks that nobody is called faster who
// completed other requests.
func TestHeadlineNeedsTheSameRequests(t *testing.T) {
	r := disturbed(flashCrowd().result())
	assert.Contains(t, written(t, Text, r, Options{}), "The same 27 of 40 requests completed in each (13 ended with their nodes). p2p\nfinished these in")

	other := r.Trials[1].Requests
	other[0], other[1] = other[1], other[0]
	other[0].ID, other[1].ID = 0, 1
	text := written(t, Text, r, Options{})
	assert.NotContains(t, text, "times as fast")
	assert.Contains(t, text, "completed 27 of 40 requests")
}

func TestCSVHasSharedLinks(t *testing.T) {
	r := flashCrowd().result()
	r.Scenario.Network.Shared = scenario.SharedLinks{{Name: "campus"}}
	r.Trials[1].Links = []measure.Link{{Link: "campus", DownBytes: 12345678, UpDroppedPackets: 3}}
	rows, err := csv.NewReader(strings.NewReader(written(t, CSV, r, Options{}))).ReadAll()
	require.NoError(t, err)
	n := len(rows[0])
	assert.Equal(t, []string{
		"links.campus.up_bytes", "links.campus.down_bytes", "links.campus.up_wire_bytes",
		"links.campus.down_wire_bytes", "links.campus.up_dropped_packets", "links.campus.down_dropped_packets",
	}, rows[0][n-6:])
	assert.Equal(t, []string{"", "", "", "", "", ""}, rows[1][n-6:], "a trial without links")
	assert.Equal(t, []string{"0", "12345678", "0", "0", "3", "0"}, rows[2][n-6:])
}

func TestCSVHasResilience(t *testing.T) {
	r := disturbed(flashCrowd().result())
	r.Inflate()
	n := int64(12345678)
	r.Trials[0].Summary.RetransmittedBytes = &n
	rows, err := csv.NewReader(strings.NewReader(written(t, CSV, r, Options{}))).ReadAll()
	require.NoError(t, err)
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"retransmitted_bytes": "12345678", "detect_s_max": "4", "recover_s": "2.5", "availability": "0.78",
		"stall_s_p50": "1.1", "banned": "0", "banned_honest": "0",
	} {
		assert.Equal(t, want, got[name], name)
	}
	assert.NotEmpty(t, got["inflation"])
}
