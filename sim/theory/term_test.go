package theory_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/sim/theory"
)

// Each term of D_cs and D_p2p in turn is the largest one.
func TestTermThatSetsTheBound(t *testing.T) {
	const f = 100 * mbit
	for _, tt := range []struct {
		name        string
		n           int
		us, u, d    float64 // bit/s
		shared      float64 // downlink of a link that all peers lie behind; 0 without one
		cs, p2p     theory.Term
		csS, p2pS   float64
		nothingToDo bool
	}{
		{name: "many peers", n: 40, us: 50 * mbit, u: 10 * mbit, d: 50 * mbit,
			cs: theory.OriginUplink, csS: 80, p2p: theory.AllUplinks, p2pS: 4000. / 450},
		{name: "slow downlinks", n: 2, us: 50 * mbit, u: 10 * mbit, d: 5 * mbit,
			cs: theory.PeerDownlink, csS: 20, p2p: theory.PeerDownlink, p2pS: 20},
		{name: "a slow origin", n: 10, us: 1 * mbit, u: 100 * mbit, d: 200 * mbit,
			cs: theory.OriginUplink, csS: 1000, p2p: theory.OriginUplink, p2pS: 100},
		{name: "one peer, all equal", n: 1, us: 10 * mbit, u: 0, d: 10 * mbit,
			cs: theory.OriginUplink, csS: 10, p2p: theory.OriginUplink, p2pS: 10},
		{name: "behind a campus link", n: 4, us: 50 * mbit, u: 50 * mbit, d: 50 * mbit, shared: 10 * mbit,
			cs: theory.SharedLink, csS: 40, p2p: theory.SharedLink, p2pS: 10},
		{name: "nothing to send", n: 3, us: 50 * mbit, u: 10 * mbit, d: 50 * mbit, nothingToDo: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, reqs := crowd(tt.n, f, tt.us, tt.u, tt.d)
			if tt.nothingToDo {
				l, reqs = crowd(tt.n, 0, tt.us, tt.u, tt.d)
			}
			if tt.shared > 0 {
				s := theory.Shared{Up: tt.shared, Down: tt.shared}
				for i := range tt.n {
					s.Peers = append(s.Peers, i)
				}
				l.Shared = append(l.Shared, s)
			}
			seconds, term := theory.ClientServerTerm(l, reqs)
			assert.Equal(t, tt.cs, term)
			assert.InDelta(t, tt.csS, seconds, 1e-9)
			seconds, term = theory.P2PTerm(l, reqs)
			assert.Equal(t, tt.p2p, term)
			assert.InDelta(t, tt.p2pS, seconds, 1e-9)
		})
	}
}
