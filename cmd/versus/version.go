package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/sim/run"
)

func newVersion(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "print the versions of the program and its protocol stacks",
		Example: "  versus version\n  versus version --format json",
		Args:    exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			b := buildInfo()
			switch reports.Format(format) {
			case reports.JSON:
				enc := json.NewEncoder(e.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(b)
			case reports.Text:
				out := fmt.Sprintf("versus %s, %s\n", b.Version, b.Go)
				for _, path := range slices.Sorted(maps.Keys(b.Modules)) {
					out += fmt.Sprintf("  %s %s\n", path, b.Modules[path])
				}
				return write(e.stdout, []byte(out))
			}
			return failure(run.CodeUsage, fmt.Errorf("format %q is unknown; use text or json", format))
		},
	}
	cmd.Flags().StringVar(&format, "format", string(reports.Text), "print as `FORMAT`: text or json")
	return cmd
}
