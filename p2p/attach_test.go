package p2p

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/p2p/wire"
)

func TestWanted(t *testing.T) {
	const usual = 4
	tests := []struct {
		name       string
		neighbours int
		uplink     float64 // bytes per second, 0 for unknown
		used       float64 // of it
		intake     float64 // bytes per second
		others     float64 // bytes per second of each neighbour's uplink, 0 for unknown
		over       bool    // the node has the file
		want       int
		spare      bool
	}{
		{name: "those that are missing", neighbours: 1, uplink: 1000, used: 1000, intake: 1000, want: 3},
		{name: "an idle uplink that its neighbours can fill", neighbours: 4, uplink: 1000, intake: 1000},
		{name: "one that they cannot", neighbours: 4, uplink: 3500, intake: 1000, want: extraNeighbours, spare: true},
		{name: "which is full all the same", neighbours: 4, uplink: 3500, used: 3500, intake: 1000},
		{name: "nearly enough", neighbours: 6, uplink: 3500, intake: 1000, want: extraNeighbours, spare: true},
		{name: "enough", neighbours: 7, uplink: 3500, intake: 1000, want: usual - 7},
		{name: "one that fills many more, full or not", neighbours: 4, uplink: 6000, used: 6000, intake: 1000, want: 10, spare: true},
		{name: "which has them", neighbours: 24, uplink: 6000, used: 6000, intake: 1000, want: usual - 24},
		{name: "never more than so many", neighbours: 4, uplink: 1e9, intake: 1000, want: (mostNeighbours*usual - 4) / 2, spare: true},
		{name: "nothing has come", neighbours: 4, uplink: 8000},
		{name: "nothing has gone", neighbours: 4, intake: 1000},
		{name: "who has the file wants nobody for itself", neighbours: 1, uplink: 1000, used: 1000, intake: 1000, over: true},
		{name: "but gives what it can", neighbours: 1, uplink: 5000, intake: 1000, over: true, want: 4, spare: true},
		{name: "three times as fast as its neighbours", neighbours: 4, uplink: 3000, used: 3000, intake: 3000, others: 1000, want: 4, spare: true},
		{name: "half as fast again, beside fast ones", neighbours: 4, uplink: 1600, used: 1600, intake: 3000, others: 1000, want: extraNeighbours, spare: true},
		{name: "hardly faster", neighbours: 4, uplink: 1400, used: 1400, intake: 3000, others: 1000},
		{name: "faster than too few to say", neighbours: 2, uplink: 3000, used: 3000, intake: 3000, others: 1000, want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sh, _ := idleShare(1, tt.neighbours)
			sh.node.dep.settings.neighbours = usual
			sh.node.uploads.slots = newSlots(1)
			if tt.uplink > 0 {
				sh.node.uploads.slots.rates = []float64{tt.uplink, tt.uplink}
			}
			sh.node.uploads.slots.used = tt.used
			if tt.used > 0 {
				sh.node.uploads.active = []*job{{}}
			}
			for _, s := range sh.sessions {
				s.uplink = tt.others
			}
			sh.intake, sh.over = steady(tt.intake), tt.over
			want, spare := sh.wanted()
			assert.Equal(t, tt.want, want)
			assert.Equal(t, tt.spare, spare)
		})
	}
}

// TestUplinkMeasuredAnew: a neighbour that does not know what its uplink carries has known
// it before, and counts with that.
func TestUplinkMeasuredAnew(t *testing.T) {
	sh, sessions := quietShare(10, leastKnown, 2)
	for _, s := range sessions {
		s.onHave(&wire.Have{Uplink: 1000}, now)
	}
	sh.node.uploads.slots.rates = []float64{4e6, 4e6}
	assert.InDelta(t, 4, sh.outdoes(), 1e-9)
	sessions[0].onHave(&wire.Have{}, now)
	assert.InDelta(t, 4, sh.outdoes(), 1e-9)
	sessions[0].onHave(&wire.Have{Uplink: 4000}, now)
	assert.InDelta(t, 2, sh.outdoes(), 1e-9)
}

// TestFastPeersWaitLess: a fast uplink does not wait long for somebody to serve.
func TestFastPeersWaitLess(t *testing.T) {
	sh, sessions := idleShare(1, leastKnown)
	sh.node.uploads.slots = newSlots(1)
	sh.node.uploads.slots.rates = []float64{3e6, 3e6}
	assert.Equal(t, neighboursLongest, sh.askAgain(neighboursLongest), "nothing is known of the others")
	for _, s := range sessions {
		s.uplink = 3e6
	}
	assert.Equal(t, neighboursLongest, sh.askAgain(neighboursLongest), "they are as fast")
	for _, s := range sessions {
		s.uplink = 1e6
	}
	assert.Equal(t, neighboursFast, sh.askAgain(neighboursLongest))
	assert.Equal(t, neighboursPeriod, sh.askAgain(neighboursPeriod))
}
