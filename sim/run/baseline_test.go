package run_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

// shaken is crowd("ok") whose first peer is killed for a second while it
// downloads.
func shaken(t *testing.T, faults ...scenario.Fault) *scenario.Scenario {
	t.Helper()
	s := crowd("ok")
	s.Workload.Files[0].Size = 4 << 20
	s.Faults = faults
	if len(faults) == 0 {
		constant := func(d time.Duration) scenario.Distribution {
			return scenario.Distribution{Kind: scenario.Constant, Value: scenario.Duration(d)}
		}
		s.Faults = []scenario.Fault{{
			At: constant(300 * time.Millisecond), For: constant(time.Second), Action: scenario.Kill,
			Nodes: scenario.Selection{{Of: "home-1"}},
		}}
	}
	return s
}

func TestBaselines(t *testing.T) {
	s := shaken(t)
	s.Sweep = scenario.Sweep{{Key: "faults.0.for", Values: []string{"1s", "2s", "3s"}}, {Key: "peers", Values: []string{"1", "2"}}}
	s.Expect = []string{"central.inflation > 1.1", "central.availability < 1", "fickle.recover_s >= 0"}
	opt := options(t)
	baselines := 0
	opt.Progress = func(u run.Update) {
		assert.Equal(t, 16, u.Total)
		if u.Baseline && u.Stage == run.TrialFinished {
			baselines++
		}
	}
	res, err := execute(t, s, opt)
	for _, e := range res.Expectations {
		assert.True(t, e.OK, "%v", e)
	}
	require.NoError(t, err)
	assert.Equal(t, 4, baselines)
	assert.Len(t, res.Trials, 12)
	assert.Equal(t, []string{`central|1|{"peers":1}`, `fickle|1|{"peers":1}`, `central|1|{"peers":2}`, `fickle|1|{"peers":2}`}, ids(res.Baselines))
	assert.Empty(t, res.MissingBaselines)
	for i := range res.Baselines {
		assert.Empty(t, res.Baselines[i].Faults)
		assert.Nil(t, res.Baselines[i].Summary.Inflation)
	}
	for i := range res.Trials {
		tr := &res.Trials[i]
		require.Nil(t, tr.Error)
		assert.Len(t, tr.Faults, 2)
		require.NotNil(t, tr.Summary.Inflation)
		assert.InEpsilon(t, *tr.MakespanS / *res.Baseline(tr).MakespanS, *tr.Summary.Inflation, 1e-9)
	}
	assert.Less(t, *res.Trials[0].Summary.Inflation, *res.Trials[11].Summary.Inflation)

	stored, err := measure.Read(opt.Out)
	require.NoError(t, err)
	assert.Equal(t, ids(res.Baselines), ids(stored.Baselines))
	assert.Equal(t, res.Trials[3].Summary, stored.Trials[3].Summary)
	require.NoError(t, measure.ReadEvents(opt.Out, stored, func(e measure.Event) error {
		assert.Contains(t, e.Point, "faults.0.for", "events of baselines are not kept")
		return nil
	}))
}

// TestBaselinesAreResumed interrupts a run after each of its four trials.
func TestBaselinesAreResumed(t *testing.T) {
	opt := options(t)
	opt.Jobs = 1
	for done := 1; done < 4; done++ {
		ctx, cancel := context.WithCancel(context.Background())
		opt.Progress = func(u run.Update) {
			if u.Stage == run.TrialFinished && u.Trial != nil {
				cancel()
			}
		}
		res, err := run.Execute(ctx, plan(shaken(t)), opt)
		cancel()
		require.ErrorContains(t, err, "of 4 trials are kept")
		assert.Equal(t, run.CodeInterrupted, run.ExitCode(err))
		assert.Equal(t, done, len(res.Trials)+len(res.Baselines))
		assert.Equal(t, 4-done, len(res.Missing)+len(res.MissingBaselines))
		opt.Resume = true
	}
	opt.Progress = nil
	res, err := run.Execute(context.Background(), plan(shaken(t)), opt)
	require.NoError(t, err)
	require.Len(t, res.Trials, 2)
	require.Len(t, res.Baselines, 2)
	for i := range res.Trials {
		assert.NotNil(t, res.Trials[i].Summary.Inflation)
	}
}

