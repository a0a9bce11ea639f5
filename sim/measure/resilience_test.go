package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// lab is a recorder of an origin and some peers, which are all up.
func lab(c *clock, peers []string, reqs ...Planned) *Recorder {
	nodes := append([]string{"origin"}, peers...)
	r := NewRecorder(Config{
		Now: c.read, Sizes: map[string]int64{"a": 1000}, Requests: reqs,
		Nodes: nodes, Full: "origin", Pieces: map[string]int{"a": 4},
	})
	for _, n := range nodes {
		r.Up(n)
	}
	return r
}

// flow gives a node bytes every 50 ms from one instant until another.
func flow(c *clock, r *Recorder, from, to time.Duration, bytes int, nodes ...string) {
	for c.now = from; c.now < to; c.now += 50 * ms {
		for _, n := range nodes {
			r.Verified(n, "a", 0, bytes, "origin")
		}
	}
	c.now = to
}

func ask(r *Recorder, n int) {
	for id := range n {
		r.Request(id)
	}
}

func TestRecoverS(t *testing.T) {
	two := []Planned{{Node: "p", File: "a"}, {Node: "q", File: "a"}}
	tests := map[string]struct {
		at      time.Duration
		play    func(c *clock, r *Recorder) // after 10 s of 100 bytes every 50 ms to each, and the fault
		want    float64
		null    bool
		unknown bool // nothing flowed before
	}{
		"nobody is slowed down": {play: func(c *clock, r *Recorder) {
			flow(c, r, 10*time.Second, 15*time.Second, 100, "p", "q")
		}, want: 0},
		"nine tenths are enough": {play: func(c *clock, r *Recorder) {
			flow(c, r, 10*time.Second, 15*time.Second, 90, "p", "q")
		}, want: 0},
		"less is not": {play: func(c *clock, r *Recorder) {
			flow(c, r, 10*time.Second, 15*time.Second, 89, "p", "q")
			r.Done(0, Incomplete, "time limit")
			r.Done(1, Incomplete, "time limit")
		}, null: true},
		"back after silence": {play: func(c *clock, r *Recorder) {
			flow(c, r, 13500*ms, 20*time.Second, 100, "p", "q")
		}, want: 3.4}, // the second from 13.4 s has 0.9 s of it
		"back after half": {play: func(c *clock, r *Recorder) {
			flow(c, r, 10*time.Second, 12*time.Second, 50, "p", "q")
			flow(c, r, 12*time.Second, 20*time.Second, 100, "p", "q")
		}, want: 1.8}, // 0.2 s of half and 0.8 s of all are 0.9
		"who was killed is not waited for": {play: func(c *clock, r *Recorder) {
			r.Down("q")
			flow(c, r, 10*time.Second, 15*time.Second, 100, "p")
		}, want: 0},
		"who is killed and comes back": {play: func(c *clock, r *Recorder) {
			r.Down("p")
			r.Down("q")
			c.now = 14 * time.Second
			r.Up("p")
			r.Up("q")
			flow(c, r, 16*time.Second, 20*time.Second, 100, "p", "q")
		}, want: 5.9}, // the second from 15.9 s has 0.9 s of it; before 14 s nobody asks
		"all done before": {play: func(c *clock, r *Recorder) {
			flow(c, r, 10*time.Second, 12*time.Second, 50, "p", "q")
			r.Done(0, Complete, "")
			c.now = 12500 * ms
			r.Done(1, Down, "killed")
			c.now = 40 * time.Second
		}, want: 2.5},
		"never, and one gives up": {play: func(c *clock, r *Recorder) {
			r.Done(0, Complete, "")
			c.now = 12 * time.Second
			r.Done(1, Incomplete, "time limit")
		}, null: true},
		"off the grid": {at: 10030 * ms, play: func(c *clock, r *Recorder) {
			flow(c, r, 10050*ms, 15*time.Second, 100, "p", "q")
		}, want: 0.07},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := lab(c, []string{"p", "q"}, two...)
			ask(r, 2)
			flow(c, r, 0, 10*time.Second, 100, "p", "q")
			c.now = max(tt.at, 10*time.Second)
			r.Fault(Done{Action: "degrade", Target: "origin", Disrupts: true})
			r.Fault(Done{Action: "restore", Target: "origin"})
			tt.play(c, r)
			got := r.Finish().Faults
			require.Len(t, got, 2)
			assert.Nil(t, got[1].RecoverS, "what ends a fault has none")
			assert.True(t, got[0].Flowed)
			if tt.null {
				assert.Nil(t, got[0].RecoverS)
				return
			}
			require.NotNil(t, got[0].RecoverS)
			assert.InDelta(t, tt.want, *got[0].RecoverS, 1e-6)
		})
	}
}

