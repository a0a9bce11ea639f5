package stats_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim/stats"
)

// undefined samples have no mean, quantile or index.
func undefined() map[string][]float64 {
	return map[string][]float64{
		"nil":      nil,
		"empty":    {},
		"NaN":      {1, math.NaN()},
		"infinity": {1, math.Inf(1)},
	}
}

func TestUndefined(t *testing.T) {
	for name, xs := range undefined() {
		t.Run(name, func(t *testing.T) {
			_, ok := stats.Mean(xs)
			assert.False(t, ok, "Mean")
			_, ok = stats.Max(xs)
			assert.False(t, ok, "Max")
			_, ok = stats.Quantile(xs, 0.5)
			assert.False(t, ok, "Quantile")
			_, ok = stats.Jain(xs)
			assert.False(t, ok, "Jain")
			_, ok = stats.Summarize(xs)
			assert.False(t, ok, "Summarize")
		})
	}
}

// Values of R's quantile(x, p, type = 7), worked by hand from h = (n-1)p.
func TestQuantile(t *testing.T) {
	tests := []struct {
		name string
		xs   []float64
		p    float64
		want float64
	}{
		{name: "one value", xs: []float64{7}, p: 0.99, want: 7},
		{name: "minimum", xs: []float64{3, 1, 2}, p: 0, want: 1},
		{name: "maximum", xs: []float64{3, 1, 2}, p: 1, want: 3},
		{name: "odd median", xs: []float64{9, 1, 5}, p: 0.5, want: 5},
		{name: "even median", xs: []float64{1, 3}, p: 0.5, want: 2},
		{name: "lower quartile of four", xs: []float64{1, 2, 3, 4}, p: 0.25, want: 1.75},
		{name: "p90 of ten", xs: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, p: 0.9, want: 9.1},
		{name: "p95 of ten", xs: []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, p: 0.95, want: 9.55},
		{name: "p99 of ten", xs: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, p: 0.99, want: 9.91},
		{name: "unequal steps", xs: []float64{0, 10, 100}, p: 0.75, want: 55},
		{name: "far apart", xs: []float64{-math.MaxFloat64, math.MaxFloat64}, p: 0.5, want: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.xs)
			got, ok := stats.Quantile(tt.xs, tt.p)
			require.True(t, ok)
			assert.InDelta(t, tt.want, got, 1e-12)
			assert.Equal(t, before, tt.xs, "the sample was changed")
		})
	}
	for _, p := range []float64{-0.001, 1.001, math.NaN()} {
		_, ok := stats.Quantile([]float64{1, 2}, p)
		assert.False(t, ok, "p = %v", p)
	}
}

func TestQuantileIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 40).Draw(t, "xs")
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(p, 1).Draw(t, "q")
		low, _ := stats.Quantile(xs, p)
		high, _ := stats.Quantile(xs, q)
		assert.LessOrEqual(t, low, high+1e-6)
		assert.GreaterOrEqual(t, low, slices.Min(xs)-1e-6)
		assert.LessOrEqual(t, high, slices.Max(xs)+1e-6)
	})
}

func TestJain(t *testing.T) {
	tests := []struct {
		name string
		xs   []float64
		want float64
	}{
		{name: "one", xs: []float64{5}, want: 1},
		{name: "equal", xs: []float64{2, 2, 2, 2}, want: 1},
		{name: "one gets everything", xs: []float64{0, 0, 0, 9}, want: 0.25},
		{name: "k of n share equally", xs: []float64{20, 20, 0, 0, 0, 0, 0, 0, 0, 0}, want: 0.2},
		{name: "one to three", xs: []float64{1, 2, 3}, want: 36.0 / 42},
		{name: "no scale", xs: []float64{1e300, 2e300, 3e300}, want: 36.0 / 42},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := stats.Jain(tt.xs)
			require.True(t, ok)
			assert.InDelta(t, tt.want, got, 1e-12)
		})
	}
	for name, xs := range map[string][]float64{"all zero": {0, 0}, "negative": {1, -1}} {
		_, ok := stats.Jain(xs)
		assert.False(t, ok, name)
	}
}

func TestSummarize(t *testing.T) {
	xs := []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}
	got, ok := stats.Summarize(xs)
	require.True(t, ok)
	want := stats.Summary{N: 10, Mean: 5.5, P50: 5.5, P90: 9.1, P95: 9.55, P99: 9.91, Max: 10}
	assert.Equal(t, want.N, got.N)
	for _, v := range []struct {
		name      string
		want, got float64
	}{
		{"mean", want.Mean, got.Mean}, {"p50", want.P50, got.P50}, {"p90", want.P90, got.P90},
		{"p95", want.P95, got.P95}, {"p99", want.P99, got.P99}, {"max", want.Max, got.Max},
	} {
		assert.InDelta(t, v.want, v.got, 1e-12, v.name)
	}
	assert.Equal(t, 10.0, xs[0], "the sample was changed")

	mean, ok := stats.Mean(xs)
	assert.True(t, ok)
	assert.InDelta(t, 5.5, mean, 1e-12)
	largest, ok := stats.Max(xs)
	assert.True(t, ok)
	assert.Equal(t, 10.0, largest)
}
