package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"versus/reports/plot"
	"versus/sim/measure"
)

// mostRows is how many nodes the chart of propagation shows one by one.
const mostRows = 120

// propagationChart is how the file spread: nodes by time, with the share that
// each one held.
func (v *view) propagationChart(progress []measure.Event) (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok || len(progress) == 0 {
		return nil, false
	}
	r := plot.Raster{Title: "How the pieces spread",
		Rows: plot.Axis{Label: "nodes, fastest at the bottom", Brief: "nodes", Whole: true}, Share: "of what the node asked for"}
	every, whole := 1, 0
	var seed uint64
	for _, c := range p.measured() {
		t := c.trials[0]
		rows := spread(t, progress)
		if len(rows) == 0 || len(r.Panels) == mostPanels {
			continue
		}
		seed, whole = t.Seed, max(whole, len(rows))
		span := 0.0
		for _, row := range rows {
			span = max(span, row.Points[len(row.Points)-1].X)
		}
		if len(rows) > mostRows {
			every = (len(rows) + mostRows - 1) / mostRows
			var kept []plot.RasterRow
			for i := every - 1; i < len(rows); i += every {
				kept = append(kept, rows[i])
			}
			rows = kept
		}
		u := unitFor(seconds, span)
		for _, row := range rows {
			for i := range row.Points {
				row.Points[i].X /= u.worth
			}
		}
		r.Panels = append(r.Panels, plot.RasterPanel{Name: c.arch, X: plot.Axis{Label: "time since the first request", Brief: "time", Unit: u.name}, Rows: rows})
	}
	r.Caption = fmt.Sprintf("%s Seed %d, %s; verified pieces in steps of 0.05. Each panel has its own time.", v.source(p), seed, count(whole, "node"))
	if every > 1 {
		r.Caption += fmt.Sprintf(" Every %s node is drawn.", ordinal(every))
	}
	return r, len(r.Panels) > 0
}

// spread returns a row for each node of the trial that asked for something,
// those that had it all first at the front.
func spread(t *measure.Trial, progress []measure.Event) []plot.RasterRow {
	asked := map[string]map[string]float64{} // node -> file -> share held
	var order []string
	for _, q := range t.Requests {
		if asked[q.Node] == nil {
			asked[q.Node] = map[string]float64{}
			order = append(order, q.Node)
		}
		asked[q.Node][q.File] = 0
	}
	rows := map[string]*plot.RasterRow{}
	some := false
	for _, e := range progress {
		files := asked[e.Node]
		if files == nil || e.Architecture != t.Architecture || e.Seed != t.Seed || !samePoint(e.Point, t.Point) {
			continue
		}
		share, err := strconv.ParseFloat(e.Detail, 64)
		if _, ok := files[e.File]; !ok || err != nil || share < 0 || share > 1 {
			continue
		}
		files[e.File] = share
		var held float64
		for _, s := range files {
			held += s
		}
		held /= float64(len(files))
		if rows[e.Node] == nil {
			rows[e.Node] = &plot.RasterRow{Name: e.Node}
		}
		rows[e.Node].Points = append(rows[e.Node].Points, plot.Point{X: e.TS, Y: held, Low: held, High: held})
		some = true
	}
	if !some {
		return nil
	}
	var out []plot.RasterRow
	for _, node := range order {
		if row := rows[node]; row != nil {
			out = append(out, *row)
		} else {
			out = append(out, plot.RasterRow{Name: node, Points: []plot.Point{{}}})
		}
	}
	slices.SortStableFunc(out, func(a, b plot.RasterRow) int {
		x, y := a.Points[len(a.Points)-1], b.Points[len(b.Points)-1]
		return cmp.Or(cmp.Compare(y.Y, x.Y), cmp.Compare(x.X, y.X), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func samePoint(a, b map[string]any) bool {
	return maps.EqualFunc(a, b, func(x, y any) bool { return pointValue(x) == pointValue(y) })
}

// ordinal writes 2nd, 3rd, 4th ...
func ordinal(n int) string {
	suffix := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return strconv.Itoa(n) + suffix
}
