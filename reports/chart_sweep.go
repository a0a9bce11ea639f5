package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"versus/reports/plot"
)

// sweepChart draws times against the swept value, measured points over the
// curves of their bounds: the figure of Kurose and Ross, "Computer Networking:
// A Top-Down Approach", section 2.5. It is not ok unless the scenario sweeps
// over a number or a quantity.
func (v *view) sweepChart() (plot.Chart, bool) {
	key, ok := v.numericKey()
	if !ok {
		return nil, false
	}
	atOnce := true
	var top, far float64
	for _, p := range v.points {
		atOnce = atOnce && v.allAtOnce(p)
		n, _ := quantityOf(p.values[key])
		far = max(far, n.value)
	}
	m, what := makespan(), "Makespan"
	if !atOnce {
		m, what = completionP50(), "Median completion time"
	}
	theory := atOnce && !v.loopback()
	for _, p := range v.points {
		for _, c := range p.measured() {
			f := m.over(c.trials)
			for _, y := range []float64{f.mid, f.high, bound().over(c.trials).mid} {
				if y > top {
					top = y
				}
			}
		}
	}
	n, _ := quantityOf(v.points[0].values[key])
	xu, yu := unitFor(n.kind(), far), unitFor(seconds, top)
	l := plot.Lines{Title: v.heading(what + " against " + key),
		X: plot.Axis{Label: axisName(key), Whole: v.whole(key) && n.kind() == plain},
		Y: plot.Axis{Label: strings.ToLower(what), Unit: yu.name}}
	l.X.Unit = xu.name
	lines := v.lines(key)
	for _, name := range lines.order {
		s := plot.Series{Name: name, Style: lines.style[name], Dots: true}
		limit := plot.Series{Name: name + " bound", Style: s.Style, Theory: true}
		for _, sc := range lines.cells[name] {
			x, _ := quantityOf(sc.point.values[key])
			at := x.value / xu.worth
			if f := m.over(sc.trials); f.defined() {
				pt := plot.Point{X: at, Y: f.mid / yu.worth, Low: f.mid / yu.worth, High: f.mid / yu.worth}
				if f.high > f.low {
					pt.Low, pt.High = f.low/yu.worth, f.high/yu.worth
				}
				s.Points = append(s.Points, pt)
			}
			if b := bound().over(sc.trials); theory && b.defined() {
				y := b.mid / yu.worth
				limit.Points = append(limit.Points, plot.Point{X: at, Y: y, Low: y, High: y})
			}
		}
		l.Series = append(l.Series, s)
		if len(limit.Points) > 0 {
			l.Series = append(l.Series, limit)
		}
	}
	l.Caption = v.sweepCaption(lines, theory)
	return l, len(lines.order) > 0
}

// axisName is what a swept key is called along an axis.
func axisName(key string) string {
	if key == "peers" {
		return "number of peers, N"
	}
	return key
}

func (v *view) sweepCaption(lines sweepLines, theory bool) string {
	var all []cell
	failed := 0
	for _, p := range v.points {
		all = append(all, p.measured()...)
		for _, c := range p.cells {
			failed += len(c.failed)
		}
	}
	seeds := seedsOf(all)
	s := fmt.Sprintf("Scenario %s, %s.", v.name(), seedText(seeds))
	if len(seeds) > 1 {
		s += fmt.Sprintf(" Markers: medians of n = %d seeds; whiskers: smallest and largest.", len(seeds))
	} else {
		s += " Markers: n = 1 trial each."
	}
	if theory {
		s += " Dotted: lower bounds."
	}
	if failed > 0 {
		s += fmt.Sprintf(" Without %s.", count(failed, "failed trial"))
	}
	if lines.left > 0 {
		s += fmt.Sprintf(" %s not drawn.", count(lines.left, "further curve"))
	}
	if v.loopback() {
		s += " Loopback sockets, links not shaped."
	}
	return s
}

// numericKey returns the swept key to draw along the axis: the one with the
// most different values, all of them numbers of one unit.
func (v *view) numericKey() (string, bool) {
	best, most := "", 1
	for _, key := range v.keys {
		values := map[float64]bool{}
		units := map[string]bool{}
		numeric := true
		for _, p := range v.points {
			n, ok := quantityOf(p.values[key])
			numeric = numeric && ok && n.value >= 0
			values[n.value], units[n.unit] = true, true
		}
		if numeric && len(units) == 1 && len(values) > most {
			best, most = key, len(values)
		}
	}
	return best, best != ""
}

// whole says whether all values of the key are whole numbers.
func (v *view) whole(key string) bool {
	return !slices.ContainsFunc(v.points, func(p point) bool {
		n, _ := quantityOf(p.values[key])
		return n.value != float64(int64(n.value))
	})
}

// sweepLines are the curves of a sweep: one for each architecture and each
// combination of the other swept keys.
type sweepLines struct {
	order []string
	style map[string]int
	cells map[string][]sweptCell // by the swept value
	left  int                    // curves that are not drawn, because nobody could tell them apart
}

type sweptCell struct {
	cell
	point point
}

func (v *view) lines(key string) sweepLines {
	out := sweepLines{style: map[string]int{}, cells: map[string][]sweptCell{}}
	var hidden []string
	for _, a := range v.archs {
		for _, p := range v.points {
			name := a
			for _, k := range v.keys {
				if k != key {
					name += ", " + lastPart(k) + "=" + pointValue(p.values[k])
				}
			}
			i := slices.IndexFunc(p.cells, func(c cell) bool { return c.arch == a })
			if len(p.cells[i].trials) == 0 || slices.Contains(hidden, name) {
				continue
			}
			if _, ok := out.cells[name]; !ok {
				if len(out.order) == plot.Styles {
					hidden = append(hidden, name)
					continue
				}
				out.style[name] = len(out.order)
				if len(v.keys) == 1 {
					out.style[name] = v.style(a)
				}
				out.order = append(out.order, name)
			}
			out.cells[name] = append(out.cells[name], sweptCell{p.cells[i], p})
		}
	}
	out.left = len(hidden)
	for _, cells := range out.cells {
		slices.SortStableFunc(cells, func(a, b sweptCell) int {
			x, _ := quantityOf(a.point.values[key])
			y, _ := quantityOf(b.point.values[key])
			return cmp.Compare(x.value, y.value)
		})
	}
	return out
}
