package compare_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/compare"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/stats"
)

// Of 200 pairs of results with the same settings, at most 1.5 times the level
// have any row that is called better, worse or changed.
func TestFalseAlarms(t *testing.T) {
	const pairs = 200
	for _, n := range []int{2, 3, 5, 10, 20} {
		for _, paired := range []bool{false, true} {
			for _, lossy := range []float64{0, 0.02} {
				t.Run(fmt.Sprintf("n=%d paired=%v lossy=%v", n, paired, lossy), func(t *testing.T) {
					alarms, first := 0, uint64(1)
					for range pairs {
						a := lab{seeds: seeds(first, n), lossy: lossy}
						b := lab{seeds: seeds(first+1_000_000, n), lossy: lossy}
						if paired {
							b.seeds, b.noise = a.seeds, 1
						}
						first += uint64(n)
						r := compared(t, a.result(), b.result())
						require.Equal(t, paired, r.Groups[0].Paired)
						if slices.ContainsFunc(r.Groups, func(g compare.Group) bool {
							return slices.ContainsFunc(g.Rows, func(x compare.Row) bool { return x.Verdict.Confirmed() })
						}) {
							alarms++
						}
					}
					t.Logf("%d alarms of %d", alarms, pairs)
					assert.LessOrEqual(t, float64(alarms), 1.5*compare.DefaultLevel*pairs)
				})
			}
		}
	}
}

// A difference that is there is found: a tenth, beside a spread of 3 %.
func TestPower(t *testing.T) {
	const pairs = 100
	for _, tt := range []struct {
		n      int
		paired bool
		least  int
	}{{5, true, 20}, {5, false, 60}, {10, true, 98}, {10, false, 98}} {
		found := 0
		for i := range pairs {
			a := lab{seeds: seeds(uint64(1+i*tt.n), tt.n)}
			b := lab{seeds: seeds(uint64(1_000_000+i*tt.n), tt.n), slower: 1.1}
			if tt.paired {
				b.seeds, b.noise = a.seeds, 1
			}
			if row(t, compared(t, a.result(), b.result()), "p2p", "makespan_s").Verdict == compare.Worse {
				found++
			}
		}
		t.Logf("n = %d, paired %v: %d found of %d", tt.n, tt.paired, found, pairs)
		assert.GreaterOrEqual(t, found, tt.least, "n = %d, paired %v", tt.n, tt.paired)
	}
}

func TestPairedAgainstWelch(t *testing.T) {
	a, b := lab{seeds: seeds(1, 6)}.result(), lab{seeds: seeds(1, 6), slower: 1.05}.result()
	r := compared(t, a, b)
	require.Len(t, r.Groups, 2)
	assert.True(t, r.Groups[0].Paired)
	assert.Equal(t, seeds(1, 6), r.Groups[0].Seeds)
	got := row(t, r, "p2p", "makespan_s")
	assert.Equal(t, compare.Worse, got.Verdict)
	assert.InDelta(t, 0.05, *got.Relative, 1e-9, "the same luck, 5 % slower")
	assert.Equal(t, stats.MethodT, got.Method)
	assert.Equal(t, stats.EffectDz, got.EffectName)
	assert.GreaterOrEqual(t, *got.PAdjusted, *got.P)
	assert.Less(t, *got.Low, *got.Difference)
	assert.Greater(t, *got.High, *got.Difference)
	assert.Equal(t, compare.Same, row(t, r, "p2p", "overhead_ratio").Verdict)

	r = compared(t, a, lab{seeds: seeds(100, 6), slower: 1.5}.result())
	assert.False(t, r.Groups[0].Paired)
	got = row(t, r, "p2p", "makespan_s")
	assert.Equal(t, compare.Worse, got.Verdict)
	assert.Equal(t, stats.MethodWelch, got.Method)
	assert.Equal(t, stats.EffectG, got.EffectName)
}

