package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"versus/scenarios"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

// maxScenario bounds what is read from a pipe, in bytes.
const maxScenario = 1 << 20

// readScenario returns the YAML that ref selects: the name of a scenario of
// the library, the path of a file, or - for standard input. name is how
// problems call it.
func readScenario(e *env, ref string) (name string, data []byte, err error) {
	if ref == "-" {
		data, err := io.ReadAll(io.LimitReader(e.stdin, maxScenario+1))
		if err == nil && len(data) > maxScenario {
			err = fmt.Errorf("more than %d bytes", maxScenario)
		}
		if err != nil {
			return "", nil, failure(run.CodeUsage, fmt.Errorf("reading a scenario from standard input: %w", err))
		}
		return "stdin", data, nil
	}
	if !looksLikePath(ref) {
		if data, err := scenarios.Read(ref); err == nil {
			return ref + ".yaml", data, nil
		}
		return "", nil, failure(run.CodeUsage, unknownScenario(ref))
	}
	info, err := os.Stat(ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, failure(run.CodeUsage, fmt.Errorf("there is no scenario file %s", ref))
	case err != nil:
		return "", nil, failure(run.CodeUsage, fmt.Errorf("reading a scenario: %w", err))
	case info.IsDir():
		return "", nil, failure(run.CodeUsage, fmt.Errorf("%s is a folder; a scenario is a YAML file", ref))
	case info.Mode().IsRegular() && info.Size() > maxScenario:
		return "", nil, failure(run.CodeUsage, fmt.Errorf("%s has %d bytes; a scenario has at most %d", ref, info.Size(), maxScenario))
	}
	data, err = os.ReadFile(ref)
	if err != nil {
		return "", nil, failure(run.CodeUsage, fmt.Errorf("reading a scenario: %w", err))
	}
	return ref, data, nil
}

func looksLikePath(ref string) bool {
	switch filepath.Ext(ref) {
	case ".yaml", ".yml":
		return true
	}
	return strings.ContainsRune(ref, filepath.Separator)
}

// unknownScenario names the nearest scenario, and all of them.
func unknownScenario(name string) error {
	names := scenarios.List()
	hint := ""
	if near := scenario.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("there is no scenario %q%s\nthe library has: %s\na scenario of your own is named by its path, as ./%s.yaml",
		name, hint, strings.Join(names, ", "), name)
}

// loadScenario reads, resolves and validates.
func loadScenario(e *env, ref string, ov scenario.Overrides) (*scenario.Scenario, error) {
	name, data, err := readScenario(e, ref)
	if err != nil {
		return nil, err
	}
	s, err := scenario.Load(name, data, ov, trial.Declarations(kinds()))
	return s, failure(run.CodeUsage, err)
}

// completeScenario completes the name of a scenario in a shell, or a path.
func completeScenario(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 && cmd.Name() != "validate" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return scenarios.List(), cobra.ShellCompDirectiveDefault
}
