package reports

import (
	"fmt"
	"math"
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
)

// completionChart is the distribution of completion times. All requests count,
// so that a curve stays below 1 by the share that did not complete.
func (v *view) completionChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	cells := p.measured()
	var limits []limitOf
	for _, c := range cells {
		if b := bound().over(c.trials); v.allAtOnce(p) && !v.loopback() && b.defined() {
			limits = append(limits, limitOf{c.arch, b.mid})
		}
	}
	l, ok := v.distribution(p, completionTime, "completed", limits)
	l.Title, l.X.Label, l.X.Brief = "Completion times", "completion time of a request", "completion time"
	switch {
	case len(l.Marks) > 0:
		l.Caption += " Dotted: the lower bound on the last completion."
	case !v.allAtOnce(p):
		l.Caption += " Requests start at different times, so the bound on the last completion is not drawn."
	}
	return l, ok
}

// firstByteChart is the distribution of the time to the first verified piece.
func (v *view) firstByteChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	l, ok := v.distribution(p, firstByteTime, "got a piece", nil)
	l.Title, l.X.Label, l.X.Brief = "Time to the first byte", "time from a request to its first verified piece", "time to the first piece"
	return l, ok
}

// completionTime is how long a request took, in seconds.
func completionTime(q measure.Request) (float64, bool) {
	if q.Outcome != measure.Complete || q.FinishedS == nil {
		return 0, false
	}
	return *q.FinishedS - q.StartedS, true
}

// firstByteTime is how long a request waited for its first piece, in seconds.
func firstByteTime(q measure.Request) (float64, bool) {
	if q.FirstByteS == nil {
		return 0, false
	}
	return *q.FirstByteS - q.StartedS, true
}

// distribution draws how a time of the requests is distributed at a point. All
// requests count, so that a curve stays below 1 by the share that lacks the
// time; did says what the others did. It is not ok if no request has the time.
func (v *view) distribution(p point, of func(measure.Request) (float64, bool), did string, limits []limitOf) (plot.Lines, bool) {
	l := plot.Lines{Y: plot.Axis{Label: "share of requests", Max: 1}}
	cells := p.measured()
	top, some := 0.0, false
	for _, c := range cells {
		times, _ := timesOf(c.trials, of)
		for _, x := range times {
			top, some = max(top, x), true
		}
	}
	for _, b := range limits {
		top = max(top, b.bound)
	}
	u := unitFor(seconds, top)
	l.X.Unit, l.X.Max = u.name, top*1.04/u.worth
	var sizes []string
	for _, c := range cells {
		times, n := timesOf(c.trials, of)
		sizes = append(sizes, fmt.Sprintf("%s n = %d", c.arch, n))
		name := c.arch
		if len(times) < n {
			name += fmt.Sprintf(" (%d of %d %s)", len(times), n, did)
		}
		if n := len(c.trials); n > 1 && n <= mostThin {
			for _, t := range c.trials {
				each, of := timesOf([]*measure.Trial{t}, of)
				l.Series = append(l.Series, plot.Series{Style: v.style(c.arch), Step: true, Faint: true, Points: steps(each, of, u, top)})
			}
		}
		l.Series = append(l.Series, plot.Series{Name: name, Style: v.style(c.arch), Step: true, Points: steps(times, n, u, top)})
	}
	l.Marks = v.marks(limits, u)
	underThick(l.Series)
	l.Caption = v.source(p) + " " + requestCounts(sizes, cells) + thinThick(cells, "all seeds pooled")
	return l, some
}

// mostThin is how many repeats have a thin curve of their own.
const mostThin = 10

// underThick moves thin curves under thick ones.
func underThick(series []plot.Series) {
	slices.SortStableFunc(series, func(a, b plot.Series) int { return faintFirst(a) - faintFirst(b) })
}

// thinThick says what the curves of several seeds are.
func thinThick(cells []cell, thick string) string {
	most := 0
	for _, c := range cells {
		most = max(most, len(c.trials))
	}
	switch {
	case most > mostThin:
		return " Curves: " + thick + "."
	case most > 1:
		return " Thin: each seed; thick: " + thick + "."
	}
	return ""
}

// limitOf is an architecture's lower bound in seconds.
type limitOf struct {
	arch  string
	bound float64
}

// marks draws one line for architectures whose bounds read the same.
func (v *view) marks(limits []limitOf, u unit) []plot.Mark {
	var out []plot.Mark
	for len(limits) > 0 {
		value := with(seconds, limits[0].bound)
		var same []string
		rest := limits[:0:0]
		for _, l := range limits {
			if with(seconds, l.bound) == value {
				same = append(same, l.arch)
			} else {
				rest = append(rest, l)
			}
		}
		out = append(out, plot.Mark{Name: list(same) + " bound " + value, Style: v.style(same[0]), Common: len(same) > 1, X: limits[0].bound / u.worth})
		limits = rest
	}
	return out
}

func faintFirst(s plot.Series) int {
	if s.Faint {
		return 0
	}
	return 1
}

// requestCounts says n once where all architectures have the same.
func requestCounts(sizes []string, cells []cell) string {
	n := requestsOf(cells[0].trials)
	for _, c := range cells {
		if requestsOf(c.trials) != n {
			return "Requests: " + list(sizes) + "."
		}
	}
	if len(cells) > 1 {
		return fmt.Sprintf("n = %s for each architecture.", count(n, "request"))
	}
	return fmt.Sprintf("n = %s.", count(n, "request"))
}

func requestsOf(trials []*measure.Trial) int {
	n := 0
	for _, t := range trials {
		n += len(t.Requests)
	}
	return n
}

// timesOf returns a time of the requests in seconds, sorted, and how many
// requests there were.
func timesOf(trials []*measure.Trial, of func(measure.Request) (float64, bool)) (times []float64, requested int) {
	for _, t := range trials {
		for _, q := range t.Requests {
			if x, ok := of(q); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
				times = append(times, x)
			}
		}
	}
	slices.Sort(times)
	return times, requestsOf(trials)
}

// steps returns the distribution as a step curve; one that does not reach 1
// goes on to the end of the axis. Steps closer together than a two-thousandth of
// both axes, which nobody can see, are taken together.
func steps(times []float64, n int, u unit, top float64) []plot.Point {
	if len(times) == 0 {
		return nil
	}
	const fine = 1.0 / 2000
	at := func(x, y float64) plot.Point { return plot.Point{X: x / u.worth, Y: y, Low: y, High: y} }
	points := []plot.Point{at(0, 0)}
	shown := times[0]
	for i, x := range times {
		last := i+1 == len(times)
		if !last && times[i+1] == x {
			continue
		}
		y := float64(i+1) / float64(n)
		if before := points[len(points)-1]; !last && len(points) > 1 && x-shown < top*fine && y-before.Y < fine {
			continue
		}
		shown = x
		points = append(points, at(x, y))
	}
	if len(times) < n {
		points = append(points, at(top*1.04, float64(len(times))/float64(n)))
	}
	return points
}
