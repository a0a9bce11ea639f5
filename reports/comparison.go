package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"versus/reports/compare"
)

// WriteComparison writes a comparison of two results. The only errors are those
// of w and a format that comparisons do not have.
func WriteComparison(w io.Writer, f Format, r *compare.Report) error {
	var (
		b   bytes.Buffer
		err error
	)
	switch f {
	case Text:
		comparisonText(&b, r)
	case Markdown:
		comparisonMarkdown(&b, r)
	case CSV:
		err = comparisonCSV(&b, r)
	case JSON:
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		err = enc.Encode(r)
	default:
		err = fmt.Errorf("format %q is none of a comparison", f)
	}
	if err != nil {
		return fmt.Errorf("writing a comparison: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing a comparison as %s: %w", f, err)
	}
	return nil
}

// ComparisonFormats lists the formats of a comparison, the default first.
func ComparisonFormats() []Format { return []Format{Text, JSON, CSV, Markdown} }

func comparisonText(b *bytes.Buffer, r *compare.Report) {
	for _, line := range comparisonSides(r) {
		b.WriteString(wrap(line, "", "   "))
	}
	b.WriteString("\n" + wrap(comparisonAnswer(r), "", ""))
	for _, t := range comparisonTables(r, false) {
		b.WriteString("\n" + wrap(t.head, "", "") + t.grid.text())
	}
	b.WriteString("\n" + wrap(comparisonLegend(r), "", ""))
	if len(r.Warnings) > 0 {
		b.WriteString("\nWarnings:\n")
		for _, line := range r.Warnings {
			b.WriteString(wrap(line, "  ", "    "))
		}
	}
}

func comparisonMarkdown(b *bytes.Buffer, r *compare.Report) {
	b.WriteString("## " + escape(comparisonAnswer(r)) + "\n")
	for _, line := range comparisonSides(r) {
		b.WriteString("\n- " + escape(line))
	}
	b.WriteString("\n")
	for _, t := range comparisonTables(r, true) {
		b.WriteString("\n**" + escape(t.head) + "**\n\n" + t.grid.markdown())
	}
	b.WriteString("\n" + escape(comparisonLegend(r)) + "\n")
	if len(r.Warnings) > 0 {
		b.WriteString("\n**Warnings**\n\n")
		for _, line := range r.Warnings {
			b.WriteString("- " + escape(line) + "\n")
		}
	}
}

func comparisonSides(r *compare.Report) []string {
	one := func(name string, s compare.Side) string {
		return fmt.Sprintf("%s: %s (%s, %s, version %s)", name, s.Name, s.Scenario, count(s.Measured, "trial"), s.Version)
	}
	return []string{one("A", r.A), one("B", r.B)}
}

// comparisonAnswer says in a sentence or two what changed.
func comparisonAnswer(r *compare.Report) string {
	if !r.Decided {
		for _, g := range r.Groups {
			for _, row := range g.Rows {
				if row.Verdict == compare.TooFew {
					return "No verdict: " + row.Note + "."
				}
			}
		}
		return "No verdict: no metric is defined in every trial of both."
	}
	changed, unclear := 0, 0
	for _, g := range r.Groups {
		for _, row := range g.Rows {
			switch row.Verdict {
			case compare.Changed:
				changed++
			case compare.Unclear:
				unclear++
			}
		}
	}
	var parts []string
	if r.Regressions > 0 {
		parts = append(parts, count(r.Regressions, "metric")+" worse"+comparisonWorst(r, compare.Worse))
	}
	if r.Improvements > 0 {
		parts = append(parts, count(r.Improvements, "metric")+" better"+comparisonWorst(r, compare.Better))
	}
	if changed > 0 {
		parts = append(parts, count(changed, "metric")+" changed otherwise")
	}
	s := "No difference that counts was found"
	if len(parts) > 0 {
		s = "B against A: " + list(parts)
	}
	if unclear > 0 {
		s += fmt.Sprintf("; %s unclear, for which more repeats would be needed", count(unclear, "metric"))
	}
	return s + "."
}

// comparisonWorst names the largest relative change of a verdict.
func comparisonWorst(r *compare.Report, verdict compare.Verdict) string {
	var best *compare.Row
	var where compare.Group
	for _, g := range r.Groups {
		for i, row := range g.Rows {
			if row.Verdict == verdict && row.Relative != nil && (best == nil || math.Abs(*row.Relative) > math.Abs(*best.Relative)) {
				best, where = &g.Rows[i], g
			}
		}
	}
	if best == nil {
		return ""
	}
	at := where.Architecture
	if where.Label != "" {
		at += " at " + where.Label
	}
	return fmt.Sprintf(" (most: %s of %s, %s)", best.Metric, at, percent(*best.Relative))
}

type headedGrid struct {
	head string
	grid grid
}

// comparisonTables has a table for each group. Of many groups, as of a sweep, a
// text shows only the rows that are worse, better or changed.
func comparisonTables(r *compare.Report, effects bool) []headedGrid {
	const all = 4 // groups whose every row is shown
	var out []headedGrid
	quiet := 0
	for _, g := range r.Groups {
		t := headedGrid{head: comparisonGroup(g), grid: grid{names: 1, header: []string{"", "A", "B", "change", "p"}}}
		if effects {
			t.grid.header = append(t.grid.header, "effect size")
		}
		t.grid.header = append(t.grid.header, "verdict")
		for _, row := range g.Rows {
			if len(r.Groups) <= all || row.Verdict.Confirmed() {
				t.grid.add(comparisonRow(row, effects)...)
			}
		}
		if len(t.grid.rows) == 0 {
			quiet++
			continue
		}
		out = append(out, t)
	}
	if quiet > 0 && len(out) > 0 {
		out[len(out)-1].head = fmt.Sprintf("%s (%s without a change that counts not shown)", out[len(out)-1].head, count(quiet, "comparison"))
	}
	return out
}