// TestRecoverSOfACollapse has an origin that leaves for good, and a swarm that
// lives on for a while.
func TestRecoverSOfACollapse(t *testing.T) {
	c := &clock{}
	r := lab(c, []string{"p", "q"}, Planned{Node: "p", File: "a"}, Planned{Node: "q", File: "a"})
	ask(r, 2)
	flow(c, r, 0, 10*time.Second, 100, "p", "q")
	kill := func(node string) Done {
		return Done{Action: "kill", Target: node, Gone: []string{node}, Disrupts: true}
	}
	r.Fault(kill("x"))
	c.now = 12 * time.Second
	r.Fault(Done{Action: "restart", Target: "x", Ends: []string{"kill"}})
	flow(c, r, 10*time.Second, 20*time.Second, 100, "p", "q")
	r.Fault(kill("origin"))
	flow(c, r, 20*time.Second, 30*time.Second, 100, "p", "q")
	r.Fault(Done{Action: "slow", Target: "p", Disrupts: true})
	flow(c, r, 30*time.Second, 40*time.Second, 100, "p", "q")
	for _, tt := range []struct {
		end   time.Duration
		never []bool // of the faults and what ended the first
	}{
		{44 * time.Second, []bool{false, true, false, false}}, // still short
		{46 * time.Second, []bool{false, true, true, true}},
	} {
		c.now = tt.end
		faults := r.Finish().Faults
		require.Len(t, faults, 4)
		for i, f := range faults {
			assert.Equal(t, tt.never[i], f.RecoverS == nil, "%v: %s %s", tt.end, f.Action, f.Target)
		}
	}
}

func TestRecoverSNeedsThroughputBefore(t *testing.T) {
	tests := map[string]struct {
		at   time.Duration
		play func(c *clock, r *Recorder)
	}{
		"at the first request": {at: 0, play: func(*clock, *Recorder) {}},
		"nobody asked":         {at: 10 * time.Second, play: func(*clock, *Recorder) {}},
		"nothing came": {at: 10 * time.Second, play: func(_ *clock, r *Recorder) {
			r.Request(0)
		}},
		"nothing came for five seconds": {at: 10 * time.Second, play: func(c *clock, r *Recorder) {
			r.Request(0)
			flow(c, r, 0, 5*time.Second, 100, "p")
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := lab(c, []string{"p"}, Planned{Node: "p", File: "a"})
			tt.play(c, r)
			c.now = tt.at
			r.Fault(Done{Action: "kill", Target: "p", Disrupts: true})
			flow(c, r, tt.at, tt.at+5*time.Second, 100, "p")
			got := r.Finish().Faults[0]
			assert.Nil(t, got.RecoverS)
			assert.False(t, got.Flowed)
		})
	}
}

func TestLongestStall(t *testing.T) {
	tests := map[string]struct {
		play func(c *clock, r *Recorder)
		want time.Duration
	}{
		"to the first byte": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = 3 * time.Second
			r.Verified("p", "a", 0, 1, "origin")
			c.now = 5 * time.Second
			r.Done(0, Complete, "")
		}, 3 * time.Second},
		"between bytes": {func(c *clock, r *Recorder) {
			r.Request(0)
			r.Verified("p", "a", 0, 1, "origin")
			c.now = 4 * time.Second
			r.Verified("p", "a", 1, 1, "origin")
			c.now = 5 * time.Second
			r.Done(0, Complete, "")
		}, 4 * time.Second},
		"to the end of the request": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = 7 * time.Second
			r.Done(0, Incomplete, "gave up")
			c.now = 30 * time.Second
		}, 7 * time.Second},
		"goes on at the end of the trial": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = 8 * time.Second
		}, 8 * time.Second},
		"the clock stands while the node is down": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = 2 * time.Second
			r.Down("p")
			c.now = 32 * time.Second
			r.Up("p")
			c.now = 35 * time.Second
			r.Verified("p", "a", 0, 1, "origin")
		}, 5 * time.Second},
		"down to the end": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = 2 * time.Second
			r.Down("p")
			c.now = 32 * time.Second
			r.Done(0, Down, "killed")
		}, 2 * time.Second},
		"asks while it is down": {func(c *clock, r *Recorder) {
			r.Down("p")
			r.Request(0)
			c.now = 10 * time.Second
			r.Up("p")
			c.now = 11 * time.Second
			r.Verified("p", "a", 0, 1, "origin")
		}, time.Second},
		"bytes for others do not count": {func(c *clock, r *Recorder) {
			r.Request(0)
			flow(c, r, 0, 6*time.Second, 1, "q")
			r.Done(0, Complete, "")
		}, 6 * time.Second},
		"no wait between two requests": {func(c *clock, r *Recorder) {
			r.Request(0)
			c.now = time.Second
			r.Done(0, Complete, "")
			c.now = 20 * time.Second
			r.Request(1)
			c.now = 22 * time.Second
			r.Done(1, Complete, "")
		}, 2 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := lab(c, []string{"p", "q"}, Planned{Node: "p", File: "a"}, Planned{Node: "p", File: "a"})
			tt.play(c, r)
			assert.Equal(t, map[string]time.Duration{"p": tt.want}, r.Finish().Stalls)
		})
	}
}

