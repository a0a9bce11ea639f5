package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

func plan(s *scenario.Scenario) run.Plan {
	return run.Plan{Scenario: s, Kinds: kinds(), Network: trial.Virtual}
}

func options(t *testing.T) run.Options {
	return run.Options{
		Out:     filepath.Join(t.TempDir(), "out"),
		Build:   measure.Build{Version: "test", Go: "go", Modules: map[string]string{"example.org/m": "v1.0.0"}},
		Command: []string{"versus", "run", "test"},
	}
}

func execute(t *testing.T, s *scenario.Scenario, opt run.Options) (*measure.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	return run.Execute(ctx, plan(s), opt)
}

func ids(trials []measure.Trial) []string {
	var out []string
	for i := range trials {
		out = append(out, trials[i].ID())
	}
	return out
}

func TestExecute(t *testing.T) {
	s := crowd("ok")
	s.Repeat = 2
	s.Sweep = scenario.Sweep{{Key: "peers", Values: []string{"1", "2"}}}
	s.Expect = []string{"central.success_rate >= 1", "fickle.makespan_s > central.virtual_s"}
	opt := options(t)
	var updates []run.Update
	opt.Progress = func(u run.Update) { updates = append(updates, u) }
	var started string
	opt.Started = func(folder string) { started = folder }

	res, err := execute(t, s, opt)
	require.ErrorContains(t, err, "of 8 expectations were not met") // equal programs are not slower
	assert.Equal(t, run.CodeExpectation, run.ExitCode(err))
	assert.Equal(t, opt.Out, started)
	assert.Equal(t, []string{
		`central|1|{"peers":1}`, `fickle|1|{"peers":1}`, `central|2|{"peers":1}`, `fickle|2|{"peers":1}`,
		`central|1|{"peers":2}`, `fickle|1|{"peers":2}`, `central|2|{"peers":2}`, `fickle|2|{"peers":2}`,
	}, ids(res.Trials))
	assert.Empty(t, res.Missing)
	for _, tr := range res.Trials {
		require.Nil(t, tr.Error)
		assert.EqualValues(t, 1, *tr.Summary.SuccessRate)
		assert.Positive(t, tr.PeakRSSBytes)
		assert.Positive(t, tr.WallS)
	}
	require.Len(t, res.Expectations, 8)
	assert.True(t, res.Expectations[0].OK)
	assert.EqualValues(t, 1, *res.Expectations[0].Value)

	var begun, ended int
	for _, u := range updates {
		assert.Equal(t, 8, u.Total)
		switch u.Stage {
		case run.TrialStarted:
			begun++
		case run.TrialFinished:
			ended++
			assert.NotNil(t, u.Trial)
		}
	}
	assert.Equal(t, 8, begun)
	assert.Equal(t, 8, ended)
	assert.Equal(t, 8, updates[len(updates)-1].Done)

	stored, err := measure.Read(opt.Out)
	require.NoError(t, err)
	assert.Equal(t, ids(res.Trials), ids(stored.Trials))
	assert.Equal(t, res.ScenarioSHA256, stored.ScenarioSHA256)
	var events int
	require.NoError(t, measure.ReadEvents(opt.Out, stored, func(measure.Event) error { events++; return nil }))
	assert.Positive(t, events)
	yaml, err := os.ReadFile(filepath.Join(opt.Out, measure.ScenarioFile))
	require.NoError(t, err)
	again, err := scenario.Load("scenario.yaml", yaml, scenario.Overrides{}, trial.Declarations(kinds()))
	require.NoError(t, err)
	sum, err := again.SHA256()
	require.NoError(t, err)
	assert.Equal(t, res.ScenarioSHA256, sum)
	assertNames(t, opt.Out, measure.EventsFile, measure.ResultFile, measure.ScenarioFile)
}

func assertNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	assert.ElementsMatch(t, want, got)
}

func TestExpectationsSkipWhatWasNotRun(t *testing.T) {
	s := crowd("ok")
	s.Architectures = s.Architectures[:1]
	s.Expect = []string{"fickle.success_rate >= 1", "central.makespan_s < fickle.makespan_s", "central.completed == 2"}
	res, err := execute(t, s, options(t))
	require.NoError(t, err)
	require.Len(t, res.Expectations, 1)
	assert.Equal(t, s.Expect[2], res.Expectations[0].Text)
}

