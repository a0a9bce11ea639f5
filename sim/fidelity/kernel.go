package fidelity

import (
	"fmt"
	"slices"
	"time"

	"versus/sim"
)

// kernelCell is a transfer that the kernel and the bench both make.
type kernelCell struct {
	part     Part
	name     string
	path     path
	control  sim.CongestionControl
	transfer transfer
	runs     int // with the random seeds 1 to runs, the same for both
}

// Rates and spans of the kernel's transfers.
const (
	kernelLossRate = sim.Bandwidth(100e6) // of the bottleneck: more packets than real time allows would be late
	longestIdeal   = 10 * time.Second     // of a transfer in the default scope
	lossesPerRun   = 10                   // that a run should have at least
	longestTotal   = 160 * time.Second    // of a cell's runs, but for at least four
)

// perPacket is what the relay needs of a processor for a packet and its
// acknowledgement, in seconds.
const perPacket = 80e-6

// kernelCells returns the kernel's part of the grid.
func kernelCells(s Scope) (out []kernelCell) {
	runs := map[Scope]int{Short: 4, Default: 8, Full: 16}[s]
	for _, control := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
		for _, c := range transferCases(s) {
			if s != Full && SlowStart(c.bytes, c.rate, c.rtt) > longestIdeal || s == Short && c.bytes > 1e6 {
				continue
			}
			out = append(out, kernelCell{
				part: Kernel, name: c.String(), control: control, runs: 1,
				path: path{rate: c.rate, rtt: c.rtt}, transfer: transfer{bytes: c.bytes},
			})
		}
		for _, c := range lossCases(s) {
			expected := PFTK(c.loss, c.rtt.Seconds(), c.rtt.Seconds()+0.2, 1, windowPackets)
			span := max(longestIdeal, time.Duration(lossesPerRun/(c.loss*expected)*float64(time.Second)).Round(time.Second))
			if s != Full && span > longestIdeal {
				continue
			}
			if s == Short {
				span /= 2
			}
			n := runs
			if s == Full { // long runs see many losses each
				n = min(max(int(longestTotal/span), 4), runs)
			}
			out = append(out, kernelCell{
				part: KernelLoss, name: c.String(), control: control, runs: n,
				path: path{rate: kernelLossRate, rtt: c.rtt, loss: c.loss}, transfer: transfer{span: span},
			})
		}
	}
	return out
}

// load estimates which share of a processor the relay of one run needs.
func (c kernelCell) load() float64 {
	packets := float64(c.path.rate) / 8 / sim.MTU
	if c.path.loss > 0 {
		packets = min(packets, 2*PFTK(c.path.loss, c.path.rtt.Seconds(), c.path.rtt.Seconds()+0.2, 1, windowPackets))
	}
	return packets * perPacket
}

// ideal estimates how long one run takes.
func (c kernelCell) ideal() time.Duration {
	if c.transfer.bytes == 0 {
		return c.transfer.span
	}
	return SlowStart(c.transfer.bytes, c.path.rate, c.path.rtt)
}

// kernelRun is what one run of the kernel came to.
type kernelRun struct {
	Seconds          float64 `json:"seconds"`
	Bytes            int64   `json:"bytes"`
	Timeouts         int64   `json:"timeouts"`
	RetransmitsBytes int64   `json:"retransmitted_bytes"`
	LateP99S         float64 `json:"late_p99_s"`
	LateWorstS       float64 `json:"late_worst_s"`
	Error            string  `json:"error,omitempty"`
}

// late says whether the relay fell so far behind real time that the run says
// nothing about the kernel.
func (r kernelRun) late(c kernelCell) bool {
	return r.LateP99S > max(0.001, c.path.rtt.Seconds()/20) || r.LateWorstS > 0.03*r.Seconds+0.002
}

// row compares the kernel's runs with the bench's of the same random seeds.
func (c kernelCell) row(runs []kernelRun) Row {
	r := Row{
		Part: c.part, Case: c.name, Quantity: "time, s", Congestion: string(c.control), RateBps: int64(c.path.rate),
		RTTS: c.path.rtt.Seconds(), Loss: c.path.loss, Bytes: c.transfer.bytes, Runs: len(runs), Verdict: Failed,
	}
	r.within(kernelTolerance)
	if c.part == KernelLoss {
		r.Quantity = fmt.Sprintf("Mbit/s in %v", c.transfer.span)
		r.within(kernelLossTolerance)
	}
	var kernel, bench sample
	late := false
	for i, k := range runs {
		if k.Error != "" {
			r.Note = k.Error
			return r
		}
		seed := uint64(i + 1)
		if c.part == Kernel {
			seed = 1
		}
		o, err := onBench(c.path, c.control, c.transfer, seed)
		if err != nil {
			r.Note = err.Error()
			return r
		}
		if c.part == KernelLoss {
			kernel.add(float64(k.Bytes) * 8 / k.Seconds / 1e6)
			bench.add(o.goodput() / 1e6)
		} else {
			kernel.add(k.Seconds)
			bench.add(o.seconds)
		}
		r.Timeouts += float64(k.Timeouts) / float64(len(runs))
		r.LateS = max(r.LateS, k.LateP99S)
		late = late || k.late(c)
	}
	r.Model, r.Measured, r.Spread = bench.mean(), kernel.mean(), kernel.spread()
	if c.part == Kernel && len(runs) > 1 {
		slices.Sort(kernel)
		r.Measured = kernel[len(kernel)/2]
		r.Note = fmt.Sprintf("median of %d runs, %s to %s s", len(kernel), number(kernel[0]), number(kernel[len(kernel)-1]))
	}
	r.judge()
	if late {
		r.Verdict = Late
		r.Note = "the relay was late in every try: is the machine busy?"
	}
	return r
}
