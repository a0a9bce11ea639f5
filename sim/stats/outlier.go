package stats

import (
	"math"
	"slices"
)

// OutlierScore is the modified z-score above which Iglewicz and Hoaglin call a
// value a potential outlier.
const OutlierScore = 3.5

// OutliersFrom is the smallest sample in which outliers are looked for: of fewer
// values nobody can say which one is odd.
const OutliersFrom = 5

// Outlier is a value far from the others of its sample.
type Outlier struct {
	Index int     // position in the sample
	Value float64 // in the sample's unit
	Score float64 // modified z-score, its sign that of Value - median
}

// Outliers returns the potential outliers of xs in their order, by the modified
// z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, ASQC
// Quality Press, 1993; NIST/SEMATECH e-Handbook, section 1.3.5.17):
//
//	0.6745 * (x - median) / MAD
//
// with MAD the median distance from the median. Where more than half of the
// values are equal and MAD is 0, the score is (x - median) / (1.253314 * the
// mean distance from the median), the same scale for a normal sample. A sample
// below OutliersFrom values or with one that is not finite has none. An outlier
// is worth a look; it is not to be left out.
func Outliers(xs []float64) []Outlier {
	if len(xs) < OutliersFrom || !finite(xs) {
		return nil
	}
	median, _ := Quantile(xs, 0.5)
	distance := make([]float64, len(xs))
	for i, x := range xs {
		distance[i] = math.Abs(x - median)
	}
	scale, _ := Quantile(distance, 0.5)
	scale /= 0.6745
	if scale == 0 {
		scale = 1.253314 * average(distance)
	}
	if scale == 0 {
		return nil
	}
	var out []Outlier
	for i, x := range xs {
		if score := (x - median) / scale; math.Abs(score) > OutlierScore {
			out = append(out, Outlier{Index: i, Value: x, Score: score})
		}
	}
	return slices.Clip(out)
}