func TestDirectionIsKnown(t *testing.T) {
	change := func(f func(*measure.Trial, float64)) *measure.Result {
		r := lab{seeds: seeds(1, 8)}.result()
		for i := range r.Trials {
			f(&r.Trials[i], 1+0.01*float64(i%5))
		}
		return r
	}
	for _, tt := range []struct {
		metric string
		set    func(t *measure.Trial, v float64)
		rises  compare.Verdict
	}{
		{"makespan_s", func(t *measure.Trial, v float64) { t.MakespanS = &v }, compare.Worse},
		{"success_rate", func(t *measure.Trial, v float64) { t.Summary.SuccessRate = &v }, compare.Better},
		{"fairness_jain", func(t *measure.Trial, v float64) { t.Summary.FairnessJain = &v }, compare.Better},
		{"origin_sent_bytes", func(t *measure.Trial, v float64) { t.Summary.OriginSentBytes = int64(v * 100 * mib) }, compare.Worse},
		{"peers_sent_bytes", func(t *measure.Trial, v float64) { t.Summary.PeersSentBytes = int64(v * 100 * mib) }, compare.Changed},
	} {
		t.Run(tt.metric, func(t *testing.T) {
			low := change(func(x *measure.Trial, v float64) { tt.set(x, 0.5*v) })
			high := change(func(x *measure.Trial, v float64) { tt.set(x, 0.9*v) })
			assert.Equal(t, tt.rises, row(t, compared(t, low, high), "p2p", tt.metric).Verdict)
			falls := map[compare.Verdict]compare.Verdict{compare.Worse: compare.Better, compare.Better: compare.Worse, compare.Changed: compare.Changed}
			assert.Equal(t, falls[tt.rises], row(t, compared(t, high, low), "p2p", tt.metric).Verdict)
		})
	}
}

// Values without any spread.
func TestWithoutSpread(t *testing.T) {
	with := func(makespan float64, completed int, n int) *measure.Result {
		r := lab{seeds: seeds(1, n)}.result()
		for i := range r.Trials {
			r.Trials[i].MakespanS = ptr(makespan)
			r.Trials[i].Summary.SuccessRate = ptr(float64(completed) / 40)
		}
		return r
	}
	r := compared(t, with(10, 40, 3), with(10, 40, 3))
	same := row(t, r, "p2p", "makespan_s")
	assert.Equal(t, compare.Same, same.Verdict)
	assert.Nil(t, same.P)
	assert.Nil(t, same.Effect)
	assert.Zero(t, *same.Difference)
	assert.False(t, r.Regressed())

	// A deterministic figure that moved did move, even in three trials.
	assert.Equal(t, compare.Worse, row(t, compared(t, with(10, 40, 3), with(12, 40, 3)), "p2p", "makespan_s").Verdict)
	// One request fewer in each of two trials is what chance does.
	assert.Equal(t, compare.Unclear, row(t, compared(t, with(10, 40, 2), with(10, 39, 2)), "p2p", "success_rate").Verdict)
	assert.Equal(t, compare.Worse, row(t, compared(t, with(10, 40, 20), with(10, 39, 20)), "p2p", "success_rate").Verdict)
	// A real change below 1 % does not count.
	assert.Equal(t, compare.Negligible, row(t, compared(t, with(10, 40, 5), with(10.05, 40, 5)), "p2p", "makespan_s").Verdict)
}

func TestFromZero(t *testing.T) {
	waste := func(n int64) *measure.Result {
		r := lab{seeds: seeds(1, 6)}.result()
		for i := range r.Trials {
			r.Trials[i].Summary.WastedBytes = n * (100 + int64(i)) * mib
		}
		return r
	}
	got := row(t, compared(t, waste(0), waste(1)), "p2p", "wasted_bytes")
	assert.Equal(t, compare.Worse, got.Verdict)
	assert.Nil(t, got.Relative, "nothing is a share of zero")
	assert.Positive(t, *got.Difference)
}

func TestTooFewRepeats(t *testing.T) {
	r := compared(t, lab{seeds: seeds(1, 1)}.result(), lab{seeds: seeds(1, 1), slower: 2}.result())
	assert.False(t, r.Decided)
	assert.False(t, r.Regressed())
	assert.Zero(t, r.Tests)
	got := row(t, r, "p2p", "makespan_s")
	assert.Equal(t, compare.TooFew, got.Verdict)
	assert.Equal(t, "not enough repeats: 1 per side", got.Note)
	assert.InDelta(t, 1, *got.Relative, 1e-9)
	assert.Nil(t, got.P)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "not enough repeats for a verdict in 2 of 2 comparisons")

	r = compared(t, lab{seeds: seeds(1, 1)}.result(), lab{seeds: seeds(5, 3)}.result())
	assert.Equal(t, "not enough repeats: 1 of A, 3 of B", row(t, r, "p2p", "makespan_s").Note)
	r = compared(t, lab{seeds: seeds(1, 3)}.result(), lab{seeds: seeds(5, 3)}.result())
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "few repeats (3 per side)")
	assert.Empty(t, compared(t, lab{seeds: seeds(1, 5)}.result(), lab{seeds: seeds(1, 5)}.result()).Warnings)
}

