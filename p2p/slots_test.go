package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// uplink is a naive model of what slots measures: each upload gets its
// receiver's rate, all together no more than the uplink's.
type uplink struct {
	rate     float64 // bytes per second
	receiver float64 // bytes per second
	wanted   int     // uploads that neighbours would take
}

// play runs the model for a while and returns the average of the limit in the
// last half.
func (u uplink) play(s *slots, from time.Time, d time.Duration) float64 {
	const step = 10 * time.Millisecond
	var sum, n float64
	for at := time.Duration(0); at < d; at += step {
		running := min(s.limit(64<<10), u.wanted)
		rate := min(u.rate, float64(running)*u.receiver)
		s.sent(from.Add(at), int(rate*step.Seconds()), 64<<10, running)
		if at > d/2 {
			sum += float64(s.limit(64 << 10))
			n++
		}
	}
	return sum / n
}

func TestSlotsSettle(t *testing.T) {
	const megabyte = 1e6
	tests := []struct {
		name     string
		start    int
		link     uplink
		min, max float64
	}{
		{name: "one receiver fills the uplink", start: 4, link: uplink{rate: megabyte, receiver: 5 * megabyte, wanted: 100}, min: 1, max: 2},
		{name: "from a single slot too", start: 1, link: uplink{rate: megabyte, receiver: 5 * megabyte, wanted: 100}, min: 1, max: 2},
		{name: "it takes ten receivers", start: 4, link: uplink{rate: 10 * megabyte, receiver: megabyte, wanted: 100}, min: 8, max: 16},
		{name: "it takes forty", start: 4, link: uplink{rate: 40 * megabyte, receiver: megabyte, wanted: 100}, min: 32, max: 64},
		{name: "there are not enough to fill it", start: 4, link: uplink{rate: 40 * megabyte, receiver: megabyte, wanted: 5}, min: 5, max: 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlots(tt.start)
			got := tt.link.play(s, time.Unix(1000, 0), 60*time.Second)
			assert.GreaterOrEqual(t, got, tt.min)
			assert.LessOrEqual(t, got, tt.max)
		})
	}
}

func TestSlotsFollowTheReceivers(t *testing.T) {
	s := newSlots(4)
	start := time.Unix(1000, 0)
	alone := uplink{rate: 10e6, receiver: 20e6, wanted: 50}.play(s, start, 30*time.Second)
	assert.LessOrEqual(t, alone, 2.0)
	shared := uplink{rate: 10e6, receiver: 1e6, wanted: 50}.play(s, start.Add(30*time.Second), 30*time.Second)
	assert.GreaterOrEqual(t, shared, 8.0)
}

// TestSlotsGoOnFromWhatRuns: new connections need so many uploads that fewer were tried
// in vain. When receivers get slower, more come on top of those that run.
func TestSlotsGoOnFromWhatRuns(t *testing.T) {
	const rate, start, slower = 25e6, 40, 60
	s := newSlots(1)
	s.met(50 * time.Millisecond)
	first := uplink{rate: rate, receiver: rate / start, wanted: 100}.play(s, now, 30*time.Second)
	assert.InDelta(t, 47, first, 5)
	then := uplink{rate: rate, receiver: rate / slower, wanted: 100}.play(s, now.Add(30*time.Second), 30*time.Second)
	assert.GreaterOrEqual(t, then, 0.9*slower)
}

func TestSlotsKeepUploadsShort(t *testing.T) {
	s := newSlots(16)
	uplink{rate: 100e3, receiver: 100e3, wanted: 1}.play(s, time.Unix(1000, 0), 20*time.Second)
	four := int(100e3*longestUpload.Seconds()/4) + 1 // bytes of a piece of which three end in time, and not four
	assert.Equal(t, 3, s.limit(four))
	assert.Equal(t, 2, s.limit(16<<20), "two at least, so that a slow receiver holds nobody up")
}

// TestSlotsFillTheUplink: as many uploads run as new connections need to fill it,
// whatever has been tried.
func TestSlotsFillTheUplink(t *testing.T) {
	const far, near = 50 * time.Millisecond, 20 * time.Millisecond
	tests := []struct {
		name        string
		rate, piece int // bytes per second, bytes
		trip        time.Duration
		tried, want int
	}{
		{name: "ten pieces leave in a trip, each takes 3.3", rate: 10 * 128 << 10 * 20, piece: 128 << 10, trip: far, tried: 2, want: 34},
		{name: "half of one, each takes 4.3", rate: 10 * 256 << 10, piece: 256 << 10, trip: far, tried: 1, want: 3},
		{name: "near: a fifth of one", rate: 10 * 256 << 10, piece: 256 << 10, trip: near, tried: 1, want: 1},
		{name: "slow: a twentieth of one", rate: 256 << 10, piece: 256 << 10, trip: far, tried: 2, want: 2},
		{name: "never more than so many", rate: 1e9, piece: 64 << 10, trip: far, tried: 2, want: mostSlots},
		{name: "nothing is known of the neighbours", rate: 1e9, piece: 64 << 10, tried: 2, want: 2},
		{name: "nothing is known of the uplink", piece: 64 << 10, trip: far, tried: 2, want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlots(tt.tried)
			if tt.trip > 0 {
				s.met(tt.trip)
			}
			if tt.rate > 0 {
				s.rates = []float64{float64(tt.rate), float64(tt.rate)}
			}
			assert.Equal(t, tt.want, s.limit(tt.piece))
		})
	}
}

