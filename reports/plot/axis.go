package plot

import (
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
)

// Axis says what is measured along an edge. The label names the unit.
type Axis struct {
	Label string
	Max   float64 // upper end; 0 takes it from the data
	// Whole keeps ticks at whole numbers, for counts.
	Whole bool
}

// limit returns the axis's upper end for data that reach top. Every axis
// starts at 0, so that lengths can be compared by eye.
func (a Axis) limit(top float64) float64 {
	switch {
	case a.Max > 0 && finite(a.Max):
		return a.Max
	case top > 0 && finite(top):
		return top * 1.04
	}
	return 1
}

// ticker marks round values, at most about seven of them.
type ticker struct{ whole bool }

var _ gonum.Ticker = ticker{}

// Ticks implements gonum's Ticker.
func (t ticker) Ticks(lo, hi float64) []gonum.Tick {
	step := roundStep((hi - lo) / 6)
	if t.whole {
		step = math.Max(step, 1)
	}
	var ticks []gonum.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi*(1+1e-9) && len(ticks) < 20; i++ {
		ticks = append(ticks, gonum.Tick{Value: i * step, Label: tickLabel(i*step, step)})
	}
	return ticks
}

// roundStep returns the smallest of 1, 2, 2.5, 5 times a power of ten that is
// not below x.
func roundStep(x float64) float64 {
	if x <= 0 || !finite(x) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// tickLabel writes v with the digits that the step between ticks needs.
func tickLabel(v, step float64) string {
	if v == 0 {
		return "0"
	}
	if step >= 1e6 || step < 1e-5 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	digits := 0
	for s := step; digits < 6 && math.Abs(s-math.Round(s)) > 1e-6*s; s *= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
