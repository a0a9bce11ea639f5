package reports

import (
	"fmt"
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
)

// Chart is one chart of a result before it is drawn: its series with names and
// units, and its texts. The drawn one and one that a page draws itself show the
// same.
type Chart struct {
	Name string // of its files, such as "completion"; docs/charts.md describes each
	// Reading says in one sentence how to read it.
	Reading string
	// Primary charts answer the question that the run asked; the others say why.
	Primary bool
	// Chart is a plot.Lines, plot.Bars, plot.Panels, plot.Heat or plot.Raster.
	plot.Chart
}

// Charts returns the charts that make sense for the result, those that matter
// most first. Equal results give equal charts. Progress is what Progress
// returns; without it there is no chart of how pieces spread.
func Charts(r *measure.Result, progress []measure.Event) []Chart {
	v := newView(r)
	var out []Chart
	for _, kind := range v.kinds(progress) {
		if c, ok := kind.data(); ok {
			out = append(out, Chart{Name: kind.name, Reading: kind.reading, Primary: kind.primary, Chart: c})
		}
	}
	return out
}

// chartKind is a chart that a result may have.
type chartKind struct {
	name, reading string
	primary       bool
	data          func() (plot.Chart, bool) // not ok if there is nothing to show
}

// kinds lists every chart in the order of Charts.
func (v *view) kinds(progress []measure.Event) []chartKind {
	p, ok := v.focus()
	faulted := ok && faulty(p)
	return []chartKind{
		{"sweep", "Follow one curve to the right: how much longer does it take when there is more to do?", true, v.sweepChart},
		{"heat", "Cells of a stronger colour take longer; the ratio says who is faster where, and how many times.", true, v.heatChart},
		{"success", "Where a curve falls, requests were left without their file.", true, v.successChart},
		{"inflation", "Above the line at 1 the faults made those who finished slower; below it faster, for there were fewer.", true, v.inflationChart},
		{"comparison", "One panel is one quantity; the longer bar is the larger value.", true, v.comparisonChart},
		{"completion", "The height of a curve is the share of requests that were done by then; further left is faster.", true, v.completionChart},
		{"throughput", "The height is how fast data arrive just then; a dip after a fault is what it cost.", faulted, v.throughputChart},
		{"sent", "The origin's part of a bar is what it had to send itself.", true, v.sentChart},
		{"load", "A curve that rises with the sweep is a bill that grows with the crowd; a flat one does not.", false, v.loadChart},
		{"cost", "Where the curves part, the difference is money that the publisher saves or loses by the choice of architecture.", false, v.costChart},
		{"cost-per-gb", "A flat curve is a price per download that no crowd brings down; a falling one is shared by the crowd.", false, v.costPerGBChart},
		{"delivered", "The steeper a curve, the faster data arrive, over all peers together.", false, v.deliveredChart},
		{"first-byte", "The height is the share of requests that had their first piece by then; further left is more responsive.", false, v.firstByteChart},
		{"survival", "The height is the share of machines that were up.", false, v.survivalChart},
		{"health", "Where a curve touches 0, some piece was nowhere to be had.", false, v.healthChart},
		{"propagation", "Each row is a node, in a stronger colour the more it holds; the shape of the front is how the file spread.", false,
			func() (plot.Chart, bool) { return v.propagationChart(progress) }},
		{"upload", "On the diagonal all nodes send alike; a curve that hugs the corner is one node doing it all.", false, v.uploadChart},
		{"overhead", "What was sent or received beyond the file itself, by reason.", false, v.overheadChart},
	}
}

// subject is what the captions of a result begin with: the scenario's title and
// name.
func (v *view) subject() string {
	if s := v.result.Scenario; s != nil && s.Title != "" {
		return s.Title + " (scenario " + v.name() + ")"
	}
	return "Scenario " + v.name()
}

// source names the scenario, the point, the seeds and what is left out.
func (v *view) source(p point) string {
	s := v.subject()
	if len(v.points) > 1 {
		which := "last"
		if _, numeric := v.numericKey(); numeric {
			which = "largest"
		}
		s += fmt.Sprintf(" at %s (the %s of %d points)", p.label, which, len(v.points))
	} else if p.label != "" {
		s += " at " + p.label
	}
	s += ", " + seedText(seedsOf(p.cells))
	var failed []*measure.Trial
	for _, c := range p.cells {
		failed = append(failed, c.failed...)
	}
	if n := len(failed); n > 0 {
		s += ", without " + count(n, "failed trial")
	}
	s += "."
	if v.loopback() {
		s += " Loopback sockets, links not shaped."
	}
	return s
}

// trialCounts is n, in trials.
func trialCounts(cells []cell) string {
	if len(cells) == 0 {
		return ""
	}
	var each []string
	same := true
	for _, c := range cells {
		each = append(each, fmt.Sprintf("%d for %s", len(c.trials), c.arch))
		same = same && len(c.trials) == len(cells[0].trials)
	}
	switch {
	case !same:
		return "Trials: " + list(each) + "."
	case len(cells) > 1:
		return fmt.Sprintf("n = %s for each architecture.", count(len(cells[0].trials), "trial"))
	}
	return fmt.Sprintf("n = %s.", count(len(cells[0].trials), "trial"))
}

// style is the look of an architecture, the same in every chart of a result.
func (v *view) style(arch string) int { return slices.Index(v.archs, arch) }
