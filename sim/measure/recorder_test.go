package measure

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a hand on a dial.
type clock struct{ now time.Duration }

func (c *clock) read() time.Duration { return c.now }

func recorder(c *clock, reqs ...Planned) *Recorder {
	return NewRecorder(Config{Now: c.read, Sizes: map[string]int64{"a": 1000, "b": 10}, Requests: reqs})
}

func TestRecorderRequest(t *testing.T) {
	c := &clock{}
	r := recorder(c, Planned{Node: "n", File: "a", At: time.Second})
	c.now = time.Second
	r.Request(0)
	c.now = 2 * time.Second
	r.Verified("n", "a", 3, 400, "origin")
	c.now = 3 * time.Second
	r.Verified("n", "a", 0, 600, "peer")
	r.Wasted("n", "a", 70, "peer", "duplicate")
	r.Event("n", "reconnect", "after 1s")
	c.now = 4 * time.Second
	r.Done(0, Complete, "")
	r.Done(0, Incomplete, "too late to matter")

	rec := r.Finish()
	require.Len(t, rec.Samples, 1)
	assert.Equal(t, Sample{
		Node: "n", File: "a", Started: time.Second, FirstByte: 2 * time.Second, HasFirst: true,
		Finished: 4 * time.Second, Outcome: Complete, NeedBytes: 1000,
	}, rec.Samples[0])
	assert.EqualValues(t, 70, rec.Wasted["n"])
	assert.Equal(t, 1, r.Completed())
	assert.EqualValues(t, 1000, r.Delivered())
	assert.Equal(t, []Event{
		{TS: 1, Kind: EventRequest, Node: "n", File: "a"},
		{TS: 2, Kind: EventFirstPiece, Node: "n", File: "a", Detail: "piece 3 from origin"},
		{TS: 2, Kind: EventProgress, Node: "n", File: "a", Detail: "0.40"},
		{TS: 3, Kind: EventProgress, Node: "n", File: "a", Detail: "1.00"},
		{TS: 3, Kind: "reconnect", Node: "n", Detail: "after 1s"},
		{TS: 4, Kind: EventComplete, Node: "n", File: "a"},
	}, rec.Events)
	assert.Equal(t, 4*time.Second, rec.Elapsed)
}

func TestRecorderCountsNeedOnce(t *testing.T) {
	tests := map[string]struct {
		before  int  // bytes verified before the second request
		close   bool // the first request before the second
		need    int64
		hasByte bool
	}{
		"while the first has nothing": {0, false, 0, false},
		"while the first is running":  {400, false, 0, true},
		"after the first gave up":     {400, true, 600, true},
		"after the first completed":   {1000, true, 0, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := recorder(c, Planned{Node: "n", File: "a"}, Planned{Node: "n", File: "a"})
			r.Request(0)
			if tt.before > 0 {
				r.Verified("n", "a", 0, tt.before, "origin")
			}
			if tt.close {
				r.Done(0, Incomplete, "gave up")
			}
			c.now = time.Second
			r.Request(1)
			got := r.Finish().Samples[1]
			assert.Equal(t, tt.need, got.NeedBytes)
			assert.Equal(t, tt.hasByte, got.HasFirst)
		})
	}
}

func TestRecorderUnmadeRequestKeepsItsPlan(t *testing.T) {
	r := recorder(&clock{}, Planned{Node: "n", File: "b", At: time.Minute})
	r.Done(0, Incomplete, "never made")
	got := r.Finish().Samples[0]
	assert.Equal(t, time.Minute, got.Started)
	assert.False(t, got.HasFirst)
	assert.Zero(t, got.NeedBytes)
}

func TestRecorderUpAndDown(t *testing.T) {
	c := &clock{}
	r := recorder(c)
	r.Up("n")
	r.Up("n")
	r.Up("m")
	c.now = 10 * time.Second
	r.Down("n")
	r.Down("n")
	r.Sample()
	c.now = 13 * time.Second
	r.Up("n")
	c.now = 20 * time.Second
	r.Down("m")
	c.now = 25 * time.Second
	rec := r.Finish()
	assert.Equal(t, map[string]time.Duration{"n": 3 * time.Second, "m": 5 * time.Second}, rec.Down)
	require.Len(t, rec.Timeline, 2)
	assert.Equal(t, 1, rec.Timeline[0].Online)
	assert.Equal(t, 1, rec.Timeline[1].Online)
}

