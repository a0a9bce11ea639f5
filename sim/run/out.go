package run

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"versus/sim/measure"
)

// open makes or reopens the result folder and writes the scenario and the
// result's head into it.
func (r *runner) open(head *measure.Result) error {
	var err error
	if r.opt.Resume {
		err = r.reopen(head)
	} else {
		err = r.create(head.StartedAt)
	}
	if err != nil {
		return err
	}
	err = r.begin(head)
	if err != nil {
		_ = r.folder.Close() // err says what went wrong first
	}
	return err
}

func (r *runner) begin(head *measure.Result) error {
	yaml, err := r.plan.Scenario.YAML()
	if err != nil {
		return err
	}
	if err := r.folder.WriteScenario(yaml); err != nil {
		return err
	}
	res, err := r.result(head)
	if err != nil {
		return err
	}
	return r.folder.Begin(res)
}

// create makes a new folder.
func (r *runner) create(startedAt string) (err error) {
	path := r.opt.Out
	if path == "" {
		if path, err = defaultFolder(r.plan.Scenario.Name, startedAt); err != nil {
			return &Failure{CodeUnmeasured, err}
		}
	}
	r.folder, err = measure.CreateFolder(path)
	if errors.Is(err, measure.ErrNotEmpty) {
		return usage("%w; name another with --out, or go on with an unfinished run with --resume", err)
	}
	return err
}

// defaultFolder makes a folder that nobody else has. startedAt is RFC 3339.
func defaultFolder(scenario, startedAt string) (string, error) {
	stamp := strings.NewReplacer("-", "", ":", "").Replace(startedAt)
	parent := filepath.Join("results", scenario)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return "", fmt.Errorf("making the result folder: %w", err)
	}
	path := filepath.Join(parent, stamp)
	for i := 2; ; i++ {
		err := os.Mkdir(path, 0o777)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("making the result folder: %w", err)
		}
		path = filepath.Join(parent, fmt.Sprintf("%s-%d", stamp, i))
	}
}

// reopen opens the folder of an unfinished run and takes over its trials.
func (r *runner) reopen(head *measure.Result) error {
	if r.opt.Out == "" {
		return usage("resume: name the folder of the unfinished run with --out")
	}
	before, err := measure.Read(r.opt.Out)
	if err != nil {
		return usage("resume: %w", err)
	}
	if diffs := differences(before, head, r.plan.Network); len(diffs) > 0 {
		return usage("resume: %s holds a run of something else: %s", r.opt.Out, strings.Join(diffs, "; "))
	}
	if r.folder, before, err = measure.ReopenFolder(r.opt.Out); err != nil {
		return err
	}
	for i := range before.Trials {
		r.done[task{key: before.Trials[i].TrialKey}.id()] = &before.Trials[i]
	}
	for i := range before.Baselines {
		r.done[task{key: before.Baselines[i].TrialKey, baseline: true}.id()] = &before.Baselines[i]
	}
	head.StartedAt, head.Command, head.Prediction = before.StartedAt, before.Command, before.Prediction
	return nil
}

// differences says in what two runs differ that must not differ within one
// result.
func differences(before, now *measure.Result, network string) []string {
	var diffs []string
	differ := func(what, a, b string) {
		if a != b {
			diffs = append(diffs, fmt.Sprintf("%s was %s, is %s", what, quote(a), quote(b)))
		}
	}
	if before.ScenarioSHA256 != now.ScenarioSHA256 {
		diffs = append(diffs, "the resolved scenario differs from its "+measure.ScenarioFile)
	}
	differ("version", before.Build.Version, now.Build.Version)
	differ("go", before.Build.Go, now.Build.Go)
	for _, m := range keys(before.Build.Modules, now.Build.Modules) {
		differ("module "+m, before.Build.Modules[m], now.Build.Modules[m])
	}
	was, is := byPath(before.Inputs), byPath(now.Inputs)
	for _, path := range keys(was, is) {
		differ("input "+path, was[path], is[path])
	}
	for _, trials := range [][]measure.Trial{before.Baselines, before.Trials} {
		if len(trials) > 0 {
			differ("network", trials[0].Network, network)
			break
		}
	}
	return diffs
}

func quote(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

func byPath(inputs []measure.Input) map[string]string {
	out := map[string]string{}
	for _, in := range inputs {
		out[in.Path] = fmt.Sprintf("%d bytes with SHA-256 %s", in.SizeBytes, in.SHA256)
	}
	return out
}

func keys(a, b map[string]string) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
