package reports

import (
	"strconv"

	"versus/sim/measure"
	"versus/sim/stats"
)

// others is how many architectures are set against the first one.
const others = 3

// pairedMetrics are those whose difference between architectures is shown.
func (v *view) pairedMetrics(p point) []metric {
	all := []metric{completionP50(),
		{name: "completion p95", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.CompletionS.P95 }},
		firstByteP50(), originSent(), peersSent(),
		{name: "overhead ratio", kind: plain, get: func(t *measure.Trial) *float64 { return t.Summary.OverheadRatio }},
		{name: "fairness (Jain)", kind: plain, get: func(t *measure.Trial) *float64 { return t.Summary.FairnessJain }},
	}
	if v.allAtOnce(p) {
		all = append([]metric{makespan()}, all...)
	}
	return all
}

// pairedDifference is how much a metric is higher in b than in a, seed by seed;
// not ok below two common seeds, or where a trial lacks the metric.
func pairedDifference(m metric, a, b cell) (stats.Difference, bool) {
	cells, ok := pair([]cell{a, b})
	if !ok {
		return stats.Difference{}, false
	}
	xs, ok := m.values(cells[0].trials)
	if !ok {
		return stats.Difference{}, false
	}
	ys, ok := m.values(cells[1].trials)
	if !ok {
		return stats.Difference{}, false
	}
	return stats.Paired(xs, ys, confidence)
}

// pairedTables set the other architectures against the first, seed by seed: for
// one point by metric, for a sweep by point. There is none without repeats.
func (v *view) pairedTables() []grid {
	var out []grid
	if len(v.archs) < 2 {
		return nil
	}
	for _, other := range v.archs[1:min(len(v.archs), 1+others)] {
		g := v.pairedByMetric(other)
		if len(v.points) > 1 {
			g = v.pairedByPoint(other)
		}
		if len(g.rows) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func differenceTitle(a, b string) string { return clip(b, 16) + " - " + clip(a, 16) }

func (v *view) pairedByMetric(other string) grid {
	g := grid{names: 1, header: []string{differenceTitle(v.archs[0], other), "difference", "95% interval", "d_z", "pairs"}}
	if len(v.points) == 0 {
		return g
	}
	p := v.points[0]
	a, b := v.cellOf(p, v.archs[0]), v.cellOf(p, other)
	for _, m := range v.pairedMetrics(p) {
		d, ok := pairedDifference(m, a, b)
		if !ok {
			continue
		}
		u := m.unit([]figure{{mid: d.Mean, low: d.Interval.Low, high: d.Interval.High}})
		g.add(append([]string{m.title(u)}, differenceCells(d, u)...)...)
	}
	return g
}

// pairedByPoint shows the time that the sweep is about.
func (v *view) pairedByPoint(other string) grid {
	m := completionP50()
	for _, p := range v.points {
		if v.allAtOnce(p) {
			m = makespan()
		}
	}
	var differences []stats.Difference
	var labels []string
	var figures []figure
	for _, p := range v.points {
		if d, ok := pairedDifference(m, v.cellOf(p, v.archs[0]), v.cellOf(p, other)); ok {
			differences, labels = append(differences, d), append(labels, p.label)
			figures = append(figures, figure{mid: d.Mean, low: d.Interval.Low, high: d.Interval.High})
		}
	}
	u := m.unit(figures)
	g := grid{names: 1, header: []string{differenceTitle(v.archs[0], other) + ",\n" + m.title(u), "difference", "95% interval", "d_z", "pairs"}}
	for i, d := range differences {
		g.add(append([]string{clip(labels[i], 36)}, differenceCells(d, u)...)...)
	}
	return g
}

// differenceCells writes the difference, its interval, the effect size and n.
func differenceCells(d stats.Difference, u unit) []string {
	one := func(x float64) string { return signed(x / u.worth) }
	interval, effect := undefined, undefined
	if d.Interval.Method != stats.MethodNoSpan {
		interval = bracketed(d.Interval.Low, d.Interval.High, one)
	}
	if d.EffectOK {
		effect = signed(d.Effect)
	}
	return []string{one(d.Mean), interval, effect, strconv.Itoa(d.NA)}
}

func (v *view) cellOf(p point, arch string) cell {
	for _, c := range p.cells {
		if c.arch == arch {
			return c
		}
	}
	return cell{arch: arch}
}

// pairedNote explains the tables of differences.
func (v *view) pairedNote() string {
	if len(v.pairedTables()) == 0 {
		return ""
	}
	return "Differences are means over seeds that both have, with Student's paired interval; d_z: Cohen's effect size, in standard deviations of the differences (-: every seed differs by the same)."
}
