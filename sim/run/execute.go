package run

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Options is how to run a plan. The zero value is usable.
type Options struct {
	// Out is the result folder: new, or empty. Empty means a new folder
	// results/SCENARIO/TIME below the working directory.
	Out string
	// Resume goes on with the unfinished run in Out: only its missing trials
	// are run. It is an error if that run was of something else.
	Resume bool
	// Jobs is the number of trials at once; 0 means as many as there are
	// processors with the memory for them, and one over loopback.
	Jobs int
	// StallAfter is the real time without any progress after which a trial is
	// given up; 0 means trial.DefaultStallAfter.
	StallAfter time.Duration
	// Build and Command are stored in the result.
	Build   measure.Build
	Command []string
	// Worker is the command line that runs Worker; empty means this program
	// with the argument "worker".
	Worker []string
	// Started, if not nil, is told the folder before the first trial.
	Started func(folder string)
	// Progress, if not nil, is told how the run goes; calls do not overlap.
	Progress func(Update)
	// Now is the clock of started_at and of the default folder's name; nil
	// means time.Now.
	Now func() time.Time
}

// Stages of a trial.
type Stage int

const (
	TrialStarted Stage = iota
	TrialAdvanced
	TrialFinished
)

// Update is news of one trial.
type Update struct {
	Stage    Stage
	Key      measure.TrialKey
	Index    int // of the trial in the plan, from 0
	Total    int // trials in the plan
	Done     int // trials finished so far, resumed ones included
	Progress trial.Progress
	Trial    *measure.Trial // when finished; nil if it was interrupted
}

// Execute runs the plan and returns its result, which is also in the result
// folder. The result is nil only if nothing was written. The error's ExitCode
// is CodeUsage for what the caller can put right, CodeInterrupted if ctx ended,
// CodeUnmeasured if a trial could not be measured or the result not be
// written, CodeExpectation if an expectation was not met; of several, the first
// of these.
func Execute(ctx context.Context, plan Plan, opt Options) (*measure.Result, error) {
	tasks, err := plan.tasks()
	if err != nil {
		return nil, err
	}
	r := &runner{plan: plan, opt: opt, tasks: tasks, done: map[string]*measure.Trial{}}
	head, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.open(head); err != nil {
		return nil, err
	}
	defer r.folder.Close()
	if opt.Started != nil {
		opt.Started(r.folder.Path())
	}
	runErr := r.runAll(ctx)
	res, err := r.result(head)
	if err != nil {
		return nil, err
	}
	if err := r.folder.Finish(res); err != nil {
		runErr = errors.Join(runErr, err)
	}
	return res, verdict(res, runErr)
}

// runner is one call of Execute.
type runner struct {
	plan   Plan
	opt    Options
	tasks  []task
	loader workload.Loader
	folder *measure.Folder

	mu   sync.Mutex                // guards done, the folder and calls of opt.Progress
	done map[string]*measure.Trial // by key
}

// prepare reads every external input and returns the result's head. Nothing
// is written yet.
func (r *runner) prepare(ctx context.Context) (*measure.Result, error) {
	now := time.Now
	if r.opt.Now != nil {
		now = r.opt.Now
	}
	s := r.plan.Scenario
	sum, err := s.SHA256()
	if err != nil {
		return nil, err
	}
	var before *scenario.Scenario
	for _, t := range r.tasks {
		if t.point == before {
			continue
		}
		before = t.point
		if err := r.readInputs(ctx, t); err != nil {
			return nil, preparing(ctx, err)
		}
	}
	head := &measure.Result{
		Schema: measure.Schema, Scenario: s, ScenarioSHA256: sum,
		Build:     r.opt.Build,
		Host:      measure.Host{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()},
		StartedAt: now().UTC().Format(time.RFC3339),
		Command:   r.opt.Command,
	}
	for _, in := range r.loader.Inputs() {
		head.Inputs = append(head.Inputs, measure.Input{Path: in.Path, SizeBytes: in.SizeBytes, SHA256: in.SHA256})
	}
	return head, nil
}

// readInputs makes the loader read the external files of a point, if any.
func (r *runner) readInputs(ctx context.Context, t task) error {
	w := t.point.Workload
	external := w.Requests.Pattern == scenario.Trace
	for _, f := range w.Files {
		external = external || f.Path != ""
	}
	if !external {
		return nil
	}
	_, err := r.job(ctx, t)
	return err
}

// job prepares a trial as data.
func (r *runner) job(ctx context.Context, t task) (*job, error) {
	manifests, err := r.loader.Manifests(ctx, t.point.Workload, t.key.Seed)
	if err != nil {
		return nil, err
	}
	var peers []string
	for _, n := range t.point.Nodes()[1:] {
		peers = append(peers, n.Name)
	}
	requests, err := r.loader.Schedule(t.point.Workload, peers, t.key.Seed)
	if err != nil {
		return nil, err
	}
	return &job{
		Key: t.key, Network: r.plan.Network, Scenario: t.point,
		Manifests: manifests, Requests: requests, StallAfter: r.opt.StallAfter,
	}, nil
}

