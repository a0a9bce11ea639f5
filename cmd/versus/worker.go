package main

import (
	"github.com/spf13/cobra"

	"versus/sim/run"
)

// workerCommand is the hidden verb that runs one trial in a process of its own.
const workerCommand = "worker"

func newWorker(e *env) *cobra.Command {
	return &cobra.Command{
		Use:    workerCommand,
		Short:  "run one trial, read from standard input",
		Hidden: true,
		Args:   exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			return failure(run.CodeUnmeasured, run.Worker(e.stdin, e.stdout, kinds()))
		},
	}
}