func TestUndefinedValues(t *testing.T) {
	a, b := lab{seeds: seeds(1, 5)}.result(), lab{seeds: seeds(1, 5)}.result()
	b.Trials[1].MakespanS = nil
	nan := math.NaN()
	b.Trials[3].MakespanS = &nan
	got := row(t, compared(t, a, b), "p2p", "makespan_s")
	assert.Equal(t, compare.Undefined, got.Verdict)
	assert.Equal(t, "undefined in 0 of 5 trials of A and 2 of 5 of B", got.Note)
	assert.Nil(t, got.Difference)

	for _, r := range []*measure.Result{a, b} {
		for i := range r.Trials {
			r.Trials[i].MakespanS = nil
		}
	}
	for _, x := range compared(t, a, b).Groups[0].Rows {
		assert.NotEqual(t, "makespan_s", x.Metric, "a metric that nobody has is no row")
	}
}

func TestMatching(t *testing.T) {
	a := lab{seeds: seeds(1, 5), points: []int{10, 20, 40}}.result()
	b := lab{seeds: seeds(1, 5), points: []int{20, 40, 80}}.result()
	for i := range b.Trials { // as read from JSON
		b.Trials[i].Point = map[string]any{"peers": float64(b.Trials[i].Point["peers"].(int))}
	}
	reason := "worker died"
	b.Trials[0].Error = &reason
	r := compared(t, a, b)
	var labels []string
	for _, g := range r.Groups {
		labels = append(labels, g.Architecture+" "+g.Label)
	}
	assert.Equal(t, []string{"client-server peers=20", "p2p peers=20", "client-server peers=40", "p2p peers=40"}, labels)
	assert.Equal(t, 4, r.Groups[0].NA)
	assert.Equal(t, seeds(2, 4), r.Groups[0].Seeds)
	assert.Equal(t, 2, r.Lost)
	assert.True(t, r.Regressed(), "what B lost is no progress")
	for _, want := range []string{
		"B lacks trials: 1 failed, 0 missing",
		"measured in A only: client-server at peers=10; p2p at peers=10",
		"measured in B only: client-server at peers=80; p2p at peers=80",
		"client-server at peers=20: 1 trials whose seed only one side has are left out; 4 pairs remain",
	} {
		assert.Contains(t, r.Warnings, want)
	}
}

func TestScenariosThatDiffer(t *testing.T) {
	a, b := lab{seeds: seeds(1, 5)}.result(), lab{seeds: seeds(1, 7)}.result()
	b.Scenario.Title, b.Scenario.Expect = "Another title", []string{"p2p.success_rate >= 1"}
	b.Scenario.Sweep = scenario.Sweep{{Key: "peers", Values: []string{"1"}}}
	assert.Empty(t, compared(t, a, b).ScenarioChanges, "texts, seeds, repeats, sweep and expectations do not count")

	b.Scenario.Workload.PieceSize = 128 * scenario.KiB
	b.Scenario.Architectures[1].Options = scenario.Options{"upload_slots": 8}
	b.Inputs = []measure.Input{{Path: "x.bin", SHA256: "0123456789abcdef"}}
	r := compared(t, a, b)
	assert.Equal(t, []compare.Change{
		{Key: "architectures.p2p.upload_slots", A: "4", B: "8"},
		{Key: "content of x.bin", B: "sha256 0123456789ab"},
		{Key: "workload.piece_size", A: "256KiB", B: "128KiB"},
	}, r.ScenarioChanges)
	assert.Contains(t, r.Warnings[0], "the scenarios differ: architectures.p2p.upload_slots (A: 4, B: 8); content of x.bin (A: nothing, B: sha256")

	// An architecture that only one side ran is no difference of settings.
	c := lab{seeds: seeds(1, 5)}.result()
	c.Scenario.Architectures = c.Scenario.Architectures[:1]
	c.Trials = slices.DeleteFunc(c.Trials, func(t measure.Trial) bool { return t.Architecture == "p2p" })
	r = compared(t, a, c)
	assert.Empty(t, r.ScenarioChanges)
	assert.Equal(t, 1, r.Lost)

	d := lab{seeds: seeds(1, 5)}.result()
	for i := range d.Trials {
		d.Trials[i].Network = "loopback"
	}
	assert.Contains(t, compared(t, a, d).Warnings[0], "A ran on the network virtual, B on loopback")
}

