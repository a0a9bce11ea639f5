package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/stats"
)

func TestPaired(t *testing.T) {
	first, second := sleep()
	// R: t.test(extra ~ group, sleep, paired = TRUE) prints t = -4.0621, df = 9,
	// p-value = 0.002833, interval -2.4598858 to -0.7001142, for group 1 minus
	// group 2. d_z = t / sqrt(n).
	d, ok := stats.Paired(first, second, 0.95)
	require.True(t, ok)
	assert.InDelta(t, 0.75, d.MeanA, 1e-12)
	assert.InDelta(t, 2.33, d.MeanB, 1e-12)
	assert.InDelta(t, 1.58, d.Mean, 1e-12)
	require.True(t, d.RelativeOK)
	assert.InDelta(t, 1.58/0.75, d.Relative, 1e-12)
	assert.InDelta(t, 0.7001142, d.Interval.Low, 1e-6)
	assert.InDelta(t, 2.4598858, d.Interval.High, 1e-6)
	assert.Equal(t, stats.MethodT, d.Interval.Method)
	assert.Equal(t, 10, d.Interval.N)
	require.True(t, d.TestOK)
	assert.InDelta(t, 4.0621, d.T, 5e-5)
	assert.Equal(t, 9.0, d.Freedom)
	assert.InDelta(t, 0.002833, d.P, 5e-7)
	require.True(t, d.EffectOK)
	assert.InDelta(t, 4.0621/math.Sqrt(10), d.Effect, 5e-5)
	assert.Equal(t, stats.EffectDz, d.EffectName)

	back, ok := stats.Paired(second, first, 0.95)
	require.True(t, ok)
	assert.InDelta(t, -d.Mean, back.Mean, 1e-12)
	assert.InDelta(t, -d.T, back.T, 1e-9)
	assert.InDelta(t, d.P, back.P, 1e-12)
	assert.InDelta(t, -d.Effect, back.Effect, 1e-9)
}

func TestWelch(t *testing.T) {
	first, second := sleep()
	tests := []struct {
		name                string
		a, b                []float64
		t, freedom, p       float64
		low, high           float64
		tt, tfreedom, tp, d float64 // tolerances
	}{
		{
			// R: t.test(extra ~ group, sleep) prints t = -1.8608, df = 17.776,
			// p-value = 0.07939, interval -3.3654832 to 0.2054832.
			name: "R, sleep", a: first, b: second,
			t: 1.8608, freedom: 17.776, p: 0.07939, low: -0.2054832, high: 3.3654832,
			tt: 5e-5, tfreedom: 5e-4, tp: 5e-6, d: 1e-6,
		},
		{
			// By hand: means 2 and 4, variances 1 and 20/3, so v = 1/3 and 5/3,
			// t = 2/sqrt(2), df = 4 / ((1/9)/2 + (25/9)/3) = 4.0754717. R:
			// t.test(c(1, 3, 5, 7), c(1, 2, 3)) prints p-value = 0.2289 and the
			// interval -1.897975 to 5.897975.
			name: "unequal sizes", a: []float64{1, 2, 3}, b: []float64{1, 3, 5, 7},
			t: math.Sqrt2, freedom: 4 / (1.0/18 + 25.0/27), p: 0.2289, low: -1.897975, high: 5.897975,
			tt: 1e-12, tfreedom: 1e-9, tp: 5e-5, d: 1e-6,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := stats.Welch(tt.a, tt.b, 0.95)
			require.True(t, ok)
			assert.InDelta(t, tt.t, d.T, tt.tt)
			assert.InDelta(t, tt.freedom, d.Freedom, tt.tfreedom)
			assert.InDelta(t, tt.p, d.P, tt.tp)
			assert.InDelta(t, tt.low, d.Interval.Low, tt.d)
			assert.InDelta(t, tt.high, d.Interval.High, tt.d)
			assert.Equal(t, stats.MethodWelch, d.Interval.Method)
			assert.Equal(t, len(tt.a), d.NA)
			assert.Equal(t, len(tt.b), d.NB)
			assert.Equal(t, len(tt.a)+len(tt.b), d.Interval.N)
		})
	}
}

// spread returns n values of that mean and sample standard deviation; n is even.
func spread(n int, mean, sd float64) []float64 {
	step := sd * math.Sqrt(float64(n-1)/float64(n))
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = mean + step*float64(1-2*(i%2))
	}
	return xs
}

// Borenstein, Hedges, Higgins and Rothstein, Introduction to Meta-Analysis
// (2009), chapter 4: means 103 and 100, standard deviations 5.5 and 4.5, 50 in
// each group give d = 0.5970, J = 0.9923 and g = 0.5924.
func TestHedgesG(t *testing.T) {
	d, ok := stats.Welch(spread(50, 100, 4.5), spread(50, 103, 5.5), 0.95)
	require.True(t, ok)
	require.True(t, d.EffectOK)
	assert.InDelta(t, 0.5924, d.Effect, 5e-5)
	assert.Equal(t, stats.EffectG, d.EffectName)
}

// The small-sample correction by Hedges' own table: c(2) = 0.5642, c(10) =
// 0.9228 (1981, table 1).
func TestSmallSampleCorrection(t *testing.T) {
	for _, tt := range []struct {
		n    int // of each side
		want float64
	}{{2, 0.5642}, {6, 0.9228}} {
		d, ok := stats.Welch(spread(tt.n, 0, 1), spread(tt.n, 1, 1), 0.95)
		require.True(t, ok)
		assert.InDelta(t, tt.want, d.Effect, 1e-4, "%d values a side", tt.n)
	}
}

