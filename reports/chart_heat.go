package reports

import (
	"fmt"
	"math"
	"slices"

	"versus/reports/plot"
)

// mostPanels is how many architectures the heat map has room for.
const mostPanels = 4

// heatChart is a sweep over two parameters: a map of times for each
// architecture, and of their ratio where there are two.
func (v *view) heatChart() (plot.Chart, bool) {
	key, ok := v.numericKey()
	if !ok || len(v.keys) != 2 {
		return nil, false
	}
	other := v.keys[0]
	if other == key {
		other = v.keys[1]
	}
	h := plot.Heat{X: plot.Axis{Label: key}, Y: plot.Axis{Label: other}, Value: number,
		Columns: v.valuesOf(key), Rows: v.valuesOf(other)}
	if len(h.Columns) < 2 || len(h.Rows) < 2 || len(h.Columns)*len(h.Rows) < 6 {
		return nil, false
	}
	m, what := makespan(), "Time until all are done"
	if !v.alwaysAtOnce() {
		m, what = completionP50(), "Median completion time"
	}
	h.Title = what
	empty := func() [][]float64 {
		rows := make([][]float64, len(h.Rows))
		for i := range rows {
			rows[i] = slices.Repeat([]float64{math.NaN()}, len(h.Columns))
		}
		return rows
	}
	cells := map[string][][]float64{}
	var all []estimate
	var measured []cell
	for _, p := range v.points {
		i, j := slices.Index(h.Rows, pointValue(p.values[other])), slices.Index(h.Columns, pointValue(p.values[key]))
		for _, c := range p.measured() {
			if cells[c.arch] == nil {
				cells[c.arch] = empty()
			}
			e := m.estimate(c.trials)
			cells[c.arch][i][j] = e.mid
			all = append(all, e)
			measured = append(measured, c)
		}
	}
	u := m.unitOf(all)
	highest := top(all)
	var archs []string
	for _, a := range v.archs {
		if rows := cells[a]; rows != nil && len(archs) < mostPanels {
			archs = append(archs, a)
			for _, row := range rows {
				for j := range row {
					row[j] /= u.worth
				}
			}
			h.Panels = append(h.Panels, plot.HeatPanel{Axis: plot.Axis{Label: a, Unit: u.name, Max: highest / u.worth}, Cells: rows})
		}
	}
	if len(archs) == 2 {
		ratio := empty()
		for i := range ratio {
			for j := range ratio[i] {
				ratio[i][j] = cells[archs[0]][i][j] / cells[archs[1]][i][j]
			}
		}
		h.Panels = append(h.Panels, plot.HeatPanel{Axis: plot.Axis{Label: "who is faster"}, Ends: archs, Cells: ratio})
	}
	h.Caption = v.sweepSource(measured)
	if len(archs) == 2 {
		h.Caption += fmt.Sprintf(" Who is faster: the time of %s over that of %s.", archs[0], archs[1])
	}
	if len(seedsOf(measured)) > 1 {
		h.Caption += " Means over the seeds."
	}
	if m.name == makespan().name {
		h.Caption += " A cell without a number has a trial in which not everybody got everything."
	}
	return h, highest > 0
}

// valuesOf returns the values of a swept key, in the order of the points.
func (v *view) valuesOf(key string) []string {
	var out []string
	for _, p := range v.points {
		if s := pointValue(p.values[key]); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
