package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/p2p/wire"
)

func TestDue(t *testing.T) {
	const piece = 1000
	ms := time.Millisecond
	running := func(off ...int) (jobs []*job) {
		for _, o := range off {
			jobs = append(jobs, &job{length: piece, off: o})
		}
		return jobs
	}
	tests := []struct {
		name     string
		rate     float64 // bytes per second of the uplink, 0 if unknown
		active   []*job
		answers  []time.Duration // until those to other grants
		declined float64         // share of answers
		reply    time.Duration
		free     int
		want     bool
	}{
		{name: "nothing is known: one beyond the free slots", reply: 50 * ms, want: true},
		{name: "but not two", reply: 50 * ms, answers: []time.Duration{0}},
		{name: "a free slot and no answer on its way", rate: piece, reply: 50 * ms, free: 1, want: true},
		{name: "a free slot for which an answer will come", rate: piece, reply: 50 * ms, free: 1, answers: []time.Duration{60 * ms}},
		{name: "an answer that will come much later", rate: piece, reply: 50 * ms, free: 1, answers: []time.Duration{200 * ms}, want: true},
		{name: "more requests wait than there are slots", rate: piece, reply: 50 * ms, free: -1, active: running(999)},
		{name: "the upload that runs ends too late", rate: piece, reply: 50 * ms, active: running(800)},
		{name: "it ends when the answer comes", rate: piece, reply: 100 * ms, active: running(800), want: true},
		{name: "two share the uplink", rate: piece, reply: 100 * ms, active: running(800, 0)},
		{name: "five pieces leave until the answer comes", rate: 10 * piece, reply: 250 * ms, active: running(0), answers: make([]time.Duration, 4), want: true},
		{name: "but not six", rate: 10 * piece, reply: 250 * ms, active: running(0), answers: make([]time.Duration, 5)},
		{name: "a short upload ends, and then the one after it", rate: 2 * piece, reply: 250 * ms, active: append(running(0), &job{length: 200, off: 0}), answers: make([]time.Duration, 1), want: true},
		{name: "but not the third", rate: 2 * piece, reply: 250 * ms, active: append(running(0), &job{length: 200, off: 0}), answers: make([]time.Duration, 2)},
		{name: "unless half of the answers decline", rate: 10 * piece, reply: 250 * ms, active: running(0), answers: make([]time.Duration, 8), declined: 0.5, want: true},
		{name: "never more than so many", rate: 1e12, reply: 50 * ms, active: running(0), free: 1, answers: make([]time.Duration, mostSlots), declined: 1},
		{name: "one that may decline may come all the same", rate: piece, reply: 50 * ms, free: 1, answers: []time.Duration{0}, declined: 0.9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := uploads{slots: newSlots(1), active: tt.active, answers: tt.answers, declined: tt.declined}
			if tt.rate > 0 {
				u.slots.rates = []float64{tt.rate, tt.rate}
			}
			assert.Equal(t, tt.want, u.due(tt.reply, tt.free))
		})
	}
}

func TestForecast(t *testing.T) {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	u := uploads{slots: newSlots(1), reply: time.Second}
	u.lanes.add(&lane{session: &session{}, reply: 300 * time.Millisecond, granted: []time.Time{ago(time.Second), ago(100 * time.Millisecond)}})
	u.lanes.add(&lane{session: &session{}, granted: []time.Time{ago(0)}})
	u.lanes.add(&lane{session: &session{doubted: true}, granted: []time.Time{ago(0)}})
	u.forecast(now)
	assert.Equal(t, []time.Duration{700 * time.Millisecond, 200 * time.Millisecond, time.Second}, u.answers,
		"one that is late, one that is not, one of a stranger, and none of a neighbour that may be dead")
}

func TestAnswered(t *testing.T) {
	u := uploads{slots: newSlots(1)}
	l := &lane{session: &session{}, granted: []time.Time{now.Add(-50 * time.Millisecond), now.Add(-20 * time.Millisecond)}}
	assert.Zero(t, u.replies(l), "nothing is known")
	u.answered(l, true, now)
	assert.Equal(t, 50*time.Millisecond, u.replies(l), "the oldest is answered first")
	assert.Zero(t, u.declined)
	u.answered(l, false, now)
	assert.Less(t, u.replies(l), 50*time.Millisecond)
	assert.InDelta(t, 1.0/declineSamples, u.declined, 1e-9)
	u.answered(l, false, now)
	assert.InDelta(t, 1.0/declineSamples, u.declined, 1e-9, "nothing was left to answer")
	other := &lane{session: &session{}, granted: []time.Time{now.Add(-10 * time.Second)}}
	assert.Equal(t, u.reply, u.replies(other), "a stranger answers as the others do")
}

