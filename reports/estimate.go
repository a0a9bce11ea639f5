package reports

import (
	"fmt"
	"math"
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/stats"
)

// estimate is a metric over the repeats of a cell: the mean and its confidence
// interval. A single repeat has no interval; where a repeat lacks the metric
// nothing is known, because the lacking one may be the worst.
type estimate struct {
	mid, low, high float64 // not a number where unknown; low and high are mid without an interval
	method         string  // of the interval, one of package stats; empty without one
	n              int     // repeats
}

func (e estimate) defined() bool { return !math.IsNaN(e.mid) }

// spanned says whether there is an interval, if only one without extent.
func (e estimate) spanned() bool { return e.method != "" }

// estimate condenses the metric of the trials.
func (m metric) estimate(trials []*measure.Trial) estimate {
	unknown := estimate{mid: math.NaN(), low: math.NaN(), high: math.NaN(), n: len(trials)}
	xs, ok := m.values(trials)
	if !ok {
		return unknown
	}
	mean, ok := stats.Mean(xs)
	if !ok {
		return unknown
	}
	e := estimate{mid: mean, low: mean, high: mean, n: len(xs)}
	if iv, ok := stats.MeanInterval(xs, confidence); ok {
		e.low, e.high, e.method = iv.Low, iv.High, iv.Method
	}
	return e
}

// scaled returns the estimate as a plotted interval in a unit; a quantity that
// cannot be negative has no interval below 0.
func (e estimate) scaled(u unit) plot.Range {
	return plot.Range{Low: max(e.low, 0) / u.worth, High: e.high / u.worth}
}

// intervalText says what is drawn of n repeats and which intervals: marks is
// the word for what stands at the mean, such as "Bars".
func intervalText(marks string, all []estimate) string {
	var methods []string
	least, most := 0, 0
	for _, e := range all {
		if !e.defined() {
			continue
		}
		if least == 0 || e.n < least {
			least = e.n
		}
		most = max(most, e.n)
		if e.method != "" && e.method != stats.MethodNoSpan && !slices.Contains(methods, e.method) {
			methods = append(methods, e.method)
		}
	}
	slices.Sort(methods)
	n := fmt.Sprintf("n = %d", least)
	if most > least {
		n = fmt.Sprintf("n = %d to %d", least, most)
	}
	switch {
	case most <= 1:
		return fmt.Sprintf(" %s: n = 1 trial each.", marks)
	case len(methods) == 0:
		return fmt.Sprintf(" %s: %s seeds, all with equal values.", marks, n)
	}
	return fmt.Sprintf(" %s: means of %s seeds; whiskers: %.0f%s%% intervals of the mean (%s).", marks, n, confidence*100, nbsp, list(methods))
}

// brief says in a word what an axis of the metric shows; empty if there is none.
func (m metric) brief() string {
	switch {
	case m.currency != "":
		return "cost"
	case m.kind == seconds:
		return "time"
	case m.kind == octets:
		return "sent"
	}
	return ""
}

// unitOf returns the unit that suits the largest end of the estimates.
func (m metric) unitOf(all []estimate) unit {
	if m.currency != "" {
		return unit{m.currency, 1}
	}
	top := 0.0
	for _, e := range all {
		for _, x := range []float64{e.mid, e.high} {
			if x > top && !math.IsInf(x, 0) {
				top = x
			}
		}
	}
	return unitFor(m.kind, top)
}
