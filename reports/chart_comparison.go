package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
)

// comparisonChart is the architectures side by side: a panel for each quantity,
// each with its interval.
func (v *view) comparisonChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	cells := p.measured()
	if len(cells) < 2 {
		return nil, false
	}
	c := plot.Panels{Title: "Side by side", Value: number}
	for _, cell := range cells {
		c.Groups = append(c.Groups, cell.arch)
		c.Styles = append(c.Styles, v.style(cell.arch))
	}
	percent := metric{name: "overhead", get: func(t *measure.Trial) *float64 {
		if t.Summary.OverheadRatio == nil {
			return nil
		}
		return ptr(max(100*(*t.Summary.OverheadRatio-1), 0))
	}}
	p95 := metric{kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.CompletionS.P95 }}
	metrics := []metric{
		named("all done after", makespan()),
		named("median request took", completionP50()),
		named("95 % of requests took up to", p95),
		named("first byte, median", firstByteP50()),
		named("origin sent", originSent()),
		named("peers sent", peersSent()),
		percent,
	}
	for _, currency := range v.currencies() { // of which a point has one
		run, _ := costs(currency)
		metrics = append(metrics, run)
	}
	if v.allAtOnce(p) {
		metrics = append(metrics[:2], metrics[3:]...) // the 95th percentile is close to the makespan
	} else {
		metrics = metrics[1:] // a makespan is mostly when the last request came
	}
	var drawn []estimate
	for _, m := range metrics {
		var all []estimate
		for _, cell := range cells {
			all = append(all, m.estimate(cell.trials))
		}
		if top(all) == 0 {
			continue
		}
		u := m.unitOf(all)
		panel := plot.Panel{Axis: plot.Axis{Label: m.name, Unit: u.name}}
		if m.name == percent.name {
			panel.Unit = "% of delivered"
		}
		if m.currency != "" {
			panel.Value = amount
		}
		for _, e := range all {
			panel.Values = append(panel.Values, e.mid/u.worth)
			panel.Ranges = append(panel.Ranges, e.scaled(u))
		}
		drawn = append(drawn, all...)
		c.Panels = append(c.Panels, panel)
	}
	c.Caption = v.source(p) + intervalText("Bars", drawn) + " Shorter is better everywhere but in what peers send."
	return c, len(c.Panels) > 0
}
