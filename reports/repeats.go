package reports

import (
	"fmt"
	"math"
	"slices"

	"versus/sim/measure"
	"versus/sim/stats"
)

// confidence is the level of the intervals that reports show.
const confidence = 0.95

// values returns the metric of the trials in their order; not ok if one of them
// lacks it, because what is missing may be the worst.
func (m metric) values(trials []*measure.Trial) ([]float64, bool) {
	var xs []float64
	for _, t := range trials {
		x := m.get(t)
		if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
			return nil, false
		}
		xs = append(xs, *x)
	}
	return xs, len(xs) > 0
}

// bracketed writes an interval, such as [13.4, 13.6], by write.
func bracketed(low, high float64, write func(float64) string) string {
	return "[" + write(low) + ", " + write(high) + "]"
}

// repeatsNote says what the figures over several seeds are: medians, and which
// intervals with how many trials.
func (v *view) repeatsNote(cells []cell) string {
	least, most := math.MaxInt, 0
	var methods []string
	for _, c := range cells {
		n := len(c.trials)
		least, most = min(least, n), max(most, n)
		method := stats.MethodT
		if n >= stats.BootstrapFrom {
			method = stats.MethodBCa
		}
		if n > 1 && !slices.Contains(methods, method) {
			methods = append(methods, method)
		}
	}
	if most < 2 {
		return fmt.Sprintf("One trial each, so no intervals: --repeat %d or more gives them.", stats.FewRepeats)
	}
	slices.Sort(methods)
	slices.Reverse(methods) // Student's t first
	n := fmt.Sprintf("n = %d", most)
	if least < most {
		n = fmt.Sprintf("n = %d to %d", least, most)
	}
	return fmt.Sprintf("Figures are medians over the seeds; [ ]: %g%% interval of the mean (%s, %s).", confidence*100, list(methods), n)
}

// watched are the metrics in which outliers are looked for.
func (v *view) watched(p point) []metric {
	all := []metric{completionP50(), firstByteP50()}
	if v.allAtOnce(p) {
		all = append([]metric{makespan()}, all...)
	}
	return all
}

// repeatWarnings says where there are few repeats, and which trials stand out
// from the others of their cell.
func (v *view) repeatWarnings() []string {
	var out []string
	few, cells := 0, 0
	for _, p := range v.points {
		for _, c := range p.measured() {
			if cells++; len(c.trials) > 1 && len(c.trials) < stats.FewRepeats {
				few++
			}
		}
	}
	if few > 0 {
		out = append(out, fmt.Sprintf("%s fewer than %d repeats: intervals are wide, and a single odd trial moves them far",
			ofAll(few, cells, "architecture and point has", "architectures and points have"), stats.FewRepeats))
	}
	var odd []string
	for _, p := range v.points {
		for _, c := range p.measured() {
			for _, m := range v.watched(p) {
				odd = append(odd, v.outliers(m, c, p)...)
			}
		}
	}
	return append(out, shortened(odd)...)
}

func ofAll(n, of int, one, several string) string {
	switch {
	case of == 1:
		return "the " + one
	case n == of:
		return fmt.Sprintf("all %d %s", of, several)
	}
	return fmt.Sprintf("%d of %d %s", n, of, several)
}

// outliers names the trials of a cell whose metric stands out. What differs by
// less than a tie is none, however regular the others are.
func (v *view) outliers(m metric, c cell, p point) []string {
	xs, ok := m.values(c.trials)
	if !ok {
		return nil
	}
	median, _ := stats.Quantile(xs, 0.5)
	var out []string
	for _, o := range stats.Outliers(xs) {
		if math.Abs(o.Value-median) <= (tie-1)*math.Abs(median) {
			continue
		}
		out = append(out, fmt.Sprintf("%s: %s of %s stands out from the median of %s (modified z-score %s); it is in every figure",
			trialName(v, measure.TrialKey{Architecture: c.arch, Seed: c.trials[o.Index].Seed, Point: p.values}),
			m.name, with(m.kind, o.Value), with(m.kind, median), number(math.Abs(o.Score))))
	}
	return out
}
