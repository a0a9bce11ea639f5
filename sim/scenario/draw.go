package scenario

import (
	"math"
	"math/rand/v2"
	"time"
)

// Endless is what Draw returns for a span that never ends.
const Endless = time.Duration(math.MaxInt64)

// Draw returns a random span of 0 or more, at most 20 times MaxSpan, or Endless.
// It takes the same number of draws from r whatever the result (one; two for
// lognormal; none for constant and forever) by inverting the cumulative
// distribution, so that two distributions of the same kind that are drawn from
// equal streams order their samples alike. It panics if there is no
// distribution.
func (d Distribution) Draw(r *rand.Rand) time.Duration {
	switch d.Kind {
	case Forever:
		return Endless
	case Constant:
		return time.Duration(d.Value)
	case UniformSpan:
		return span(float64(d.Min) + r.Float64()*float64(d.Max-d.Min))
	case Exponential:
		return span(float64(d.Mean) * standardExponential(r))
	case Weibull:
		return span(float64(d.Scale) * math.Pow(standardExponential(r), 1/d.Shape))
	case LogNormal:
		// Box and Muller, "A note on the generation of random normal deviates",
		// Annals of Mathematical Statistics 29, 1958.
		normal := math.Sqrt(2*standardExponential(r)) * math.Cos(2*math.Pi*r.Float64())
		return span(float64(d.Median) * math.Exp(d.Sigma*normal))
	case Pareto:
		return span(float64(d.Min) * math.Exp(standardExponential(r)/d.Shape))
	}
	panic("scenario: drawing from a distribution of kind " + d.Kind)
}

// standardExponential draws with mean 1 from a uniform of [0, 1).
func standardExponential(r *rand.Rand) float64 { return -math.Log1p(-r.Float64()) }

// span rounds nanoseconds down and keeps them far from overflow.
func span(ns float64) time.Duration {
	return time.Duration(min(ns, 20*float64(MaxSpan)))
}

// Average returns the distribution's mean; it is not ok if there is none, as of
// a Pareto distribution of shape 1 or less and of what lasts forever.
func (d Distribution) Average() (mean time.Duration, ok bool) {
	switch d.Kind {
	case Constant:
		return time.Duration(d.Value), true
	case UniformSpan:
		return time.Duration(d.Min + (d.Max-d.Min)/2), true
	case Exponential:
		return time.Duration(d.Mean), true
	case Weibull:
		return span(float64(d.Scale) * math.Gamma(1+1/d.Shape)), true
	case LogNormal:
		return span(float64(d.Median) * math.Exp(d.Sigma*d.Sigma/2)), true
	case Pareto:
		if d.Shape > 1 {
			return span(float64(d.Min) * d.Shape / (d.Shape - 1)), true
		}
	}
	return 0, false
}
