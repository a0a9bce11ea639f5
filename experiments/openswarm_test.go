package experiments_test

import (
	"fmt"
	"testing"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/theory"
)

// regime is an open swarm in which one of the peers' links is the limit.
type regime struct {
	name string
	sets []string
	warm float64 // seconds until the averages begin
}

func regimes() []regime {
	return []regime{
		{name: "upload", warm: 100},
		{name: "download", warm: 60, sets: []string{
			"network.peers.0.downlink=500kbit/s", "network.peers.0.uplink=500kbit/s", "workload.requests.seed_time={exponential: {mean: 60s}}",
			"workload.requests.rate=0.7/s",
		}},
	}
}

// averages are what an open trial shows over a window of time.
type averages struct {
	x, y, eta float64
	lambda    float64 // arrivals per second in the window
	sojourn   float64 // mean time as a downloader
	completed float64 // share
	downtime  float64 // mean download time of those that completed
	seeding   float64
}

func TestTry(t *testing.T) {
	for _, r := range regimes() {
		s := load(t, "open-swarm", 1, r.sets...)
		tr := run(t, s)
		from, to := r.warm, s.Workload.Requests.For.Seconds()
		a := observe(tr, from, to)
		m := model(s, 1)
		m.Arrivals = a.lambda
		st, _ := m.Steady()
		fmt.Printf("%s %+v\n model %+v\n wall %.1f overhead %v\n", r.name, a, st, tr.WallS, *tr.Summary.OverheadRatio)
		for _, eta := range []float64{0.9, 0.8, a.eta} {
			m.Effectiveness = eta
			st, _ := m.Steady()
			fmt.Printf("   eta %.2f %+v\n", eta, st)
		}
	}
}

func model(s *scenario.Scenario, eta float64) theory.OpenSwarm {
	bits := float64(s.Workload.Files[0].Size) * 8 * theory.HeaderOverhead
	peer := s.Network.Peers[0]
	m := theory.OpenSwarm{
		Arrivals: s.Workload.Requests.Rate.PerSecond(), Upload: float64(peer.Uplink) / bits, Download: float64(peer.Downlink) / bits,
		Effectiveness: eta, Origin: float64(s.Network.Origin.Uplink) / bits,
	}
	if p, ok := s.Workload.Requests.Patience.Average(); ok {
		m.Abort = 1 / p.Seconds()
	}
	st, _ := s.Workload.Requests.SeedTime.Average()
	m.Depart = 1 / st.Seconds()
	return m
}

func observe(t *measure.Trial, from, to float64) averages {
	var a averages
	end := t.Timeline[len(t.Timeline)-1].TS
	left := map[string]float64{}
	for _, n := range t.Nodes {
		left[n.Node] = end
		if n.LeftS != nil {
			left[n.Node] = *n.LeftS
		}
	}
	overlap := func(lo, hi float64) float64 { return max(0, min(hi, to)-max(lo, from)) }
	arrived, completed, stayed := 0, 0, 0
	for _, r := range t.Requests {
		until := left[r.Node]
		if r.FinishedS != nil {
			until = *r.FinishedS
			a.y += overlap(until, left[r.Node])
		}
		a.x += overlap(r.StartedS, until)
		if r.StartedS >= from && r.StartedS < to {
			arrived++
			a.sojourn += until - r.StartedS
			if r.FinishedS != nil {
				completed++
				a.downtime += until - r.StartedS
				if left[r.Node] < end {
					a.seeding += left[r.Node] - until
					stayed++
				}
			}
		}
	}
	var first, last measure.Tick
	for _, k := range t.Timeline {
		if k.TS < from {
			first = k
		}
		if k.TS < to {
			last = k
		}
	}
	fmt.Println("delivered rate files/s", float64(last.DeliveredBytes-first.DeliveredBytes)/(last.TS-first.TS)/(2<<20))
	w := to - from
	a.eta = float64(last.DeliveredBytes-first.DeliveredBytes) / (last.TS - first.TS) / (2 << 20)
	mu := 500e3 / (2 << 20 * 8 * theory.HeaderOverhead)
	a.eta = (a.eta - mu - mu*a.y/w) / (mu * a.x / w)
	a.x, a.y = a.x/w, a.y/w
	a.lambda = float64(arrived) / w
	a.sojourn /= float64(arrived)
	a.completed = float64(completed) / float64(arrived)
	a.downtime /= float64(completed)
	a.seeding /= float64(max(stayed, 1))
	return a
}
