package fidelity

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// heading says what a part compares and how closely it has to agree.
type heading struct {
	part            Part
	title           string
	model, measured string
}

func headings() []heading {
	return []heading{
		{Transfers, "One flow without loss: seconds, against slow-start arithmetic (within 5 %)", "arithmetic", "bench"},
		{Loss, "One Reno flow under random loss: packets/s, against PFTK (within 20 %)", "PFTK", "bench"},
		{Shares, "Flows that share 20 Mbit/s: fairness and goodput", "model", "bench"},
		{Queueing, "A small message beside a bulk flow over 10 Mbit/s: mean wait, ms", "model", "bench"},
		{Kernel, "The kernel's TCP over the same links: seconds, against the bench (within 10 %)", "bench", "kernel"},
		{KernelLoss, "The same under random loss: Mbit/s, mean of the runs (within 25 %)", "bench", "kernel"},
	}
}

// Text returns the result as tables of at most 80 columns.
func (r *Result) Text() string {
	var b strings.Builder
	for _, h := range headings() {
		rows := r.of(h.part)
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n  %-28s %-12s %10s %9s %6s\n", h.title, "", "", h.model, h.measured, "ratio")
		for _, row := range rows {
			fmt.Fprintf(&b, "  %-28s %-12s %10s %9s %6s  %s\n", row.Case, row.label(), number(row.Model), number(row.Measured), ratio(row.Ratio), row.Verdict)
			if row.Note != "" {
				b.WriteString(wrap(row.Note, 74, "      "))
			}
			if over, ok := r.linuxOverPFTK(row); ok && row.Part == Loss && row.Verdict == Known {
				b.WriteString(wrap(fmt.Sprintf("Linux over the same loss: %.3f times PFTK", over), 74, "      "))
			}
		}
		b.WriteByte('\n')
	}
	for _, row := range r.of("") {
		fmt.Fprintf(&b, "not measured: %s\n", row.Note)
	}
	if r.KernelSkipped != "" {
		fmt.Fprintf(&b, "The kernel's TCP was not measured: %s.\n", r.KernelSkipped)
	}
	b.WriteString(r.summary() + "\n")
	return b.String()
}

// of returns the rows of a part.
func (r *Result) of(p Part) (rows []Row) {
	for _, row := range r.Rows {
		if row.Part == p {
			rows = append(rows, row)
		}
	}
	return rows
}

// summary counts the verdicts.
func (r *Result) summary() string {
	count := map[Verdict]int{}
	for _, row := range r.Rows {
		count[row.Verdict]++
	}
	out := fmt.Sprintf("%d comparisons: %d ok", len(r.Rows), count[OK])
	for _, v := range []Verdict{Known, Outside, Late, Failed} {
		if n := count[v]; n > 0 {
			out += fmt.Sprintf(", %d %s", n, v)
		}
	}
	return out + fmt.Sprintf("; %.0f s", r.WallS)
}

// label is what tells rows of a part with the same case apart.
func (r Row) label() string {
	switch r.Part {
	case Shares, Queueing:
		return r.Quantity
	case KernelLoss:
		return fmt.Sprintf("%s, %d runs", r.Congestion, r.Runs)
	}
	return r.Congestion
}

// number writes four significant digits.
func number(v float64) string {
	if v == 0 {
		return "-"
	}
	digits := 3 - int(math.Floor(math.Log10(math.Abs(v))))
	return strconv.FormatFloat(v, 'f', min(max(digits, 0), 4), 64)
}

func ratio(v float64) string {
	if v == 0 {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// wrap breaks a text at spaces and indents it.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(indent)+len(line)+1+len(word) > width {
			b.WriteString(indent + line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return b.String() + indent + line + "\n"
}

// CSV returns the rows with a header line; its names and units are those of the
// JSON form.
func (r *Result) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	num := func(v float64) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(v, 'g', 8, 64)
	}
	rows := [][]string{{"part", "case", "quantity", "congestion", "rate_bps", "rtt_s", "loss", "bytes", "flows", "queue",
		"model", "measured", "ratio", "low", "high", "runs", "spread", "mathis", "timeouts", "late_p99_s", "verdict", "note"}}
	for _, row := range r.Rows {
		rows = append(rows, []string{
			string(row.Part), row.Case, row.Quantity, row.Congestion, num(float64(row.RateBps)), num(row.RTTS), num(row.Loss),
			num(float64(row.Bytes)), num(float64(row.Flows)), row.Queue, num(row.Model), num(row.Measured), num(row.Ratio),
			num(row.Low), num(row.High), num(float64(row.Runs)), num(row.Spread), num(row.Mathis), num(row.Timeouts), num(row.LateS),
			string(row.Verdict), row.Note,
		})
	}
	err := w.WriteAll(rows)
	return b.String(), err
}
