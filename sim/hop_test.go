package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A burst that is a little longer than the turn is served as one where nobody
// else waits.
func TestTurnsOfAHop(t *testing.T) {
	const turn = 41 // packets in 10 ms of the link
	for _, tt := range []struct {
		name   string
		active int
		burst  int64   // packets
		want   []int64 // packets of each turn
	}{
		{"a turn", 1, turn, []int64{turn}},
		{"a packet more", 1, turn + 1, []int64{turn + 1}},
		{"a quarter more", 1, turn + turn/4, []int64{turn + turn/4}},
		{"more than a quarter", 1, turn + turn/4 + 1, []int64{turn, turn/4 + 1}},
		{"a packet more, in company", 2, turn/2 + 2, []int64{turn/2 + 1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &link{active: tt.active}
			l.configure(50_000_000, 0, 0, GilbertElliott{})
			h := &hop{leg: leg{link: l}, index: 1, listed: true}
			brst := burst{bytes: tt.burst * MSS}
			h.bursts = []burst{brst}
			h.account(brst.wire())
			var got []int64
			for brst, ok := h.take(nil); ok; brst, ok = h.take(nil) {
				got = append(got, brst.packets())
			}
			assert.Equal(t, tt.want, got)
			assert.Zero(t, h.queued)
			assert.Zero(t, l.queued)
		})
	}
}
