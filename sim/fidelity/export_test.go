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

// MayStart says whether a run that needs the share need of a processor may start
// beside so many others, with their load in processors, so long after the latest
// of them, while the share busy of the machine is.
func MayStart(jobs int, need float64, runs int, load float64, since time.Duration, busy float64) bool {
	cells := []kernelCell{{path: path{rate: sim.Bandwidth(need / perPacket * 8 * sim.MTU)}}}
	s := &scheduler{jobs: jobs}
	return s.pick([]task{{}}, cells, running{runs: runs, load: load, since: since, busy: busy}) == 0
}
