package compare

import (
	"fmt"
	"math"
	"slices"

	"versus/sim/measure"
	"versus/sim/stats"
)

// Defaults of Options.
const (
	DefaultLevel     = 0.05
	DefaultMinEffect = 0.01
)

// Options says how two results are compared.
type Options struct {
	NameA, NameB string   // what the sides are called, such as their folders
	Level        float64  // probability of any false alarm in the report, above 0 and below 1
	MinEffect    float64  // least relative change of a mean that counts, 0 or more
	Metrics      []string // names of Metrics; empty for the default ones
}

// Results compares b with a. Trials match by architecture and sweep point. Where
// both sides have the same seeds, each seed is a pair and the test is Student's
// paired t, otherwise it is Welch's t; p-values are adjusted by Holm's correction
// over everything that the report tests. The error is of options out of range,
// of two results that have nothing in common, or of costs in different
// currencies.
func Results(a, b *measure.Result, o Options) (*Report, error) {
	if !(o.Level > 0 && o.Level < 1) {
		return nil, fmt.Errorf("comparing: level %v is not between 0 and 1", o.Level)
	}
	if !(o.MinEffect >= 0) || math.IsInf(o.MinEffect, 0) {
		return nil, fmt.Errorf("comparing: minimum effect %v is not 0 or more", o.MinEffect)
	}
	metrics, err := choose(o.Metrics)
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	r := &Report{
		Schema: Schema, A: side(o.NameA, a), B: side(o.NameB, b),
		Level: o.Level, MinEffect: o.MinEffect,
		ScenarioChanges: scenarioChanges(a, b),
		Warnings:        []string{}, Groups: []Group{},
	}
	m := match(a, b)
	if len(m.both) == 0 {
		return nil, m.nothing(r)
	}
	if err := m.sameMoney(metrics, r); err != nil {
		return nil, err
	}
	r.Lost = len(m.onlyA)
	r.Warnings = append(r.Warnings, r.sideWarnings()...)
	r.Warnings = append(r.Warnings, m.warnings()...)
	for _, pair := range m.both {
		r.Groups = append(r.Groups, r.group(pair, metrics, a))
	}
	r.decide()
	r.Warnings = append(r.Warnings, r.repeatWarnings()...)
	return r, nil
}

// group compares one architecture at one point, without the verdicts that
// depend on the other groups.
func (r *Report) group(c cells, metrics []Metric, a *measure.Result) Group {
	ta, tb, paired := c.pairs()
	g := Group{
		Architecture: c.architecture, Point: c.point, Label: c.label,
		Paired: paired, Seeds: []uint64{}, NA: len(ta), NB: len(tb), Rows: []Row{},
	}
	if g.Point == nil {
		g.Point = map[string]any{}
	}
	if paired {
		for _, t := range ta {
			g.Seeds = append(g.Seeds, t.Seed)
		}
	}
	for _, m := range metrics {
		if row, ok := r.row(m, ta, tb, paired, a); ok {
			g.Rows = append(g.Rows, row)
		}
	}
	return g
}

// row compares one metric; not ok if no trial has it.
func (r *Report) row(m Metric, ta, tb []*measure.Trial, paired bool, a *measure.Result) (Row, bool) {
	row := Row{Metric: m.Name, Unit: m.Unit, Better: m.Better, Verdict: Unclear}
	xs, lackA := values(m, ta)
	ys, lackB := values(m, tb)
	if len(xs)+len(ys) == 0 {
		return row, false
	}
	if m.money {
		row.Unit = currency(slices.Concat(ta, tb))
	}
	row.MeanA, row.MeanB = mean(xs), mean(ys)
	switch {
	case lackA+lackB > 0:
		row.Verdict = Undefined
		row.Note = fmt.Sprintf("undefined in %d of %d trials of A and %d of %d of B", lackA, len(ta), lackB, len(tb))
		return row, true
	case len(xs) < 2 || len(ys) < 2:
		row.Difference = measure.Finite(*row.MeanB - *row.MeanA)
		row.Relative = relative(*row.Difference, *row.MeanA)
		row.Verdict = TooFew
		row.Note = "not enough repeats: " + perSide(len(xs), len(ys))
		return row, true
	}
	test := stats.Comparison.Welch
	if paired {
		test = stats.Comparison.Paired
	}
	c := stats.Comparison{Level: 1 - r.Level}
	compared, ok := test(c, xs, ys)
	if ok && !compared.TestOK && compared.Mean != 0 {
		// Equal values in every trial of a side, which few repeats may give by
		// chance: they are as uncertain as the metric's step is coarse.
		c.Resolution = m.resolution(a, ta[0], max(magnitude(xs), magnitude(ys)))
		compared, ok = test(c, xs, ys)
	}
	if !ok {
		row.Verdict, row.Note = Undefined, "values too large to compare"
		return row, true
	}
	row.fill(compared)
	return row, true
}

