package scenario

import (
	"fmt"
	"strings"
)

// Expect is one parsed expectation: ARCH.FIELD OP (number | ARCH.FIELD). The
// report evaluates it against every trial; one that names an architecture that
// was not run is skipped.
type Expect struct {
	Text  string
	Left  Operand
	Op    string // >= > <= < == !=
	Right Operand
}

// Operand is a field of an architecture's trial, or a number if Architecture
// is empty.
type Operand struct {
	Architecture string
	Field        string // one of ExpectFields, or links.NAME.FIELD of a shared link
	Number       float64
}

// ExpectFields lists what an expectation may compare. Fields of the trial's
// summary go by their own names.
func ExpectFields() []string {
	fields := []string{
		"makespan_s", "efficiency", "bounds.fluid_s", "bounds.pieces_s",
		"requested", "completed", "success_rate", "slowdown.p50", "slowdown.p95", "slowdown.max",
		"goodput_bps", "origin_sent_bytes", "peers_sent_bytes", "retransmitted_bytes", "wasted_bytes", "overhead_ratio", "fairness_jain",
		"inflation", "detect_s.p50", "detect_s.p95", "detect_s.max", "recover_s", "availability",
		"stall_s.p50", "stall_s.p95", "stall_s.max", "banned", "banned_honest",
		"origin_wire_bytes", "cost.egress", "cost.server", "cost.total", "cost.per_gb",
		"wall_s", "virtual_s", "peak_rss_bytes",
	}
	for _, distribution := range []string{"completion_s", "first_byte_s"} {
		for _, part := range []string{"mean", "p50", "p90", "p95", "p99", "max"} {
			fields = append(fields, distribution+"."+part)
		}
	}
	return fields
}

// linkFields lists what an expectation may compare of a shared link, as
// links.NAME.FIELD.
func linkFields() []string {
	return []string{"up_bytes", "down_bytes", "up_wire_bytes", "down_wire_bytes", "up_dropped_packets", "down_dropped_packets"}
}

// LinkField splits a field of the form links.NAME.FIELD; ok is false for any
// other.
func LinkField(field string) (link, name string, ok bool) {
	rest, ok := strings.CutPrefix(field, "links.")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, ".")
}

// ParseExpect reads one expectation. Whether its architectures exist is for
// the caller to check.
func ParseExpect(text string) (Expect, error) {
	const form = "want ARCHITECTURE.FIELD OP (number | ARCHITECTURE.FIELD), such as p2p.success_rate >= 1"
	start := strings.IndexAny(text, "<>=!")
	if start < 0 {
		return Expect{}, fmt.Errorf("%q has no comparison, %s", abbreviate(text), form)
	}
	end := start + 1
	for end < len(text) && strings.IndexByte("<>=!", text[end]) >= 0 {
		end++
	}
	e := Expect{Text: text, Op: text[start:end]}
	switch e.Op {
	case ">=", ">", "<=", "<", "==", "!=":
	default:
		return Expect{}, fmt.Errorf("%q compares with %q, want one of >= > <= < == !=", abbreviate(text), e.Op)
	}
	var err error
	if e.Left, err = parseOperand(strings.TrimSpace(text[:start])); err != nil {
		return Expect{}, fmt.Errorf("%q: %w", abbreviate(text), err)
	}
	if e.Left.Architecture == "" {
		return Expect{}, fmt.Errorf("%q has a number on its left, %s", abbreviate(text), form)
	}
	if e.Right, err = parseOperand(strings.TrimSpace(text[end:])); err != nil {
		return Expect{}, fmt.Errorf("%q: %w", abbreviate(text), err)
	}
	return e, nil
}

func parseOperand(text string) (Operand, error) {
	if n, err := parseFloat(text); err == nil {
		return Operand{Number: n}, nil
	}
	architecture, field, dotted := strings.Cut(text, ".")
	if !dotted || architecture == "" || field == "" {
		return Operand{}, fmt.Errorf("%q is neither a number nor ARCHITECTURE.FIELD", abbreviate(text))
	}
	fields, name := ExpectFields(), field
	if _, of, ok := LinkField(field); ok {
		fields, name = linkFields(), of
	}
	for _, f := range fields {
		if f == name {
			return Operand{Architecture: architecture, Field: field}, nil
		}
	}
	return Operand{}, fmt.Errorf("unknown field %q%s", abbreviate(field), didYouMean(Nearest(name, fields)))
}
