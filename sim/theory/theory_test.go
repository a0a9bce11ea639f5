package theory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim/theory"
)

const (
	kbit = 1e3
	mbit = 1e6
	gbit = 1e9
)

// crowd is n equal peers that all ask for one file of f bits at 0.
func crowd(n int, f, us, u, d float64) (theory.Links, []theory.Request) {
	l := theory.Links{Origin: us}
	var reqs []theory.Request
	for i := range n {
		l.Up = append(l.Up, u)
		l.Down = append(l.Down, d)
		reqs = append(reqs, theory.Request{Bits: f, Node: i})
	}
	return l, reqs
}

// The end-of-chapter problem of Kurose and Ross: distribute F = 15 Gbit over
// u_s = 30 Mbit/s to N peers with d = 2 Mbit/s and uplinks u. Editions differ in
// the uplinks, and the solutions of one reckon 1 Gbit as 1,024 Mbit and 1 Mbit
// as 1,024 kbit; both sets of published answers are here, in whole seconds.
func TestKuroseRossProblem(t *testing.T) {
	tests := []struct {
		name    string
		n       int
		f, u    float64
		cs, p2p float64
	}{
		{name: "decimal 10 x 300 kbit/s", n: 10, f: 15 * gbit, u: 300 * kbit, cs: 7500, p2p: 7500},
		{name: "decimal 100 x 300 kbit/s", n: 100, f: 15 * gbit, u: 300 * kbit, cs: 50000, p2p: 25000},
		{name: "decimal 1000 x 300 kbit/s", n: 1000, f: 15 * gbit, u: 300 * kbit, cs: 500000, p2p: 45455},
		{name: "decimal 100 x 700 kbit/s", n: 100, f: 15 * gbit, u: 700 * kbit, cs: 50000, p2p: 15000},
		{name: "decimal 1000 x 700 kbit/s", n: 1000, f: 15 * gbit, u: 700 * kbit, cs: 500000, p2p: 20548},
		{name: "decimal 10 x 2 Mbit/s", n: 10, f: 15 * gbit, u: 2 * mbit, cs: 7500, p2p: 7500},
		{name: "decimal 100 x 2 Mbit/s", n: 100, f: 15 * gbit, u: 2 * mbit, cs: 50000, p2p: 7500},
		{name: "decimal 1000 x 2 Mbit/s", n: 1000, f: 15 * gbit, u: 2 * mbit, cs: 500000, p2p: 7500},

		{name: "later edition 10 x 500 kbit/s", n: 10, f: 15 * gbit, u: 500 * kbit, cs: 7500, p2p: 7500},
		{name: "later edition 100 x 500 kbit/s", n: 100, f: 15 * gbit, u: 500 * kbit, cs: 50000, p2p: 18750},
		{name: "later edition 1000 x 500 kbit/s", n: 1000, f: 15 * gbit, u: 500 * kbit, cs: 500000, p2p: 28302},
		{name: "later edition 100 x 1 Mbit/s", n: 100, f: 15 * gbit, u: 1 * mbit, cs: 50000, p2p: 11538},
		{name: "later edition 1000 x 1 Mbit/s", n: 1000, f: 15 * gbit, u: 1 * mbit, cs: 500000, p2p: 14563},

		{name: "binary 10 x 300 kbit/s", n: 10, f: 15 * 1024 * mbit, u: 300.0 / 1024 * mbit, cs: 7680, p2p: 7680},
		{name: "binary 100 x 300 kbit/s", n: 100, f: 15 * 1024 * mbit, u: 300.0 / 1024 * mbit, cs: 51200, p2p: 25904},
		{name: "binary 1000 x 300 kbit/s", n: 1000, f: 15 * 1024 * mbit, u: 300.0 / 1024 * mbit, cs: 512000, p2p: 47559},
		{name: "binary 100 x 700 kbit/s", n: 100, f: 15 * 1024 * mbit, u: 700.0 / 1024 * mbit, cs: 51200, p2p: 15616},
		{name: "binary 1000 x 700 kbit/s", n: 1000, f: 15 * 1024 * mbit, u: 700.0 / 1024 * mbit, cs: 512000, p2p: 21525},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const us, d = 30 * mbit, 2 * mbit
			assert.InDelta(t, tt.cs, theory.KuroseRossCS(tt.n, tt.f, us, d), 0.5)
			assert.InDelta(t, tt.p2p, theory.KuroseRossP2P(tt.n, tt.f, us, d, float64(tt.n)*tt.u), 0.5)
			l, reqs := crowd(tt.n, tt.f, us, tt.u, d)
			assert.InDelta(t, tt.cs, theory.FluidClientServer(l, reqs), 0.5)
			assert.InDelta(t, tt.p2p, theory.FluidP2P(l, reqs), 0.5)
		})
	}
}