func TestLevel(t *testing.T) {
	u := uploads{slots: newSlots(1)}
	assert.Zero(t, u.level(1e9), "nothing is known of this uplink")
	u.slots.rates = []float64{1000}
	for spare, want := range map[float64]int{0: 0, 400: 0, 600: 1, 1100: 2, 2100: 3, 1e9: mostLevel} {
		assert.Equal(t, want, u.level(spare), "%v bytes per second beside 1000", spare)
	}
}

func TestChunk(t *testing.T) {
	const mbit = 1e6 / 8
	for _, tt := range []struct {
		name   string
		origin bool
		rate   float64
		active int
		want   int
	}{
		{"nothing is known", false, 0, 1, defaultChunk},
		{"12 ms of the uplink", false, 10 * mbit, 1, 15_000},
		{"however many uploads share it", false, 20 * mbit, 64, 30_000},
		{"no more than one message", false, 1000 * mbit, 1, maxChunk},
		{"no less than a few kilobytes", false, 1 * mbit, 1, minChunk},
		{"an origin's, too", true, 20 * mbit, 4, 30_000},
		{"shorter where many uploads run", true, 20 * mbit, 6, 20_000},
		{"but no shorter than so", true, 20 * mbit, 64, defaultChunk},
		{"nor longer where they are short", true, 10 * mbit, 64, 15_000},
		{"still one message of a fast link", true, 1000 * mbit, 64, maxChunk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := uploads{origin: tt.origin, slots: newSlots(1), active: make([]*job, tt.active)}
			if tt.rate > 0 {
				u.slots.rates = []float64{tt.rate, tt.rate}
			}
			assert.Equal(t, tt.want, u.chunk())
		})
	}
}

func TestEvenChunk(t *testing.T) {
	for _, tt := range []struct{ left, usual, want int }{
		{1, 16 << 10, 1},
		{16 << 10, 16 << 10, 16 << 10},
		{20 << 10, 16 << 10, 20 << 10},
		{20<<10 + 1, 16 << 10, 10<<10 + 1},
		{64 << 10, 14_500, 16 << 10},
		{64 << 10, 12_000, 64<<10/5 + 1},
		{64 << 10, maxChunk, 32 << 10},
		{maxChunk + 1, maxChunk, maxChunk/2 + 1},
		{256 << 10, 14_500, 256<<10/18 + 1},
	} {
		got := evenChunk(tt.left, tt.usual)
		assert.Equal(t, tt.want, got, "%d of %d", tt.left, tt.usual)
		assert.LessOrEqual(t, got, min(tt.left, maxChunk))
	}
}

// TestFirstUploads: only the first upload of a session tells the slots how long it took.
func TestFirstUploads(t *testing.T) {
	const trip, took = 50 * time.Millisecond, 300 * time.Millisecond
	sh, sessions := idleShare(8, 2)
	u := &sh.node.uploads
	u.slots, sh.node.dep.settings.slots = newSlots(1), 1
	for _, s := range sessions {
		s.theirs, s.sent, s.lane.session = newBitfield(8), map[int]*job{}, s
		u.lanes.add(&s.lane)
	}
	s, stranger := sessions[0], sessions[1]
	s.lane.trip = trip
	for piece := range 2 {
		u.add(s, piece, 0, false)
	}
	u.add(stranger, 2, 0, false)
	sh.node.pump(now)
	require.Len(t, s.sending, 1)
	j := s.sending[0]
	assert.Equal(t, &firstUpload{began: now, beside: 1, explained: openTime(1000, trip)}, j.first)
	u.finished(j)
	s.onHave(&wire.Have{Pieces: []uint32{0}}, now.Add(took))
	assert.Equal(t, 1, u.slots.firsts)
	assert.InDelta(t, float64(took)/float64(openTime(1000, trip)), u.slots.slowed, 1e-9)
	require.Len(t, s.sending, 1, "the next one runs")
	assert.Nil(t, s.sending[0].first)
	u.finished(s.sending[0])
	s.onHave(&wire.Have{Pieces: []uint32{1}}, now.Add(2*took))
	assert.Equal(t, 1, u.slots.firsts)
	require.Len(t, stranger.sending, 1)
	assert.Nil(t, stranger.sending[0].first, "its round trip is not known")
}