func TestRecorderBoundsEvents(t *testing.T) {
	r := recorder(&clock{})
	for range MaxEvents + 3 {
		r.Event("n", "noise", "")
	}
	rec := r.Finish()
	assert.Len(t, rec.Events, MaxEvents)
	assert.Equal(t, 3, rec.Dropped)
}

func TestRecorderIsSafeForConcurrentUse(t *testing.T) {
	const nodes, pieces = 8, 100
	var reqs []Planned
	sizes := map[string]int64{"a": pieces}
	for i := range nodes {
		reqs = append(reqs, Planned{Node: fmt.Sprint(i), File: "a"})
	}
	began := time.Now()
	r := NewRecorder(Config{Now: func() time.Duration { return time.Since(began) }, Sizes: sizes, Requests: reqs})
	var wg sync.WaitGroup
	for i, q := range reqs {
		wg.Go(func() {
			r.Up(q.Node)
			r.Request(i)
			for p := range pieces {
				r.Verified(q.Node, "a", p, 1, "origin")
				r.Sample()
			}
			r.Done(i, Complete, "")
		})
	}
	wg.Wait()
	rec := r.Finish()
	assert.Equal(t, nodes, r.Completed())
	assert.EqualValues(t, nodes*pieces, r.Delivered())
	assert.Len(t, rec.Events, nodes*(1+1+progressSteps+1))
	for i := 1; i < len(rec.Events); i++ {
		assert.GreaterOrEqual(t, rec.Events[i].TS, rec.Events[i-1].TS)
	}
}

func TestTimeline(t *testing.T) {
	tests := map[string]struct {
		length time.Duration
		least  int // points
	}{
		"at once":     {0, 1},
		"one spacing": {firstSpacing, 2},
		"short":       {10 * time.Millisecond, 40},
		"at the brim": {(2*MaxTicks - 3) * firstSpacing, 100},
		"minutes":     {5 * time.Minute, 100},
		"a day":       {24 * time.Hour, 100},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := NewRecorder(Config{Now: c.read, OriginSent: func() int64 { return int64(c.now) }})
			for c.now < tt.length {
				c.now = min(c.now+r.Sample(), tt.length)
			}
			ticks := r.Finish().Timeline
			assert.LessOrEqual(t, len(ticks), MaxTicks)
			assert.GreaterOrEqual(t, len(ticks), tt.least)
			assert.Zero(t, ticks[0].TS)
			assert.Equal(t, tt.length.Seconds(), ticks[len(ticks)-1].TS)
			assert.EqualValues(t, tt.length, ticks[len(ticks)-1].OriginSentBytes)
			for i := 2; i < len(ticks)-1; i++ {
				assert.InDelta(t, ticks[1].TS-ticks[0].TS, ticks[i].TS-ticks[i-1].TS, 1e-9, "uneven spacing at %d", i)
			}
		})
	}
}

func TestRecorderArriveAndLeave(t *testing.T) {
	c := &clock{}
	r := recorder(c, Planned{Node: "n", File: "a"})
	c.now = 2 * time.Second
	r.Arrive("n")
	r.Request(0)
	r.Sample()
	c.now = 5 * time.Second
	r.Done(0, Complete, "")
	r.Sample()
	c.now = 9 * time.Second
	r.Leave("n", "it was finished")
	c.now = 20 * time.Second
	rec := r.Finish()
	assert.Empty(t, rec.Down, "absent is not down")
	assert.Equal(t, map[string]time.Duration{"n": 2 * time.Second}, rec.Arrived)
	assert.Equal(t, map[string]time.Duration{"n": 9 * time.Second}, rec.Left)
	var online, downloading []int
	for _, tick := range rec.Timeline {
		online, downloading = append(online, tick.Online), append(downloading, tick.Downloading)
	}
	assert.Equal(t, []int{1, 1, 0}, online)
	assert.Equal(t, []int{1, 0, 0}, downloading)
	last := rec.Events[len(rec.Events)-1]
	assert.Equal(t, Event{TS: 9, Kind: EventLeave, Node: "n", Detail: "it was finished"}, last)
}
