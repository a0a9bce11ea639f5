package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/sim/measure"
	"versus/sim/run"
)

// dataFolder is where the tables of one result go unless --out names another.
const dataFolder = "data"

// exportFlags are the flags of report that write tables.
type exportFlags struct {
	format string
	out    string
}

func (f *exportFlags) add(cmd *cobra.Command) {
	var names []string
	for _, x := range reports.ExportFormats() {
		names = append(names, string(x))
	}
	cmd.Flags().StringVar(&f.format, "export", "", "write tidy tables as `FORMAT` instead: "+strings.Join(names, ", "))
	cmd.Flags().StringVar(&f.out, "out", "", "with --export: the `FOLDER` of the tables, of all results together (default: DIR/"+dataFolder+" of each)")
	err := cmd.RegisterFlagCompletionFunc("export", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag is registered just above
	}
}

// run writes the tables of the result folders and prints their paths.
func (f *exportFlags) run(e *env, dirs []string) error {
	format, err := reports.ParseExportFormat(f.format)
	if err != nil {
		return failure(run.CodeUsage, fmt.Errorf("--export: %w", err))
	}
	var all []*measure.Result
	for _, dir := range dirs {
		res, err := measure.Read(dir)
		if err != nil {
			return failure(run.CodeUsage, err)
		}
		all = append(all, res)
	}
	if f.out != "" {
		return f.write(e, f.out, format, all, dirs)
	}
	var failed []error
	for i, dir := range dirs {
		failed = append(failed, f.write(e, filepath.Join(dir, dataFolder), format, all[i:i+1], dirs[i:i+1]))
	}
	return errors.Join(failed...)
}

func (f *exportFlags) write(e *env, folder string, format reports.ExportFormat, all []*measure.Result, runs []string) error {
	paths, err := reports.Export(folder, format, all, runs)
	if err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	for _, path := range paths {
		if _, err := fmt.Fprintln(e.stdout, path); err != nil && !errors.Is(err, syscall.EPIPE) {
			return failure(run.CodeUnmeasured, fmt.Errorf("naming what was written: %w", err))
		}
	}
	return nil
}
