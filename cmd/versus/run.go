package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/reports/page"
	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

// formatUsage is the help of --format, of the verbs that print a report.
const formatUsage = "print as `FORMAT`: text, json, csv, markdown or jsonl"

// runFlags is what the command line of run says.
type runFlags struct {
	ov      scenario.Overrides
	seed    uint64
	repeat  int
	network string
	jobs    int
	out     string
	resume  bool
	format  string
	quiet   bool
	guess   bool
}

func newRun(e *env) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "run a scenario through every architecture and compare",
		Long: `Run a scenario (a name of the library, a path, or - for standard input) through
every architecture, with the same workload, network and seeds, and print how
they compare. The result folder keeps everything that was measured; charts and
tables are drawn from it and can be drawn again with: versus report DIR

Trials run in virtual time unless --network says otherwise: minutes of transfer
take seconds.

With --predict two questions come first, on standard error, about what the
report will say first: which architecture does best, and by how much. Each is
asked again twice at most. The report sets the guess beside the answer.`,
		Example: `  versus run flash-crowd
  versus run flash-crowd --file lecture.mp4
  versus run flash-crowd --set peers=100 --set network.origin.uplink=25Mbit/s
  versus run textbook --vary peers=10,20,40 --repeat 5 --jobs 2
  versus run ./mine.yaml --arch p2p --set p2p.picker=random --format csv
  versus run textbook --out results/mine --resume
  printf 'p2p\n2\n' | versus run flash-crowd --predict`,
		Args:              exactly(1, "the name or path of one scenario"),
		ValidArgsFunction: completeScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("seed") {
				f.ov.Seed = &f.seed
			}
			if cmd.Flags().Changed("repeat") {
				f.ov.Repeat = &f.repeat
			}
			return f.run(cmd, e, args[0])
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.ov.Archs, "arch", nil, "run only the architectures `NAMES`, comma-separated (default: all of the scenario's)")
	flags.StringArrayVar(&f.ov.Files, "file", nil, "share the file `PATH` instead of the scenario's; repeatable")
	flags.StringArrayVar(&f.ov.Sets, "set", nil, "set one key, as `KEY=VALUE`: network.origin.uplink=25Mbit/s, peers=200, p2p.picker=random; repeatable")
	flags.StringArrayVar(&f.ov.Varies, "vary", nil, "sweep one key, as `KEY=A,B,C`: peers=10,20,40; repeatable")
	flags.IntVar(&f.repeat, "repeat", 1, "run `N` trials of each point, with seeds counted up (default: the scenario's)")
	flags.Uint64Var(&f.seed, "seed", 1, "random seed `N` of the first repeat (default: the scenario's)")
	flags.StringVar(&f.network, "network", trial.Virtual, "network `KIND`: virtual, or loopback for this machine's own sockets in real time, unshaped")
	flags.IntVar(&f.jobs, "jobs", 0, "run `N` trials at once (default: as many as processors and memory allow)")
	flags.StringVar(&f.out, "out", "", "result folder `DIR`, new or empty (default: results/SCENARIO/TIME)")
	flags.BoolVar(&f.resume, "resume", false, "go on with the unfinished run in --out")
	flags.StringVar(&f.format, "format", string(reports.Text), formatUsage)
	flags.BoolVar(&f.guess, "predict", false, "ask for a guess at the answer on standard input before showing it, and store both")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	flags.Lookup("repeat").DefValue, flags.Lookup("seed").DefValue = "0", "0" // named in the text
	for flag, values := range map[string][]string{
		"network": {trial.Virtual, trial.LoopbackNet},
		"format":  formatNames(),
		"arch":    archNames(),
	} {
		err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		if err != nil {
			panic(err) // the flag is registered just above
		}
	}
	return cmd
}

func (f *runFlags) run(cmd *cobra.Command, e *env, ref string) error {
	format, err := reports.ParseFormat(f.format)
	if err != nil {
		return failure(run.CodeUsage, fmt.Errorf("--format: %w", err))
	}
	if f.jobs < 0 {
		return failure(run.CodeUsage, fmt.Errorf("--jobs: %d is below 0", f.jobs))
	}
	if f.resume && f.out == "" {
		return failure(run.CodeUsage, errors.New("--resume needs --out to name the folder of the unfinished run"))
	}
	s, err := loadScenario(e, ref, f.ov)
	if err != nil {
		return err
	}

	var prediction *measure.Prediction
	if f.guess {
		if prediction, err = f.predict(e, ref, s); err != nil {
			return err
		}
	}

	ctx, stop := e.interrupts(cmd.Context(), e.stderr)
	defer stop()
	p := newProgress(e, f.quiet)
	folder := ""
	res, runErr := run.Execute(ctx, run.Plan{Scenario: s, Kinds: kinds(), Network: f.network}, run.Options{
		Out: f.out, Resume: f.resume, Jobs: f.jobs,
		Build: buildInfo(), Command: append([]string{"versus"}, e.args...), Worker: e.worker,
		Prediction: prediction, Conclude: reports.Conclude,
		Started:  func(dir string) { folder = dir },
		Progress: p.update,
	})
	p.done()
	if res == nil {
		return runErr
	}
	err = show(e, folder, res, format, plot.Options{})
	if exitCode(runErr) == run.CodeInterrupted {
		runErr = failure(run.CodeInterrupted, fmt.Errorf("%w\nthe rest is run by the same command with: --out %s --resume", runErr, folder))
	}
	return errors.Join(runErr, err)
}

// show draws the charts and the page into the result folder and prints the
// report.
func show(e *env, folder string, res *measure.Result, format reports.Format, look plot.Options) error {
	charts, err := reports.ReadCharts(folder, res)
	if err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	var (
		path      string
		pageErr   error
		pictures  []string
		chartsErr error
		drawing   sync.WaitGroup
	)
	drawing.Go(func() { path, pageErr = page.Write(folder, res, charts) })
	if len(res.Trials) > 0 {
		pictures, chartsErr = reports.WriteCharts(folder, res, charts, look)
	}
	drawing.Wait()
	if err := errors.Join(pageErr, chartsErr); err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	written := append([]string{path, filepath.Join(folder, measure.ResultFile)}, together(pictures)...)
	err = reports.Write(e.stdout, format, res, reports.Options{Written: written})
	if errors.Is(err, syscall.EPIPE) {
		err = fmt.Errorf("standard output was closed before the report was written; everything measured is in %s", folder)
	}
	return failure(run.CodeUnmeasured, err)
}

// together names the charts of a folder on one line.
func together(paths []string) []string {
	if len(paths) == 0 {
		return nil
	}
	var names []string
	for _, p := range paths {
		if name := strings.TrimSuffix(filepath.Base(p), filepath.Ext(p)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return []string{fmt.Sprintf("%s, as .pdf .png .svg: %s", filepath.Dir(paths[0]), strings.Join(names, ", "))}
}

func formatNames() []string {
	var names []string
	for _, f := range reports.Formats() {
		names = append(names, string(f))
	}
	return names
}

func archNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.Name)
	}
	return names
}

// trialName names a trial in a line of progress.
func trialName(k measure.TrialKey) string {
	parts := []string{k.Architecture, fmt.Sprint("seed ", k.Seed)}
	for _, key := range sortedKeys(k.Point) {
		parts = append(parts, fmt.Sprintf("%s=%v", key, k.Point[key]))
	}
	return strings.Join(parts, " ")
}
