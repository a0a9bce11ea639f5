package p2p

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"versus/sim"
)

// flash is 40 home peers and a faster origin.
func flash(seed uint64) swarmCase {
	return swarmCase{name: "flash", size: 16 << 20, piece: 256 << 10, seed: seed,
		origin: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{{"home", 40, sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 20 * time.Millisecond}}}}
}

// published has the links of the scenario mixed-links.
func published(seed uint64) swarmCase {
	return swarmCase{name: "published", size: 32 << 20, piece: 256 << 10, seed: seed,
		origin: sim.Link{Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: 5 * time.Millisecond},
		groups: []group{
			{"fibre", 14, sim.Link{Uplink: 50 * mbit, Downlink: 150 * mbit, Delay: 12 * time.Millisecond}},
			{"cable", 13, sim.Link{Uplink: 20 * mbit, Downlink: 270 * mbit, Delay: 16 * time.Millisecond}},
			{"dsl", 11, sim.Link{Uplink: 8 * mbit, Downlink: 33 * mbit, Delay: 25 * time.Millisecond}},
			{"mobile", 2, sim.Link{Uplink: 13.6e6, Downlink: 14.7e6, Delay: 27 * time.Millisecond}},
		}}
}

// mixed has fibre, cable, DSL and mobile peers in harsher proportions.
func mixed(seed uint64) swarmCase {
	return swarmCase{name: "mixed", size: 32 << 20, piece: 256 << 10, seed: seed,
		origin: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"fibre", 10, sim.Link{Uplink: 100 * mbit, Downlink: 200 * mbit, Delay: 4 * time.Millisecond}},
			{"cable", 14, sim.Link{Uplink: 10 * mbit, Downlink: 100 * mbit, Delay: 10 * time.Millisecond}},
			{"dsl", 10, sim.Link{Uplink: 2 * mbit, Downlink: 16 * mbit, Delay: 15 * time.Millisecond}},
			{"mobile", 6, sim.Link{Uplink: 5 * mbit, Downlink: 20 * mbit, Delay: 30 * time.Millisecond}},
		}}
}

// slowMix is short of upload capacity.
func slowMix(seed uint64) swarmCase {
	return swarmCase{name: "slowmix", size: 16 << 20, piece: 128 << 10, seed: seed,
		origin: sim.Link{Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"fibre", 4, sim.Link{Uplink: 50 * mbit, Downlink: 100 * mbit, Delay: 4 * time.Millisecond}},
			{"cable", 16, sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond}},
			{"dsl", 15, sim.Link{Uplink: 1 * mbit, Downlink: 16 * mbit, Delay: 20 * time.Millisecond}},
			{"mobile", 5, sim.Link{Uplink: 2 * mbit, Downlink: 8 * mbit, Delay: 40 * time.Millisecond}},
		}}
}

// fibreDSL is half fast and half slow: the slow downlinks are the limit.
func fibreDSL(seed uint64) swarmCase {
	return swarmCase{name: "fibredsl", size: 16 << 20, piece: 128 << 10, seed: seed,
		origin: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"fibre", 20, sim.Link{Uplink: 50 * mbit, Downlink: 100 * mbit, Delay: 4 * time.Millisecond}},
			{"dsl", 20, sim.Link{Uplink: 1 * mbit, Downlink: 10 * mbit, Delay: 20 * time.Millisecond}},
		}}
}

// downLimited has mobile peers whose downlinks are the limit.
func downLimited(seed uint64) swarmCase {
	return swarmCase{name: "downlimited", size: 16 << 20, piece: 128 << 10, seed: seed,
		origin: sim.Link{Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"cable", 15, sim.Link{Uplink: 20 * mbit, Downlink: 100 * mbit, Delay: 10 * time.Millisecond}},
			{"mobile", 15, sim.Link{Uplink: 2 * mbit, Downlink: 8 * mbit, Delay: 30 * time.Millisecond}},
		}}
}

// slowOrigin is short of upload capacity, and its origin no faster than others.
func slowOrigin(seed uint64) swarmCase {
	return swarmCase{name: "sloworigin", size: 16 << 20, piece: 256 << 10, seed: seed,
		origin: sim.Link{Uplink: 10 * mbit, Downlink: 10 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"fibre", 10, sim.Link{Uplink: 20 * mbit, Downlink: 100 * mbit, Delay: 4 * time.Millisecond}},
			{"dsl", 20, sim.Link{Uplink: 1 * mbit, Downlink: 16 * mbit, Delay: 20 * time.Millisecond}},
		}}
}

// fewFast has nine tenths of its upload capacity in a tenth of its peers, and
// both the origin's uplink and the slow downlinks at their limit.
func fewFast(seed uint64) swarmCase {
	return swarmCase{name: "fewfast", size: 32 << 20, piece: 128 << 10, seed: seed,
		origin: sim.Link{Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: 10 * time.Millisecond},
		groups: []group{
			{"veryfast", 4, sim.Link{Uplink: 200 * mbit, Downlink: 500 * mbit, Delay: 4 * time.Millisecond}},
			{"dsl", 36, sim.Link{Uplink: 2 * mbit, Downlink: 20 * mbit, Delay: 20 * time.Millisecond}},
		}}
}

// textbook is the figure of Kurose and Ross with n peers.
func textbook(n int, seed uint64) swarmCase {
	return swarmCase{name: fmt.Sprintf("textbook%d", n), size: 16_000_000, piece: 64 << 10, seed: seed,
		origin: sim.Link{Uplink: 10 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
		groups: []group{{"peer", n, sim.Link{Uplink: 1 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond}}}}
}

// many is a large flash crowd with a small file.
func many(n int, seed uint64) swarmCase {
	c := flash(seed)
	c.name = fmt.Sprintf("many%d", n)
	c.size = 4 << 20
	c.groups[0].count = n
	return c
}

// pair is one downloader far away.
func pair(seed uint64) swarmCase {
	c := flash(seed)
	c.name = "pair"
	c.groups[0].count = 1
	return c
}

func cases(seed uint64) []swarmCase {
	return []swarmCase{
		pair(seed), equal16(seed), flash(seed), published(seed), mixed(seed), slowMix(seed),
		fibreDSL(seed), downLimited(seed), slowOrigin(seed), fewFast(seed),
		textbook(1, seed), textbook(5, seed), textbook(35, seed),
		many(100, seed), many(300, seed), many(1000, seed),
	}
}

// BenchmarkSwarm prints how close the mesh comes to the bound, with seeds from 1: ns/op is
// the wall time, and the other columns are of virtual time: means, but the median and the
// largest ratio to the bound, and the largest share of bytes that were of no use.
func BenchmarkSwarm(b *testing.B) {
	for _, c := range cases(1) {
		b.Run(c.name, func(b *testing.B) {
			var ratios []float64
			var makespan, overhead, copies, wasted float64
			for i := range b.N {
				c.seed = uint64(i + 1)
				r := c.run(b)
				ratios = append(ratios, r.ratio)
				makespan, overhead, copies = makespan+r.makespan, overhead+r.overhead, copies+r.originCopies
				wasted = max(wasted, r.wasted)
				b.Log(r)
			}
			slices.Sort(ratios)
			n := float64(b.N)
			b.ReportMetric(makespan/n, "makespan_s")
			b.ReportMetric((ratios[(b.N-1)/2]+ratios[b.N/2])/2, "x_bound")
			b.ReportMetric(ratios[b.N-1], "x_bound_max")
			b.ReportMetric(overhead/n, "overhead")
			b.ReportMetric(copies/n, "origin_copies")
			b.ReportMetric(100*wasted, "%wasted_max")
		})
	}
}
