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
func (v *view) completionChart() plot.Chart {
	l := plot.Lines{Title: v.heading("Completion times"), Y: plot.Axis{Label: "fraction of requests", Max: 1}, Empty: "no request completed"}
	p, ok := v.focus()
	if !ok {
		l.Caption, l.X.Label, l.Empty = v.source(p), "completion time (s)", "no trial was measured"
		return l
	}
	cells := p.measured()
	atOnce := v.allAtOnce(p) && !v.loopback()
	top := 0.0
	for _, c := range cells {
		times, _ := completions(c.trials)
		for _, x := range times {
			top = max(top, x)
		}
		if b := bound().over(c.trials); atOnce && b.defined() {
			top = max(top, b.mid)
		}
	}
	u := unitFor(seconds, top)
	l.X.Label = "completion time of a request (" + u.name + ")"
	l.X.Max = top * 1.04 / u.worth
	var sizes []string
	var limits []limitOf
	for _, c := range cells {
		times, n := completions(c.trials)
		sizes = append(sizes, fmt.Sprintf("%s n = %d", c.arch, n))
		name := c.arch
		if len(times) < n {
			name += fmt.Sprintf(" (%d of %d completed)", len(times), n)
		}
		if len(c.trials) > 1 {
			for _, t := range c.trials {
				each, of := completions([]*measure.Trial{t})
				l.Series = append(l.Series, plot.Series{Style: v.style(c.arch), Step: true, Faint: true, Points: steps(each, of, u, top)})
			}
		}
		l.Series = append(l.Series, plot.Series{Name: name, Style: v.style(c.arch), Step: true, Points: steps(times, n, u, top)})
		if b := bound().over(c.trials); atOnce && b.defined() {
			limits = append(limits, limitOf{c.arch, b.mid})
		}
	}
	l.Marks = v.marks(limits, u)
	// Thin curves lie under thick ones.
	slices.SortStableFunc(l.Series, func(a, b plot.Series) int { return faintFirst(a) - faintFirst(b) })
	l.Caption = v.source(p) + " " + requestCounts(sizes, cells)
	if len(seedsOf(cells)) > 1 {
		l.Caption += " Thin: each seed; thick: all seeds pooled."
	}
	switch {
	case len(l.Marks) > 0:
		l.Caption += " Dotted: the lower bound on the last completion."
	case !v.allAtOnce(p):
		l.Caption += " Requests start at different times, so the bound on the last completion is not drawn."
	}
	return l
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
	_, n := completions(cells[0].trials)
	for _, c := range cells {
		if _, m := completions(c.trials); m != n {
			return "Requests: " + list(sizes) + "."
		}
	}
	if len(cells) > 1 {
		return fmt.Sprintf("n = %s for each architecture.", count(n, "request"))
	}
	return fmt.Sprintf("n = %s.", count(n, "request"))
}

// completions returns the completion times in seconds, sorted, and how many
// requests there were.
func completions(trials []*measure.Trial) (times []float64, requested int) {
	for _, t := range trials {
		requested += len(t.Requests)
		for _, q := range t.Requests {
			if q.Outcome == measure.Complete && q.FinishedS != nil && !math.IsNaN(*q.FinishedS) {
				times = append(times, *q.FinishedS-q.StartedS)
			}
		}
	}
	slices.Sort(times)
	return times, requested
}

// steps returns the distribution as a step curve; one that does not reach 1
// goes on to the end of the axis.
func steps(times []float64, n int, u unit, top float64) []plot.Point {
	if len(times) == 0 {
		return nil
	}
	at := func(x, y float64) plot.Point { return plot.Point{X: x / u.worth, Y: y, Low: y, High: y} }
	points := []plot.Point{at(0, 0)}
	for i, x := range times {
		if i+1 < len(times) && times[i+1] == x {
			continue
		}
		points = append(points, at(x, float64(i+1)/float64(n)))
	}
	if len(times) < n {
		points = append(points, at(top*1.04, float64(len(times))/float64(n)))
	}
	return points
}
