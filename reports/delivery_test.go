package reports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// stopped leaves a trial with what had been completed and delivered when its
// origin went.
func stopped(t *measure.Trial, completed int, action string, at float64, back bool) {
	t.MakespanS, t.Efficiency, t.Bounds = nil, nil, measure.Bounds{}
	t.Summary.Completed = completed
	t.Summary.SuccessRate = ptr(float64(completed) / float64(t.Summary.Requested))
	for i := range t.Requests {
		if i >= completed {
			q := &t.Requests[i]
			q.Outcome, q.FinishedS, q.SHA256OK, q.Error = measure.Incomplete, nil, false, "time limit reached"
		}
	}
	if completed == 0 {
		t.Summary.CompletionS = measure.Distribution{}
	}
	rarest := 0
	last := &t.Timeline[len(t.Timeline)-1]
	last.DeliveredBytes, last.RarestCopies = last.DeliveredBytes/2, &rarest
	lost(t, action, at)
	if back {
		lost(t, "restart", at+5)
	}
}

func lost(t *measure.Trial, action string, at float64) {
	t.Faults = append(t.Faults, measure.Fault{TS: at, Action: action, Target: "origin", Cause: "faults.0"})
}

// interrupted leaves a result its first three trials.
func interrupted(r *measure.Result) {
	for _, t := range r.Trials[3:] {
		r.Missing = append(r.Missing, t.TrialKey)
	}
	r.Trials = r.Trials[:3]
}

// When not everybody can finish, the answer says who delivered to how many.
func TestHeadlineOfUnfinishedTrials(t *testing.T) {
	const server, mesh = "client-server", "p2p"
	for _, c := range []struct {
		name   string
		crowd  func(*crowd)
		change func(*measure.Result)
		want   string
		not    string
	}{
		{
			name: "the mesh lives without the origin",
			change: func(r *measure.Result) {
				stopped(find(r, server, 1), 12, "leave", 6, false)
				lost(find(r, mesh, 1), "leave", 6)
			},
			want: "p2p completed all 40 requests in 13.5 s; client-server completed 12 of 40 requests (28 not done by the time limit of 30m; 50% of the data delivered). The origin left after 6.00 s and did not come back.",
		},
		{
			name: "a condition took the origin of one only",
			change: func(r *measure.Result) {
				stopped(find(r, server, 1), 0, "kill", 10, false)
			},
			want: "client-server completed none of 40 requests (not done by the time limit of 30m; 50% of the data delivered). In client-server the origin died after 10.0 s and did not come back.",
		},
		{
			name:   "an origin that came back explains nothing",
			change: func(r *measure.Result) { stopped(find(r, server, 1), 0, "poweroff", 10, true) },
			want:   "client-server completed none of 40",
			not:    "did not come back",
		},
		{
			name: "several seeds lose it at different times",
			crowd: func(c *crowd) {
				c.seeds = []uint64{1, 2}
			},
			change: func(r *measure.Result) {
				for i, seed := range []uint64{1, 2} {
					stopped(find(r, server, seed), 10, "poweroff", 5+float64(i), false)
					lost(find(r, mesh, seed), "poweroff", 5+float64(i))
				}
			},
			want: "p2p completed all 80 requests in 13.5 s (median of 2 seeds); client-server completed 20 of 80 requests (60 not done by the time limit of 30m; 50% of the data delivered). The origin lost power between 5.00 s and 6.00 s and did not come back.",
		},
		{
			name: "a mesh that lost a piece says so",
			change: func(r *measure.Result) {
				stopped(find(r, server, 1), 0, "leave", 1, false)
				stopped(find(r, mesh, 1), 0, "leave", 1, false)
			},
			want: "p2p completed none of 40 requests (not done by the time limit of 30m; 50% of the data delivered; some pieces were on no node that was left). The origin left",
		},
		{
			name:   "one architecture",
			crowd:  func(c *crowd) { c.archs = []string{server} },
			change: func(r *measure.Result) { stopped(find(r, server, 1), 0, "kill", 1, false) },
			want:   "client-server completed none of 40 requests (not done by the time limit of 30m; 50% of the data delivered). The origin died after 1.00 s and did not come back. The origin sent",
		},
		{
			name:  "a sweep counts who completed more",
			crowd: func(c *crowd) { c.peers = []int{10, 20, 40} },
			change: func(r *measure.Result) {
				for i := range r.Trials {
					x := &r.Trials[i]
					if n := x.Summary.Requested; n == 10 || x.Architecture == server {
						stopped(x, 0, "leave", float64(n), false)
					}
				}
			},
			want: "Of 3 points, p2p completed more requests at 2 (peers=20; peers=40) and nobody completed a request at 1 (peers=10).",
			not:  "cannot be compared",
		},
		{
			name:  "at every point",
			crowd: func(c *crowd) { c.peers = []int{10, 20} },
			change: func(r *measure.Result) {
				for i := range r.Trials {
					if x := &r.Trials[i]; x.Architecture == server {
						stopped(x, 3, "leave", 2, false)
					}
				}
			},
			want: "p2p completed more requests at each of the 2 points.",
		},
		{
			name:  "as many in each, but not all",
			crowd: func(c *crowd) { c.peers = []int{10, 20} },
			change: func(r *measure.Result) {
				for i := range r.Trials {
					stopped(&r.Trials[i], 3, "leave", 2, false)
				}
			},
			want: "As many requests completed in each, but not all or not the same at each of the 2 points.",
		},
		{
			name:  "one architecture over a sweep",
			crowd: func(c *crowd) { c.archs, c.peers = []string{server}, []int{10, 20, 40} },
			change: func(r *measure.Result) {
				stopped(&r.Trials[2], 3, "leave", 2, false)
			},
			want: "Over the 3 points it took from 27.9 s (peers=10) to 55.7 s (peers=20); at 1 it did not complete every request.",
		},
		{
			name:   "a sweep that was interrupted",
			crowd:  func(c *crowd) { c.peers = []int{10, 20, 40} },
			change: interrupted,
			want:   "At peers=10, p2p finished in",
		},
		{
			name:   "its points without all trials",
			crowd:  func(c *crowd) { c.peers = []int{10, 20, 40} },
			change: interrupted,
			want:   "Of 3 points, p2p was faster at 1 (peers=10) and trials are missing, so that nothing is compared at 2 (peers=20; peers=40).",
		},
		{
			name: "the swept key of a fault is explained",
			change: func(r *measure.Result) {
				origin, _ := scenario.ParseSelector("origin")
				r.Scenario.Faults = []scenario.Fault{{Action: scenario.Leave, Nodes: scenario.Selection{origin}}}
				for i := range r.Trials {
					r.Trials[i].Point = map[string]any{"faults.0.at": "6s"}
				}
			},
			want: "At faults.0.at=6s (leave origin), p2p finished in",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			crowd := flashCrowd()
			if c.crowd != nil {
				c.crowd(&crowd)
			}
			r := crowd.result()
			c.change(r)
			got := strings.ReplaceAll(strings.Join(newView(r).headline(), " "), nbsp, " ")
			assert.Contains(t, got, c.want)
			if c.not != "" {
				assert.NotContains(t, got, c.not)
			}
		})
	}
}
