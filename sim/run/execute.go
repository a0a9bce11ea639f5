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
	// Prediction is stored in a new result; a resumed one keeps its own.
	Prediction *measure.Prediction
	// Conclude, if not nil, may complete the prediction of the result before it is
	// stored for the last time.
	Conclude func(*measure.Result)
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
	Baseline bool // a trial without faults, for others to be compared with
	Index    int  // of the trial in the plan, from 0
	Total    int  // trials in the plan
	Done     int  // trials finished so far, resumed ones included
	Progress trial.Progress
	Trial    *measure.Trial // when finished; nil if it was interrupted
	Left     time.Duration  // of the whole run, about; negative while nobody knows
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
	r := &runner{plan: plan, opt: opt, tasks: tasks, done: map[string]*measure.Trial{}, estimate: newEstimate(tasks)}
	head, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.open(head); err != nil {
		return nil, err
	}
	defer r.folder.Close() // every line was synced as it was written
	if opt.Started != nil {
		opt.Started(r.folder.Path())
	}
	runErr := r.runAll(ctx)
	res, err := r.result(head)
	if err != nil {
		return nil, err
	}
	if opt.Conclude != nil {
		opt.Conclude(res)
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
	inputs map[string][]byte // of the faults, by path; does not change once trials run
	folder *measure.Folder
	spare  int // processors that a worker may use beside its own; does not change once trials run

	mu       sync.Mutex                // guards done, the estimate, the folder and calls of opt.Progress
	done     map[string]*measure.Trial // by id of the task
	estimate *estimate
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
		Command:   r.opt.Command, Prediction: r.opt.Prediction,
	}
	head.Inputs = r.listInputs()
	return head, nil
}

// job prepares a trial as data.
func (r *runner) job(ctx context.Context, t task) (*job, error) {
	manifests, err := r.loader.Manifests(ctx, t.point.Workload, t.key.Seed)
	if err != nil {
		return nil, err
	}
	requests, err := r.schedule(t)
	if err != nil {
		return nil, err
	}
	j := &job{
		Key: t.key, Network: r.plan.Network, Scenario: t.point,
		Manifests: manifests, Requests: requests, StallAfter: r.opt.StallAfter, Spare: r.spare,
	}
	for _, path := range t.point.FaultInputs() {
		if j.Inputs == nil {
			j.Inputs = map[string][]byte{}
		}
		j.Inputs[path] = r.inputs[path]
	}
	return j, nil
}

// schedule draws the trial's requests.
func (r *runner) schedule(t task) ([]workload.Request, error) {
	var peers []string
	for _, n := range t.point.Nodes()[1:] {
		peers = append(peers, n.Name)
	}
	return r.loader.Schedule(t.point.Workload, peers, t.key.Seed)
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
	r.spare = spareProcs(r.plan.Network, min(jobs, len(r.tasks)), runtime.NumCPU())
	r.foresee(jobs)
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
	return r.done[r.tasks[i].id()] != nil
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
	task := r.tasks[i]
	rep.trial.TrialKey = task.key
	err := r.storeDump(task, &rep)
	switch {
	case err != nil:
	case task.baseline:
		err = r.folder.AppendBaseline(rep.trial)
	default:
		err = r.folder.Append(rep.trial, rep.events)
	}
	if err == nil {
		r.done[task.id()] = rep.trial
	}
	r.mu.Unlock()
	if err != nil {
		return err
	}
	r.tell(Update{Stage: TrialFinished, Index: i, Trial: rep.trial})
	return nil
}

// storeDump saves the stacks of a crash or stall and says where.
func (r *runner) storeDump(t task, rep *report) error {
	if len(rep.dump) == 0 {
		return nil
	}
	name := t.key.FileName()
	if t.baseline {
		name += "-baseline"
	}
	path, err := r.folder.WriteDump(rep.folder, name, rep.dump)
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
	t := r.tasks[u.Index]
	u.Key, u.Baseline, u.Total, u.Done = t.key, t.baseline, len(r.tasks), len(r.done)
	now := time.Now()
	cost := &r.estimate.trials[u.Index]
	switch {
	case u.Stage == TrialStarted:
		cost.began = now
	case u.Stage == TrialAdvanced:
		cost.fraction = u.Progress.Fraction
	case u.Trial != nil:
		r.estimate.finish(u.Index, u.Trial)
	}
	u.Left = -1
	if left, ok := r.estimate.left(now); ok {
		u.Left = left
	}
	r.opt.Progress(u)
}

// foresee tells the estimate how many trials run at once, and what those that
// are done already have cost.
func (r *runner) foresee(jobs int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.estimate.lanes = max(1, min(jobs, len(r.tasks)))
	for i, t := range r.tasks {
		if done := r.done[t.id()]; done != nil {
			r.estimate.finish(i, done)
		}
	}
}

// result puts the finished trials in the order of the plan and checks the
// expectations.
func (r *runner) result(head *measure.Result) (*measure.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := *head
	res.Trials, res.Missing, res.Baselines, res.MissingBaselines = nil, nil, nil, nil
	for _, t := range r.tasks {
		trials, missing := &res.Trials, &res.Missing
		if t.baseline {
			trials, missing = &res.Baselines, &res.MissingBaselines
		}
		if done := r.done[t.id()]; done != nil {
			*trials = append(*trials, *done)
		} else {
			*missing = append(*missing, t.key)
		}
	}
	res.Inflate()
	var err error
	res.Expectations, err = Expectations(&res)
	return &res, err
}

// verdict turns a result and what ended the run into Execute's error.
func verdict(res *measure.Result, runErr error) error {
	var unmeasured, unmet int
	var first string
	count := func(trials []measure.Trial, what string) {
		for i := range trials {
			if t := &trials[i]; t.Error != nil {
				if unmeasured++; unmeasured == 1 {
					first = fmt.Sprintf("%s%s with seed %d: %s", what, t.Architecture, t.Seed, *t.Error)
				}
			}
		}
	}
	count(res.Trials, "")
	count(res.Baselines, "the baseline of ")
	kept := len(res.Trials) + len(res.Baselines)
	planned := kept + len(res.Missing) + len(res.MissingBaselines)
	for _, e := range res.Expectations {
		if !e.OK {
			unmet++
		}
	}
	switch {
	case errors.Is(runErr, context.Canceled), errors.Is(runErr, context.DeadlineExceeded):
		return &Failure{CodeInterrupted, fmt.Errorf("interrupted: %d of %d trials are kept", kept, planned)}
	case runErr != nil:
		return &Failure{CodeUnmeasured, runErr}
	case unmeasured > 0:
		return &Failure{CodeUnmeasured, fmt.Errorf("%d of %d trials could not be measured; %s", unmeasured, kept, first)}
	case unmet > 0:
		return &Failure{CodeExpectation, fmt.Errorf("%d of %d expectations were not met", unmet, len(res.Expectations))}
	}
	return nil
}
