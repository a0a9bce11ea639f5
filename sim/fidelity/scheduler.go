package fidelity

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// scheduler runs the kernel's transfers, side by side while that keeps the
// machine at most half busy.
type scheduler struct {
	worker []string
	jobs   int // at most so many; 0 for as many as fit
}

// tries is how often a run that was late is made at most: a virtual machine may stand
// still for several runs in a row.
const tries = 8

// settle is how long the machine's load is watched before another run starts.
const settle = 200 * time.Millisecond

// halfBusy is the share of the processors up to which runs go side by side.
const halfBusy = 0.5

// patience is how long a run that was late waits for a calmer machine at most.
const patience = 5 * time.Second

// task is one run of a cell.
type task struct {
	cell int
	seed uint64
}

// run measures every cell and hands each row over as soon as it is complete.
func (s *scheduler) run(ctx context.Context, cells []kernelCell, finished func(i int, r Row)) {
	var tasks []task
	for i, c := range cells {
		for seed := range c.runs {
			tasks = append(tasks, task{i, uint64(seed + 1)})
		}
	}
	// The longest first: they are what the end waits for.
	slices.SortStableFunc(tasks, func(a, b task) int {
		return int(cells[b.cell].ideal() - cells[a.cell].ideal())
	})
	var (
		mu     sync.Mutex // guards what follows
		load   float64
		active int
		left   = make([]int, len(cells))
		runs   = make([][]kernelRun, len(cells))
		all    sync.WaitGroup
		ended  = make(chan struct{}, len(tasks))
	)
	for i, c := range cells {
		left[i], runs[i] = c.runs, make([]kernelRun, c.runs)
	}
	busy := newBusy()
	var started time.Time // the latest run
	for len(tasks) > 0 && ctx.Err() == nil {
		mu.Lock()
		pick := s.pick(tasks, cells, running{runs: active, load: load, since: time.Since(started), busy: busy.share()})
		if pick < 0 {
			mu.Unlock()
			select {
			case <-ended:
			case <-time.After(settle):
			case <-ctx.Done():
			}
			continue
		}
		t := tasks[pick]
		tasks = slices.Delete(tasks, pick, pick+1)
		c := cells[t.cell]
		load += c.load()
		active++
		started = time.Now()
		mu.Unlock()
		all.Go(func() {
			more := []kernelRun{s.try(ctx, c, t.seed)}
			if c.part == Kernel && c.row(more).Verdict == Outside {
				more = append(more, s.again(ctx, c, t.seed)...)
			}
			mu.Lock()
			load -= c.load()
			active--
			if c.runs == 1 {
				runs[t.cell] = more
			} else {
				runs[t.cell][t.seed-1] = more[0]
			}
			left[t.cell]--
			complete := left[t.cell] == 0
			mu.Unlock()
			ended <- struct{}{}
			if complete && ctx.Err() == nil {
				finished(t.cell, c.row(runs[t.cell]))
			}
		})
	}
	all.Wait()
}

// again makes further runs of a cell without loss whose one run is outside: where
// a window ends just at what path and queue hold, one packet decides whether it
// is halved once more, and one run says little.
func (s *scheduler) again(ctx context.Context, c kernelCell, seed uint64) (runs []kernelRun) {
	for range furtherRuns {
		runs = append(runs, s.try(ctx, c, seed))
	}
	return runs
}

// furtherRuns makes five of one.
const furtherRuns = 4

// running is what a new run would have to share the machine with.
type running struct {
	runs  int
	load  float64       // of the runs as estimated, in processors
	since time.Duration // since the latest of them started
	busy  float64       // share of all processors, 0 to 1, other programs included
}

// pick returns the index of the first task that may start now, -1 if none may.
// With nothing else running one always may, so that a busy machine ends in turns
// rather than never.
func (s *scheduler) pick(tasks []task, cells []kernelCell, now running) int {
	if now.runs > 0 && s.jobs == 0 && (now.since < settle || now.busy > halfBusy) {
		return -1
	}
	return slices.IndexFunc(tasks, func(t task) bool {
		return now.runs == 0 || s.fits(now.runs, now.load+cells[t.cell].load())
	})
}

// fits says whether another run may start beside the active ones, with the
// load of all of them in processors.
func (s *scheduler) fits(active int, load float64) bool {
	return (s.jobs == 0 || active < s.jobs) && load <= halfBusy*float64(runtime.NumCPU())
}

// try makes a run, again if the relay was late, and then rather when the machine
// is calmer.
func (s *scheduler) try(ctx context.Context, c kernelCell, seed uint64) (r kernelRun) {
	for i := range tries {
		if i > 0 && s.jobs == 0 {
			calm(ctx)
		}
		if r = launch(ctx, s.worker, c.job(seed)); r.Error != "" || !r.late(c) {
			break
		}
	}
	return r
}

// calm waits until the machine is at most half busy, but no longer than patience.
func calm(ctx context.Context) {
	busy := newBusy()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		select {
		case <-time.After(settle):
		case <-ctx.Done():
			return
		}
		if busy.share() <= halfBusy {
			return
		}
	}
}