func TestSlotsSpare(t *testing.T) {
	s := newSlots(1)
	assert.Zero(t, s.spare(), "nothing is known")
	now := time.Unix(1000, 0)
	run := func(rate float64, d time.Duration) {
		for range d / tickInterval {
			for range 5 {
				s.sent(now, int(rate*tickInterval.Seconds()/5), 64<<10, 1)
				now = now.Add(tickInterval / 5)
			}
			s.tick(tickInterval)
		}
	}
	run(1e6, 10*time.Second)
	assert.InDelta(t, 1e6, s.best(), 0.1e6)
	assert.Zero(t, s.spare(), "it is full")
	run(0, 5*time.Second)
	assert.InDelta(t, 1e6, s.spare(), 0.1e6, "all of it")
}

func TestSlotsBegin(t *testing.T) {
	tests := []struct {
		name  string
		piece int // bytes
		trip  time.Duration
		want  int
	}{
		{name: "near: one upload fills a usual uplink", piece: 256 << 10, trip: 20 * time.Millisecond, want: 1},
		{name: "far: it takes several", piece: 256 << 10, trip: 60 * time.Millisecond, want: 3},
		{name: "small pieces end before the window has opened", piece: 16 << 10, trip: 20 * time.Millisecond, want: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlots(3)
			s.begin(3, tt.piece, tt.trip)
			assert.Equal(t, tt.want, s.limit(tt.piece))
		})
	}
	s := newSlots(3)
	assert.False(t, s.known())
	uplink{rate: 1e6, receiver: 1e6, wanted: 9}.play(s, now, 2*time.Second)
	assert.True(t, s.known(), "it was measured")
}

// TestSlotsJudgeTheFirstUpload: what a lone upload takes says whether a second would
// only share the link with it.
func TestSlotsJudgeTheFirstUpload(t *testing.T) {
	const piece = 256 << 10
	for _, tt := range []struct {
		name       string
		trip, took time.Duration
		stays      bool
	}{
		{name: "longer than the connection explains: one is enough", trip: 20 * time.Millisecond, took: 200 * time.Millisecond, stays: true},
		{name: "no longer: more may be", trip: 20 * time.Millisecond, took: 120 * time.Millisecond},
		{name: "longer, but soon over: windows tell more", trip: 2 * time.Millisecond, took: 80 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlots(3)
			s.begin(3, piece, tt.trip)
			s.sent(now, piece/2, piece, 1)
			s.sent(now.Add(tt.took/2), piece/2, piece, 1)
			assert.True(t, s.known(), "it is not chosen again")
			s.arrived(nil, now.Add(tt.took))
			assert.Equal(t, 1, s.limit(piece))
			for at := tt.took; at < time.Second; at += 10 * time.Millisecond {
				s.sent(now.Add(at), 10<<10, piece, 1)
			}
			if tt.stays {
				assert.Equal(t, 1, s.limit(piece))
			} else {
				assert.Greater(t, s.limit(piece), 1)
			}
		})
	}
}

// TestSlotsGoOnWhileUploadsAreQuick: at the start, an attempt with more that gained nothing
// need not mean that the link is full: there may have been little to send. What the first
// uploads over new connections take tells.
func TestSlotsGoOnWhileUploadsAreQuick(t *testing.T) {
	const piece, trip = 128 << 10, 50 * time.Millisecond
	explained := openTime(piece, trip)
	assert.InDelta(t, 217*time.Millisecond, explained, float64(time.Millisecond), "(log2(10.05) + 1) trips")
	quick, slow := explained, 2*explained
	for _, tt := range []struct {
		name   string
		took   time.Duration
		beside int // uploads that ran
		known  bool
		want   int // slots
	}{
		{name: "as new connections explain: more are tried", took: quick, beside: 3, want: 4},
		{name: "longer: the link is full", took: slow, beside: 3, known: true, want: 3},
		{name: "quick with fewer uploads says nothing", took: quick, beside: 2, want: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSlots(3)
			s.begin(3, piece, trip)
			at := now
			window := func() {
				for range 11 {
					s.sent(at, 10<<10, piece, s.n)
					at = at.Add(startTime / 10)
				}
			}
			window()
			assert.Equal(t, 4, s.limit(piece))
			window()
			assert.Equal(t, 3, s.limit(piece), "the fourth gained nothing")
			assert.False(t, s.started)
			for range leastFirsts {
				s.arrived(&firstUpload{began: at.Add(-tt.took), beside: tt.beside, explained: explained}, at)
			}
			window()
			assert.Equal(t, tt.known, s.started)
			assert.Equal(t, tt.want, s.n)
			if tt.want == 3 {
				window()
				window()
				window()
				assert.True(t, s.started, "it does not wait for long")
				assert.Equal(t, 3, s.n)
			}
		})
	}
}

// TestSlotsKnowFullReceivers: where the receivers' downlinks are full, more uploads gain
// nothing, and each takes longer.
func TestSlotsKnowFullReceivers(t *testing.T) {
	s := newSlots(2)
	link := uplink{rate: 10e6, receiver: 5e6, wanted: 100}
	link.play(s, now, 20*time.Second)
	link.rate = 4e6
	most := 0
	for at := 20 * time.Second; at < 24*time.Second; at += time.Second / 10 {
		link.play(s, now.Add(at), time.Second/10)
		most = max(most, s.limit(64<<10))
	}
	assert.LessOrEqual(t, most, 10)
}
