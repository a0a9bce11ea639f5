package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/reports/compare"
	"versus/sim/measure"
	"versus/sim/run"
)

// compareFlags is what the command line of compare says.
type compareFlags struct {
	options compare.Options
	format  string
	fail    bool
	force   bool
}

func newCompare(e *env) *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare DIR_A DIR_B",
		Short: "say what changed from one stored result to another",
		Long: `Compare two result folders, B with A, metric by metric, for each architecture
and sweep point that both have: by how much each changed, with an interval and a
verdict. Seeds that both have are pairs (paired t test); otherwise the sides are
independent (Welch's t test). Holm's correction over everything tested keeps the
probability of any false alarm at --level.

With --fail-on-regression the exit code is 3 if anything is worse, or if B lacks
something that A measured; scenarios that differ are then refused, because what
is worse might come from them.`,
		Example: `  versus compare results/before results/after
  versus compare results/before results/after --fail-on-regression --format json
  versus compare a b --metrics makespan_s,origin_sent_bytes --min-effect 0.05`,
		Args: exactly(2, "two result folders"),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(e, args[0], args[1]) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Float64Var(&f.options.Level, "level", compare.DefaultLevel, "probability `P` of any false alarm, between 0 and 1")
	flags.Float64Var(&f.options.MinEffect, "min-effect", compare.DefaultMinEffect, "least change that counts, as a `SHARE` of the mean: 0.01 is 1 %")
	flags.StringSliceVar(&f.options.Metrics, "metrics", nil, "compare only the metrics `NAMES`, comma-separated, named as in expectations (default: those that do not depend on the machine)")
	flags.BoolVar(&f.fail, "fail-on-regression", false, "exit with 3 if a metric is worse, or missing in B")
	flags.BoolVar(&f.force, "allow-differences", false, "with --fail-on-regression: accept scenarios that differ")
	flags.StringVar(&f.format, "format", string(reports.Text), "print as `FORMAT`: "+strings.Join(comparisonFormats(), ", "))
	err := cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(comparisonFormats(), cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag is registered just above
	}
	return cmd
}

func comparisonFormats() []string {
	var names []string
	for _, f := range reports.ComparisonFormats() {
		names = append(names, string(f))
	}
	return names
}

func (f *compareFlags) run(e *env, dirA, dirB string) error {
	format := reports.Format(f.format)
	if !slices.Contains(reports.ComparisonFormats(), format) {
		return failure(run.CodeUsage, fmt.Errorf("--format: format %q is unknown; use one of %s", f.format, strings.Join(comparisonFormats(), ", ")))
	}
	a, err := measure.Read(dirA)
	if err != nil {
		return failure(run.CodeUsage, err)
	}
	b, err := measure.Read(dirB)
	if err != nil {
		return failure(run.CodeUsage, err)
	}
	o := f.options
	o.NameA, o.NameB = dirA, dirB
	r, err := compare.Results(a, b, o)
	if err != nil {
		return failure(run.CodeUsage, err)
	}
	if err := f.sameScenario(r); err != nil {
		return err
	}
	if err := reports.WriteComparison(e.stdout, format, r); err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	return f.outcome(r)
}

// sameScenario refuses to judge the software by results of scenarios that differ.
func (f *compareFlags) sameScenario(r *compare.Report) error {
	n := len(r.ScenarioChanges)
	if !f.fail || f.force || n == 0 {
		return nil
	}
	var keys []string
	for _, c := range r.ScenarioChanges {
		keys = append(keys, c.String())
	}
	return failure(run.CodeUsage, fmt.Errorf("the scenarios differ: %s\na regression could come from that; --allow-differences compares them all the same",
		strings.Join(keys[:min(n, 6)], "; ")))
}

// outcome is the error of a comparison that is to fail.
func (f *compareFlags) outcome(r *compare.Report) error {
	if !f.fail {
		return nil
	}
	if r.Lost > 0 {
		return failure(run.CodeExpectation, fmt.Errorf("the second result lacks %d comparisons that the first has measured", r.Lost))
	}
	if r.Regressions > 0 {
		return failure(run.CodeExpectation, fmt.Errorf("%d metrics are worse", r.Regressions))
	}
	if !r.Decided {
		return failure(run.CodeUnmeasured, errors.New("nothing could be judged: run both sides with --repeat 5 or more"))
	}
	return nil
}