// The figure of Kurose and Ross that compares both architectures: F/u = 1 hour,
// u_s = 10u, d_min >= u_s. Client-server takes N/10 hours; P2P takes
// N/(10 + N) hours, always below one.
func TestKuroseRossFigure(t *testing.T) {
	const u, hour = 1 * mbit, 3600.0
	tests := []struct {
		name    string
		n       int
		cs, p2p float64 // hours
	}{
		{name: "one peer", n: 1, cs: 0.1, p2p: 0.1},
		{name: "ten peers", n: 10, cs: 1, p2p: 0.5},
		{name: "thirty peers", n: 30, cs: 3, p2p: 0.75},
		{name: "thirty-five peers", n: 35, cs: 3.5, p2p: 7.0 / 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, reqs := crowd(tt.n, hour*u, 10*u, u, 100*u)
			assert.InEpsilon(t, tt.cs*hour, theory.FluidClientServer(l, reqs), 1e-12)
			assert.InEpsilon(t, tt.p2p*hour, theory.FluidP2P(l, reqs), 1e-12)
		})
	}
	for n := 1; n <= 1000; n++ {
		require.Less(t, theory.KuroseRossP2P(n, hour*u, 10*u, 100*u, float64(n)*u), hour, "n = %d", n)
	}
}

func TestFluidBounds(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		name    string
		links   theory.Links
		reqs    []theory.Request
		cs, p2p float64
	}{
		{name: "no request", links: theory.Links{Origin: 1}, cs: 0, p2p: 0},
		{
			name:  "the file was held",
			links: theory.Links{Origin: 1, Up: []float64{1}, Down: []float64{1}},
			reqs:  []theory.Request{{Arrival: 5}},
			cs:    0, p2p: 0,
		},
		{
			name:  "downlink below uplink decides",
			links: theory.Links{Origin: 10, Up: []float64{100}, Down: []float64{2}},
			reqs:  []theory.Request{{Bits: 20}},
			cs:    10, p2p: 10,
		},
		{
			name:  "uplink below downlink decides",
			links: theory.Links{Origin: 2, Up: []float64{100}, Down: []float64{10}},
			reqs:  []theory.Request{{Bits: 20}},
			cs:    10, p2p: 10,
		},
		{
			name:  "downlink equal to the origin's uplink",
			links: theory.Links{Origin: 2, Up: []float64{0}, Down: []float64{2}},
			reqs:  []theory.Request{{Bits: 20}},
			cs:    10, p2p: 10,
		},
		{
			name:  "a late request starts a new suffix",
			links: theory.Links{Origin: 10, Up: []float64{0, 0}, Down: []float64{100, 100}},
			reqs:  []theory.Request{{Bits: 10, Node: 0}, {Arrival: 50, Bits: 10, Node: 1}},
			cs:    51, p2p: 51, // peers without an uplink are no help
		},
		{
			name:  "a late request for a file that is out already",
			links: theory.Links{Origin: 10, Up: []float64{10, 0}, Down: []float64{100, 100}},
			reqs:  []theory.Request{{Bits: 10, Node: 0}, {Arrival: 50, Bits: 10, Node: 1}},
			cs:    51, p2p: 50.5, // both uplinks can serve it
		},
		{
			name:  "a late request for a new file",
			links: theory.Links{Origin: 10, Up: []float64{10, 0}, Down: []float64{100, 100}},
			reqs:  []theory.Request{{Bits: 10, Node: 0, File: 1}, {Arrival: 50, Bits: 10, Node: 1, File: 2}},
			cs:    51, p2p: 51, // the origin alone has it
		},
		{
			name:  "distinct files each leave the origin once",
			links: theory.Links{Origin: 1, Up: []float64{100, 100, 100}, Down: []float64{50, 50, 50}},
			reqs:  []theory.Request{{Bits: 10, Node: 0, File: 1}, {Bits: 20, Node: 1, File: 2}, {Bits: 20, Node: 2, File: 2}},
			cs:    50, p2p: 30,
		},
		{
			name:  "one node's requests share its downlink",
			links: theory.Links{Origin: 100, Up: []float64{0, 0}, Down: []float64{1, 100}},
			reqs:  []theory.Request{{Bits: 5, Node: 0, File: 1}, {Arrival: 2, Bits: 5, Node: 0, File: 2}, {Arrival: 1, Bits: 5, Node: 1, File: 2}},
			cs:    10, p2p: 10,
		},
		{
			name:  "a request that failed first may have brought the file out",
			links: theory.Links{Origin: 1, Up: []float64{1000, 0}, Down: []float64{1000, 2000}},
			reqs:  []theory.Request{{Node: 0}, {Arrival: 50, Bits: 10, Node: 1}},
			cs:    60, p2p: 50 + 10.0/1001,
		},
		{
			name:  "a file that a peer held before",
			links: theory.Links{Origin: 1, Up: []float64{1000, 0}, Down: []float64{1000, 2000}},
			reqs:  []theory.Request{{Bits: 10, Node: 1, File: -1}},
			cs:    10, p2p: 10.0 / 1001,
		},
		{
			name:  "an origin that cannot send",
			links: theory.Links{Up: []float64{1}, Down: []float64{1}},
			reqs:  []theory.Request{{Bits: 1}},
			cs:    inf, p2p: inf,
		},
		{
			name:  "a peer that cannot receive",
			links: theory.Links{Origin: 1, Up: []float64{1}, Down: []float64{0}},
			reqs:  []theory.Request{{Bits: 1}},
			cs:    inf, p2p: inf,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if math.IsInf(tt.cs, 1) {
				assert.Equal(t, tt.cs, theory.FluidClientServer(tt.links, tt.reqs))
				assert.Equal(t, tt.p2p, theory.FluidP2P(tt.links, tt.reqs))
				return
			}
			assert.InDelta(t, tt.cs, theory.FluidClientServer(tt.links, tt.reqs), 1e-9)
			assert.InDelta(t, tt.p2p, theory.FluidP2P(tt.links, tt.reqs), 1e-9)
		})
	}
}

