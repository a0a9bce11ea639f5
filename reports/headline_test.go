package reports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/sim/measure"
)

func TestHeadline(t *testing.T) {
	// scaled makes an architecture's times f times those of the other.
	scaled := func(r *measure.Result, arch, other string, seed uint64, f float64) {
		a, b := find(r, arch, seed), find(r, other, seed)
		a.MakespanS = ptr(*b.MakespanS * f)
		a.Summary.CompletionS.P50 = ptr(*b.Summary.CompletionS.P50 * f)
		a.Bounds.FluidS = ptr(*b.Bounds.FluidS * f)
	}
	const server, mesh = "client-server", "p2p"
	for _, c := range []struct {
		name   string
		crowd  func(*crowd)
		change func(*measure.Result)
		want   []string
		not    []string
	}{
		{
			name: "the mesh wins",
			want: []string{"p2p finished in 13.5 s, 8.23 times as fast as client-server (111.5 s): its origin sent 1.10 copies of the file instead of 40.2.",
				"The lower bound is 11.9 s for p2p and 107.4 s for client-server: they took 1.13x and 1.04x as long."},
		},
		{
			name:   "the server wins, and nothing in the counters says why",
			change: func(r *measure.Result) { scaled(r, server, mesh, 1, 0.5) },
			want:   []string{"client-server finished in 6.77 s, 2.00 times as fast as p2p (13.5 s)."},
			not:    []string{"copies"},
		},
		{
			name:   "a tie",
			change: func(r *measure.Result) { scaled(r, server, mesh, 1, 1.005) },
			want:   []string{"p2p and client-server finished practically together, in 13.5 s and 13.6 s."},
			not:    []string{"times as fast", "copies"},
		},
		{
			name:  "seeds disagree",
			crowd: func(c *crowd) { c.seeds = []uint64{1, 2, 3} },
			change: func(r *measure.Result) {
				scaled(r, server, mesh, 1, 1.2)
				scaled(r, server, mesh, 2, 1.2)
				scaled(r, server, mesh, 3, 0.7)
			},
			want: []string{"but p2p was faster with only 2 of them: no clear winner."},
			not:  []string{"times as fast"},
		},
		{
			name:  "seeds agree",
			crowd: func(c *crowd) { c.seeds = []uint64{1, 2, 3} },
			want:  []string{"(111.5 s; medians of 3 seeds, faster with each)"},
		},
		{
			name: "several files are not counted in copies",
			change: func(r *measure.Result) {
				for i := range r.Trials {
					r.Trials[i].Requests[0].File = "other.bin"
				}
			},
			want: []string{"its origin sent 17.6 MiB instead of 643.8 MiB"},
			not:  []string{"copies"},
		},
		{
			name:  "requests over time compare the median request",
			crowd: func(c *crowd) { c.staggered = true },
			want:  []string{"client-server completed the median request in 3.12 s, 1.17 times as fast as p2p (3.66 s)."},
			not:   []string{"makespan", "finished", "lower bound"},
		},
		{
			name:  "the first byte explains it",
			crowd: func(c *crowd) { c.staggered = true },
			change: func(r *measure.Result) {
				find(r, mesh, 1).Summary.FirstByteS.P50 = ptr(0.6)
			},
			want: []string{"its first piece was there after 129.3 ms instead of 600.0 ms"},
		},
		{
			name:  "incomplete requests come before speed",
			crowd: func(c *crowd) { c.lossy = mesh },
			want: []string{"client-server completed all 40 requests in 111.5 s; p2p completed 36 of 40 requests (4 not done by the time limit of 30m; 90% of the data delivered).",
				"Of the requests that did complete"},
			not: []string{"times as fast", "makespan"},
		},
		{
			name:   "nobody completed anything",
			change: nothing,
			want:   []string{"client-server completed none of 40 requests (not done by the time limit of 30m); p2p completed none of 40 requests (not done by"},
			not:    []string{"times as fast", "lower bound", "did complete", "makespan"},
		},
		{
			name:  "one architecture",
			crowd: func(c *crowd) { c.archs = []string{mesh} },
			want:  []string{"p2p finished in 13.5 s, 1.13x its lower bound of 11.9 s.", "The origin sent 1.10 copies of the file, the peers 39.1 copies of the file."},
		},
		{
			name:   "one architecture whose peers only ask",
			crowd:  func(c *crowd) { c.archs = []string{server} },
			change: func(r *measure.Result) { r.Trials[0].Summary.PeersSentBytes = 17 << 10 },
			want:   []string{"The origin sent 40.2 copies of the file, the peers 17.0 KiB."},
		},
		{
			name: "a server that sent less is not explained by its peers",
			change: func(r *measure.Result) {
				scaled(r, server, mesh, 1, 0.5)
				find(r, server, 1).Summary.OriginSentBytes = 1 << 20
				find(r, server, 1).Summary.PeersSentBytes = 1 << 10
			},
			want: []string{"2.00 times as fast as p2p (13.5 s)."},
			not:  []string{"copies"},
		},
		{
			name:  "one architecture, incomplete",
			crowd: func(c *crowd) { c.archs, c.lossy = []string{mesh}, mesh },
			want:  []string{"p2p completed 36 of 40 requests (4 not done by the time limit of 30m; 90% of the data delivered). The origin sent"},
		},
		{
			name:   "one architecture failed",
			change: func(r *measure.Result) { fail(find(r, server, 1), "worker died") },
			want:   []string{"client-server could not be measured: 1 trial failed. p2p finished in 13.5 s"},
			not:    []string{"times as fast"},
		},
		{
			name: "one architecture is missing",
			change: func(r *measure.Result) {
				r.Missing = []measure.TrialKey{r.Trials[1].TrialKey}
				r.Trials = r.Trials[:1]
			},
			want: []string{"p2p was not measured: 1 trial is missing. client-server finished in 111.5 s"},
		},
		{
			name: "all failed",
			change: func(r *measure.Result) {
				fail(&r.Trials[0], "x")
				fail(&r.Trials[1], "x")
			},
			want: []string{"Nothing could be measured: 2 trials failed."},
		},
		{
			name:   "interrupted before the first trial",
			change: func(r *measure.Result) { r.Missing, r.Trials = []measure.TrialKey{{Architecture: mesh}}, nil },
			want:   []string{"Nothing was measured: 1 trial is missing."},
		},
		{
			name:  "no seed in common",
			crowd: func(c *crowd) { c.seeds = []uint64{1, 2} },
			change: func(r *measure.Result) {
				fail(find(r, server, 1), "x")
				fail(find(r, mesh, 2), "x")
			},
			want: []string{"client-server and p2p were measured with different seeds, so they are not compared."},
		},
		{
			name:  "a sweep speaks of its largest point and of all",
			crowd: func(c *crowd) { c.peers = []int{40, 1, 10} },
			want:  []string{"At peers=40, p2p finished in 13.5 s", "Of 3 points, client-server was faster at 1 (peers=1) and p2p was faster at 2 (peers=40; peers=10)."},
		},
		{
			name:  "a sweep with one winner",
			crowd: func(c *crowd) { c.peers = []int{10, 20} },
			want:  []string{"p2p was faster at each of the 2 points."},
		},
		{
			name:  "three architectures",
			crowd: func(c *crowd) { c.archs = []string{server, mesh, "hybrid"} },
			want:  []string{"p2p and hybrid finished practically together, in 13.5 s and 13.5 s; client-server took 111.5 s."},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			crowd := flashCrowd()
			if c.crowd != nil {
				c.crowd(&crowd)
			}
			r := crowd.result()
			if c.change != nil {
				c.change(r)
			}
			got := strings.ReplaceAll(strings.Join(newView(r).headline(), " "), nbsp, " ")
			for _, w := range c.want {
				assert.Contains(t, got, w)
			}
			for _, n := range c.not {
				assert.NotContains(t, got, n)
			}
		})
	}
}
