package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"versus/reports"
	"versus/scenarios"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

func newScenarios(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "list, show, check and begin scenarios",
		Long: `A scenario is one YAML file: the files and who asks for them, the links, the
architectures with their options, and what is swept. The library is inside the
program; a scenario of your own is named by its path.`,
		Example: `  versus scenarios list
  versus scenarios show flash-crowd > mine.yaml
  versus scenarios validate mine.yaml`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScenariosList(e), newScenariosShow(e), newScenariosValidate(e), newScenariosNew(e))
	return cmd
}

func newScenariosList(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "list the scenarios of the library",
		Example: "  versus scenarios list\n  versus scenarios list --format json",
		Args:    exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			type entry struct {
				Name        string `json:"name"`
				Title       string `json:"title"`
				Description string `json:"description"`
			}
			var entries []entry
			for _, name := range scenarios.List() {
				s, err := loadScenario(e, name, scenario.Overrides{})
				if err != nil {
					return err
				}
				entries = append(entries, entry{s.Name, s.Title, s.Description})
			}
			switch reports.Format(format) {
			case reports.JSON:
				enc := json.NewEncoder(e.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(entries)
			case reports.Text:
				t := table.NewWriter()
				t.SetStyle(table.StyleLight)
				t.Style().Options = table.OptionsNoBordersAndSeparators
				t.Style().Box.PaddingLeft = ""
				for _, s := range entries {
					t.AppendRow(table.Row{s.Name, s.Title})
				}
				t.SuppressTrailingSpaces()
				return write(e.stdout, []byte(t.Render()+"\n"))
			}
			return failure(run.CodeUsage, fmt.Errorf("format %q is unknown; use text or json", format))
		},
	}
	cmd.Flags().StringVar(&format, "format", string(reports.Text), "print as `FORMAT`: text or json")
	return cmd
}

func newScenariosShow(e *env) *cobra.Command {
	var resolved bool
	cmd := &cobra.Command{
		Use:               "show NAME",
		Short:             "print a scenario",
		Long:              "Print a scenario as it is written, or with every default filled.",
		Example:           "  versus scenarios show flash-crowd\n  versus scenarios show flash-crowd --resolved",
		Args:              exactly(1, "the name or path of a scenario"),
		ValidArgsFunction: completeScenario,
		RunE: func(_ *cobra.Command, args []string) error {
			if resolved {
				return showResolved(e, args[0])
			}
			_, data, err := readScenario(e, args[0])
			if err != nil {
				return err
			}
			return write(e.stdout, data)
		},
	}
	cmd.Flags().BoolVar(&resolved, "resolved", false, "fill every default")
	return cmd
}

func newScenariosValidate(e *env) *cobra.Command {
	var show bool
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "check scenarios and report all their problems",
		Long: `Check scenarios (paths, names of the library, or - for standard input) and
report every problem with its file and line. Nothing is run and no other file
is opened. The exit code is 2 if there is a problem.`,
		Example:           "  versus scenarios validate mine.yaml\n  versus scenarios validate --show mine.yaml",
		ValidArgsFunction: completeScenario,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactly(1, "one or more files")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			var problems []error
			for _, ref := range args {
				if show {
					problems = append(problems, showResolved(e, ref))
					continue
				}
				_, err := loadScenario(e, ref, scenario.Overrides{})
				if err == nil {
					_, err = fmt.Fprintf(e.stdout, "%s: valid\n", ref)
				}
				problems = append(problems, err)
			}
			return failure(run.CodeUsage, errors.Join(problems...))
		},
	}
	cmd.Flags().BoolVar(&show, "show", false, "print each valid scenario with every default filled")
	return cmd
}

func newScenariosNew(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME",
		Short: "begin a scenario of your own in NAME.yaml",
		Long: `Write a commented scenario to start from into NAME.yaml in this folder, or to
standard output if NAME is -. An existing file is never overwritten.`,
		Example: "  versus scenarios new my-lecture\n  versus run ./my-lecture.yaml",
		Args:    exactly(1, "the name of the new scenario"),
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == "-" {
				return write(e.stdout, scenario.New("my-scenario"))
			}
			path, template := args[0]+".yaml", scenario.New(args[0])
			if _, err := scenario.Load(path, template, scenario.Overrides{}, trial.Declarations(kinds())); err != nil {
				return failure(run.CodeUsage, err)
			}
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
			if errors.Is(err, fs.ErrExist) {
				return failure(run.CodeUsage, fmt.Errorf("%s exists already; choose another name", path))
			}
			if err != nil {
				return failure(run.CodeUsage, fmt.Errorf("beginning a scenario: %w", err))
			}
			if err := errors.Join(write(f, template), f.Close()); err != nil {
				return failure(run.CodeUnmeasured, errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(path)))
			}
			_, err = fmt.Fprintf(e.stdout, "wrote %s; run it with: versus run ./%s\n", path, path)
			return err
		},
	}
}

// showResolved prints a scenario with every default filled.
func showResolved(e *env, ref string) error {
	s, err := loadScenario(e, ref, scenario.Overrides{})
	if err != nil {
		return err
	}
	yaml, err := s.YAML()
	if err != nil {
		return err
	}
	return write(e.stdout, yaml)
}

func write(w io.Writer, data []byte) error {
	_, err := w.Write(data)
	return err
}
