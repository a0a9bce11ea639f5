package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"versus/sim/measure"
	"versus/sim/stats"
)

// tables returns the result's figures: metrics by architectures, or, for a
// sweep, a row for each point and architecture.
func (v *view) tables() []grid {
	if len(v.points) == 0 || len(v.archs) == 0 {
		return nil
	}
	if len(v.points) > 1 {
		return []grid{v.sweepTable()}
	}
	p := v.points[0]
	cells := p.measured()
	var out []grid
	for block := range slices.Chunk(cells, v.block(cells)) {
		out = append(out, v.sideBySide(p, block))
	}
	return out
}

// block is how many architectures fit side by side.
func (v *view) block(cells []cell) int {
	if len(seedsOf(cells)) > 1 {
		return 2
	}
	return 3
}

// sideBySide has metrics as rows and architectures as columns.
func (v *view) sideBySide(p point, cells []cell) grid {
	g := grid{header: []string{""}, names: 1}
	for _, c := range cells {
		g.header = append(g.header, clip(c.arch, 18))
	}
	both := len(cells) == 2
	if both {
		g.header = append(g.header, "ratio")
	}
	row := []string{"requests completed"}
	for _, c := range cells {
		completed, requested := requests(c.trials)
		row = append(row, fmt.Sprintf("%d of %d", completed, requested))
	}
	if both {
		row = append(row, "")
	}
	g.add(row...)
	if unequal(cells) {
		row := []string{"trials measured"}
		for _, c := range cells {
			row = append(row, strconv.Itoa(len(c.trials)))
		}
		if both {
			row = append(row, "")
		}
		g.add(row...)
	}
	paired, comparable := pair(cells)
	for _, m := range v.rows(p) {
		var figures []figure
		for _, c := range cells {
			figures = append(figures, m.over(c.trials))
		}
		if m.optional && !slices.ContainsFunc(figures, figure.defined) {
			continue
		}
		u := m.unit(figures)
		row := []string{m.title(u)}
		for i, f := range figures {
			row = append(row, m.write(f, u, cells[i].trials))
		}
		if both {
			text := undefined
			if comparable {
				text = ratioText(m.over(paired[0].trials), m.over(paired[1].trials))
			}
			row = append(row, text)
		}
		g.add(row...)
	}
	return g
}

// unequal says whether some cells have trials of seeds that others lack.
func unequal(cells []cell) bool {
	paired, ok := pair(cells)
	return !ok || slices.ContainsFunc(paired, func(c cell) bool { return len(c.trials) < len(seedsOf(cells)) })
}

// unit suits the largest of the figures.
func (m metric) unit(figures []figure) unit {
	if m.currency != "" {
		return unit{m.currency, 1}
	}
	top := 0.0
	for _, f := range figures {
		for _, x := range []float64{f.mid, f.low, f.high} {
			if !math.IsNaN(x) {
				top = max(top, math.Abs(x))
			}
		}
	}
	return unitFor(m.kind, top)
}

func (m metric) title(u unit) string {
	if u.name == "" {
		return m.name
	}
	return m.name + " (" + u.name + ")"
}

// write writes a figure in the unit: the median, and of several seeds the
// interval of the mean, or the range where a trial lacks the figure.
func (m metric) write(f figure, u unit, trials []*measure.Trial) string {
	one := func(v float64) string {
		if m.count && v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
		if m.currency != "" {
			return amount(v)
		}
		if v /= u.worth; m.fine && v >= 0.0005 && v < 10 {
			return strconv.FormatFloat(v, 'f', 3, 64)
		}
		return number(v)
	}
	mid := one(f.mid)
	if f.n < 2 {
		return mid
	}
	if e := m.estimate(trials); e.spanned() {
		if one(e.low) == one(e.high) {
			return mid
		}
		return mid + " " + bracketed(e.low, e.high, one)
	}
	if low, high := one(f.low), one(f.high); low != high {
		return fmt.Sprintf("%s (%s to %s)", mid, low, high)
	}
	return mid
}

func ratioText(a, b figure) string {
	if !a.defined() || !b.defined() || !(a.mid > 0) {
		return undefined
	}
	if r := b.mid / a.mid; r <= 1000 {
		return number(r)
	}
	return ">1000"
}

// column is one column of a sweep's table. Of those that do not fit on the
// page, the ones with the highest drop go first.
type column struct {
	metric
	head  string
	drop  int
	only  string                      // "interval" for the interval of the metric instead of its median
	spans map[*measure.Trial]estimate // of each cell, by its first trial
}

