package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/stats"
)

// deliveredChart is the verified file bytes of all downloaders over time.
func (v *view) deliveredChart() (plot.Chart, bool) {
	l := plot.Lines{Title: "Delivered over time",
		X: plot.Axis{Label: "time since the first request", Brief: "time"}, Y: plot.Axis{Label: "delivered to all peers", Brief: "delivered"}}
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	l.Caption = v.source(p)
	cells := p.measured()
	var span, most float64
	for _, c := range cells {
		for _, t := range c.trials {
			for _, k := range t.Timeline {
				span, most = max(span, k.TS), max(most, float64(k.DeliveredBytes))
			}
		}
	}
	var asked []float64
	for _, c := range cells {
		for _, t := range c.trials {
			if d, ok := demandOf(v.result, t); ok {
				asked = append(asked, float64(d.total))
			}
		}
	}
	wanted, known := stats.Quantile(asked, 0.5)
	tu, bu := unitFor(seconds, span), unitFor(octets, max(most, wanted))
	l.X.Unit, l.Y.Unit = tu.name, bu.name
	if most == 0 {
		return nil, false
	}
	for _, c := range cells {
		if n := len(c.trials); n > 1 && n <= mostThin {
			for _, t := range c.trials {
				l.Series = append(l.Series, plot.Series{Style: v.style(c.arch), Faint: true, Points: progress(t, tu, bu)})
			}
		}
		l.Series = append(l.Series, plot.Series{Name: c.arch, Style: v.style(c.arch), Points: medianProgress(c.trials, tu, bu)})
	}
	underThick(l.Series)
	if known {
		l.Limits = append(l.Limits, plot.Limit{Name: "requested: " + with(octets, wanted), Y: wanted / bu.worth})
	}
	l.Caption += " " + trialCounts(cells) + " Verified file bytes, without overhead." + thinThick(cells, "the median over the seeds")
	v.markFaults(&l, cells, tu)
	return l, true
}

func progress(t *measure.Trial, tu, bu unit) []plot.Point {
	var out []plot.Point
	for _, k := range t.Timeline {
		y := float64(k.DeliveredBytes) / bu.worth
		out = append(out, plot.Point{X: k.TS / tu.worth, Y: y, Low: y, High: y})
	}
	return out
}

// medianProgress returns the median over trials at evenly spaced instants; a
// trial that has ended keeps its last value.
func medianProgress(trials []*measure.Trial, tu, bu unit) []plot.Point {
	if len(trials) == 1 {
		return progress(trials[0], tu, bu)
	}
	end := 0.0
	for _, t := range trials {
		for _, k := range t.Timeline {
			end = max(end, k.TS)
		}
	}
	const instants = 240
	var out []plot.Point
	for i := range instants + 1 {
		at := end * float64(i) / instants
		var ys []float64
		for _, t := range trials {
			ys = append(ys, deliveredAt(t.Timeline, at))
		}
		if y, ok := stats.Quantile(ys, 0.5); ok {
			y /= bu.worth
			out = append(out, plot.Point{X: at / tu.worth, Y: y, Low: y, High: y})
		}
	}
	return out
}

// deliveredAt interpolates between the two ticks around an instant.
func deliveredAt(ticks []measure.Tick, at float64) float64 {
	last := measure.Tick{}
	for _, k := range ticks {
		if k.TS >= at {
			if k.TS == last.TS {
				return float64(k.DeliveredBytes)
			}
			f := (at - last.TS) / (k.TS - last.TS)
			return float64(last.DeliveredBytes) + f*float64(k.DeliveredBytes-last.DeliveredBytes)
		}
		last = k
	}
	return float64(last.DeliveredBytes)
}
