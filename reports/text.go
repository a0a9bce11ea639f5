package reports

import (
	"bytes"
	"fmt"
	"strings"
)

// section is a headed list of notes after the tables.
type section struct {
	head  string
	lines []string
}

func (v *view) sections(o Options) []section {
	n, of := v.met()
	faultsHead, faults := v.faults()
	all := []section{
		{faultsHead, faults},
		{"Warnings", v.warnings()},
		{"Failed trials (not in any figure)", v.failures()},
		{"Missing trials (not run)", v.missing()},
		{fmt.Sprintf("Expectations not met (%d of %d met)", n, of), v.unmet()},
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
	for _, g := range v.tables() {
		b.WriteString("\n" + g.text())
	}
	if legend := v.legend(); len(legend) > 0 {
		b.WriteString("\n")
		for _, line := range legend {
			b.WriteString(wrap(line, "", ""))
		}
	}
	for _, s := range v.sections(o) {
		b.WriteString("\n" + s.head + ":\n")
		for _, line := range s.lines {
			b.WriteString(wrap(line, "  ", "    "))
		}
	}
	if s := v.expectationsMet(); s != "" {
		b.WriteString("\n" + s + "\n")
	}
}
