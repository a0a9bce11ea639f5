package theory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"versus/sim/theory"
)

// campus is two peers (0, 1) behind a link and two outside (2, 3).
func campus(us, up, down float64, s theory.Shared) theory.Links {
	return theory.Links{
		Origin: us,
		Up:     []float64{up, up, up, up},
		Down:   []float64{down, down, down, down},
		Shared: []theory.Shared{s},
	}
}

func TestSharedLinkBounds(t *testing.T) {
	const big = 1e6
	behind := []int{0, 1}
	everybody := []theory.Request{{Bits: 12, Node: 0}, {Bits: 12, Node: 1}, {Bits: 12, Node: 2}, {Bits: 12, Node: 3}}
	tests := []struct {
		name    string
		links   theory.Links
		reqs    []theory.Request
		cs, p2p float64
	}{
		{
			name:  "each member's copy crosses, or one for all of them",
			links: campus(big, big, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs:  everybody,
			cs:    24 / 2.0, p2p: 12 / 2.0,
		},
		{
			name:  "the uplink carries nothing from an origin outside",
			links: campus(big, big, big, theory.Shared{Up: 1e-3, Down: big, Peers: behind}),
			reqs:  everybody,
			cs:    48 / big, p2p: 12 / big, // one downlink
		},
		{
			name:  "an origin inside sends to those outside over the uplink",
			links: campus(big, big, big, theory.Shared{Up: 3, Down: 1e-3, Peers: behind, Origin: true}),
			reqs:  everybody,
			cs:    24 / 3.0, p2p: 12 / 3.0,
		},
		{
			name:  "two files cross once each",
			links: campus(big, big, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs: []theory.Request{
				{Bits: 12, Node: 0, File: 1}, {Bits: 12, Node: 1, File: 1},
				{Bits: 6, Node: 0, File: 2}, {Bits: 6, Node: 1, File: 2}},
			cs: 36 / 2.0, p2p: 18 / 2.0,
		},
		{
			name:  "a late member finds the file inside",
			links: campus(big, big, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs:  []theory.Request{{Bits: 12, Node: 0}, {Arrival: 50, Bits: 12, Node: 1}},
			cs:    50 + 12/2.0, p2p: 50 + 12/big,
		},
		{
			name:  "a file that is outside only has to cross late",
			links: campus(big, big, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs:  []theory.Request{{Bits: 12, Node: 2}, {Arrival: 50, Bits: 12, Node: 1}},
			cs:    50 + 12/2.0, p2p: 50 + 12/2.0,
		},
		{
			name:  "a member that failed may have brought a part inside",
			links: campus(big, big, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs:  []theory.Request{{Node: 0}, {Arrival: 50, Bits: 12, Node: 1}},
			cs:    50 + 12/2.0, p2p: 50 + 12/big,
		},
		{
			name:  "members whose uplinks are too slow to pass on one copy in time",
			links: campus(big, 0.25, big, theory.Shared{Up: big, Down: 2, Peers: behind}),
			reqs:  everybody,
			cs:    24 / 2.0, p2p: 24 / (0.25 + 0.25 + 2),
		},
		{
			name:  "those outside are fed by the origin, each other and the link",
			links: campus(1, 0.5, big, theory.Shared{Up: 1, Down: big, Peers: behind}),
			reqs:  []theory.Request{{Bits: 30, Node: 2}, {Bits: 30, Node: 3}},
			cs:    60, p2p: 30, // one copy over u_s; more than 60/(1 + 1 + 1) over the cut
		},
		{
			name:  "those outside ask for what is out already",
			links: campus(1, 0.5, big, theory.Shared{Up: 0.25, Down: big, Peers: behind}),
			reqs:  []theory.Request{{Bits: 30, Node: 2, File: -1}, {Bits: 30, Node: 3, File: -1}},
			cs:    60, p2p: 60 / (1 + 0.5 + 0.5 + 0.25),
		},
		{
			name:  "a link without a rate",
			links: campus(1, 1, 1, theory.Shared{Peers: behind}),
			reqs:  everybody,
			cs:    math.Inf(1), p2p: math.Inf(1),
		},
		{
			name:  "nobody behind it asks",
			links: campus(4, 0, big, theory.Shared{Peers: behind}),
			reqs:  []theory.Request{{Bits: 12, Node: 2}},
			cs:    3, p2p: 3,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cs, p2p := theory.FluidClientServer(tt.links, tt.reqs), theory.FluidP2P(tt.links, tt.reqs)
			if math.IsInf(tt.cs, 1) {
				assert.Equal(t, []float64{tt.cs, tt.p2p}, []float64{cs, p2p})
				return
			}
			assert.InDelta(t, tt.cs, cs, 1e-9)
			assert.InDelta(t, tt.p2p, p2p, 1e-9)
			_, ok := theory.MundingerWeberWeiss(tt.links, 12, 1)
			assert.False(t, ok, "the closed form knows no shared links")
		})
	}
}

// A shared link can only raise a bound, one that is fast enough changes nothing,
// and peers that help never raise it.
func TestSharedLinksOnlyRaiseBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(1, 1e6)
		n := rapid.IntRange(1, 6).Draw(t, "n")
		l := theory.Links{Origin: rate.Draw(t, "us")}
		total := l.Origin
		var behind []int
		for i := range n {
			l.Up, l.Down = append(l.Up, rate.Draw(t, "u")), append(l.Down, rate.Draw(t, "d"))
			total += l.Up[i]
			if rapid.Bool().Draw(t, "behind") {
				behind = append(behind, i)
			}
		}
		reqs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) theory.Request {
			return theory.Request{
				Arrival: float64(rapid.IntRange(0, 8).Draw(t, "arrival")),
				Bits:    float64(rapid.IntRange(0, 1000).Draw(t, "bits")),
				Node:    rapid.IntRange(0, n-1).Draw(t, "node"),
				File:    rapid.IntRange(-1, 4).Draw(t, "file"),
			}
		}), 0, 30).Draw(t, "requests")
		cs, p2p := theory.FluidClientServer(l, reqs), theory.FluidP2P(l, reqs)

		shared := theory.Shared{
			Up: rate.Draw(t, "up"), Down: rate.Draw(t, "down"), Peers: behind, Origin: rapid.Bool().Draw(t, "origin")}
		l.Shared = []theory.Shared{shared}
		csShared, p2pShared := theory.FluidClientServer(l, reqs), theory.FluidP2P(l, reqs)
		assert.GreaterOrEqual(t, csShared, cs)
		assert.GreaterOrEqual(t, p2pShared, p2p)
		assert.LessOrEqual(t, p2pShared, csShared*(1+1e-9), "peers that help cannot raise the bound")

		l.Shared[0].Up, l.Shared[0].Down = total*1e3, total*1e3
		assert.InDelta(t, cs, theory.FluidClientServer(l, reqs), 1e-9*(1+cs))
		assert.InDelta(t, p2p, theory.FluidP2P(l, reqs), 1e-9*(1+p2p))
	})
}
