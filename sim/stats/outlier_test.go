package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/stats"
)

func TestOutliers(t *testing.T) {
	tests := []struct {
		name string
		xs   []float64
		want []stats.Outlier
	}{
		{
			// The uranium data of NIST/SEMATECH e-Handbook, section 1.3.5.17.1,
			// where Grubbs' test finds 245.57: median 201.37, MAD 0.995.
			name: "NIST, uranium", xs: []float64{199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57},
			want: []stats.Outlier{{Index: 7, Value: 245.57, Score: 0.6745 * 44.2 / 0.995}},
		},
		{
			// Median 2.45, MAD 0.15.
			name: "two that hide each other", xs: []float64{2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3},
			want: []stats.Outlier{{Index: 8, Value: 8.2, Score: 0.6745 * 5.75 / 0.15}, {Index: 9, Value: 8.3, Score: 0.6745 * 5.85 / 0.15}},
		},
		{
			// MAD 0; the mean distance is 1.
			name: "most are equal", xs: []float64{4, 4, -2, 4, 4, 4},
			want: []stats.Outlier{{Index: 2, Value: -2, Score: -6 / 1.253314}},
		},
		{name: "all equal", xs: []float64{4, 4, 4, 4, 4}},
		{name: "evenly spread", xs: []float64{1, 2, 3, 4, 5, 6, 7}},
		{name: "too few to tell", xs: []float64{1, 1.1, 0.9, 50}},
		{name: "not a number", xs: []float64{1, 2, 3, 4, math.NaN(), 900}},
		{name: "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := stats.Outliers(tt.xs)
			require.Len(t, got, len(tt.want))
			for i, want := range tt.want {
				assert.Equal(t, want.Index, got[i].Index)
				assert.Equal(t, want.Value, got[i].Value)
				assert.InDelta(t, want.Score, got[i].Score, 1e-9)
			}
		})
	}
}

func TestDescribeRepeats(t *testing.T) {
	got, ok := stats.DescribeRepeats([]float64{5, 1, 4, 2, 3}, 0.95)
	require.True(t, ok)
	want := stats.Repeats{
		N: 5, Mean: 3, Median: 3, Min: 1, Max: 5, P25: 2, P75: 4,
		SD: math.Sqrt(2.5), Interval: got.Interval, SpreadOK: true,
	}
	assert.Equal(t, want, got)
	assert.InDelta(t, 3-2.776445*math.Sqrt(0.5), got.Interval.Low, 1e-6)

	one, ok := stats.DescribeRepeats([]float64{7}, 0.95)
	require.True(t, ok)
	assert.Equal(t, stats.Repeats{N: 1, Mean: 7, Median: 7, Min: 7, Max: 7, P25: 7, P75: 7, Few: true}, one)

	same, ok := stats.DescribeRepeats([]float64{0.1, 0.1, 0.1}, 0.95)
	require.True(t, ok)
	assert.True(t, same.SpreadOK)
	assert.Zero(t, same.SD)
	assert.Equal(t, 0.1, same.Mean)
	assert.True(t, same.Few)

	odd, ok := stats.DescribeRepeats([]float64{1, 2, 3, 4, 500}, 0.95)
	require.True(t, ok)
	assert.Len(t, odd.Outliers, 1)
	assert.False(t, odd.Few)

	for name, xs := range undefined() {
		_, ok := stats.DescribeRepeats(xs, 0.95)
		assert.False(t, ok, name)
	}
	_, ok = stats.DescribeRepeats([]float64{1, 2}, 1)
	assert.False(t, ok, "level 1")
}
