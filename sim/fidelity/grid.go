package fidelity

import (
	"fmt"
	"time"

	"versus/sim"
)

// Scope is how much of the grid to run.
type Scope string

// The scopes there are.
const (
	Short   Scope = "short"   // a sample of everything, in less than a minute
	Default Scope = "default" // all models, and the kernel where a transfer takes 10 s at most
	Full    Scope = "full"
)

// ms makes round-trip times of milliseconds.
func ms(n ...int) (out []time.Duration) {
	for _, m := range n {
		out = append(out, time.Duration(m)*time.Millisecond)
	}
	return out
}

// transferCase is one transfer without loss.
type transferCase struct {
	bytes int64
	rate  sim.Bandwidth
	rtt   time.Duration
}

func (c transferCase) String() string {
	return fmt.Sprintf("%s, %s, %s", byteText(c.bytes), rateText(c.rate), rttText(c.rtt))
}

// transferCases returns sizes x rates x round trips.
func transferCases(s Scope) (out []transferCase) {
	rates := []sim.Bandwidth{1e6, 10e6, 100e6}
	sizes := []int64{10e3, 100e3, 1e6, 10e6, 100e6}
	rtts := ms(10, 50, 150)
	if s == Short {
		rates, sizes, rtts = rates[1:], sizes[:4], rtts[1:2]
	}
	for _, rate := range rates {
		for _, rtt := range rtts {
			for _, size := range sizes {
				out = append(out, transferCase{size, rate, rtt})
			}
		}
	}
	return out
}

// lossCase is one flow that loses packets.
type lossCase struct {
	loss float64
	rtt  time.Duration
}

func (c lossCase) String() string {
	return fmt.Sprintf("loss %g %%, %s", c.loss*100, rttText(c.rtt))
}

// lossCases returns losses x round trips.
func lossCases(s Scope) (out []lossCase) {
	losses := []float64{0.0001, 0.001, 0.01, 0.02}
	rtts := ms(20, 50, 100)
	if s == Short {
		losses, rtts = losses[2:], rtts[1:2]
	}
	for _, loss := range losses {
		for _, rtt := range rtts {
			out = append(out, lossCase{loss, rtt})
		}
	}
	return out
}

func byteText(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%d MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%d kB", n/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

func rateText(r sim.Bandwidth) string { return fmt.Sprintf("%d Mbit/s", r/1e6) }

func rttText(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
