package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"versus/sim/run"
	"versus/sim/scenario"
)

// newRoot returns the command tree.
func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "versus",
		Short: "client-server against peer-to-peer, measured",
		Long: `Versus runs the same file-sharing workload, over the same network, through a
central WebSocket server and across a libp2p mesh, and shows what the
architecture alone changed: latency, throughput, load, and how far each was
from the theoretical bound.

Exit codes: 0 measured (requests left incomplete are results, not errors);
1 a trial could not be measured, or beat its bound; 2 bad usage or scenario;
3 an expectation was not met, or a comparison found a regression; 130
interrupted.`,
		Example: `  versus run flash-crowd
  versus run flash-crowd --file lecture.mp4
  versus scenarios list`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(wrapFlags(root.UsageTemplate()))
	root.AddCommand(
		newRun(e),
		newScenarios(e),
		newReport(e),
		newCompare(e),
		newSoak(e),
		newFidelity(e),
		newVersion(e),
		newWorker(e),
		newFidelityWorker(e),
		newSoakWorker(e),
	)
	return root
}

// wrapFlags makes the usage template fit a terminal of 80 columns.
func wrapFlags(template string) string {
	return strings.NewReplacer(
		".LocalFlags.FlagUsages", ".LocalFlags.FlagUsagesWrapped 80",
		".InheritedFlags.FlagUsages", ".InheritedFlags.FlagUsagesWrapped 80",
	).Replace(template)
}

// noSuchCommand refuses a word that is no verb and says which one is near.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	message := fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0])
	if near := scenario.Nearest(args[0], verbs); near != "" {
		message += fmt.Sprintf("; did you mean %q?", cmd.CommandPath()+" "+near)
	}
	return failure(run.CodeUsage, fmt.Errorf("%s\ncommands: %s", message, strings.Join(verbs, ", ")))
}

// flagError adds where to read about the flags.
func flagError(cmd *cobra.Command, err error) error {
	return failure(run.CodeUsage, fmt.Errorf("%w\nsee: %s --help", err, cmd.CommandPath()))
}

// exactly refuses any other number of arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return failure(run.CodeUsage, fmt.Errorf("%s takes %s, and %d arguments were given\nsee: %s --help",
			cmd.CommandPath(), what, len(args), cmd.CommandPath()))
	}
}
