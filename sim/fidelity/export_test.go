package fidelity

import (
	"context"
	"errors"
	"time"

	"versus/sim"
)

// Mbit makes a rate of Mbit/s.
func Mbit(n float64) sim.Bandwidth { return sim.Bandwidth(n * 1e6) }

// KernelReady says why the kernel's TCP cannot be measured here.
func KernelReady() error { return kernelReady() }

// KernelTransfer compares one transfer without loss.
func KernelTransfer(ctx context.Context, worker []string, bytes int64, rate sim.Bandwidth, rtt time.Duration) (Row, error) {
	c := kernelCell{part: Kernel, name: "one", path: path{rate: rate, rtt: rtt}, control: sim.Reno, transfer: transfer{bytes: bytes}, runs: 1}
	r := launch(ctx, worker, c.job(1))
	if r.Error != "" {
		return Row{}, errors.New(r.Error)
	}
	return c.row([]kernelRun{r}), nil
}
