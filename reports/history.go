package reports

import (
	"fmt"
	"strings"
)

// plan returns the scenario's faults as they are written in YAML.
func (v *view) plan() string {
	if v.result.Scenario == nil || len(v.result.Scenario.Faults) == 0 {
		return ""
	}
	text, err := v.result.Scenario.YAML()
	if err != nil {
		return ""
	}
	var out []string
	inside := false
	for line := range strings.SplitSeq(string(text), "\n") {
		top := line != "" && line[0] != ' ' && line[0] != '-'
		if top {
			inside = strings.HasPrefix(line, "faults:")
		}
		if inside {
			out = append(out, line)
		}
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// faultTables lists what was done to whom, and what came of it, in the first
// trial of each architecture at the focus. Equal things done at one instant
// share a row.
func (v *view) faultTables() []Table {
	p, ok := v.focus()
	if !ok {
		return nil
	}
	var out []Table
	for _, c := range p.measured() {
		t := c.trials[0]
		if len(t.Faults) == 0 {
			continue
		}
		table := Table{Header: []string{"at", "what", "to whom", "detail", "noticed after", "throughput back after"}, Names: 4}
		table.Caption = fmt.Sprintf("%s, %s: what was done, and what came of it", c.arch, seedText([]uint64{t.Seed}))
		if p.label != "" {
			table.Caption = p.label + ", " + table.Caption
		}
		for _, o := range occurrences(t) {
			table.Rows = append(table.Rows, []string{with(seconds, o.at), o.action, someOf(o.targets), o.detail, spanText(o.detect), spanText(o.recover)})
		}
		if left := len(table.Rows) - listed; left > 0 {
			table.Rows = append(table.Rows[:listed:listed], []string{"", fmt.Sprintf("%d more in result.json", left), "", "", "", ""})
		}
		out = append(out, table)
	}
	return out
}

func spanText(s *float64) string {
	if s == nil {
		return undefined
	}
	return with(seconds, *s)
}

// someOf names the first dozen.
func someOf(names []string) string {
	const named = 12
	if len(names) > named {
		return strings.Join(names[:named], ", ") + fmt.Sprintf(" and %d more", len(names)-named)
	}
	return list(names)
}
