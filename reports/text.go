package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// section is a headed list of notes after the tables.
type section struct {
	head  string
	lines []string
}

// sections returns the headed notes that have lines.
func (v *view) sections(o Options, withMethods bool) []section {
	n, of := v.met()
	faultsHead, faults := v.faults()
	var methods []string
	if s := v.methods(); s != "" && withMethods {
		methods = []string{s}
	}
	all := []section{
		{faultsHead, faults},
		{"Warnings", v.warnings()},
		{"Failed trials (not in any figure)", v.failures()},
		{"Missing trials (not run)", v.missing()},
		{fmt.Sprintf("Expectations not met (%d of %d met)", n, of), v.unmet()},
		{"For a methods section", methods},
		{"Written", o.Written},
	}
	var out []section
	for _, s := range all {
		if len(s.lines) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// repeated says whether there are several trials of anything, so that figures
// are worth a methods section.
func (v *view) repeated() bool {
	return slices.ContainsFunc(v.points, func(p point) bool {
		return slices.ContainsFunc(p.cells, func(c cell) bool { return len(c.trials) > 1 })
	})
}

// title names the scenario.
func (v *view) title() string {
	if s := v.result.Scenario; s != nil && s.Title != "" {
		return v.name() + ": " + s.Title
	}
	return v.name()
}

// expectationsMet is a line for when all of them were; else empty.
func (v *view) expectationsMet() string {
	if n, of := v.met(); of > 0 && n == of {
		if of == 1 {
			return "The scenario's expectation was met."
		}
		return fmt.Sprintf("All %d expectations of the scenario were met.", of)
	}
	return ""
}

func writeText(b *bytes.Buffer, v *view, o Options) {
	b.WriteString(wrap(v.title(), "", ""))
	b.WriteString("\n")
	b.WriteString(wrap(strings.Join(v.headline(), " "), "", ""))
	if s := v.predictionText(); s != "" {
		b.WriteString("\n" + wrap(s, "", ""))
	}
	for _, g := range slices.Concat(v.tables(), v.pairedTables()) {
		b.WriteString("\n" + g.text())
	}
	if legend := v.legend(); len(legend) > 0 {
		b.WriteString("\n")
		for _, line := range legend {
			b.WriteString(wrap(line, "", ""))
		}
	}
	if g := v.expectationTable(); len(g.rows) > 0 {
		b.WriteString("\n" + g.text())
	}
	for _, s := range v.sections(o, v.repeated()) {
		b.WriteString("\n" + s.head + ":\n")
		for _, line := range s.lines {
			b.WriteString(wrap(line, "  ", "    "))
		}
	}
	if s := v.expectationsMet(); s != "" {
		b.WriteString("\n" + s + "\n")
	}
}
