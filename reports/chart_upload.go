package reports

import (
	"fmt"
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/stats"
)

// uploadChart is how evenly the nodes shared the sending: Lorenz curves over all
// nodes, the origin included, with Jain's index of the bytes that they sent.
func (v *view) uploadChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	l := plot.Lines{Title: "Who did the sending",
		X: plot.Axis{Label: "share of nodes, those that sent least first", Brief: "share of nodes", Max: 1},
		Y: plot.Axis{Label: "share of all bytes sent", Max: 1}}
	nodes := 0
	for _, c := range p.measured() {
		var curves [][]plot.Point
		var jains []float64
		for _, t := range c.trials {
			sent := sentBytes(t)
			if j, ok := stats.Jain(sent); ok {
				jains = append(jains, j)
				curves = append(curves, lorenz(sent))
				nodes = max(nodes, len(sent))
			}
		}
		jain, ok := stats.Mean(jains)
		if !ok {
			continue
		}
		if n := len(curves); n > 1 && n <= mostThin {
			for _, c2 := range curves {
				l.Series = append(l.Series, plot.Series{Style: v.style(c.arch), Faint: true, Points: c2})
			}
		}
		l.Series = append(l.Series, plot.Series{Name: fmt.Sprintf("%s (Jain %.2f)", c.arch, jain), Style: v.style(c.arch), Points: meanLorenz(curves)})
	}
	underThick(l.Series)
	some := len(l.Series) > 0 && nodes > 1
	equal := plot.Point{X: 1, Y: 1, Low: 1, High: 1}
	l.Series = append(l.Series, plot.Series{Name: "everybody alike (Jain 1)", Style: 4, Theory: true, Points: []plot.Point{{}, equal}})
	l.Caption = fmt.Sprintf("%s %s Each of %d nodes, the origin included. Jain's index: 1 if all send the same, 1/%d if one sends everything.",
		v.source(p), trialCounts(p.measured()), nodes, nodes) + thinThick(p.measured(), "the mean over the seeds")
	return l, some
}

// sentBytes returns what each node of a trial sent, in increasing order.
func sentBytes(t *measure.Trial) []float64 {
	var out []float64
	for _, n := range t.Nodes {
		out = append(out, float64(n.SentBytes))
	}
	slices.Sort(out)
	return out
}

// lorenz returns the curve of Lorenz ("Methods of measuring the concentration
// of wealth", 1905) of sorted values: the share of the sum that the smallest i
// of n hold, against i/n.
func lorenz(sorted []float64) []plot.Point {
	var sum float64
	for _, x := range sorted {
		sum += x
	}
	out := []plot.Point{{}}
	var sofar float64
	for i, x := range sorted {
		sofar += x
		y := sofar / sum
		out = append(out, plot.Point{X: float64(i+1) / float64(len(sorted)), Y: y, Low: y, High: y})
	}
	return out
}

// meanLorenz averages curves; those of different numbers of nodes at a hundred
// places.
func meanLorenz(curves [][]plot.Point) []plot.Point {
	first := curves[0]
	same := !slices.ContainsFunc(curves, func(c []plot.Point) bool { return len(c) != len(first) })
	places := make([]float64, 0, len(first))
	for _, p := range first {
		places = append(places, p.X)
	}
	if !same {
		places = places[:0]
		for i := range 101 {
			places = append(places, float64(i)/100)
		}
	}
	out := make([]plot.Point, 0, len(places))
	for i, x := range places {
		var y float64
		for _, c := range curves {
			if same {
				y += c[i].Y
			} else {
				y += between(c, x)
			}
		}
		y /= float64(len(curves))
		out = append(out, plot.Point{X: x, Y: y, Low: y, High: y})
	}
	return out
}

// between interpolates a curve at x.
func between(c []plot.Point, x float64) float64 {
	i, found := slices.BinarySearchFunc(c, x, func(p plot.Point, x float64) int {
		switch {
		case p.X < x:
			return -1
		case p.X > x:
			return 1
		}
		return 0
	})
	switch {
	case found:
		return c[i].Y
	case i == 0:
		return c[0].Y
	case i == len(c):
		return c[len(c)-1].Y
	}
	a, b := c[i-1], c[i]
	return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)
}