func (row *Row) fill(d stats.Difference) {
	row.Difference, row.Low, row.High = &d.Mean, &d.Interval.Low, &d.Interval.High
	row.Method = d.Interval.Method
	if d.RelativeOK {
		row.Relative = &d.Relative
	}
	if d.TestOK {
		row.P = &d.P
	}
	if d.EffectOK {
		row.Effect, row.EffectName = &d.Effect, d.EffectName
	}
}

// decide adjusts the p-values and gives the verdicts.
func (r *Report) decide() {
	var tested []*Row
	var ps []float64
	for i := range r.Groups {
		for j := range r.Groups[i].Rows {
			row := &r.Groups[i].Rows[j]
			if row.P != nil {
				tested, ps = append(tested, row), append(ps, *row.P)
			}
		}
	}
	r.Tests = len(ps)
	adjusted, ok := stats.Holm(ps)
	if !ok {
		panic(fmt.Sprintf("comparing: a p-value of %v is outside 0 to 1", ps)) // our own arithmetic
	}
	for i, row := range tested {
		row.PAdjusted = &adjusted[i]
	}
	for i := range r.Groups {
		for j := range r.Groups[i].Rows {
			row := &r.Groups[i].Rows[j]
			if row.Difference != nil && row.Low != nil {
				row.Verdict = r.verdict(row)
			}
			switch row.Verdict {
			case Worse:
				r.Regressions++
			case Better:
				r.Improvements++
			}
			r.Decided = r.Decided || row.Verdict != TooFew && row.Verdict != Undefined
		}
	}
}

func (r *Report) verdict(row *Row) Verdict {
	least := r.MinEffect * math.Abs(*row.MeanA)
	if row.PAdjusted == nil || *row.PAdjusted > r.Level {
		if *row.Difference == 0 && row.P == nil || -least <= *row.Low && *row.High <= least {
			return Same
		}
		return Unclear
	}
	switch worse := *row.Difference > 0 == (row.Better == Lower); {
	case math.Abs(*row.Difference) < least:
		return Negligible
	case row.Better == Neither:
		return Changed
	case worse:
		return Worse
	}
	return Better
}

// values returns the defined values of a metric, in the order of the trials, and
// how many trials lack it.
func values(m Metric, trials []*measure.Trial) (xs []float64, lacking int) {
	for _, t := range trials {
		if x := m.Value(t); x != nil {
			xs = append(xs, *x)
		} else {
			lacking++
		}
	}
	return xs, lacking
}

func mean(xs []float64) *float64 {
	if m, ok := stats.Mean(xs); ok {
		return &m
	}
	return nil
}

func relative(difference, of float64) *float64 {
	if of == 0 {
		return nil
	}
	return measure.Finite(difference / math.Abs(of))
}

func magnitude(xs []float64) float64 {
	return max(math.Abs(slices.Min(xs)), math.Abs(slices.Max(xs)))
}

func perSide(a, b int) string {
	if a == b {
		return fmt.Sprintf("%d per side", a)
	}
	return fmt.Sprintf("%d of A, %d of B", a, b)
}