// TestBaselinesInTheJournal reads a folder whose run was killed before it wrote
// its result.
func TestBaselinesInTheJournal(t *testing.T) {
	opt := options(t)
	res, err := execute(t, shaken(t), opt)
	require.NoError(t, err)
	killed := *res
	for i := range res.Trials {
		killed.Missing = append(killed.Missing, res.Trials[i].TrialKey)
		killed.MissingBaselines = append(killed.MissingBaselines, res.Baselines[i].TrialKey)
	}
	killed.Trials, killed.Baselines = nil, nil
	dir := filepath.Join(t.TempDir(), "killed")
	f, err := measure.CreateFolder(dir)
	require.NoError(t, err)
	require.NoError(t, f.Begin(&killed))
	require.NoError(t, f.Append(&res.Trials[1], nil))
	require.NoError(t, f.AppendBaseline(&res.Baselines[1]))
	require.NoError(t, f.AppendBaseline(&res.Baselines[0]))
	require.NoError(t, f.Close())

	got, err := measure.Read(dir)
	require.NoError(t, err)
	assert.Equal(t, ids(res.Baselines), ids(got.Baselines), "in the planned order")
	assert.Equal(t, ids(res.Trials[1:]), ids(got.Trials))
	assert.Len(t, got.Missing, 1)
	assert.Empty(t, got.MissingBaselines)
	assert.Equal(t, res.Trials[1].Summary.Inflation, got.Trials[0].Summary.Inflation)
}

func TestFailedBaselineIsReported(t *testing.T) {
	s := shaken(t)
	s.Architectures[1].Options["mode"] = "lie"
	s.Architectures = s.Architectures[1:]
	res, err := execute(t, s, options(t))
	require.ErrorContains(t, err, "2 of 2 trials could not be measured; ")
	assert.Equal(t, run.CodeUnmeasured, run.ExitCode(err))
	require.Len(t, res.Baselines, 1)
	require.NotNil(t, res.Baselines[0].Error)
	assert.Nil(t, res.Trials[0].Summary.Inflation)
}

func TestFaultInputs(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "f.star")
	write := func(text string) { require.NoError(t, os.WriteFile(script, []byte(text), 0o600)) }
	s := shaken(t, scenario.Fault{Script: script, Tick: scenario.DefaultTick})

	_, err := execute(t, s, options(t))
	require.ErrorContains(t, err, "f.star: no such file")
	assert.Equal(t, run.CodeUsage, run.ExitCode(err))

	write("def on_start(\n")
	_, err = execute(t, s, options(t))
	require.ErrorContains(t, err, "f.star:2:")
	assert.Equal(t, run.CodeUsage, run.ExitCode(err))

	write("def on_start():\n  fail('no')\n")
	opt := options(t)
	res, err := execute(t, s, opt)
	assert.Equal(t, run.CodeUnmeasured, run.ExitCode(err))
	require.Len(t, res.Inputs, 1)
	assert.Equal(t, script, res.Inputs[0].Path)
	assert.EqualValues(t, 29, res.Inputs[0].SizeBytes)
	require.Len(t, res.Trials, 2)
	require.NotNil(t, res.Trials[0].Error)
	assert.Contains(t, *res.Trials[0].Error, "f.star:2:")
	assert.Nil(t, res.Baselines[0].Error)

	write("def on_start():\n  pass\n")
	opt.Resume = true
	_, err = execute(t, s, opt)
	require.ErrorContains(t, err, "input "+script+" was 29 bytes")
	assert.Equal(t, run.CodeUsage, run.ExitCode(err))
}

func TestLoopbackRefusesFaultsBeforeAnythingRuns(t *testing.T) {
	s := shaken(t)
	s.Faults[0].Action = scenario.PowerOff
	p := plan(s)
	p.Network = trial.LoopbackNet
	opt := options(t)
	_, err := run.Execute(context.Background(), p, opt)
	require.EqualError(t, err, "faults.0: a loopback network cannot poweroff; use --network virtual")
	assert.Equal(t, run.CodeUsage, run.ExitCode(err))
	assert.NoDirExists(t, opt.Out)
}
