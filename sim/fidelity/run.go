package fidelity

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// KernelMode says whether the kernel's TCP has to be measured.
type KernelMode string

// The modes there are.
const (
	Auto     KernelMode = "auto"     // where it can be
	Required KernelMode = "required" // or Run fails
	Off      KernelMode = "off"
)

// Options say what to measure.
type Options struct {
	Scope  Scope
	Kernel KernelMode
	// Worker is the command that calls KernelWorker; its arguments come first.
	Worker []string
	// Jobs is how many transfers of the kernel run side by side; 0 means as
	// many as keep the machine at most half busy.
	Jobs int
	// Progress, if not nil, is told of every measured cell; calls do not overlap.
	Progress func(done, total int, rows []Row)
}

// Run measures the grid. What could not be measured is a row that says so; the
// error is ctx's, or says why a required kernel cannot be measured here.
func Run(ctx context.Context, o Options) (*Result, error) {
	began := time.Now()
	res := &Result{
		Schema: "versus/fidelity/v1", OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		Go: runtime.Version(), System: release(),
	}
	models := slices.Concat(transferMeasures(o.Scope), lossMeasures(o.Scope), shareMeasures(o.Scope), queueMeasures(o.Scope))
	var cells []kernelCell
	if o.Kernel == Off {
		res.KernelSkipped = "switched off"
	} else if err := kernelReady(); err != nil {
		if o.Kernel == Required {
			return nil, err
		}
		res.KernelSkipped = err.Error()
	} else {
		cells = kernelCells(o.Scope)
	}
	rows := make([][]Row, len(models)+len(cells))
	var (
		mu   sync.Mutex // guards done and calls of Progress
		done int
	)
	finished := func(i int, r []Row) {
		mu.Lock()
		defer mu.Unlock()
		rows[i] = r
		if done++; o.Progress != nil {
			o.Progress(done, len(rows), r)
		}
	}
	// The models first: they would distort the kernel's real time.
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				r, err := models[i](ctx)
				if err != nil {
					r = []Row{{Verdict: Failed, Note: err.Error()}}
				}
				finished(i, r)
			}
		})
	}
	for i := range models {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() == nil && len(cells) > 0 {
		s := &scheduler{worker: o.Worker, jobs: o.Jobs}
		s.run(ctx, cells, func(i int, r Row) { finished(len(models)+i, []Row{r}) })
	}
	res.Rows = slices.Concat(rows...)
	res.WallS = time.Since(began).Seconds()
	return res, ctx.Err()
}