func TestExecuteOverLoopback(t *testing.T) {
	p := plan(crowd("ok"))
	p.Network = trial.LoopbackNet
	res, err := run.Execute(context.Background(), p, options(t))
	require.NoError(t, err)
	require.Len(t, res.Trials, 2)
	for _, tr := range res.Trials {
		assert.Equal(t, trial.LoopbackNet, tr.Network)
		assert.Equal(t, 2, tr.Summary.Completed)
		assert.Nil(t, tr.Bounds.FluidS)
	}
}

func TestExecuteKeepsGoingAfterBadTrials(t *testing.T) {
	tests := map[string]struct {
		want string
		dump string // folder of the stacks
	}{
		"panic":   {want: `^the worker crashed: panic: runtime error: index out of range \[0\] with length 0.*\(sim/run/main_test.go:\d+\); stacks in crashes/fickle-1.txt$`, dump: "crashes/fickle-1.txt"},
		"exit":    {want: `^the worker ended with exit status 9: cannot go on$`},
		"garbage": {want: `^reading from the worker: invalid character 'a' .* in the line "a stray line of output"$`},
		"stall":   {want: `^stalled: nothing happened on the network for 1s of real time; stacks in stalls/fickle-1.txt$`, dump: "stalls/fickle-1.txt"},
		"lie":     {want: `returned without an error, but manifest not received$`},
		"leak":    {want: `^the worker crashed: panic: deadlock: main bubble goroutine has exited but blocked goroutines remain`, dump: "crashes/fickle-1.txt"},
	}
	for mode, tt := range tests {
		t.Run(mode, func(t *testing.T) {
			opt := options(t)
			if mode == "stall" {
				opt.StallAfter = time.Second
			}
			res, err := execute(t, crowd(mode), opt)
			require.Error(t, err)
			assert.Equal(t, run.CodeUnmeasured, run.ExitCode(err))
			assert.Contains(t, err.Error(), "1 of 2 trials could not be measured; fickle with seed 1: ")
			require.Len(t, res.Trials, 2)
			assert.Nil(t, res.Trials[0].Error)
			require.NotNil(t, res.Trials[1].Error)
			assert.Regexp(t, tt.want, *res.Trials[1].Error)
			if tt.dump != "" {
				dump, err := os.ReadFile(filepath.Join(opt.Out, tt.dump))
				require.NoError(t, err)
				assert.Contains(t, string(dump), "goroutine ")
			}
		})
	}
}

// A stalled trial is given up with the goroutines that hold it, and those that
// come after it run as if nothing had been.
func TestExecuteKeepsGoingAfterAStall(t *testing.T) {
	s := crowd("stall")
	s.Repeat = 2
	opt := options(t)
	opt.StallAfter, opt.Jobs = time.Second, 1
	res, err := execute(t, s, opt)
	assert.Equal(t, run.CodeUnmeasured, run.ExitCode(err))
	assert.ErrorContains(t, err, "2 of 4 trials could not be measured")
	require.Equal(t, []string{"central|1|{}", "central|2|{}", "fickle|1|{}", "fickle|2|{}"}, slices.Sorted(slices.Values(ids(res.Trials))))
	for _, tr := range res.Trials {
		if tr.Architecture == "central" {
			assert.Nil(t, tr.Error)
			assert.Equal(t, tr.Summary.Requested, tr.Summary.Completed)
			continue
		}
		require.NotNil(t, tr.Error)
		assert.Contains(t, *tr.Error, "stalled: nothing happened on the network for 1s")
		dump, err := os.ReadFile(filepath.Join(opt.Out, "stalls", fmt.Sprintf("fickle-%d.txt", tr.Seed)))
		require.NoError(t, err)
		assert.Contains(t, string(dump), "run_test.freeze(", "the goroutine that holds it")
	}
}

func TestExecuteCutsAtTimeLimit(t *testing.T) {
	res, err := execute(t, crowd("slow"), options(t))
	require.NoError(t, err) // incomplete requests are results
	assert.Zero(t, res.Trials[1].Summary.Completed)
	assert.Nil(t, res.Trials[1].MakespanS)
	assert.Contains(t, res.Trials[1].Requests[0].Error, "time limit reached: 1m")
}

