package reports

import (
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
)

// survivalChart is the share of the nodes that were up over time.
func (v *view) survivalChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok || !faulty(p) {
		return nil, false
	}
	share := func(t *measure.Trial) ([]plot.Point, bool) {
		var out []plot.Point
		for _, n := range t.Nodes {
			if n.ArrivedS != nil {
				return nil, false // nodes that come and go are not all there at once
			}
		}
		for _, k := range t.Timeline {
			y := float64(k.Online) / float64(len(t.Nodes))
			out = append(out, plot.Point{X: k.TS, Y: y, Low: y, High: y})
		}
		return out, len(t.Nodes) > 0
	}
	l, ok := v.overTime(p, share)
	l.Title, l.Y = "Nodes that were up", plot.Axis{Label: "share of nodes up, the origin included", Brief: "share of nodes up", Max: 1.04}
	return l, ok
}

// faulty says whether something was done to a node of the point.
func faulty(p point) bool {
	for _, c := range p.measured() {
		for _, t := range c.trials {
			if len(t.Faults) > 0 || slices.ContainsFunc(t.Nodes, func(n measure.Node) bool { return n.DownS > 0 }) {
				return true
			}
		}
	}
	return false
}

// overTime draws one curve of steps for each seed and architecture, of a figure
// that the timeline has.
func (v *view) overTime(p point, of func(*measure.Trial) ([]plot.Point, bool)) (plot.Lines, bool) {
	l := plot.Lines{X: plot.Axis{Label: "time since the first request", Brief: "time"}}
	cells := p.measured()
	span := 0.0
	for _, c := range cells {
		for i, t := range c.trials {
			points, ok := of(t)
			if !ok || len(points) == 0 || i >= mostThin {
				continue
			}
			span = max(span, points[len(points)-1].X)
			s := plot.Series{Style: v.style(c.arch), Step: true, Faint: i > 0, Points: changes(points)}
			if i == 0 {
				s.Name = c.arch
			}
			l.Series = append(l.Series, s)
		}
	}
	u := unitFor(seconds, span)
	l.X.Unit = u.name
	for _, s := range l.Series {
		for i := range s.Points {
			s.Points[i].X /= u.worth
		}
	}
	underThick(l.Series)
	l.Caption = v.source(p) + " " + trialCounts(cells)
	if len(seedsOf(cells)) > 1 {
		l.Caption += " Thick: the first seed; thin: the others."
	}
	v.markFaults(&l, cells, u)
	return l, len(l.Series) > 0
}

// changes keeps the first and the last point of a step curve and those where it
// changes.
func changes(points []plot.Point) []plot.Point {
	var out []plot.Point
	for i, p := range points {
		if i == 0 || i == len(points)-1 || p.Y != points[i-1].Y {
			out = append(out, p)
		}
	}
	return out
}
