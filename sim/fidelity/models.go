package fidelity

import (
	"context"
	"fmt"
	"math"
	"time"

	"versus/sim"
)

// Tolerances of the ratio of measured to model.
const (
	transferTolerance   = 0.05
	lossTolerance       = 0.20
	kernelTolerance     = 0.10
	kernelLossTolerance = 0.25
)

// measure is one cell of the grid.
type measure func(ctx context.Context) ([]Row, error)

// transferMeasures compares transfers without loss with slow-start arithmetic.
func transferMeasures(s Scope) (out []measure) {
	for _, c := range transferCases(s) {
		for _, control := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
			out = append(out, func(context.Context) ([]Row, error) {
				o, err := onBench(path{rate: c.rate, rtt: c.rtt, own: true}, control, transfer{bytes: c.bytes}, 1)
				if err != nil {
					return nil, err
				}
				r := Row{
					Part: Transfers, Case: c.String(), Quantity: "time, s", Congestion: string(control),
					RateBps: int64(c.rate), RTTS: c.rtt.Seconds(), Bytes: c.bytes, Runs: 1,
					Model: SlowStart(c.bytes, c.rate, c.rtt).Seconds(), Measured: o.seconds,
				}
				r.within(transferTolerance)
				r.judge()
				return []Row{r}, nil
			})
		}
	}
	return out
}

// Steady state under loss: how many loss indications each of the runs waits
// for, and what is left out at its start.
const (
	lossRuns        = 4
	lossIndications = 150
	lossWarmUp      = 30 * time.Second
)

// lossMeasures compares Reno under random loss with PFTK.
func lossMeasures(s Scope) (out []measure) {
	for _, c := range lossCases(s) {
		out = append(out, func(context.Context) ([]Row, error) {
			p := path{rate: fast, rtt: c.rtt, loss: c.loss}
			expected := PFTK(c.loss, c.rtt.Seconds(), c.rtt.Seconds()+0.2, 1, windowPackets)
			span := time.Duration(lossIndications / (c.loss * expected) * float64(time.Second))
			var rates sample
			var sum sim.SenderStats
			for seed := range uint64(lossRuns) {
				o, err := onBench(p, sim.Reno, transfer{skip: lossWarmUp, span: lossWarmUp + span}, seed+1)
				if err != nil {
					return nil, err
				}
				rates.add(float64(o.bytes) / sim.MSS / o.seconds)
				sum.RTTSum += o.sender.RTTSum
				sum.RTTSamples += o.sender.RTTSamples
				sum.FirstTimeouts += o.sender.FirstTimeouts
				sum.FirstTimeoutSum += o.sender.FirstTimeoutSum
				sum.Recoveries += o.sender.Recoveries
			}
			return []Row{lossRow(c, rates, sum)}, nil
		})
	}
	return out
}

// windowPackets is the receive window in packets.
const windowPackets = float64(6<<20) / sim.MSS

// lossRow compares the mean of the runs with PFTK for the round trip and the
// time-out that they had.
func lossRow(c lossCase, rates sample, sum sim.SenderStats) Row {
	rtt := sum.RTTSum.Seconds() / float64(sum.RTTSamples)
	t0 := rtt + 0.2 // what it would have been, had there been one
	if sum.FirstTimeouts > 0 {
		t0 = sum.FirstTimeoutSum.Seconds() / float64(sum.FirstTimeouts)
	}
	share := 0.0
	if n := sum.FirstTimeouts + sum.Recoveries; n > 0 {
		share = float64(sum.FirstTimeouts) / float64(n)
	}
	r := Row{
		Part: Loss, Case: c.String(), Quantity: "packets/s", Congestion: string(sim.Reno),
		RTTS: c.rtt.Seconds(), Loss: c.loss, Runs: len(rates), Spread: rates.spread(),
		Model: PFTK(c.loss, rtt, t0, 1, windowPackets), Mathis: Mathis(c.loss, rtt, 1),
		Measured: rates.mean(), Timeouts: float64(sum.FirstTimeouts) / float64(len(rates)),
	}
	r.within(lossTolerance)
	r.judge()
	if r.Verdict == Outside {
		// The one assumption that a sender with SACK is meant to break.
		w, _ := pftkWindow(c.loss, 1, windowPackets)
		expected, other := timeoutShare(c.loss, w), pftk(c.loss, rtt, t0, 1, windowPackets, share)
		if ratio := r.Measured / other; ratio >= r.Low && ratio <= r.High {
			r.Verdict = Known
			r.Note = fmt.Sprintf("PFTK expects time-outs for %.0f %% of the losses, SACK leaves %.1f %%: with that share the ratio is %.3f",
				100*expected, 100*share, ratio)
		}
	}
	return r
}

// sample is a series of measurements.
type sample []float64

func (s *sample) add(x float64) { *s = append(*s, x) }

func (s sample) mean() float64 {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(len(s))
}

// spread returns the sample's standard deviation over its mean, 0 for less than
// two values.
func (s sample) spread() float64 {
	if len(s) < 2 {
		return 0
	}
	m, squares := s.mean(), 0.0
	for _, x := range s {
		squares += (x - m) * (x - m)
	}
	return math.Sqrt(squares/float64(len(s)-1)) / m
}
