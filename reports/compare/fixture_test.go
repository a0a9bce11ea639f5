package compare_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"versus/reports/compare"
	"versus/sim/measure"
	"versus/sim/scenario"
)

const mib = 1 << 20

// lab invents results: what a run of a swarm that loses packets would store. A
// seed's luck is the same on both sides where their settings are, as with real
// trials, and every figure follows a shape that real ones have: times are skewed,
// counts are small and often equal, waste is mostly nothing.
type lab struct {
	seeds  []uint64
	points []int   // of "peers"; none for no sweep
	slower float64 // factor of all times; 0 means 1
	noise  uint64  // another one gives the same seeds other luck
	lossy  float64 // probability that a request is not completed
	sigma  float64 // spread of log times; 0 means 0.03
}

func seeds(first uint64, n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = first + uint64(i)
	}
	return out
}

func (l lab) result() *measure.Result {
	s := &scenario.Scenario{
		Name: "crowd", Title: "A crowd", Seed: l.seeds[0], Repeat: len(l.seeds),
		Workload: scenario.Workload{
			Files:     []scenario.File{{Name: "lecture.bin", Size: 16 * scenario.MiB}},
			PieceSize: 256 * scenario.KiB, Requests: scenario.Requests{Pattern: scenario.AllAtOnce},
		},
		Architectures: scenario.Architectures{{Name: "client-server", Options: scenario.Options{"security": "none"}}, {Name: "p2p", Options: scenario.Options{"upload_slots": 4}}},
	}
	r := &measure.Result{Schema: measure.Schema, Scenario: s, ScenarioSHA256: "abc", Build: measure.Build{Version: "1"}}
	points := []map[string]any{{}}
	if len(l.points) > 0 {
		points = nil
		for _, n := range l.points {
			points = append(points, map[string]any{"peers": n})
		}
	}
	for i, p := range points {
		for _, seed := range l.seeds {
			for j, a := range s.Architectures {
				r.Trials = append(r.Trials, l.trial(a.Name, seed, p, rand.New(rand.NewPCG(seed^l.noise<<32, uint64(10*i+j)))))
			}
		}
	}
	return r
}

func (l lab) trial(arch string, seed uint64, point map[string]any, rnd *rand.Rand) measure.Trial {
	factor, sigma := l.slower, l.sigma
	if factor == 0 {
		factor = 1
	}
	if sigma == 0 {
		sigma = 0.03
	}
	skewed := func(middle, sigma float64) *float64 { return ptr(middle * math.Exp(sigma*rnd.NormFloat64())) }
	common := factor * math.Exp(sigma*rnd.NormFloat64())
	const requested = 40
	completed := 0
	for range requested {
		if rnd.Float64() >= l.lossy {
			completed++
		}
	}
	pieces := 0
	for rnd.Float64() < 0.4 {
		pieces++
	}
	t := measure.Trial{
		TrialKey: measure.TrialKey{Architecture: arch, Seed: seed, Point: point}, Network: "virtual",
		MakespanS: ptr(common * *skewed(13, sigma/4)), WallS: 1,
	}
	s := &t.Summary
	s.Requested, s.Completed, s.SuccessRate = requested, completed, ptr(float64(completed)/requested)
	s.CompletionS = measure.Distribution{P50: ptr(common * *skewed(12, sigma/2)), P95: ptr(common * *skewed(12.8, sigma/3)), Max: t.MakespanS}
	s.FirstByteS = measure.Distribution{P50: ptr(0.2 * factor * (1 + 0.3*rnd.ExpFloat64())), P95: ptr(0.4 * factor * (1 + rnd.ExpFloat64()))}
	s.OriginSentBytes, s.PeersSentBytes = 645*mib, 5000 // a server sends everybody everything
	if arch == "p2p" {
		s.OriginSentBytes = 17*mib + int64(rnd.IntN(12))*256<<10
		s.PeersSentBytes = 660*mib - s.OriginSentBytes
	}
	again := int64(1448 * math.Floor(40*rnd.ExpFloat64()))
	s.RetransmittedBytes, s.WastedBytes = &again, int64(pieces)*16<<10
	s.OverheadRatio, s.FairnessJain = ptr(1.006+0.001*rnd.Float64()), ptr(1-0.004*rnd.ExpFloat64())
	s.GoodputBPS = ptr(40 * 16 * mib * 8 / *t.MakespanS)
	return t
}

func ptr(x float64) *float64 { return &x }

func options() compare.Options {
	return compare.Options{NameA: "before", NameB: "after", Level: compare.DefaultLevel, MinEffect: compare.DefaultMinEffect}
}

func compared(t *testing.T, a, b *measure.Result) *compare.Report {
	t.Helper()
	r, err := compare.Results(a, b, options())
	require.NoError(t, err)
	return r
}

// row finds a metric of an architecture.
func row(t *testing.T, r *compare.Report, arch, metric string) compare.Row {
	t.Helper()
	for _, g := range r.Groups {
		if g.Architecture != arch {
			continue
		}
		if i := slices.IndexFunc(g.Rows, func(x compare.Row) bool { return x.Metric == metric }); i >= 0 {
			return g.Rows[i]
		}
	}
	require.Failf(t, "no such row", "%s of %s", metric, arch)
	return compare.Row{}
}