func TestWithoutSpread(t *testing.T) {
	tests := []struct {
		name                   string
		compare                func(a, b []float64, level float64) (stats.Difference, bool)
		a, b                   []float64
		mean, relative         float64
		relativeOK, tested, ok bool
	}{
		{name: "paired, the same", compare: stats.Paired, a: []float64{1, 2, 3}, b: []float64{1, 2, 3}, relativeOK: true, ok: true},
		{name: "paired, one step for all", compare: stats.Paired, a: []float64{1, 2, 3}, b: []float64{2, 3, 4}, mean: 1, relative: 0.5, relativeOK: true, ok: true},
		{name: "paired, from zero", compare: stats.Paired, a: []float64{0, 0}, b: []float64{3, 3}, mean: 3, ok: true},
		{name: "Welch, both constant", compare: stats.Welch, a: []float64{0.1, 0.1, 0.1}, b: []float64{0.2, 0.2}, mean: 0.1, relative: 1, relativeOK: true, ok: true},
		{name: "Welch, one constant", compare: stats.Welch, a: []float64{1, 1, 1}, b: []float64{1, 3}, mean: 1, relative: 1, relativeOK: true, tested: true, ok: true},
		{name: "paired, one pair", compare: stats.Paired, a: []float64{1}, b: []float64{2}},
		{name: "paired, unequal lengths", compare: stats.Paired, a: []float64{1, 2}, b: []float64{2, 3, 4}},
		{name: "Welch, one value", compare: stats.Welch, a: []float64{1, 2}, b: []float64{2}},
		{name: "Welch, nothing", compare: stats.Welch},
		{name: "paired, not a number", compare: stats.Paired, a: []float64{1, math.NaN()}, b: []float64{1, 2}},
		{name: "Welch, infinite", compare: stats.Welch, a: []float64{1, 2}, b: []float64{1, math.Inf(1)}},
		{name: "paired, difference overflows", compare: stats.Paired, a: []float64{-math.MaxFloat64, 1}, b: []float64{math.MaxFloat64, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := tt.compare(tt.a, tt.b, 0.95)
			require.Equal(t, tt.ok, ok)
			if !ok {
				assert.Equal(t, stats.Difference{}, d)
				return
			}
			assert.InDelta(t, tt.mean, d.Mean, 1e-15)
			assert.InDelta(t, tt.relative, d.Relative, 1e-12)
			assert.Equal(t, tt.relativeOK, d.RelativeOK)
			assert.Equal(t, tt.tested, d.TestOK)
			if !tt.tested {
				assert.Equal(t, d.Mean, d.Interval.Low)
				assert.Equal(t, d.Mean, d.Interval.High)
				assert.Equal(t, stats.MethodNoSpan, d.Interval.Method)
				assert.False(t, d.EffectOK)
				assert.Zero(t, d.P)
			}
		})
	}
	for _, level := range []float64{0, 1, math.NaN()} {
		_, ok := stats.Paired([]float64{1, 2}, []float64{3, 5}, level)
		assert.False(t, ok, "level %v", level)
	}
}

// With a resolution r, equal values have the standard deviation r/sqrt(12).
func TestResolution(t *testing.T) {
	c := stats.Comparison{Level: 0.95, Resolution: 1}
	a, b := []float64{40, 40, 40}, []float64{39, 39, 39}
	d, ok := c.Paired(a, b)
	require.True(t, ok)
	require.True(t, d.TestOK)
	assert.InDelta(t, -math.Sqrt(12*3), d.T, 1e-12) // -1 / (1/sqrt(12) / sqrt(3))
	// t of 2 degrees has the closed form p = 1 - t/sqrt(2+t^2).
	assert.InDelta(t, 1-6/math.Sqrt(2+36), d.P, 1e-12)
	assert.False(t, d.EffectOK, "an effect size needs a spread of its own")

	d, ok = c.Welch(a, b)
	require.True(t, ok)
	assert.InDelta(t, -1/math.Sqrt(2.0/36), d.T, 1e-12)
	assert.InDelta(t, 4, d.Freedom, 1e-9)

	wide, narrow := []float64{1, 5, 9}, []float64{2, 8, 11}
	with, _ := c.Paired(wide, narrow)
	without, _ := stats.Paired(wide, narrow, 0.95)
	assert.Equal(t, without, with, "a spread above the resolution is used as it is")
}

func TestHolm(t *testing.T) {
	tests := []struct {
		name     string
		ps, want []float64
	}{
		{name: "none"},
		{name: "one", ps: []float64{0.03}, want: []float64{0.03}},
		// By the steps of Holm (1979): 4*0.005, 3*0.01, 2*0.03, then 0.04 which
		// may not come below its predecessor.
		{name: "four, unsorted", ps: []float64{0.01, 0.04, 0.03, 0.005}, want: []float64{0.03, 0.06, 0.06, 0.02}},
		// R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
		{name: "R, five", ps: []float64{0.01, 0.02, 0.03, 0.04, 0.05}, want: []float64{0.05, 0.08, 0.09, 0.09, 0.09}},
		{name: "never above one", ps: []float64{0.5, 0.9, 1}, want: []float64{1, 1, 1}},
		{name: "ties and zero", ps: []float64{0, 0.02, 0.02}, want: []float64{0, 0.04, 0.04}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := stats.Holm(tt.ps)
			require.True(t, ok)
			assert.InDeltaSlice(t, append([]float64{}, tt.want...), got, 1e-12)
		})
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		_, ok := stats.Holm([]float64{0.5, p})
		assert.False(t, ok, "p = %v", p)
	}
}
