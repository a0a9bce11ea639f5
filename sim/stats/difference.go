package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Names of effect sizes.
const (
	EffectDz = "Cohen's d_z" // mean difference over the standard deviation of the differences
	EffectG  = "Hedges' g"   // mean difference over the pooled standard deviation, corrected for small samples
)

// Difference is what changed from a sample A to a sample B, in their unit.
// Fields whose ok is false are undefined.
type Difference struct {
	MeanA, MeanB float64
	Mean         float64 // mean of B minus mean of A
	NA, NB       int     // values of each side; equal for pairs

	// Relative is Mean / |MeanA|; undefined if MeanA is 0.
	Relative   float64
	RelativeOK bool

	// Interval is that of Mean, by inverting the test, so that it excludes 0
	// exactly where P is below 1 - Level.
	Interval Interval

	// T, Freedom and P are the test statistic, its degrees of freedom and the
	// two-sided p-value under "no difference of means", 0 to 1. They are
	// undefined where no value differs from the others and no resolution was
	// given: without a spread there is no test.
	T, Freedom, P float64
	TestOK        bool

	// Effect is the size of the difference in standard deviations, its sign that
	// of Mean. Undefined without a spread.
	Effect     float64
	EffectOK   bool
	EffectName string
}

// Comparison says how two samples are compared.
type Comparison struct {
	Level float64 // confidence of the interval, above 0 and below 1
	// Resolution is the step in which the values can change, such as 1 for a
	// count, in their unit; 0 for none. The standard deviation that a test uses
	// is never below Resolution / sqrt(12), that of the rounding to such a step:
	// values that happen to be equal in a few repeats are no proof that they
	// always are. Effect sizes do not use it.
	Resolution float64
}

// Paired compares values that belong together, b[i] with a[i], by Student's
// paired t test at a confidence level such as 0.95; see Comparison.Paired.
func Paired(a, b []float64, level float64) (d Difference, ok bool) {
	return Comparison{Level: level}.Paired(a, b)
}

// Welch compares two independent samples at a confidence level such as 0.95;
// see Comparison.Welch.
func Welch(a, b []float64, level float64) (d Difference, ok bool) {
	return Comparison{Level: level}.Welch(a, b)
}

// Paired compares values that belong together (trials of one seed), b[i] with
// a[i], by Student's t test of the differences d = b - a: t = mean(d) / (s_d /
// sqrt(n)) with n-1 degrees of freedom. The effect size is Cohen's d_z =
// mean(d) / s_d (Cohen, Statistical Power Analysis, 1988, section 2.3.5). It is
// not ok for unequal lengths, fewer than two pairs, a value that is not finite,
// or a level outside 0 to 1.
func (c Comparison) Paired(a, b []float64) (d Difference, ok bool) {
	if len(a) != len(b) || !intervalable(a, c.Level) || !intervalable(b, c.Level) {
		return Difference{}, false
	}
	each := make([]float64, len(a))
	for i := range a {
		each[i] = b[i] - a[i]
	}
	if !finite(each) {
		return Difference{}, false
	}
	d = difference(a, b)
	m, s := stat.MeanStdDev(each, nil)
	if constant(each) {
		m, s = each[0], 0 // the mean of equal values may round
	}
	d.Mean = m
	n := float64(len(each))
	d.test(c, s/math.Sqrt(n), c.floor()/math.Sqrt(n), n-1, MethodT)
	d.Interval.N = len(each)
	if s > 0 {
		d.Effect, d.EffectOK, d.EffectName = m/s, true, EffectDz
	}
	return d, true
}

// Welch compares two independent samples whose variances may differ (Welch, "The
// generalization of 'Student's' problem when several different population
// variances are involved", Biometrika 34, 1947): with v = s^2/n of each side,
// t = (mean(b) - mean(a)) / sqrt(v_a + v_b), with Satterthwaite's degrees of
// freedom (v_a + v_b)^2 / (v_a^2/(n_a-1) + v_b^2/(n_b-1)). The effect size is
// Hedges' g: the difference over the pooled standard deviation, times the exact
// correction for small samples Γ(m/2) / (sqrt(m/2) Γ((m-1)/2)), m = n_a+n_b-2
// (Hedges, "Distribution theory for Glass's estimator of effect size", Journal
// of Educational Statistics 6(2), 1981). It is not ok for fewer than two values
// on a side, a value that is not finite, or a level outside 0 to 1.
func (c Comparison) Welch(a, b []float64) (d Difference, ok bool) {
	if !intervalable(a, c.Level) || !intervalable(b, c.Level) {
		return Difference{}, false
	}
	d = difference(a, b)
	na, nb := float64(len(a)), float64(len(b))
	sa, sb := deviation(a), deviation(b)
	va, vb := c.variance(sa)/na, c.variance(sb)/nb
	freedom := na + nb - 2 // without a spread, where the formula is 0/0
	if va+vb > 0 {
		share := va / (va + vb) // squares of small variances would underflow
		freedom = 1 / (share*share/(na-1) + (1-share)*(1-share)/(nb-1))
	}
	d.test(c, math.Sqrt(va+vb), 0, freedom, MethodWelch)
	d.Interval.N = len(a) + len(b)
	m := na + nb - 2
	if pooled := math.Hypot(sa*math.Sqrt((na-1)/m), sb*math.Sqrt((nb-1)/m)); pooled > 0 {
		d.Effect, d.EffectOK, d.EffectName = d.Mean/pooled*smallSample(m), true, EffectG
	}
	return d, true
}

// difference fills in what does not depend on the test.
func difference(a, b []float64) Difference {
	d := Difference{MeanA: average(a), MeanB: average(b), NA: len(a), NB: len(b)}
	d.Mean = d.MeanB - d.MeanA
	if r := d.Mean / math.Abs(d.MeanA); d.MeanA != 0 && !math.IsInf(r, 0) {
		d.Relative, d.RelativeOK = r, true
	}
	return d
}

// test fills in the test and the interval, for a standard error that is at
// least the floor.
func (d *Difference) test(c Comparison, deviation, floor, freedom float64, method string) {
	e := max(deviation, floor)
	d.Interval = Interval{Low: d.Mean, High: d.Mean, Level: c.Level, Method: MethodNoSpan}
	if e == 0 {
		return
	}
	half := tQuantile(c.Level, freedom) * e
	d.Interval.Low, d.Interval.High, d.Interval.Method = d.Mean-half, d.Mean+half, method
	d.T, d.Freedom, d.TestOK = d.Mean/e, freedom, true
	d.P = min(1, 2*distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.CDF(-math.Abs(d.T)))
}

// floor is the least standard deviation that a test uses.
func (c Comparison) floor() float64 { return max(c.Resolution, 0) / math.Sqrt(12) }

func (c Comparison) variance(s float64) float64 {
	s = max(s, c.floor())
	return s * s
}

// deviation is the sample standard deviation, exactly 0 for equal values.
func deviation(xs []float64) float64 {
	if constant(xs) {
		return 0
	}
	return stat.StdDev(xs, nil)
}

// average is the mean, exactly the value itself for equal values.
func average(xs []float64) float64 {
	if constant(xs) {
		return xs[0]
	}
	return stat.Mean(xs, nil)
}

func constant(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(x float64) bool { return x != xs[0] })
}

// smallSample is Hedges' correction for m degrees of freedom.
func smallSample(m float64) float64 {
	upper, _ := math.Lgamma(m / 2)
	lower, _ := math.Lgamma((m - 1) / 2)
	return math.Exp(upper-lower) / math.Sqrt(m/2)
}
