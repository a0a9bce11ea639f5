package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// finite says whether xs can be condensed: not empty, no NaN, no infinity.
func finite(xs []float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return len(xs) > 0
}

// Mean returns the arithmetic mean, in the unit of xs. It is not ok if xs is
// empty or holds a value that is not finite.
func Mean(xs []float64) (mean float64, ok bool) {
	if !finite(xs) {
		return 0, false
	}
	return stat.Mean(xs, nil), true
}

// Max returns the largest value. It is not ok if xs is empty or holds a value
// that is not finite.
func Max(xs []float64) (largest float64, ok bool) {
	if !finite(xs) {
		return 0, false
	}
	return floats.Max(xs), true
}

// Quantile returns the p-quantile of xs, 0 <= p <= 1, in the unit of xs: with
// the sample sorted as x[0] ... x[n-1] and h = (n-1)p, it is
//
//	x[floor(h)] + (h - floor(h)) * (x[floor(h)+1] - x[floor(h)])
//
// This is definition 7 of Hyndman and Fan ("Sample quantiles in statistical
// packages", The American Statistician 50(4), 1996), the default of R, NumPy
// and spreadsheets: p = 0 is the minimum, 0.5 the usual median, 1 the maximum.
// It is not ok if xs is empty or holds a value that is not finite, or if p is
// outside its range.
func Quantile(xs []float64, p float64) (quantile float64, ok bool) {
	if !finite(xs) || !(p >= 0 && p <= 1) {
		return 0, false
	}
	return sortedQuantile(slices.Sorted(slices.Values(xs)), p), true
}

// sortedQuantile is written out because stat.Quantile interpolates the inverse
// of the empirical distribution, which is definition 4: its median of 1 and 3
// is 1.
func sortedQuantile(x []float64, p float64) float64 {
	h := p * float64(len(x)-1)
	i := int(h)
	if i+1 >= len(x) {
		return x[len(x)-1]
	}
	f := h - float64(i)
	return (1-f)*x[i] + f*x[i+1] // no overflow, unlike the difference of far apart values
}

// Jain returns the fairness index of Jain, Chiu and Hawe ("A quantitative
// measure of fairness and discrimination for resource allocation in shared
// computer systems", DEC-TR-301, 1984) over n allocations x_i of any one unit:
//
//	(sum x_i)^2 / (n * sum x_i^2)
//
// It runs from 1/n (one gets everything) to 1 (all get the same). It is not ok
// if xs is empty, is all zero, or holds a value that is negative or not finite.
func Jain(xs []float64) (index float64, ok bool) {
	if !finite(xs) || floats.Min(xs) < 0 {
		return 0, false
	}
	largest := floats.Max(xs)
	if largest == 0 {
		return 0, false
	}
	var sum, squares float64
	for _, x := range xs {
		x /= largest // the index has no scale; squares of this one cannot overflow
		sum += x
		squares += x * x
	}
	return sum * sum / (float64(len(xs)) * squares), true
}

// Summary condenses one sample; every field has the sample's unit. Quantiles
// are those of Quantile.
type Summary struct {
	N                             int
	Mean, P50, P90, P95, P99, Max float64
}

// Summarize returns the summary of xs. It is not ok if xs is empty or holds a
// value that is not finite.
func Summarize(xs []float64) (s Summary, ok bool) {
	if !finite(xs) {
		return Summary{}, false
	}
	x := slices.Sorted(slices.Values(xs))
	return Summary{
		N:    len(x),
		Mean: stat.Mean(x, nil),
		P50:  sortedQuantile(x, 0.50),
		P90:  sortedQuantile(x, 0.90),
		P95:  sortedQuantile(x, 0.95),
		P99:  sortedQuantile(x, 0.99),
		Max:  x[len(x)-1],
	}, true
}
