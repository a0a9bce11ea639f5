package reports

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"versus/sim/measure"
)

// ExportFormat is the format of exported tables.
type ExportFormat string

// Formats of exports.
const (
	ExportCSV     ExportFormat = "csv"
	ExportJSONL   ExportFormat = "jsonl"
	ExportParquet ExportFormat = "parquet"
)

// ExportFormats lists every format of an export.
func ExportFormats() []ExportFormat {
	return []ExportFormat{ExportParquet, ExportCSV, ExportJSONL}
}

// ParseExportFormat reads the name of a format; its error lists those there are.
func ParseExportFormat(name string) (ExportFormat, error) {
	if slices.Contains(ExportFormats(), ExportFormat(name)) {
		return ExportFormat(name), nil
	}
	var names []string
	for _, f := range ExportFormats() {
		names = append(names, string(f))
	}
	return "", fmt.Errorf("export format %q is unknown; use one of %s", name, strings.Join(names, ", "))
}

// Export writes the results as tidy tables into the folder dir, which it makes
// if need be, and returns their paths: trials, requests, nodes, links, timeline,
// faults and bans, described in docs/exports.md. runs name the results, one each, in
// the column run. Each file appears whole or not at all and replaces one of its
// name; the results are not changed.
func Export(dir string, f ExportFormat, results []*measure.Result, runs []string) ([]string, error) {
	if len(results) != len(runs) {
		return nil, fmt.Errorf("exporting: %d results with %d names", len(results), len(runs))
	}
	if _, err := ParseExportFormat(string(f)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("exporting: %w", err)
	}
	var written []string
	for _, d := range datasets(results, runs) {
		path := filepath.Join(dir, d.name+"."+string(f))
		err := measure.WriteFile(path, func(w io.Writer) error {
			switch f {
			case ExportCSV:
				return d.csv(w)
			case ExportJSONL:
				return d.jsonLines(w)
			}
			return d.parquet(w)
		})
		if err != nil {
			return written, fmt.Errorf("exporting: %w", err)
		}
		written = append(written, path)
	}
	return written, nil
}
