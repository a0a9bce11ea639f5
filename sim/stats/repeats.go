package stats

import (
	"slices"

	"gonum.org/v1/gonum/stat"
)

// FewRepeats is the number of repeats below which a report warns. An interval
// over four values rests on three degrees of freedom: at 95 % it reaches 3.2
// standard errors to each side, where a large sample's reaches 2.0, and a
// single odd value moves it far.
const FewRepeats = 5

// Repeats condenses one figure over n repeats; every value has the figure's
// unit.
type Repeats struct {
	N                      int
	Mean, Median, Min, Max float64
	P25, P75               float64 // quartiles, as Quantile defines them

	// SD is the sample standard deviation (divisor n-1) and Interval that of the
	// mean; both are undefined for a single value.
	SD       float64
	Interval Interval
	SpreadOK bool

	Few      bool      // fewer than FewRepeats
	Outliers []Outlier // as Outliers returns them
}

// DescribeRepeats returns the description of xs with the interval of
// MeanInterval at the given confidence level. It is not ok if xs is empty or
// holds a value that is not finite, or if the level is outside 0 to 1.
func DescribeRepeats(xs []float64, level float64) (r Repeats, ok bool) {
	if !finite(xs) || !(level > 0 && level < 1) {
		return Repeats{}, false
	}
	x := slices.Sorted(slices.Values(xs))
	r = Repeats{
		N: len(x), Mean: average(x), Median: sortedQuantile(x, 0.5), Min: x[0], Max: x[len(x)-1],
		P25: sortedQuantile(x, 0.25), P75: sortedQuantile(x, 0.75),
		Few: len(x) < FewRepeats, Outliers: Outliers(xs),
	}
	if i, ok := MeanInterval(x, level); ok {
		r.Interval, r.SpreadOK = i, true
		if !constant(x) {
			r.SD = stat.StdDev(x, nil)
		}
	}
	return r, true
}
