package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"versus/reports/plot"
	"versus/sim/measure"
)

// sweepChart draws times against the swept value, measured points over the
// curves of their bounds: the figure of Kurose and Ross, "Computer Networking:
// A Top-Down Approach", section 2.5. It is not ok unless the scenario sweeps
// over a number or a quantity.
func (v *view) sweepChart() (plot.Chart, bool) {
	m, what := makespan(), "Time until all are done"
	atOnce := v.alwaysAtOnce()
	if !atOnce {
		m, what = completionP50(), "Median completion time"
	}
	return v.against(m, what, atOnce && !v.loopback())
}

// loadChart is what the origin had to send against the swept value.
func (v *view) loadChart() (plot.Chart, bool) {
	return v.against(originSent(), "Bytes sent by the origin", false)
}

// successChart is the share of requests that completed against the swept value,
// where that was not all of them everywhere.
func (v *view) successChart() (plot.Chart, bool) {
	m := metric{get: func(t *measure.Trial) *float64 { return t.Summary.SuccessRate }}
	lost := false
	for _, p := range v.points {
		for _, c := range p.measured() {
			e := m.estimate(c.trials)
			lost = lost || e.defined() && e.mid < 1
		}
	}
	if !lost {
		return nil, false
	}
	c, ok := v.against(m, "Share of requests completed", false)
	l, is := c.(plot.Lines)
	l.Y.Max, l.Y.Brief = 1.04, "share completed"
	return l, ok && is
}

// alwaysAtOnce says whether at every point all requests start together.
func (v *view) alwaysAtOnce() bool {
	return !slices.ContainsFunc(v.points, func(p point) bool { return !v.allAtOnce(p) })
}

// against draws a metric over the swept value, with the bounds on it if theory
// is set. It is not ok unless the scenario sweeps over a number or a quantity
// and the metric is known somewhere.
func (v *view) against(m metric, what string, theory bool) (plot.Chart, bool) {
	key, ok := v.numericKey()
	if !ok {
		return nil, false
	}
	lines := v.lines(key)
	var far float64
	values := map[float64]bool{}
	for _, p := range v.points {
		n, _ := quantityOf(p.values[key])
		far = max(far, n.value)
		values[n.value] = true
	}
	var all []estimate
	curves := map[string][]estimate{}
	tallest := 0.0
	unknown := false
	for _, name := range lines.order {
		for _, sc := range lines.cells[name] {
			e := m.estimate(sc.trials)
			unknown = unknown || !e.defined()
			curves[name] = append(curves[name], e)
			all = append(all, e)
			tallest = max(tallest, e.mid, e.high)
		}
	}
	first, _ := quantityOf(v.points[0].values[key])
	xu, yu := unitFor(first.kind(), far), m.unitOf(all)
	l := plot.Lines{Title: what + " against " + v.axisTitle(key),
		X: plot.Axis{Label: v.axisName(key), Brief: key, Unit: xu.name, Whole: v.whole(key) && first.kind() == plain},
		Y: plot.Axis{Label: strings.ToLower(what[:1]) + what[1:], Brief: m.brief(), Unit: yu.name}}
	if share, whole, ok := strings.Cut(pointValue(v.points[0].values[key]), "%"); ok && share != "" {
		l.X.Unit = percentUnit + whole // such as "% of peers"
	}
	stretch(&l.X, values, xu, first)
	points := 0
	for _, name := range lines.order {
		s := plot.Series{Name: name, Style: lines.style[name], Dots: true}
		for i, sc := range lines.cells[name] {
			x, _ := quantityOf(sc.point.values[key])
			if e := curves[name][i]; e.defined() {
				r := e.scaled(yu)
				s.Points = append(s.Points, plot.Point{X: x.value / xu.worth, Y: e.mid / yu.worth, Low: r.Low, High: r.High})
			}
		}
		points += len(s.Points)
		l.Series = append(l.Series, s)
		if limit, ok := v.boundCurve(key, lines.cells[name], xu, yu); ok && theory && !slices.ContainsFunc(l.Series, limit.sameAs) {
			limit.Name, limit.Style = name+" bound", s.Style
			l.Series = append(l.Series, limit.Series)
		}
	}
	l.Caption = v.sweepCaption(lines, all, theory)
	if theory {
		l.Caption += v.distance(lines, curves)
	}
	if unknown && points > 0 {
		l.Caption += " No marker where a trial has no such figure."
	}
	return l, points > 0
}

// distance says how far above their bounds the curves of a sweep came, each
// where it was furthest.
func (v *view) distance(lines sweepLines, curves map[string][]estimate) string {
	var far []string
	for _, name := range lines.order {
		most, known := 0.0, false
		for i, sc := range lines.cells[name] {
			e, b := curves[name][i], bound().over(sc.trials)
			if e.defined() && b.mid > 0 {
				most, known = max(most, 100*(e.mid/b.mid-1)), true
			}
		}
		if known {
			far = append(far, name+" "+number(most)+nbsp+"%")
		}
	}
	if len(far) == 0 || len(far) > 4 {
		return ""
	}
	return " Above its bound by at most: " + strings.Join(far, ", ") + "."
}

// stretch makes the axis logarithmic for quantities that were chosen by ratio,
// such as 64KiB, 256KiB, 1MiB, and marks them by name.
func stretch(a *plot.Axis, values map[float64]bool, u unit, first sweptNumber) {
	sorted := slices.Sorted(maps.Keys(values))
	lo, hi := sorted[0], sorted[len(sorted)-1]
	if len(sorted) < 3 || first.kind() == plain || !(lo > 0) || hi/lo < 12 {
		return
	}
	a.Log = true
	for _, x := range sorted {
		a.Ticks = append(a.Ticks, plot.Tick{Value: x / u.worth, Label: strconv.FormatFloat(x/u.worth, 'g', 4, 64)})
	}
}

// axisName is what a swept key is called along an axis.
func (v *view) axisName(key string) string {
	if key == "peers" {
		return "number of peers, N"
	}
	if fault := v.faultOf(key); fault != "" {
		return key + ", " + fault
	}
	return key
}

// axisTitle is what it is called in a title.
func (v *view) axisTitle(key string) string {
	if key == "peers" {
		return "the number of peers"
	}
	if fault := v.faultOf(key); fault != "" {
		return key + " (" + fault + ")"
	}
	return key
}

// sweepSource names the scenario and the seeds of a sweep's cells.
func (v *view) sweepSource(cells []cell) string {
	return fmt.Sprintf("%s, %s.", v.subject(), seedText(seedsOf(cells)))
}

func (v *view) sweepCaption(lines sweepLines, all []estimate, theory bool) string {
	var cells []cell
	failed := 0
	for _, p := range v.points {
		cells = append(cells, p.measured()...)
		for _, c := range p.cells {
			failed += len(c.failed)
		}
	}
	s := v.sweepSource(cells) + intervalText("Markers", all)
	if theory {
		s += " Thin lines: lower bounds."
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

// belongsToAnother says whether the key is an option of an architecture other
// than this one, which it cannot change.
func (v *view) belongsToAnother(key, arch string) bool {
	owner, _, ok := strings.Cut(key, ".")
	return ok && owner != arch && slices.Contains(v.archs, owner)
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
				if k != key && !v.belongsToAnother(k, a) {
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
			at := pointValue(p.values[key])
			if !slices.ContainsFunc(out.cells[name], func(c sweptCell) bool { return pointValue(c.point.values[key]) == at }) {
				out.cells[name] = append(out.cells[name], sweptCell{p.cells[i], p})
			}
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