// interrupted runs three repeats one by one and cancels the run when the
// first trial is stored.
func interrupted(t *testing.T, s *scenario.Scenario, opt run.Options) *measure.Result {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opt.Jobs = 1
	opt.Progress = func(u run.Update) {
		if u.Stage == run.TrialStarted && u.Index == 1 {
			cancel()
		}
	}
	res, err := run.Execute(ctx, plan(s), opt)
	require.Error(t, err)
	assert.Equal(t, run.CodeInterrupted, run.ExitCode(err))
	assert.Contains(t, err.Error(), "interrupted: 1 of 6 trials are kept")
	return res
}

func TestExecuteInterruptsAFrozenWorker(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opt := options(t)
	opt.StallAfter, opt.Jobs = time.Hour, 1
	opt.Progress = func(u run.Update) {
		if u.Stage == run.TrialAdvanced && u.Key.Architecture == "fickle" {
			cancel()
		}
	}
	res, err := run.Execute(ctx, plan(crowd("stall")), opt)
	assert.Equal(t, run.CodeInterrupted, run.ExitCode(err))
	require.Len(t, res.Missing, 1)
	assert.Equal(t, "fickle|1|{}", res.Missing[0].ID())
	assert.Equal(t, []string{"central|1|{}"}, ids(res.Trials))
}

func TestExecuteInterruptAndResume(t *testing.T) {
	s := crowd("ok")
	s.Repeat = 3
	opt := options(t)
	opt.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	res := interrupted(t, s, opt)
	assert.Equal(t, []string{"central|1|{}"}, ids(res.Trials))
	assert.Len(t, res.Missing, 5)
	assertNames(t, opt.Out, measure.EventsFile, measure.ResultFile, measure.ScenarioFile)
	first := res.Trials[0]

	_, err := execute(t, s, opt)
	require.Error(t, err)
	assert.Equal(t, run.CodeUsage, run.ExitCode(err))
	assert.Contains(t, err.Error(), "is not empty")

	opt.Resume = true
	var mu sync.Mutex
	var ran []int
	opt.Progress = func(u run.Update) {
		mu.Lock()
		defer mu.Unlock()
		if u.Stage == run.TrialStarted {
			ran = append(ran, u.Index)
		}
	}
	opt.Now = nil
	res, err = execute(t, s, opt)
	require.NoError(t, err)
	assert.ElementsMatch(t, []int{1, 2, 3, 4, 5}, ran)
	assert.Len(t, res.Trials, 6)
	assert.Empty(t, res.Missing)
	assert.Equal(t, first.WallS, res.Trials[0].WallS)
	assert.Equal(t, "2026-01-02T03:04:05Z", res.StartedAt)

	res, err = execute(t, s, opt) // nothing is left to do
	require.NoError(t, err)
	assert.Len(t, res.Trials, 6)
}

func TestExecuteResumeRefusesAnotherRun(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "t.csv")
	require.NoError(t, os.WriteFile(trace, []byte("t_s,node,file\n0,home-1,a.bin\n1,home-2,a.bin\n"), 0o600))
	s := crowd("ok")
	s.Workload.Requests = scenario.Requests{Pattern: scenario.Trace, Path: trace}
	opt := options(t)
	res, err := execute(t, s, opt)
	require.NoError(t, err)
	require.Len(t, res.Inputs, 1)
	assert.Equal(t, trace, res.Inputs[0].Path)
	opt.Resume = true

	tests := map[string]struct {
		change func(p *run.Plan, o *run.Options)
		want   string
	}{
		"scenario": {func(p *run.Plan, _ *run.Options) { c := *p.Scenario; c.Seed = 9; p.Scenario = &c }, "the resolved scenario differs from its scenario.yaml"},
		"version":  {func(_ *run.Plan, o *run.Options) { o.Build.Version = "next" }, "version was test, is next"},
		"module": {func(_ *run.Plan, o *run.Options) {
			o.Build.Modules = map[string]string{"example.org/m": "v2.0.0"}
		}, "module example.org/m was v1.0.0, is v2.0.0"},
		"network": {func(p *run.Plan, _ *run.Options) { p.Network = trial.LoopbackNet }, "network was virtual, is loopback"},
		"folder":  {func(_ *run.Plan, o *run.Options) { o.Out = t.TempDir() }, "is not a result folder"},
		"no out":  {func(_ *run.Plan, o *run.Options) { o.Out = "" }, "name the folder"},
		"input": {func(*run.Plan, *run.Options) {
			require.NoError(t, os.WriteFile(trace, []byte("t_s,node,file\n0,home-2,a.bin\n"), 0o600))
		}, "input " + trace + " was 44 bytes with SHA-256"},
	}
	for _, name := range []string{"scenario", "version", "module", "network", "folder", "no out", "input"} {
		t.Run(name, func(t *testing.T) {
			p, o := plan(s), opt
			tests[name].change(&p, &o)
			_, err := run.Execute(context.Background(), p, o)
			require.Error(t, err)
			assert.Equal(t, run.CodeUsage, run.ExitCode(err))
			assert.Contains(t, err.Error(), tests[name].want)
		})
	}
}

