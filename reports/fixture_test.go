package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/stats"
)

const mib = 1 << 20

// crowd is the synthetic flash crowd that the tests draw: peers that all want
// one file of 16 MiB behind an origin of 50 Mbit/s.
type crowd struct {
	archs     []string
	seeds     []uint64
	peers     []int  // one point for each; a single one is no sweep
	staggered bool   // requests spread over a minute
	lossy     string // architecture that leaves a tenth of its requests incomplete
}

func flashCrowd() crowd {
	return crowd{archs: []string{"client-server", "p2p"}, seeds: []uint64{1}, peers: []int{40}}
}

// result returns what a run of the crowd would have stored.
func (c crowd) result() *measure.Result {
	s := &scenario.Scenario{
		Name:  "flash-crowd",
		Title: "A crowd downloads one file at once",
		Seed:  c.seeds[0], TimeLimit: scenario.Duration(30 * time.Minute),
		Workload: scenario.Workload{
			Files:     []scenario.File{{Name: "lecture.bin", Size: 16 * scenario.MiB}},
			PieceSize: 256 * scenario.KiB,
			Requests:  scenario.Requests{Pattern: scenario.AllAtOnce},
		},
	}
	if c.staggered {
		s.Workload.Requests = scenario.Requests{Pattern: scenario.Uniform, Over: scenario.Duration(60e9)}
	}
	for _, a := range c.archs {
		security := "none"
		if a == "p2p" {
			security = "noise"
		}
		s.Architectures = append(s.Architectures, scenario.Architecture{Name: a, Options: scenario.Options{"security": security}})
	}
	if len(c.peers) > 1 {
		axis := scenario.Axis{Key: "peers"}
		for _, n := range c.peers {
			axis.Values = append(axis.Values, fmt.Sprint(n))
		}
		s.Sweep = scenario.Sweep{axis}
	}
	r := &measure.Result{Schema: measure.Schema, Scenario: s, ScenarioSHA256: "0123456789abcdef"}
	for _, n := range c.peers {
		for _, seed := range c.seeds {
			for _, a := range c.archs {
				r.Trials = append(r.Trials, c.trial(a, seed, n))
			}
		}
	}
	return r
}

// trial invents one trial: a server serves everybody alike, a mesh at the pace
// of all uplinks together.
func (c crowd) trial(arch string, seed uint64, peers int) measure.Trial {
	const file, uplink, peerUplink, downlink = 16.0 * mib, 50e6, 10e6, 50e6
	rnd := rand.New(rand.NewPCG(seed, uint64(peers)))
	n := float64(peers)
	limit := max(n*file*8/uplink, file*8/downlink)
	over, sharing := 1.038, arch != "client-server"
	if sharing {
		limit = max(file*8/uplink, file*8/downlink, n*file*8/(uplink+n*peerUplink))
		over = 1.12 + 0.02*rnd.Float64()
	}
	t := measure.Trial{
		TrialKey: measure.TrialKey{Architecture: arch, Seed: seed, Point: map[string]any{}},
		Network:  "virtual",
		Bounds:   measure.Bounds{FluidS: &limit},
		WallS:    0.4 + 0.01*n, VirtualS: limit * over, PeakRSSBytes: 120 * mib,
	}
	if len(c.peers) > 1 {
		t.Point["peers"] = peers
	}
	var took, first []float64
	var last float64
	for i := range peers {
		q := measure.Request{ID: i, Node: fmt.Sprintf("home-%d", i+1), File: "lecture.bin", Outcome: measure.Complete, SHA256OK: true}
		span := limit * over * (0.93 + 0.07*rnd.Float64())
		begin := 0.08 + 0.1*rnd.Float64()
		if sharing {
			begin += 0.25
		}
		if c.staggered {
			q.StartedS = 60 * float64(i) / n
			span = 2.9 + 0.4*rnd.Float64()
			if sharing {
				span += 0.6
			}
		} else if i == peers-1 {
			span = limit * over
		}
		if arch == c.lossy && i%10 == 3 {
			q.Outcome, q.SHA256OK, q.Error = measure.Incomplete, false, "time limit reached, 12 of 64 pieces missing"
		} else {
			q.FirstByteS, q.FinishedS = ptr(q.StartedS+begin), ptr(q.StartedS+span)
			took, first = append(took, span), append(first, begin)
			last = max(last, q.StartedS+span)
		}
		t.Requests = append(t.Requests, q)
	}
	if c.staggered {
		t.Bounds.FluidS = ptr(last / 1.02)
	}
	c.summarize(&t, took, first, last, sharing)
	return t
}

func (c crowd) summarize(t *measure.Trial, took, first []float64, last float64, sharing bool) {
	const file = 16.0 * mib
	n, done := float64(len(t.Requests)), float64(len(took))
	s := &t.Summary
	s.Requested, s.Completed = len(t.Requests), len(took)
	s.SuccessRate = ptr(done / n)
	s.CompletionS, s.FirstByteS = distribution(took), distribution(first)
	s.Slowdown = measure.Spread{P50: ptr(1.2), P95: ptr(1.6), Max: ptr(1.9)}
	if done == n {
		t.MakespanS = ptr(last)
		s.GoodputBPS = ptr(n * file * 8 / last)
		if !c.staggered {
			t.Efficiency = ptr(*t.Bounds.FluidS / last)
		}
	}
	stream := int64(done * file * 1.006)
	s.OriginSentBytes = stream
	if sharing {
		s.OriginSentBytes = min(stream, int64(math.Round(1.1*file)))
		s.PeersSentBytes = stream - s.OriginSentBytes
		s.WastedBytes = int64(0.002 * file * done)
	}
	s.OverheadRatio, s.FairnessJain = ptr(1.006), ptr(0.998)
	const ticks = 60
	for i := range ticks + 1 {
		f := float64(i) / ticks
		t.Timeline = append(t.Timeline, measure.Tick{TS: f * last, DeliveredBytes: int64(done * file * f),
			OriginSentBytes: int64(float64(s.OriginSentBytes) * f), Online: len(t.Requests) + 1})
	}
}

func distribution(xs []float64) measure.Distribution {
	s, ok := stats.Summarize(xs)
	if !ok {
		return measure.Distribution{}
	}
	return measure.Distribution{Mean: &s.Mean, P50: &s.P50, P90: &s.P90, P95: &s.P95, P99: &s.P99, Max: &s.Max}
}

// fail turns a trial into one that could not be measured.
func fail(t *measure.Trial, reason string) {
	*t = measure.Trial{TrialKey: t.TrialKey, Network: t.Network, Error: &reason, WallS: 1}
}

// find returns a trial of the result.
func find(r *measure.Result, arch string, seed uint64) *measure.Trial {
	i := slices.IndexFunc(r.Trials, func(t measure.Trial) bool { return t.Architecture == arch && t.Seed == seed })
	return &r.Trials[i]
}

// nothing replaces every figure of a result by null.
func nothing(r *measure.Result) {
	for i := range r.Trials {
		t := &r.Trials[i]
		t.Bounds, t.MakespanS, t.Efficiency, t.Timeline = measure.Bounds{}, nil, nil, nil
		t.Summary = measure.Summary{Requested: t.Summary.Requested}
		for j := range t.Requests {
			t.Requests[j].FinishedS, t.Requests[j].FirstByteS, t.Requests[j].Outcome = nil, nil, measure.Incomplete
		}
	}
}

func nan() *float64 { return ptr(math.NaN()) }