func TestRarestCopies(t *testing.T) {
	c := &clock{}
	r := lab(c, []string{"p", "q"}, Planned{Node: "p", File: "a"})
	steps := []struct {
		do   func()
		want int
		sole []string
	}{
		{func() {}, 1, []string{"origin"}},
		{func() { r.Verified("p", "a", 0, 1, "origin") }, 1, []string{"origin"}},
		{func() { r.Verified("p", "a", 0, 1, "origin") }, 1, []string{"origin"}}, // again
		{func() {
			for i := range 4 {
				r.Verified("p", "a", i, 1, "origin")
				r.Verified("q", "b", i, 1, "origin") // nobody asks for it
			}
		}, 2, nil},
		{func() { r.Down("origin") }, 1, []string{"p"}},
		{func() { r.Verified("q", "a", 2, 1, "p") }, 1, []string{"p"}},
		{func() { r.Down("p") }, 0, []string{"q"}},
		{func() { r.Verified("p", "a", 2, 1, "q") }, 0, []string{"q"}}, // it is down, and held it
		{func() { r.Up("p") }, 1, []string{"p"}},
		{func() { r.Down("p"); r.Wiped("p"); r.Up("p") }, 0, []string{"q"}},
		{func() { r.Up("origin") }, 1, []string{"origin"}},
	}
	for i, step := range steps {
		step.do()
		require.Equal(t, step.want, *r.copies.rarest(), "step %d", i)
		var sole []string
		for n := range r.SoleHolders() {
			sole = append(sole, n)
		}
		require.Equal(t, step.sole, sole, "step %d", i)
	}
	c.now = time.Second
	ticks := r.Finish().Timeline
	assert.Equal(t, 1, *ticks[len(ticks)-1].RarestCopies)
	assert.Nil(t, NewRecorder(Config{Now: c.read}).copies.rarest(), "without a request")
}

func TestWipedNodeNeedsItsFileAgain(t *testing.T) {
	c := &clock{}
	r := lab(c, []string{"p"}, Planned{Node: "p", File: "a"}, Planned{Node: "p", File: "a"})
	r.Request(0)
	r.Verified("p", "a", 0, 1000, "origin")
	r.Done(0, Complete, "")
	r.Down("p")
	r.Wiped("p")
	r.Up("p")
	r.Request(1)
	got := r.Finish().Samples[1]
	assert.EqualValues(t, 1000, got.NeedBytes)
	assert.False(t, got.HasFirst)
}

func TestNodeThatIsDownSaysNothing(t *testing.T) {
	c := &clock{now: time.Second}
	r := lab(c, []string{"p", "q"})
	r.Down("p")
	r.Event("p", "connection-lost", "reset")
	r.Up("p")
	r.Event("p", EventLost, "q")
	assert.Equal(t, []Event{{TS: 1, Kind: EventLost, Node: "p", Detail: "q"}}, r.Finish().Events)
}

func TestLeaveWhileDown(t *testing.T) {
	c := &clock{}
	r := lab(c, nil)
	r.Arrive("p")
	c.now = 2 * time.Second
	r.Down("p")
	c.now = 5 * time.Second
	r.Leave("p", "it gave up")
	c.now = 9 * time.Second
	assert.Equal(t, 3*time.Second, r.Finish().Down["p"], "down until it left, absent since")
}

func TestInflation(t *testing.T) {
	done := func(ends ...float64) Trial {
		var tr Trial
		for id, e := range ends {
			r := Request{ID: id, Outcome: Complete, FinishedS: &e}
			if e < 0 {
				r.Outcome, r.FinishedS = Down, nil
			}
			tr.Requests = append(tr.Requests, r)
		}
		return tr
	}
	text := "crashed"
	tests := map[string]struct {
		trial, base Trial
		want        float64
		null        bool
	}{
		"slower":                           {trial: done(4, 6), base: done(2, 4), want: 1.5},
		"only what is complete in both":    {trial: done(4, -1), base: done(2, 100), want: 2},
		"only what is complete over there": {trial: done(4, 9), base: done(2, -1), want: 2},
		"nothing in common":                {trial: done(4, -1), base: done(-1, 3), null: true},
		"everything was there already":     {trial: done(0), base: done(0), null: true},
		"the trial has an error":           {trial: Trial{Error: &text, Requests: done(1).Requests}, base: done(1), null: true},
		"the baseline has an error":        {trial: done(1), base: Trial{Error: &text, Requests: done(1).Requests}, null: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.trial.TrialKey = TrialKey{Architecture: "x", Seed: 1, Point: map[string]any{"peers": 4, "faults.0.kill": "all"}}
			tt.base.TrialKey = TrialKey{Architecture: "x", Seed: 1, Point: map[string]any{"peers": 4.0}}
			other := done(1, 1)
			other.TrialKey = TrialKey{Architecture: "x", Seed: 2, Point: map[string]any{"peers": 4.0}}
			res := &Result{Trials: []Trial{tt.trial, other}, Baselines: []Trial{tt.base}}
			res.Inflate()
			assert.Nil(t, res.Trials[1].Summary.Inflation, "it has no baseline")
			assert.Same(t, &res.Baselines[0], res.Baseline(&res.Trials[0]))
			got := res.Trials[0].Summary.Inflation
			if tt.null {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, tt.want, *got)
		})
	}
}