func TestExecuteBadInput(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	tests := map[string]struct {
		change func(p *run.Plan, s *scenario.Scenario, o *run.Options)
		code   int
		want   string
	}{
		"network":      {func(p *run.Plan, _ *scenario.Scenario, _ *run.Options) { p.Network = "moon" }, run.CodeUsage, `network "moon" is unknown`},
		"architecture": {func(_ *run.Plan, s *scenario.Scenario, _ *run.Options) { s.Architectures[0].Name = "x" }, run.CodeUsage, `"x"`},
		"vanished file": {func(_ *run.Plan, s *scenario.Scenario, _ *run.Options) {
			s.Workload.Files = []scenario.File{{Name: "v", Path: filepath.Join(dir, "vanished")}}
		}, run.CodeUsage, "vanished"},
		"empty file": {func(_ *run.Plan, s *scenario.Scenario, _ *run.Options) {
			s.Workload.Files = []scenario.File{{Name: "v", Path: file}}
		}, run.CodeUsage, "the file is empty"},
		"out below a file": {func(_ *run.Plan, _ *scenario.Scenario, o *run.Options) { o.Out = filepath.Join(file, "out") }, run.CodeUnmeasured, "making the result folder"},
		"no worker": {func(_ *run.Plan, _ *scenario.Scenario, o *run.Options) {
			o.Worker = []string{filepath.Join(dir, "no-such-program")}
		}, run.CodeUnmeasured, "starting a worker"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := crowd("ok")
			p, o := plan(s), options(t)
			tt.change(&p, s, &o)
			_, err := run.Execute(context.Background(), p, o)
			require.Error(t, err)
			assert.Equal(t, tt.code, run.ExitCode(err))
			assert.Contains(t, err.Error(), tt.want)
			if tt.code == run.CodeUsage {
				assert.NoDirExists(t, o.Out, "nothing is written for bad input")
			}
		})
	}
}

func TestExecuteDefaultFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	opt := run.Options{Now: func() time.Time { return time.Date(2026, 11, 21, 17, 46, 33, 0, time.UTC) }}
	var folders []string
	opt.Started = func(folder string) { folders = append(folders, filepath.ToSlash(folder)) }
	for range 2 {
		_, err := execute(t, crowd("ok"), opt)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"results/test/20261121T174633Z", "results/test/20261121T174633Z-2"}, folders)
}

func TestExpectFieldsExist(t *testing.T) {
	s := crowd("ok")
	s.Prices = &scenario.Prices{Currency: "USD", EgressPerGB: 0.09}
	for _, f := range scenario.ExpectFields() {
		s.Expect = append(s.Expect, "central."+f+" != -1")
	}
	res, err := execute(t, s, options(t))
	assert.Len(t, res.Expectations, len(s.Expect))
	var undefined []string
	for _, e := range res.Expectations {
		if !e.OK {
			assert.Nil(t, e.Value)
			undefined = append(undefined, strings.Fields(e.Text)[0])
		}
	}
	assert.Equal(t, []string{
		"central.bounds.pieces_s",                                                                                        // only for what shares
		"central.inflation", "central.detect_s.p50", "central.detect_s.p95", "central.detect_s.max", "central.recover_s", // only with faults
	}, undefined)
	assert.Equal(t, run.CodeExpectation, run.ExitCode(err))
}
