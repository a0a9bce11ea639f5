package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"versus/reports"
	"versus/reports/plot"
	"versus/sim/fidelity"
	"versus/sim/run"
)

// fidelityWorkerCommand is the hidden verb that makes one transfer with the
// kernel's TCP in a process of its own.
const fidelityWorkerCommand = "fidelity-worker"

func newFidelity(e *env) *cobra.Command {
	var (
		full, short, quiet  bool
		kernel, format, out string
		jobs                int
	)
	cmd := &cobra.Command{
		Use:   "fidelity",
		Short: "check the simulated TCP against models and the kernel's TCP",
		Long: `Check the network bench: transfers without loss against slow-start arithmetic,
Reno under loss against PFTK and Mathis, flows that share a bottleneck, a small
message beside a bulk flow; then the kernel's own CUBIC and Reno over the same
links in real time. Each line says model, measured and their ratio.

The kernel's part needs Linux and root, for network namespaces and TUN devices,
and /proc/sys/net/ipv4/tcp_available_congestion_control must list cubic and
reno. It is left out, with a message, where they are missing.

Without a flag it takes less than five minutes on two idle processors: all of
the models, and the kernel where a transfer takes at most 10 s. The exit code is
1 if a ratio is outside its range or could not be measured.`,
		Example: `  versus fidelity
  versus fidelity --short --kernel off
  sudo versus fidelity --full --kernel required --out docs/fidelity`,
		Args: exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			o := fidelity.Options{Scope: fidelity.Default, Kernel: fidelity.KernelMode(kernel), Jobs: jobs}
			switch {
			case full && short:
				return failure(run.CodeUsage, errors.New("--full and --short exclude each other"))
			case full:
				o.Scope = fidelity.Full
			case short:
				o.Scope = fidelity.Short
			}
			switch o.Kernel {
			case fidelity.Auto, fidelity.Required, fidelity.Off:
			default:
				return failure(run.CodeUsage, fmt.Errorf("--kernel: %q is unknown; use auto, required or off", kernel))
			}
			switch reports.Format(format) {
			case reports.Text, reports.JSON, reports.CSV:
			default:
				return failure(run.CodeUsage, fmt.Errorf("--format: %q is unknown; use text, json or csv", format))
			}
			if jobs < 0 {
				return failure(run.CodeUsage, fmt.Errorf("--jobs: %d is below 0", jobs))
			}
			return calibrate(e, o, reports.Format(format), out, quiet)
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "run the whole grid (17 to 20 minutes on two idle processors, three hours on a busy machine)")
	cmd.Flags().BoolVar(&short, "short", false, "run a sample of the grid (less than a minute on an idle machine)")
	cmd.Flags().StringVar(&kernel, "kernel", string(fidelity.Auto), "measure the kernel's TCP: `WHEN` is auto, required or off")
	cmd.Flags().IntVar(&jobs, "jobs", 0, "kernel transfers side by side at most; 0 keeps the machine at most half busy")
	cmd.Flags().StringVar(&format, "format", string(reports.Text), "print as `FORMAT`: text, json or csv")
	cmd.Flags().StringVar(&out, "out", "", "also write table, data and charts into the folder `DIR`")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress on stderr")
	return cmd
}

func newFidelityWorker(e *env) *cobra.Command {
	return &cobra.Command{
		Use:    fidelityWorkerCommand,
		Short:  "make one transfer with the kernel's TCP, read from standard input",
		Hidden: true,
		Args:   exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failure(run.CodeUnmeasured, fidelity.KernelWorker(context.Background(), e.stdin, e.stdout))
		},
	}
}

// calibrate measures, prints and judges.
func calibrate(e *env, o fidelity.Options, format reports.Format, out string, quiet bool) error {
	self, err := os.Executable()
	if err != nil {
		return failure(run.CodeUnmeasured, err)
	}
	o.Worker = []string{self, fidelityWorkerCommand}
	if !quiet {
		o.Progress = func(done, total int, rows []fidelity.Row) {
			for _, r := range rows {
				if e.isTerminal {
					fmt.Fprintf(e.stderr, "\r\033[K%d/%d %s: %s", done, total, r.Part, r.Case)
				} else if !r.Passed() {
					fmt.Fprintf(e.stderr, "%d/%d %s: %s: %s\n", done, total, r.Part, r.Case, r.Verdict)
				}
			}
			if e.isTerminal && done == total {
				fmt.Fprint(e.stderr, "\r\033[K")
			}
		}
	}
	ctx, stop := e.interrupts(context.Background(), e.stderr)
	defer stop()
	res, err := fidelity.Run(ctx, o)
	if res == nil {
		return failure(run.CodeUnmeasured, fmt.Errorf("the kernel's TCP cannot be measured: %w", err))
	}
	if err := printCalibration(e, res, format); err != nil {
		return err
	}
	if err != nil {
		return failure(run.CodeInterrupted, errors.New("interrupted: what was measured is above"))
	}
	if out != "" {
		if err := saveCalibration(res, out); err != nil {
			return failure(run.CodeUnmeasured, err)
		}
	}
	if !res.Passed() {
		return failure(run.CodeUnmeasured, errors.New("not every comparison is within its range"))
	}
	return nil
}

func printCalibration(e *env, res *fidelity.Result, format reports.Format) error {
	switch format {
	case reports.JSON:
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(res)
	case reports.CSV:
		text, err := res.CSV()
		if err != nil {
			return err
		}
		return write(e.stdout, []byte(text))
	}
	return write(e.stdout, []byte(res.Text()))
}

// saveCalibration writes the table, the data and the charts.
func saveCalibration(res *fidelity.Result, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	data, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	text, err := res.CSV()
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"fidelity.json": append(data, '\n'),
		"fidelity.csv":  []byte(text),
		"fidelity.txt":  []byte(res.Text()),
	}
	for name, c := range calibrationCharts(res) {
		if files[name+".svg"], err = plot.Render(c, plot.SVG, plot.Options{}); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			return err
		}
	}
	return nil
}
