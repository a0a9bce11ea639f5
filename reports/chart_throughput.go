package reports

import (
	"fmt"
	"math"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/stats"
)

// throughputWindows is how many windows of equal length the longest trial of an
// architecture is cut into: enough to see a fault, few enough that whole pieces do not show.
const throughputWindows = 40

// throughputChart is the rate at which all downloaders together verified file
// bytes, with the faults.
func (v *view) throughputChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	cells := p.measured()
	type curve struct {
		arch   string
		faint  bool
		window float64
		rates  []float64
	}
	var curves []curve
	span, most := 0.0, 0.0
	for _, c := range cells {
		length := 0.0
		for _, t := range c.trials {
			if n := len(t.Timeline); n > 0 {
				length = max(length, t.Timeline[n-1].TS)
			}
		}
		window := length / throughputWindows
		if !(window > 0) || math.IsInf(window, 0) {
			continue
		}
		span = max(span, length)
		var each [][]float64
		for _, t := range c.trials {
			rates := ratesOf(t.Timeline, window)
			each = append(each, rates)
			if n := len(c.trials); n > 1 && n <= mostThin {
				curves = append(curves, curve{c.arch, true, window, rates})
			}
		}
		curves = append(curves, curve{c.arch, false, window, medianRates(each)})
	}
	for _, c := range curves {
		for _, r := range c.rates {
			most = max(most, r)
		}
	}
	tu, ru := unitFor(seconds, span), unitFor(rate, most)
	l := plot.Lines{Title: "Throughput over time",
		X: plot.Axis{Label: "time since the first request", Brief: "time", Unit: tu.name},
		Y: plot.Axis{Label: "delivered to all peers", Brief: "delivered", Unit: ru.name}}
	for _, c := range curves {
		s := plot.Series{Style: v.style(c.arch), Faint: c.faint, Step: true}
		if !c.faint {
			s.Name = c.arch
		}
		for i, r := range c.rates {
			y := r / ru.worth
			s.Points = append(s.Points, plot.Point{X: float64(i) * c.window / tu.worth, Y: y, Low: y, High: y})
		}
		l.Series = append(l.Series, s)
	}
	underThick(l.Series)
	l.Caption = fmt.Sprintf("%s %s Verified file bytes, means over 1/%d of the longest run.%s", v.source(p), trialCounts(cells), throughputWindows, thinThick(cells, "the median over the seeds"))
	v.markFaults(&l, cells, tu)
	return l, most > 0
}

// ratesOf returns the mean rate in bit/s of each window until the end of the
// timeline, and a 0 after it.
func ratesOf(ticks []measure.Tick, window float64) []float64 {
	if len(ticks) == 0 {
		return nil
	}
	end := ticks[len(ticks)-1].TS
	var out []float64
	before := 0.0
	for i := 0; float64(i)*window < end*(1-1e-9); i++ {
		now := deliveredAt(ticks, float64(i+1)*window)
		out = append(out, max(now-before, 0)*8/window)
		before = now
	}
	return append(out, 0)
}

// medianRates returns the median of each window; a trial that has ended counts 0.
func medianRates(each [][]float64) []float64 {
	most := 0
	for _, e := range each {
		most = max(most, len(e))
	}
	var out []float64
	for i := range most {
		var xs []float64
		for _, e := range each {
			x := 0.0
			if i < len(e) {
				x = e[i]
			}
			xs = append(xs, x)
		}
		m, _ := stats.Quantile(xs, 0.5)
		out = append(out, m)
	}
	return out
}
