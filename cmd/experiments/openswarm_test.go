package experiments_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/theory"
)

// regime is an open swarm in which one of the peers' links is the limit: the
// scenario open-swarm with links that make it so. Files are small, so that it
// runs in seconds, and links slow, so that a download takes half a minute all
// the same.
type regime struct {
	name          string
	sets          []string
	downloadBound bool
}

// warmUp is the share of the arrivals' time that passes before the averages
// begin: about three download times.
const warmUp = 1.0 / 3

func regimes() []regime {
	return []regime{
		{name: "uplinks limit", sets: []string{
			"workload.files.0.size=1MiB", "workload.piece_size=8KiB",
			"network.origin.uplink=2Mbit/s", "network.peers.0.uplink=250kbit/s", "network.peers.0.downlink=2500kbit/s",
			"workload.requests.rate=1/s", "workload.requests.for=300s", "p2p.neighbours=5", "p2p.upload_slots=2",
		}},
		{name: "downlinks limit", downloadBound: true, sets: []string{
			"workload.files.0.size=4MiB", "workload.piece_size=32KiB",
			"network.origin.uplink=10Mbit/s", "network.peers.0.uplink=4Mbit/s", "network.peers.0.downlink=1Mbit/s",
			"network.origin.delay=2ms", "network.peers.0.delay=2ms",
			"workload.requests.rate=0.5/s", "workload.requests.for=300s", "p2p.neighbours=4",
		}},
	}
}

// comparison is one trial of a regime beside the model.
type comparison struct {
	measured theory.OpenSteady
	closed   theory.OpenSteady
	ode      theory.OpenState  // mean over the same time, from an empty swarm
	ideal    theory.OpenSteady // the closed form with an effectiveness of 1
	eta      float64
	wallS    float64
}

// compare runs a regime and evaluates the model with what was drawn: the rate of
// arrivals and the mean seeding time, of which some hundred samples are a few
// percent off their distributions' means, and the effectiveness measured at the
// uplinks.
func compare(tb testing.TB, r regime, seed uint64) comparison {
	tb.Helper()
	s := load(tb, "open-swarm", seed, r.sets...)
	spy := &uplinks{}
	t := run(tb, s, spy)
	to := s.Workload.Requests.For.Seconds()
	from := warmUp * to
	o := observe(t, from, to)
	onWire := float64(s.Workload.Files[0].Size) * 8 * theory.HeaderOverhead * *t.Summary.OverheadRatio
	m := model(s, onWire)
	m.Arrivals, m.Depart = o.arrivals, 1/o.seeding
	m.Effectiveness = min(1, spy.bitsPerSecond()*theory.HeaderOverhead/onWire/m.Upload)

	c := comparison{measured: o.OpenSteady, eta: m.Effectiveness, wallS: t.WallS}
	var ok bool
	c.closed, ok = m.Steady()
	require.True(tb, ok)
	const steps = 3000
	c.ode = theory.Mean(m.Transient(theory.OpenState{}, to, steps), int(steps*warmUp))
	m.Effectiveness = 1
	c.ideal, ok = m.Steady()
	require.True(tb, ok)
	return c
}

// model takes the parameters from the scenario. onWire is what a file costs a
// link in bits: with the headers of packets and of the protocols, which the model
// does not know.
func model(s *scenario.Scenario, onWire float64) theory.OpenSwarm {
	peer := s.Network.Peers[0]
	m := theory.OpenSwarm{
		Upload:   float64(peer.Uplink) / onWire,
		Download: float64(peer.Downlink) / onWire,
		Origin:   float64(s.Network.Origin.Uplink) / onWire,
	}
	if p, ok := s.Workload.Requests.Patience.Average(); ok {
		m.Abort = 1 / p.Seconds()
	}
	return m
}

// observed is what a trial shows between two instants.
type observed struct {
	theory.OpenSteady
	arrivals float64 // per second
	seeding  float64 // mean of the seeding times that began, seconds
}

// observe averages the numbers of downloaders and seeds over time, and the
// sojourns over those who arrived in it.
func observe(t *measure.Trial, from, to float64) observed {
	end := t.Timeline[len(t.Timeline)-1].TS
	left := map[string]float64{}
	for _, n := range t.Nodes {
		if n.LeftS != nil {
			left[n.Node] = *n.LeftS
		}
	}
	within := func(lo, hi float64) float64 { return max(0, min(hi, to)-max(lo, from)) / (to - from) }
	var o observed
	var arrived, completed, seeded int
	for _, r := range t.Requests {
		gone, leaves := left[r.Node]
		if !leaves {
			gone = end
		}
		until := gone
		if r.FinishedS != nil {
			until = *r.FinishedS
			o.Seeds += within(until, gone)
			if leaves && until >= from && until < to {
				o.seeding += gone - until
				seeded++
			}
		}
		o.Downloaders += within(r.StartedS, until)
		if r.StartedS < from || r.StartedS >= to {
			continue
		}
		arrived++
		o.Sojourn += until - r.StartedS
		if r.FinishedS != nil {
			completed++
		}
	}
	o.arrivals = float64(arrived) / (to - from)
	o.seeding /= float64(seeded)
	o.Sojourn /= float64(arrived)
	o.Completed = float64(completed) / float64(arrived)
	return o
}

func (c comparison) String() string {
	return fmt.Sprintf("measured x %.1f, y %.1f, T %.1f s, completed %.3f, eta %.3f; closed form x %.1f, y %.1f, T %.1f s, completed %.3f; "+
		"ODE x %.1f, y %.1f; eta 1: x %.1f, T %.1f s; wall %.1f s",
		c.measured.Downloaders, c.measured.Seeds, c.measured.Sojourn, c.measured.Completed, c.eta,
		c.closed.Downloaders, c.closed.Seeds, c.closed.Sojourn, c.closed.Completed,
		c.ode.Downloaders, c.ode.Seeds, c.ideal.Downloaders, c.ideal.Sojourn, c.wallS)
}

// tolerance is how far the means may lie from the models.
const tolerance = 0.15

// BenchmarkOpenSwarm compares an open swarm of real peers with the fluid model,
// in both of its regimes. It prints the means over as many seeds as -benchtime
// says, such as 4x (the table of docs/theory.md), and fails if one of them is
// further from the model than tolerance. A single seed sees too few peers for
// that: its means scatter by about as much.
func BenchmarkOpenSwarm(b *testing.B) {
	for _, r := range regimes() {
		b.Run(r.name, func(b *testing.B) {
			means := map[string]float64{}
			for i := range b.N {
				c := compare(b, r, uint64(i+1))
				b.Log(c)
				require.Equal(b, r.downloadBound, c.closed.DownloadBound)
				for name, v := range map[string]float64{
					"x": c.measured.Downloaders, "x_closed": c.closed.Downloaders, "x_ode": c.ode.Downloaders, "x_eta1": c.ideal.Downloaders,
					"y": c.measured.Seeds, "y_closed": c.closed.Seeds, "y_ode": c.ode.Seeds,
					"T": c.measured.Sojourn, "T_closed": c.closed.Sojourn, "eta": c.eta,
				} {
					means[name] += v / float64(b.N)
				}
			}
			for name, mean := range means {
				b.ReportMetric(mean, name)
			}
			for _, model := range []string{"x_closed", "x_ode", "y_closed", "y_ode", "T_closed"} {
				measured, _, _ := strings.Cut(model, "_")
				assert.InEpsilon(b, means[model], means[measured], tolerance, "%s against %s", measured, model)
			}
		})
	}
}