// runAll runs the trials that are not done, several at once. It returns ctx's
// error, or the first that ends a run: one of writing the folder, or of
// starting workers at all.
func (r *runner) runAll(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	jobs := r.opt.Jobs
	if jobs <= 0 {
		jobs = defaultJobs(r.plan.Network, r.tasks, runtime.NumCPU(), availableMemory())
	}
	launch, err := newLauncher(r.opt.Worker, workerProcs(r.plan.Network))
	if err != nil {
		return err
	}
	todo := make(chan int)
	var workers sync.WaitGroup
	for range min(jobs, len(r.tasks)) {
		workers.Go(func() {
			for i := range todo {
				if err := r.runOne(ctx, launch, i); err != nil {
					cancel(err)
				}
			}
		})
	}
feed:
	for i := range r.tasks {
		if r.finished(i) {
			continue
		}
		select {
		case todo <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(todo)
	workers.Wait()
	cause := context.Cause(ctx)
	if parent.Err() != nil && cause == context.Cause(parent) {
		return parent.Err()
	}
	return cause
}

func (r *runner) finished(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done[r.tasks[i].key.ID()] != nil
}

// runOne runs a trial and stores it. A trial that ctx cut short is not stored.
func (r *runner) runOne(ctx context.Context, launch launcher, i int) error {
	t := r.tasks[i]
	r.tell(Update{Stage: TrialStarted, Index: i})
	j, err := r.job(ctx, t)
	if ctx.Err() != nil {
		return nil
	}
	var rep report
	if err != nil {
		rep.trial = failed(&job{Key: t.key, Network: r.plan.Network}, err.Error())
	} else {
		rep, err = launch.run(ctx, j, func(p trial.Progress) {
			r.tell(Update{Stage: TrialAdvanced, Index: i, Progress: p})
		})
		switch {
		case ctx.Err() != nil && rep.trial == nil:
			r.tell(Update{Stage: TrialFinished, Index: i})
			return nil
		case err != nil:
			return err
		}
	}
	return r.store(i, rep)
}

// store keeps a finished trial.
func (r *runner) store(i int, rep report) error {
	r.mu.Lock()
	key := r.tasks[i].key
	rep.trial.TrialKey = key
	err := r.storeDump(key, &rep)
	if err == nil {
		err = r.folder.Append(rep.trial, rep.events)
	}
	if err == nil {
		r.done[key.ID()] = rep.trial
	}
	r.mu.Unlock()
	if err != nil {
		return err
	}
	r.tell(Update{Stage: TrialFinished, Index: i, Trial: rep.trial})
	return nil
}

// storeDump saves the stacks of a crash or stall and says where.
func (r *runner) storeDump(key measure.TrialKey, rep *report) error {
	if len(rep.dump) == 0 {
		return nil
	}
	path, err := r.folder.WriteDump(rep.folder, key, rep.dump)
	if err != nil {
		return err
	}
	*rep.trial.Error += "; stacks in " + path
	return nil
}

// tell passes on an update, filling what the runner knows.
func (r *runner) tell(u Update) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opt.Progress == nil {
		return
	}
	u.Key, u.Total, u.Done = r.tasks[u.Index].key, len(r.tasks), len(r.done)
	r.opt.Progress(u)
}

// result puts the finished trials in the order of the plan and checks the
// expectations.
func (r *runner) result(head *measure.Result) (*measure.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := *head
	res.Trials, res.Missing = nil, nil
	for _, t := range r.tasks {
		if done := r.done[t.key.ID()]; done != nil {
			res.Trials = append(res.Trials, *done)
		} else {
			res.Missing = append(res.Missing, t.key)
		}
	}
	var err error
	res.Expectations, err = Expectations(&res)
	return &res, err
}

// verdict turns a result and what ended the run into Execute's error.
func verdict(res *measure.Result, runErr error) error {
	var unmeasured, unmet int
	var first string
	for i := range res.Trials {
		if t := &res.Trials[i]; t.Error != nil {
			if unmeasured++; unmeasured == 1 {
				first = fmt.Sprintf("%s with seed %d: %s", t.Architecture, t.Seed, *t.Error)
			}
		}
	}
	for _, e := range res.Expectations {
		if !e.OK {
			unmet++
		}
	}
	switch {
	case errors.Is(runErr, context.Canceled), errors.Is(runErr, context.DeadlineExceeded):
		return &Failure{CodeInterrupted, fmt.Errorf("interrupted: %d of %d trials are kept", len(res.Trials), len(res.Trials)+len(res.Missing))}
	case runErr != nil:
		return &Failure{CodeUnmeasured, runErr}
	case unmeasured > 0:
		return &Failure{CodeUnmeasured, fmt.Errorf("%d of %d trials could not be measured; %s", unmeasured, len(res.Trials), first)}
	case unmet > 0:
		return &Failure{CodeExpectation, fmt.Errorf("%d of %d expectations were not met", unmet, len(res.Expectations))}
	}
	return nil
}
