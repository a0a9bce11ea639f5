package fidelity

import (
	"context"
	"errors"
	"slices"
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

// Sample measures a few cells of the models.
func Sample(ctx context.Context) (rows []Row, err error) {
	for _, m := range slices.Concat(transferMeasures(Short)[:6], lossMeasures(Short)[1:], queueMeasures(Short)[:1]) {
		r, err := m(ctx)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r...)
	}
	return rows, nil
}
