package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"versus/clientserver"
	"versus/p2p"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/soak"
)

// soakKinds lists every architecture with what a soak has to know of it.
func soakKinds() []soak.Kind {
	traits := map[string]func(scenario.Options) soak.Traits{
		clientserver.Name: clientserverTraits,
		p2p.Name:          p2pTraits,
	}
	var out []soak.Kind
	for _, k := range kinds() {
		out = append(out, soak.Kind{Kind: k, Traits: traits[k.Name]})
	}
	return out
}

func clientserverTraits(scenario.Options) soak.Traits {
	return soak.Traits{GivesUp: true, Once: true}
}

func p2pTraits(o scenario.Options) soak.Traits {
	return soak.Traits{
		Leaves:     o.String("when_done") == "leave",
		Reciprocal: o.String("choking") != "none",
		Neighbours: o.Int("neighbours"),
		Strikes:    o.Int("strikes"),
	}
}

// soakFlags are those of the verb.
type soakFlags struct {
	schedules, jobs, tries int
	seed                   uint64
	replay, out            string
	first, quiet           bool
}

func newSoak(e *env) *cobra.Command {
	var f soakFlags
	cmd := &cobra.Command{
		Use:   "soak",
		Short: "look for bugs with random schedules of faults",
		Long: `Play random small scenarios with random faults in virtual time, drawn from a
seed, and check after each what must hold whatever happened: every whole file is
right, every outcome is explained, whoever could finish did, nobody honest was
banned, figures agree, nothing is left behind. docs/soak.md lists it all.

A violation keeps its schedule, events and stacks in a folder, and a minimised
schedule that --replay plays again. The exit code is 1 if there was one.`,
		Example: `  versus soak --schedules 300 --seed 1
  versus soak --replay results/soak/20261121T174633Z/soak-1-17/minimised.yaml --tries 20`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.schedules < 1:
				return failure(run.CodeUsage, fmt.Errorf("--schedules: %d is below 1", f.schedules))
			case f.tries < 1:
				return failure(run.CodeUsage, fmt.Errorf("--tries: %d is below 1", f.tries))
			case f.jobs < 0:
				return failure(run.CodeUsage, fmt.Errorf("--jobs: %d is below 0", f.jobs))
			case f.replay != "" && (cmd.Flags().Changed("schedules") || cmd.Flags().Changed("seed")):
				return failure(run.CodeUsage, errors.New("--replay plays one schedule: --schedules and --seed have no meaning beside it"))
			case f.replay == "" && cmd.Flags().Changed("tries"):
				return failure(run.CodeUsage, errors.New("--tries has no meaning without --replay"))
			}
			o := soak.Options{Kinds: soakKinds(), Jobs: f.jobs, Worker: e.soakWorker, Out: f.out, First: f.first}
			if o.Out == "" {
				o.Out = filepath.Join("results", "soak", time.Now().UTC().Format("20060102T150405Z"))
			}
			ctx, stop := e.interrupts(context.Background(), e.stderr)
			defer stop()
			if f.replay != "" {
				return replay(ctx, e, f, o)
			}
			return soakAll(ctx, e, f, o)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&f.schedules, "schedules", 300, "play `N` schedules")
	flags.Uint64Var(&f.seed, "seed", 1, "random seed that schedules are drawn from")
	flags.IntVar(&f.jobs, "jobs", 0, "schedules side by side; 0 for one a processor")
	flags.StringVar(&f.replay, "replay", "", "play the schedule in `FILE` again instead")
	flags.IntVar(&f.tries, "tries", 20, "how often --replay plays it")
	flags.StringVar(&f.out, "out", "", "folder `DIR` for violations (default: results/soak/TIME)")
	flags.BoolVar(&f.first, "first", false, "end with the first violation")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

func newSoakWorker(e *env) *cobra.Command {
	return &cobra.Command{
		Use:    soak.CommandName,
		Short:  "play schedules, read from standard input",
		Hidden: true,
		Args:   exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			signal.Ignore(os.Interrupt) // the terminal sends it to everybody; the soak ends its workers
			return failure(run.CodeUnmeasured, soak.Worker(e.stdin, e.stdout, soakKinds()))
		},
	}
}

// soakAll plays schedules and prints what they came to.
func soakAll(ctx context.Context, e *env, f soakFlags, o soak.Options) error {
	shown, last := 0, time.Time{}
	if !f.quiet {
		o.Progress = func(s soak.Summary) {
			for ; shown < len(s.Found); shown++ {
				found := s.Found[shown]
				e.clearLine()
				fmt.Fprintf(e.stderr, "schedule %d: %s\n", found.Schedule, found.Violations[0])
			}
			pause := 10 * time.Second
			if e.isTerminal {
				pause = 200 * time.Millisecond
			}
			if now := time.Now(); now.Sub(last) >= pause {
				last = now
				e.clearLine()
				fmt.Fprintf(e.stderr, "%d/%d schedules, %.1f simulated hours, %d violations", s.Schedules, s.Planned, s.SimulatedS/3600, len(s.Found))
				if !e.isTerminal {
					fmt.Fprintln(e.stderr)
				}
			}
		}
	}
	sum, err := soak.Run(ctx, f.seed, f.schedules, o)
	e.clearLine()
	if sum != nil {
		if err := write(e.stdout, []byte(sum.Text())); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return failure(run.CodeUnmeasured, err)
	case len(sum.Found) > 0:
		return failure(run.CodeUnmeasured, fmt.Errorf("%d of %d schedules show a violation", len(sum.Found), sum.Schedules))
	case ctx.Err() != nil:
		return failure(run.CodeInterrupted, errors.New("interrupted: what was done is above"))
	}
	return nil
}

// clearLine makes room on a terminal that shows progress.
func (e *env) clearLine() {
	if e.isTerminal {
		fmt.Fprint(e.stderr, "\r\033[K")
	}
}

// replay plays one schedule again and says how often it showed a violation.
func replay(ctx context.Context, e *env, f soakFlags, o soak.Options) error {
	if !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(f.replay)) {
		return failure(run.CodeUsage, fmt.Errorf("--replay: %s is no YAML file", f.replay))
	}
	s, err := loadScenario(e, f.replay, scenario.Overrides{})
	if err != nil {
		return err
	}
	got, err := soak.Replay(ctx, s, f.tries, o)
	if err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	if err := write(e.stdout, []byte(got.Text())); err != nil {
		return err
	}
	switch {
	case got.Shown > 0:
		return failure(run.CodeUnmeasured, fmt.Errorf("%d of %d tries show a violation", got.Shown, got.Tries))
	case ctx.Err() != nil:
		return failure(run.CodeInterrupted, errors.New("interrupted: what was done is above"))
	}
	return nil
}
