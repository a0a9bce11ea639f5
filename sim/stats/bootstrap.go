package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// resamples of a bootstrap: with this many, the ends move by less than two
// hundredths of the interval from one random seed to another.
const resamples = 9999

// Bootstrap returns the bias-corrected and accelerated bootstrap interval (BCa)
// of a statistic, such as the mean, of independent values (Efron, "Better
// bootstrap confidence intervals", JASA 82(397), 1987; Efron and Tibshirani, An
// Introduction to the Bootstrap, 1993, section 14.3). With z the standard normal
// quantile of (1-level)/2 or (1+level)/2, an end is the quantile of the
// resampled statistics at
//
//	Phi( z0 + (z0+z) / (1 - a*(z0+z)) )
//
// where z0 is the normal quantile of the share of them below the sample's own
// (ties count half) and a = sum d^3 / (6 (sum d^2)^1.5), with d the mean of the
// leave-one-out statistics minus each of them.
//
// The resamples are drawn from a fixed seed and from the sorted values: the same
// values in any order give the same interval. statistic must not keep or change
// its argument. It is not ok for fewer than two values, one that is not finite,
// a level outside 0 to 1, or a statistic that is not finite.
func Bootstrap(xs []float64, statistic func([]float64) float64, level float64) (i Interval, ok bool) {
	if !intervalable(xs, level) {
		return Interval{}, false
	}
	x := slices.Sorted(slices.Values(xs))
	if x[0] == x[len(x)-1] {
		v := statistic(x)
		return Interval{Low: v, High: v, Level: level, Method: MethodNoSpan, N: len(x)}, finite([]float64{v})
	}
	own := statistic(x)
	drawn := resample(x, statistic)
	if !finite(append(slices.Clone(drawn), own)) {
		return Interval{}, false
	}
	slices.Sort(drawn)
	z0, a := bias(drawn, own), acceleration(x, statistic)
	end := func(p float64) float64 {
		z := z0 + distuv.UnitNormal.Quantile(p)
		return sortedQuantile(drawn, distuv.UnitNormal.CDF(z0+z/(1-a*z)))
	}
	i = Interval{Low: end((1 - level) / 2), High: end((1 + level) / 2), Level: level, Method: MethodBCa, N: len(x)}
	return i, i.Low <= i.High
}

// resample returns the statistic of samples drawn from x with replacement.
func resample(x []float64, statistic func([]float64) float64) []float64 {
	rnd := rand.New(rand.NewPCG(0x5eed, uint64(len(x))))
	out, again := make([]float64, resamples), make([]float64, len(x))
	for i := range out {
		for j := range again {
			again[j] = x[rnd.IntN(len(x))]
		}
		out[i] = statistic(again)
	}
	return out
}

// bias is z0. It is bounded, as by one resample on the other side, where all
// resampled statistics lie on one side of the sample's own.
func bias(drawn []float64, own float64) float64 {
	below := 0.0
	for _, d := range drawn {
		switch {
		case d < own:
			below++
		case d == own:
			below += 0.5
		}
	}
	n := float64(len(drawn))
	return distuv.UnitNormal.Quantile(min(max(below/n, 1/(n+1)), n/(n+1)))
}

// acceleration is a, by the jackknife.
func acceleration(x []float64, statistic func([]float64) float64) float64 {
	without, rest := make([]float64, len(x)), make([]float64, 0, len(x))
	for i := range x {
		rest = append(append(rest[:0], x[:i]...), x[i+1:]...)
		without[i] = statistic(rest)
	}
	middle := stat.Mean(without, nil)
	var squares, cubes float64
	for _, w := range without {
		d := middle - w
		squares += d * d
		cubes += d * d * d
	}
	if squares == 0 {
		return 0
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}
