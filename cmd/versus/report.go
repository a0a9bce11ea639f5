package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/run"
)

func newReport(e *env) *cobra.Command {
	var format, size, theme, address string
	var export exportFlags
	cmd := &cobra.Command{
		Use:   "report DIR...",
		Short: "draw tables, charts and the page again from stored results",
		Long: `Draw the tables, charts and pages of result folders again, from what is stored
in them alone: nothing is measured. DIR/report.html and the charts in DIR/charts
are replaced. A folder whose run was interrupted, or killed, shows what was
finished.

The page needs no server: open DIR/report.html from disk. With --serve it is
shown at an address of this machine, which helps where files cannot be opened.

With --export nothing is drawn: the data go into tables with a row for each
trial, request, node, shared link, instant, fault and ban, for pandas, DuckDB or
R.`,
		Example: `  versus report results/flash-crowd/20261121T174633Z
  versus report results/flash-crowd/20261121T174633Z --size slide --theme dark
  versus report results/flash-crowd/* --format csv
  versus report results/flash-crowd/20261121T174633Z --serve
  versus report results/flash-crowd/* --export parquet --out tables`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactly(1, "one or more result folders")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if export.format != "" && address != "" {
				return failure(run.CodeUsage, errors.New("--serve shows pages, and --export draws none: use one of them"))
			}
			if export.format != "" {
				return export.run(e, args)
			}
			if export.out != "" {
				return failure(run.CodeUsage, errors.New("--out names the folder of --export, which was not given"))
			}
			f, err := reports.ParseFormat(format)
			if err != nil {
				return failure(run.CodeUsage, fmt.Errorf("--format: %w", err))
			}
			var look plot.Options
			if look.Size, err = plot.ParseSize(size); err != nil {
				return failure(run.CodeUsage, fmt.Errorf("--size: %w", err))
			}
			if look.Theme, err = plot.ParseTheme(theme); err != nil {
				return failure(run.CodeUsage, fmt.Errorf("--theme: %w", err))
			}
			var failed []error
			for _, dir := range args {
				failed = append(failed, report(e, dir, f, look))
			}
			if err := errors.Join(failed...); err != nil || address == "" {
				return err
			}
			return serve(cmd, e, address, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&format, "format", string(reports.Text), formatUsage)
	flags.StringVar(&size, "size", string(plot.Page), "draw charts for a `PLACE`: page (7.2 in wide), slide (16:9, large text) or column (3.35 in wide, of a paper)")
	flags.StringVar(&theme, "theme", string(plot.Light), "draw charts on `PAPER`: light or dark")
	flags.StringVar(&address, "serve", "", "then show the page to a browser at `ADDRESS`, until interrupted; without one at a free port of 127.0.0.1")
	flags.Lookup("serve").NoOptDefVal = localAddress
	export.add(cmd)
	return cmd
}

// report draws one folder's report again.
func report(e *env, dir string, format reports.Format, look plot.Options) error {
	res, err := measure.Read(dir)
	if err != nil {
		return failure(run.CodeUsage, err)
	}
	return show(e, dir, res, format, look)
}
