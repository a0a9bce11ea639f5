package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEarly(t *testing.T) {
	waiting := &lane{granted: 1}
	u := uploads{slots: newSlots(1), early: 1}
	u.lanes.add(waiting)
	u.lacked(2)
	u.lacked(2)
	assert.Equal(t, 3, u.early, "a slot got free and the answer to a grant had not come")
	u.active = []*job{{}}
	u.lacked(2)
	assert.Equal(t, 3, u.early, "half of the slots are in use")
	u.active, waiting.granted = nil, 0
	u.lacked(2)
	assert.Equal(t, 3, u.early, "nobody was asked")
	u.queue = []*job{{}}
	u.crowded()
	assert.Equal(t, 3, u.early, "the next is there: as it should be")
	u.queue = []*job{{}, {}}
	for range 5 {
		u.crowded()
	}
	assert.Equal(t, 1, u.early, "it never falls below one")
}

func TestAhead(t *testing.T) {
	const piece = 1000
	tests := []struct {
		name         string
		rate         float64 // bytes per second of the uplink
		reply        time.Duration
		slots, early int
		want         int
	}{
		{name: "nothing is known", slots: 3, early: 1, want: 1},
		{name: "two and a half pieces leave while a grant is answered", rate: 10 * piece, reply: 250 * time.Millisecond, slots: 3, early: 1, want: 3},
		{name: "slots were found empty", rate: 10 * piece, reply: 10 * time.Millisecond, slots: 8, early: 4, want: 4},
		{name: "but not for want of promises", rate: 10 * piece, reply: 10 * time.Millisecond, slots: 8, early: mostSlots, want: 6},
		{name: "a slow uplink promises little", rate: piece / 2, reply: time.Second, slots: 8, early: mostSlots, want: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := uploads{slots: newSlots(tt.slots), early: tt.early, reply: tt.reply}
			u.slots.rates = []float64{tt.rate, tt.rate}
			assert.Equal(t, tt.want, u.ahead(piece))
		})
	}
}

func TestTrip(t *testing.T) {
	u := uploads{slots: newSlots(1)}
	u.answered(50 * time.Millisecond)
	assert.Equal(t, 50*time.Millisecond, u.slots.trip)
	u.answered(10 * time.Second)
	assert.Equal(t, tripMost, u.slots.trip, "who answers late is busy")
}

func TestLevel(t *testing.T) {
	u := uploads{slots: newSlots(1)}
	assert.Zero(t, u.level(1e9), "nothing is known of this uplink")
	u.slots.rates = []float64{1000}
	for spare, want := range map[float64]int{0: 0, 400: 0, 600: 1, 1100: 2, 2100: 3, 1e9: mostLevel} {
		assert.Equal(t, want, u.level(spare), "%v bytes per second beside 1000", spare)
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
