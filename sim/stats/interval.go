package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// BootstrapFrom is the smallest sample whose interval is a bootstrap one. In
// fewer values there is too little to resample, and Student's t, which supposes
// a shape, covers better.
const BootstrapFrom = 10

// Methods of an interval, as reports name them.
const (
	MethodT      = "Student's t"
	MethodBCa    = "BCa bootstrap, 9,999 resamples"
	MethodWelch  = "Welch's t"
	MethodNoSpan = "all values equal" // the interval is the value itself
)

// Interval is a two-sided confidence interval of a mean, or of a difference of
// means, in the unit of the sample.
type Interval struct {
	Low, High float64
	Level     float64 // confidence, above 0 and below 1, such as 0.95
	Method    string  // one of the constants
	N         int     // values, or pairs, that it rests on
}

// Contains says whether x lies in the interval, ends included.
func (i Interval) Contains(x float64) bool { return i.Low <= x && x <= i.High }

// String names level, method and n, such as "95 % interval, Student's t, n = 5".
func (i Interval) String() string {
	return fmt.Sprintf("%g %% interval, %s, n = %d", math.Round(i.Level*1e4)/1e2, i.Method, i.N)
}

// MeanInterval returns the confidence interval of the mean of xs, values of
// independent repeats: by Student's t below BootstrapFrom values, by the BCa
// bootstrap from there. It is not ok for fewer than two values, one that is not
// finite, or a level that is not between 0 and 1.
func MeanInterval(xs []float64, level float64) (i Interval, ok bool) {
	if len(xs) >= BootstrapFrom {
		return Bootstrap(xs, average, level)
	}
	return TInterval(xs, level)
}

// TInterval returns Student's interval of the mean (Student, "The probable error
// of a mean", Biometrika 6(1), 1908): with the mean m and the standard deviation
// s of n values it is
//
//	m ± t * s / sqrt(n)
//
// where t is the (1+level)/2 quantile of Student's distribution with n-1 degrees
// of freedom. It supposes that repeats are independent and their mean close to
// normal. It is not ok as MeanInterval is not.
func TInterval(xs []float64, level float64) (i Interval, ok bool) {
	if !intervalable(xs, level) {
		return Interval{}, false
	}
	if i, constant := constantInterval(xs, level); constant {
		return i, true
	}
	m, s := stat.MeanStdDev(xs, nil)
	half := tQuantile(level, float64(len(xs)-1)) * s / math.Sqrt(float64(len(xs)))
	return Interval{Low: m - half, High: m + half, Level: level, Method: MethodT, N: len(xs)}, true
}

func intervalable(xs []float64, level float64) bool {
	return len(xs) >= 2 && finite(xs) && level > 0 && level < 1
}

// constantInterval is the interval of values that are all equal. They tell
// nothing of a spread, so it is just the value, and its method says why.
func constantInterval(xs []float64, level float64) (Interval, bool) {
	if floats.Min(xs) != floats.Max(xs) {
		return Interval{}, false
	}
	return Interval{Low: xs[0], High: xs[0], Level: level, Method: MethodNoSpan, N: len(xs)}, true
}

// tQuantile is how many standard errors the interval of that level reaches to
// each side.
func tQuantile(level, freedom float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile((1 + level) / 2)
}
