package soak

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"versus/sim/scenario"
)

// DefaultStallAfter is how long, in real time, nothing may happen in a trial
// before it counts as stalled: more than a busy machine makes a worker wait.
const DefaultStallAfter = 30 * time.Second

// Options says how schedules are played.
type Options struct {
	Kinds  []Kind
	Jobs   int      // workers side by side; 0 for one a processor
	Worker []string // the command of a worker; nil for this program's own hidden one
	Out    string   // folder for violations; it is made with the first
	First  bool     // the first violation ends the soak
	// StallAfter is real time; 0 means DefaultStallAfter.
	StallAfter time.Duration
	// Progress, if not nil, is told after each schedule, from one goroutine at a
	// time.
	Progress func(Summary)
}

// Summary is what a soak came to.
type Summary struct {
	Seed      uint64        `json:"seed"`
	Planned   int           `json:"planned"`
	Schedules int           `json:"schedules"` // that were played
	Wall      time.Duration `json:"wall_ns"`
	Jobs      int           `json:"jobs"`
	Tally
	Found []Found `json:"found"`
}

// Found is a schedule with violations.
type Found struct {
	Schedule   int         `json:"schedule"` // its number
	Violations []Violation `json:"violations"`
	Folder     string      `json:"folder"` // where it is kept
	// Minimised says in how many of how many tries the minimised schedule showed
	// the first violation again; 0 tries if it was not minimised.
	Shown int `json:"shown"`
	Tries int `json:"tries"`
}

// CommandName is the hidden command that runs a worker.
const CommandName = "soak-worker"

// players makes the options complete and returns a function that makes players.
func (o *Options) players() (func() *player, error) {
	if o.Jobs <= 0 {
		o.Jobs = runtime.NumCPU()
	}
	if o.StallAfter <= 0 {
		o.StallAfter = DefaultStallAfter
	}
	if len(o.Worker) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding this program, to start workers: %w", err)
		}
		o.Worker = []string{self, CommandName}
	}
	return func() *player { return &player{command: o.Worker, stallAfter: o.StallAfter} }, nil
}

// Run plays the schedules 0 to n-1 of a seed. When ctx ends it stops early and
// returns what was done. The error is about the soak itself: a folder that cannot
// be written, or workers that cannot be started.
func Run(ctx context.Context, seed uint64, n int, o Options) (*Summary, error) {
	began := time.Now()
	newPlayer, err := o.players()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	more, enough := context.WithCancel(ctx)
	defer enough()
	sum := &Summary{Seed: seed, Planned: n, Jobs: o.Jobs, Found: []Found{}}
	var mu sync.Mutex // guards sum
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range o.Jobs {
		workers.Go(func() {
			p := newPlayer()
			defer func() { _ = p.close() }() // its schedules have been reported
			for i := range numbers {
				s, err := Draw(seed, i, trialKinds(o.Kinds))
				if err != nil {
					cancel(err)
					return
				}
				r, err := p.play(ctx, s)
				if err != nil {
					if ctx.Err() == nil {
						cancel(fmt.Errorf("schedule %d of seed %d: %w", i, seed, err))
					}
					return
				}
				var found *Found
				if len(r.Violations) > 0 {
					if o.First {
						enough()
					}
					if found, err = o.keep(ctx, p, i, s, r); err != nil {
						cancel(err)
						return
					}
				}
				mu.Lock()
				sum.Schedules++
				sum.add(r.Tally)
				if found != nil {
					sum.Found = append(sum.Found, *found)
				}
				sum.Wall = time.Since(began)
				if o.Progress != nil {
					o.Progress(*sum)
				}
				mu.Unlock()
			}
		})
	}
	feed(more, numbers, n)
	workers.Wait()
	sum.Wall = time.Since(began)
	if cause := context.Cause(ctx); cause != nil && cause != context.Canceled {
		return sum, cause
	}
	return sum, nil
}

// feed hands out the numbers 0 to n-1 until ctx ends.
func feed(ctx context.Context, numbers chan<- int, n int) {
	defer close(numbers)
	for i := range n {
		select {
		case numbers <- i:
		case <-ctx.Done():
			return
		}
	}
}

// Replayed is what a schedule showed when it was played again.
type Replayed struct {
	Tries int
	Shown int            // tries with a violation
	By    map[string]int // tries by violation: architecture and invariant
	First []Violation    // of the first try with one
	Tally
}

// Replay plays one schedule as often as tries says, or until ctx ends.
func Replay(ctx context.Context, s *scenario.Scenario, tries int, o Options) (*Replayed, error) {
	newPlayer, err := o.players()
	if err != nil {
		return nil, err
	}
	p := newPlayer()
	defer func() { _ = p.close() }() // its schedules have been reported
	out := &Replayed{By: map[string]int{}}
	for out.Tries < tries {
		r, err := p.play(ctx, s)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return nil, err
		}
		out.Tries++
		out.add(r.Tally)
		if len(r.Violations) == 0 {
			continue
		}
		if out.Shown++; out.First == nil {
			out.First = r.Violations
		}
		for _, v := range r.Violations {
			out.By[v.Architecture+": "+v.Invariant]++
		}
	}
	return out, nil
}