// The general bounds equal the closed forms when everybody asks for one file at
// once, with any mix of rates.
func TestFluidEqualsKuroseRoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(1, 1e9)
		n := rapid.IntRange(1, 50).Draw(t, "n")
		f := rapid.Float64Range(1, 1e12).Draw(t, "F")
		l := theory.Links{Origin: rate.Draw(t, "us")}
		var reqs []theory.Request
		dmin, sum := math.Inf(1), 0.0
		for i := range n {
			u, d := rate.Draw(t, "u"), rate.Draw(t, "d")
			l.Up, l.Down = append(l.Up, u), append(l.Down, d)
			reqs = append(reqs, theory.Request{Bits: f, Node: i})
			dmin, sum = min(dmin, d), sum+u
		}
		assert.InEpsilon(t, theory.KuroseRossCS(n, f, l.Origin, dmin), theory.FluidClientServer(l, reqs), 1e-9)
		assert.InEpsilon(t, theory.KuroseRossP2P(n, f, l.Origin, dmin, sum), theory.FluidP2P(l, reqs), 1e-9)
	})
}

// naive evaluates both formulas by their definition, in quadratic time.
func naive(l theory.Links, reqs []theory.Request) (cs, p2p float64) {
	uplinks := l.Origin
	for _, u := range l.Up {
		uplinks += u
	}
	first, size := map[int]float64{}, map[int]float64{}
	for _, r := range reqs {
		if at, ok := first[r.File]; !ok || r.Arrival < at {
			first[r.File] = r.Arrival
		}
		size[r.File] = max(size[r.File], r.Bits)
	}
	for _, k := range reqs {
		var total, copies, down float64
		node := make([]float64, len(l.Down))
		for _, j := range reqs {
			if j.Arrival >= k.Arrival {
				total += j.Bits
				node[j.Node] += j.Bits
			}
		}
		for file, at := range first {
			if at >= k.Arrival && file >= 0 {
				copies += size[file]
			}
		}
		for i, b := range node {
			down = max(down, b/l.Down[i])
		}
		if total > 0 {
			cs = max(cs, k.Arrival+max(total/l.Origin, down))
			p2p = max(p2p, k.Arrival+max(total/uplinks, copies/l.Origin, down))
		}
	}
	return cs, p2p
}

func TestFluidEqualsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(1, 1e6)
		n := rapid.IntRange(1, 6).Draw(t, "n")
		l := theory.Links{Origin: rate.Draw(t, "us")}
		for range n {
			l.Up, l.Down = append(l.Up, rate.Draw(t, "u")), append(l.Down, rate.Draw(t, "d"))
		}
		reqs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) theory.Request {
			return theory.Request{
				Arrival: float64(rapid.IntRange(0, 8).Draw(t, "arrival")), // few instants, so that many coincide
				Bits:    float64(rapid.IntRange(0, 1000).Draw(t, "bits")),
				Node:    rapid.IntRange(0, n-1).Draw(t, "node"),
				File:    rapid.IntRange(-1, 4).Draw(t, "file"),
			}
		}), 0, 30).Draw(t, "requests")
		cs, p2p := naive(l, reqs)
		assert.InDelta(t, cs, theory.FluidClientServer(l, reqs), 1e-9*(1+cs))
		assert.InDelta(t, p2p, theory.FluidP2P(l, reqs), 1e-9*(1+p2p))
		assert.LessOrEqual(t, p2p, cs*(1+1e-9), "peers that help cannot raise the bound")
	})
}

// Values of the formula, and its two ends: one piece doubles the holders every
// F/u seconds, many pieces approach the fluid bound F/u.
func TestMundingerWeberWeiss(t *testing.T) {
	tests := []struct {
		name    string
		peers   int
		u, us   float64
		size, p float64
		want    float64
		ok      bool
	}{
		{name: "one peer", peers: 1, u: 2, us: 2, size: 8, p: 1, want: 4, ok: true},
		{name: "two peers one piece", peers: 2, u: 1, us: 1, size: 1, p: 1, want: 2, ok: true},
		{name: "three peers one piece", peers: 3, u: 1, us: 1, size: 1, p: 1, want: 2, ok: true},
		{name: "four peers one piece", peers: 4, u: 1, us: 1, size: 1, p: 1, want: 3, ok: true},
		{name: "seven peers four pieces", peers: 7, u: 2, us: 2, size: 8, p: 2, want: 6, ok: true},
		{name: "a thousand peers a thousand pieces", peers: 1000, u: 1, us: 1, size: 1000, p: 1, want: 1009, ok: true},
		{name: "no peer", peers: 0, u: 1, us: 1, size: 1, p: 1},
		{name: "the origin is faster", peers: 2, u: 1, us: 1.000001, size: 1, p: 1},
		{name: "a last piece that is shorter", peers: 2, u: 1, us: 1, size: 9, p: 2},
		{name: "no uplink", peers: 2, size: 1, p: 1},
		{name: "no size", peers: 2, u: 1, us: 1, p: 1},
		{name: "no piece size", peers: 2, u: 1, us: 1, size: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, reqs := crowd(tt.peers, tt.size, tt.us, tt.u, 100*tt.u)
			got, ok := theory.MundingerWeberWeiss(l, tt.size, tt.p)
			require.Equal(t, tt.ok, ok)
			assert.InDelta(t, tt.want, got, 1e-12)
			if ok {
				assert.GreaterOrEqual(t, got, theory.FluidP2P(l, reqs), "pieces cannot beat the fluid")
			}
		})
	}
	t.Run("unequal peers", func(t *testing.T) {
		_, ok := theory.MundingerWeberWeiss(theory.Links{Origin: 1, Up: []float64{1, 2}, Down: []float64{1, 1}}, 1, 1)
		assert.False(t, ok)
	})
}

func TestHeaderOverhead(t *testing.T) {
	assert.InDelta(t, 0.9653, 1/theory.HeaderOverhead, 1e-4)
	assert.InDelta(t, 1.0359, theory.HeaderOverhead, 1e-4)
}

func BenchmarkFluidP2P(b *testing.B) {
	const n = 100_000
	l, reqs := crowd(n, 1e6, 1e7, 1e6, 1e7)
	for k := range reqs {
		reqs[k].Arrival = float64((k * 7919) % n)
	}
	for b.Loop() {
		theory.FluidP2P(l, reqs)
	}
}