func TestErrors(t *testing.T) {
	a := lab{seeds: seeds(1, 2)}.result()
	failed := lab{seeds: seeds(1, 2)}.result()
	reason := "x"
	for i := range failed.Trials {
		failed.Trials[i].Error = &reason
	}
	for _, tt := range []struct {
		name string
		b    *measure.Result
		o    func(*compare.Options)
		want string
	}{
		{name: "level", o: func(o *compare.Options) { o.Level = 1 }, want: "level 1 is not between 0 and 1"},
		{name: "level zero", o: func(o *compare.Options) { o.Level = 0 }, want: "level 0"},
		{name: "minimum effect", o: func(o *compare.Options) { o.MinEffect = -0.1 }, want: "minimum effect -0.1"},
		{name: "metric", o: func(o *compare.Options) { o.Metrics = []string{"makespan"} }, want: `there is no metric "makespan"; did you mean "makespan_s"?`},
		{name: "far metric", o: func(o *compare.Options) { o.Metrics = []string{"colour of the sky"} }, want: "one of makespan_s,"},
		{name: "no common point", b: lab{seeds: seeds(1, 2), points: []int{5}}.result(), want: "no architecture and sweep point is in both: A has client-server; p2p; B has client-server at peers=5"},
		{name: "nothing measured", b: failed, want: "B has no measured trial"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, b := options(), a
			if tt.o != nil {
				tt.o(&o)
			}
			if tt.b != nil {
				b = tt.b
			}
			_, err := compare.Results(a, b, o)
			assert.ErrorContains(t, err, tt.want)
		})
	}
	o := options()
	o.Metrics = []string{"wall_s", "makespan_s", "wall_s"}
	r, err := compare.Results(a, a, o)
	require.NoError(t, err)
	require.Len(t, r.Groups[0].Rows, 2)
	assert.Equal(t, "wall_s", r.Groups[0].Rows[0].Metric)
}

// What an expectation can name, a comparison can compare, under the same name.
func TestMetricsAreTheNamesOfExpectations(t *testing.T) {
	var names []string
	for _, m := range compare.Metrics() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	want := scenario.ExpectFields()
	slices.Sort(want)
	assert.Equal(t, want, names)
}

func TestComparingChangesNothing(t *testing.T) {
	a, b := lab{seeds: []uint64{3, 1, 2}}.result(), lab{seeds: []uint64{2, 3, 9}}.result()
	compared(t, a, b)
	assert.Equal(t, lab{seeds: []uint64{3, 1, 2}}.result(), a)
	assert.Equal(t, lab{seeds: []uint64{2, 3, 9}}.result(), b)
}

// Amounts of money are compared in one currency or not at all.
func TestCurrencies(t *testing.T) {
	priced := func(currency string, slower float64) *measure.Result {
		r := lab{seeds: seeds(1, 5), slower: slower}.result()
		for i := range r.Trials {
			x := &r.Trials[i]
			x.Summary.Cost = measure.Cost{Currency: currency, Total: ptr(*x.MakespanS / 1000)}
			if currency == "" {
				x.Summary.Cost = measure.Cost{}
			}
		}
		return r
	}
	for _, tt := range []struct {
		name    string
		a, b    string
		metrics []string
		want    string // error; empty for none
		unit    string
		verdict compare.Verdict
	}{
		{name: "one currency", a: "EUR", b: "EUR", metrics: []string{"cost.total"}, unit: "EUR", verdict: compare.Worse},
		{name: "two", a: "EUR", b: "USD", metrics: []string{"makespan_s", "cost.total"},
			want: "comparing: cost.total of client-server is in EUR in before, but in USD in after; leave it out of the metrics, or run both with prices in one currency"},
		{name: "two, nobody asks for money", a: "EUR", b: "USD"},
		{name: "only one side has prices", a: "EUR", metrics: []string{"cost.total"}, unit: "EUR", verdict: compare.Undefined},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.Metrics = tt.metrics
			r, err := compare.Results(priced(tt.a, 1), priced(tt.b, 2), o)
			if tt.want != "" {
				require.EqualError(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			if tt.metrics != nil {
				got := row(t, r, "p2p", "cost.total")
				assert.Equal(t, tt.unit, got.Unit)
				assert.Equal(t, tt.verdict, got.Verdict)
			}
		})
	}
}
