package p2p

import (
	"testing"

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

func TestLevel(t *testing.T) {
	u := uploads{slots: newSlots(1)}
	assert.Zero(t, u.level(1e9), "nothing is known of this uplink")
	u.slots.rates = []float64{1000}
	for spare, want := range map[float64]int{0: 0, 400: 0, 600: 1, 1100: 2, 2100: 3, 1e9: mostLevel} {
		assert.Equal(t, want, u.level(spare), "%v bytes per second beside 1000", spare)
	}
}
