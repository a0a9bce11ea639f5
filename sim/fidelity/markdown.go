package fidelity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"versus/sim"
)

// Markdown returns the tables that docs/fidelity.md shows. Where many
// comparisons have a table it holds those that are worth a look; Text has all.
func (r *Result) Markdown() string {
	var b strings.Builder
	late := 0.0
	for _, row := range r.Rows {
		if row.Verdict != Late {
			late = max(late, row.LateS)
		}
	}
	fmt.Fprintf(&b, "%s/%s, %d processors, %s, %s; %.0f s.", r.OS, r.Arch, r.CPUs, r.Go, cmp.Or(r.System, "kernel unknown"), r.WallS)
	if r.KernelSkipped != "" {
		fmt.Fprintf(&b, " The kernel's TCP was not measured: %s.", r.KernelSkipped)
	} else {
		fmt.Fprintf(&b, " The relay's 99th percentile of lateness was at most %.2g ms in any run that counts.", late*1e3)
	}
	b.WriteString("\n\n")
	r.overview(&b)
	r.lossTable(&b)
	r.sharesTable(&b)
	r.kernelTable(&b)
	r.kernelLossTable(&b)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// overview writes what each part came to.
func (r *Result) overview(b *strings.Builder) {
	b.WriteString("| part | comparisons | smallest ratio | median | largest | verdict |\n|---|---|---|---|---|---|\n")
	for _, h := range headings() {
		var ratios []float64
		count := map[Verdict]int{}
		for _, row := range r.of(h.part) {
			count[row.Verdict]++
			if row.Ratio > 0 {
				ratios = append(ratios, row.Ratio)
			}
		}
		if len(ratios) == 0 {
			continue
		}
		slices.Sort(ratios)
		var verdicts []string
		for _, v := range []Verdict{OK, Known, Outside, Late, Failed} {
			if count[v] > 0 {
				verdicts = append(verdicts, fmt.Sprintf("%d %s", count[v], v))
			}
		}
		fmt.Fprintf(b, "| %s | %d | %.3f | %.3f | %.3f | %s |\n", h.part, len(r.of(h.part)),
			ratios[0], (ratios[(len(ratios)-1)/2]+ratios[len(ratios)/2])/2, ratios[len(ratios)-1], strings.Join(verdicts, ", "))
	}
}

// lossTable writes Reno under random loss, with Linux where it was measured.
func (r *Result) lossTable(b *strings.Builder) {
	b.WriteString("\n**Reno under random loss**, packets/s; the spread is the standard deviation of the runs over their mean:\n\n" +
		"| loss, round trip | PFTK | Mathis | bench | spread | bench over PFTK | Linux over PFTK | |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range r.of(Loss) {
		kernel := "–"
		if over, ok := r.linuxOverPFTK(row); ok {
			kernel = ratio(over)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.3f | %s | %s | %s |\n", strings.TrimPrefix(row.Case, "loss "),
			number(row.Model), number(row.Mathis), number(row.Measured), row.Spread, ratio(row.Ratio), kernel, row.Verdict)
	}
}

// linuxOverPFTK returns the throughput of the kernel's Reno over what PFTK says
// for a row of the part Loss, false where the kernel was not measured. The
// kernel's runs are short and begin with slow start, which PFTK leaves out, so it
// is the bench's ratio times the kernel's to the same short runs of the bench.
func (r *Result) linuxOverPFTK(row Row) (float64, bool) {
	for _, k := range r.of(KernelLoss) {
		if k.Case == row.Case && k.Congestion == string(sim.Reno) && k.Ratio > 0 && k.Verdict != Late {
			return row.Ratio * k.Ratio, true
		}
	}
	return 0, false
}

// sharesTable writes the flows that share a bottleneck and the small message.
func (r *Result) sharesTable(b *strings.Builder) {
	b.WriteString("\n**Flows that share 20 Mbit/s, and the mean wait of a small message beside a bulk flow:**\n\n" +
		"| flows | quantity | model | bench | |\n|---|---|---|---|---|\n")
	for _, row := range slices.Concat(r.of(Shares), r.of(Queueing)) {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", row.Case, row.Quantity, number(row.Model), number(row.Measured), row.Verdict)
	}
}

// worthALook is the least deviation of a transfer of the kernel without loss
// that the page lists.
const worthALook = 0.02

// kernelTable writes the transfers without loss that the kernel makes otherwise.
func (r *Result) kernelTable(b *strings.Builder) {
	rows := r.of(Kernel)
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n**The kernel without loss**: the cells that deviate by %.0f %% or more, of %d:\n\n", 100*worthALook, len(rows))
	b.WriteString("| transfer | control | bench, s | kernel, s | ratio | |\n|---|---|---|---|---|---|\n")
	for _, row := range rows {
		if row.Verdict == OK && math.Abs(row.Ratio-1) < worthALook {
			continue
		}
		said := string(row.Verdict)
		if row.Note != "" {
			said += "; " + row.Note
		}
		fmt.Fprintf(b, "| %s | %s | %.4g | %.4g | %s | %s |\n", row.Case, row.Congestion, row.Model, row.Measured, ratio(row.Ratio), said)
	}
}

// kernelLossTable writes the transfers of the kernel under loss.
func (r *Result) kernelLossTable(b *strings.Builder) {
	rows := r.of(KernelLoss)
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n**The kernel under loss**, Mbit/s; the spread is that of the kernel's runs:\n\n" +
		"| loss, round trip | control | bench | kernel | ratio | runs | spread | |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range rows {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %d | %.2f | %s |\n", strings.TrimPrefix(row.Case, "loss "), row.Congestion,
			number(row.Model), number(row.Measured), ratio(row.Ratio), row.Runs, row.Spread, row.Verdict)
	}
}