func comparisonGroup(g compare.Group) string {
	s := g.Architecture
	if g.Label != "" {
		s += " at " + g.Label
	}
	if g.Paired {
		return fmt.Sprintf("%s: %s, %s, paired t", s, count(len(g.Seeds), "pair"), seedText(g.Seeds))
	}
	return fmt.Sprintf("%s: %d and %s with other seeds, Welch's t", s, g.NA, count(g.NB, "trial"))
}

func comparisonRow(row compare.Row, effects bool) []string {
	q := kindOf(row.Unit)
	top := 0.0
	for _, x := range []*float64{row.MeanA, row.MeanB} {
		if x != nil {
			top = max(top, math.Abs(*x))
		}
	}
	u := unitFor(q, top)
	name, money := row.Metric, q == plain && row.Unit != ""
	switch {
	case u.name != "":
		name = withoutUnit(name) + " (" + u.name + ")"
	case money:
		name += " (" + row.Unit + ")"
	}
	value := func(x *float64) string {
		switch {
		case x == nil:
			return undefined
		case money:
			return amount(*x)
		}
		if q == plain && math.Abs(*x) < 10 && *x != 0 && math.Abs(*x) >= 0.0005 {
			return strconv.FormatFloat(*x, 'f', 3, 64)
		}
		return number(*x / u.worth)
	}
	change := undefined
	switch {
	case row.Relative != nil:
		change = percent(*row.Relative)
		if row.Low != nil && *row.Low < *row.High {
			change += " ± " + strings.TrimPrefix(percent((*row.High-*row.Difference)/math.Abs(*row.MeanA)), "+")
		}
	case row.Difference != nil:
		change = signed(*row.Difference / u.worth)
		if row.Low != nil && *row.Low < *row.High {
			change += " ± " + number((*row.High-*row.Difference)/u.worth)
		}
	}
	p := undefined
	if row.PAdjusted != nil {
		p = probability(*row.PAdjusted)
	}
	cells := []string{name, value(row.MeanA), value(row.MeanB), change, p}
	if effects {
		effect := undefined
		if row.Effect != nil {
			effect = fmt.Sprintf("%s (%s)", signed(*row.Effect), row.EffectName)
		}
		cells = append(cells, effect)
	}
	return append(cells, string(row.Verdict))
}

func kindOf(unit string) quantity {
	switch unit {
	case "s":
		return seconds
	case "bytes":
		return octets
	case "bit/s":
		return rate
	}
	return plain
}

// withoutUnit drops the unit from a metric's name, where the one in which it is
// shown stands beside it.
func withoutUnit(name string) string {
	head, part, dotted := strings.Cut(name, ".")
	for _, unit := range []string{"_bytes", "_bps", "_s"} {
		head = strings.TrimSuffix(head, unit)
	}
	if dotted {
		return head + "." + part
	}
	return head
}

// percent writes a relative change, such as +10.2%.
func percent(x float64) string {
	decimals := 1
	switch a := math.Abs(x); {
	case a == 0:
		return "0%"
	case a < 0.00005:
		return "~0%"
	case a < 0.001:
		decimals = 2
	case a >= 1:
		decimals = 0
	}
	s := strconv.FormatFloat(100*x, 'f', decimals, 64)
	if x > 0 {
		s = "+" + s
	}
	return s + "%"
}

// signed writes a difference with its sign.
func signed(x float64) string {
	if x > 0 {
		return "+" + number(x)
	}
	if x < 0 {
		return "-" + number(-x)
	}
	return "0"
}

// probability writes a p-value.
func probability(p float64) string {
	switch {
	case p < 0.001:
		return "<0.001"
	case p > 0.999:
		return "1"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

func comparisonLegend(r *compare.Report) string {
	return fmt.Sprintf("Means over the trials. change: of B against A, with half of its %s interval, for that metric alone. "+
		"p: adjusted by Holm's correction over %s, so that a false alarm anywhere has a probability of at most %s. "+
		"worse, better, changed: p at most %s and a change of %s or more; negligible: a smaller one; "+
		"same: the interval lies within %s; unclear: neither shown nor ruled out.",
		share(1-r.Level), count(r.Tests, "test"), trim(r.Level), trim(r.Level), share(r.MinEffect), share(r.MinEffect))
}

func trim(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func share(x float64) string {
	return strconv.FormatFloat(math.Round(x*1e6)/1e4, 'g', -1, 64) + "%"
}

// comparisonCSV writes one row for each metric of each group.
func comparisonCSV(w io.Writer, r *compare.Report) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"architecture", "point", "metric", "unit", "better", "paired", "n_a", "n_b", "mean_a", "mean_b",
		"difference", "low", "high", "relative", "method", "p", "p_adjusted", "effect", "effect_name", "verdict", "note"}}
	value := func(x *float64) string {
		if x == nil {
			return ""
		}
		return trim(*x)
	}
	for _, g := range r.Groups {
		for _, m := range g.Rows {
			rows = append(rows, []string{g.Architecture, g.Label, m.Metric, m.Unit, string(m.Better), strconv.FormatBool(g.Paired),
				strconv.Itoa(g.NA), strconv.Itoa(g.NB), value(m.MeanA), value(m.MeanB),
				value(m.Difference), value(m.Low), value(m.High), value(m.Relative), strings.TrimSpace(m.Method),
				value(m.P), value(m.PAdjusted), value(m.Effect), m.EffectName, string(m.Verdict), m.Note})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}
