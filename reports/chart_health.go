package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
)

// healthChart is how many of the nodes that were up held the rarest piece. At 0
// nobody can complete until somebody returns.
func (v *view) healthChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok || !faulty(p) {
		return nil, false
	}
	l, ok := v.overTime(p, func(t *measure.Trial) ([]plot.Point, bool) {
		var out []plot.Point
		for _, k := range t.Timeline {
			if k.RarestCopies == nil {
				continue
			}
			y := float64(*k.RarestCopies)
			out = append(out, plot.Point{X: k.TS, Y: y, Low: y, High: y})
		}
		return out, true
	})
	l.Title, l.Y = "Copies of the rarest piece", plot.Axis{Label: "nodes that were up and held it", Brief: "nodes holding it", Whole: true}
	return l, ok
}

// inflationChart is how much longer the faults made it, against the swept
// value.
func (v *view) inflationChart() (plot.Chart, bool) {
	c, ok := v.against(inflation(), "Makespan over that without faults", false)
	l, is := c.(plot.Lines)
	if !ok || !is {
		return nil, false
	}
	l.Y.Brief = "times as long"
	l.Limits = append(l.Limits, plot.Limit{Name: "as without faults", Y: 1})
	l.Caption += " Over the requests complete both here and without faults."
	return l, true
}