func (v *view) sweepColumns(several bool) []column {
	atOnce := false
	for _, p := range v.points {
		atOnce = atOnce || v.allAtOnce(p)
	}
	out := []column{{metric: makespan(), head: "makespan"}}
	if several {
		out = append(out, column{metric: makespan(), head: "95%\ninterval", only: "interval", drop: 3})
	}
	out = append(out,
		column{metric: bound(), head: "bound"},
		column{metric: overBound(), head: "/ bound"},
		column{metric: completionP50(), head: "p50", drop: 2},
		column{metric: firstByteP50(), head: "first\nbyte", drop: 5},
		column{metric: originSent(), head: "origin\nsent", drop: 1},
		column{metric: peersSent(), head: "peers\nsent", drop: 4})
	if v.faulty() {
		out = append(out,
			column{metric: inflation(), head: "infla-\ntion"},
			column{metric: recovery(), head: "reco-\nvery", drop: 6})
	}
	out = append(out, v.costColumns()...)
	if !atOnce {
		// The makespan then only says when the last request was made.
		out = slices.DeleteFunc(out, func(c column) bool {
			return c.head == "makespan" || c.only == "interval" || c.head == "bound" || c.head == "/ bound"
		})
		p95 := metric{name: "completion p95", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.CompletionS.P95 }}
		out = slices.Insert(out, 1, column{metric: p95, head: "p95", drop: 1})
		if several {
			out = slices.Insert(out, 1, column{metric: completionP50(), head: "95%\ninterval", only: "interval", drop: 3})
		}
	}
	return out
}

// sweepTable has a row for each point and architecture.
func (v *view) sweepTable() grid {
	var all []cell
	for _, p := range v.points {
		all = append(all, p.measured()...)
	}
	columns := v.sweepColumns(len(seedsOf(all)) > 1)
	for i := range columns { // once: a bootstrap takes its time
		if c := &columns[i]; c.only == "interval" {
			c.spans = map[*measure.Trial]estimate{}
			for _, cell := range all {
				c.spans[cell.trials[0]] = c.estimate(cell.trials)
			}
		}
	}
	for {
		g := v.sweepGrid(columns, all)
		worst := 0
		for _, c := range columns {
			worst = max(worst, c.drop)
		}
		if worst == 0 || widest(g.text()) <= pageWidth {
			return g
		}
		columns = slices.DeleteFunc(columns, func(c column) bool { return c.drop == worst })
	}
}

func (v *view) sweepGrid(columns []column, all []cell) grid {
	g := grid{names: len(v.keys) + 1}
	for _, key := range v.keys {
		g.header = append(g.header, clip(lastPart(key), 12))
	}
	g.header = append(g.header, "architecture", "done")
	units := make([]unit, len(columns))
	for i, c := range columns {
		var figures []figure
		for _, cell := range all {
			figures = append(figures, c.over(cell.trials))
		}
		units[i] = c.unit(figures)
		head := c.head
		if units[i].name != "" {
			head += "\n(" + units[i].name + ")"
		}
		g.header = append(g.header, head)
	}
	for _, p := range v.points {
		for _, cell := range p.cells {
			if len(cell.trials)+len(cell.failed)+len(cell.missing) == 0 {
				continue
			}
			var row []string
			for _, key := range v.keys {
				row = append(row, clip(pointValue(p.values[key]), 12))
			}
			row = append(row, clip(cell.arch, 16), doneText(cell))
			for i, c := range columns {
				f := c.over(cell.trials)
				if c.only == "interval" {
					row = append(row, c.spanText(cell.trials, units[i]))
					continue
				}
				if c.currency != "" {
					row = append(row, amount(f.mid))
					continue
				}
				row = append(row, number(f.mid/units[i].worth))
			}
			g.add(row...)
		}
	}
	return g
}

// doneText is the share of requests that were completed, 0 to 1.
func doneText(c cell) string {
	if _, requested := requests(c.trials); requested == 0 {
		return undefined
	}
	s := success(c)
	if text := strconv.FormatFloat(s, 'f', 2, 64); s < 1 && text == "1.00" {
		return "<1" // never round a lost request away
	}
	if s == 1 {
		return "1"
	}
	return number(s)
}

// spanText writes the interval of a cell.
func (c column) spanText(trials []*measure.Trial, u unit) string {
	if len(trials) == 0 {
		return undefined
	}
	e, ok := c.spans[trials[0]]
	if !ok || !e.spanned() || e.method == stats.MethodNoSpan {
		return undefined
	}
	return bracketed(e.low/u.worth, e.high/u.worth, number)
}

func lastPart(key string) string {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == '.' {
			return key[i+1:]
		}
	}
	return key
}
