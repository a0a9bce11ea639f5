package reports

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"versus/reports/plot"
	"versus/sim/measure"
)

// ChartsFolder is the folder of charts below that of a result.
const ChartsFolder = "charts"

// Chart is one chart of a result, in every format.
type Chart struct {
	Name    string // of its files, without the extension
	Title   string
	Caption string
	SVG     []byte
	PNG     []byte
	PDF     []byte
}

// Charts draws the result's charts: completion times, bytes over time, bytes
// sent, and, for a sweep over numbers, times against the swept value. Equal
// results give equal bytes.
func Charts(r *measure.Result) ([]Chart, error) {
	var out []Chart
	for _, f := range newView(r).figures() {
		c := Chart{Name: f.name}
		c.Title, c.Caption = f.Describe()
		for _, file := range []struct {
			format plot.Format
			to     *[]byte
		}{{plot.SVG, &c.SVG}, {plot.PNG, &c.PNG}, {plot.PDF, &c.PDF}} {
			b, err := plot.Render(f.Chart, file.format)
			if err != nil {
				return nil, fmt.Errorf("drawing chart %s: %w", f.name, err)
			}
			*file.to = b
		}
		out = append(out, c)
	}
	return out, nil
}

// drawable is a chart and the name of its files.
type drawable struct {
	name string
	plot.Chart
}

func (v *view) figures() []drawable {
	out := []drawable{
		{"completion", v.completionChart()},
		{"delivered", v.deliveredChart()},
		{"sent", v.sentChart()},
	}
	if c, ok := v.sweepChart(); ok {
		out = append(out, drawable{"sweep", c})
	}
	return out
}

// WriteCharts draws the result's charts into the folder charts below dir and
// returns the paths written, sorted. Every file appears whole or not at all.
func WriteCharts(dir string, r *measure.Result) ([]string, error) {
	charts, err := Charts(r)
	if err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, ChartsFolder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("making the folder of charts: %w", err)
	}
	var paths []string
	for _, c := range charts {
		for _, file := range []struct {
			format plot.Format
			data   []byte
		}{{plot.PDF, c.PDF}, {plot.PNG, c.PNG}, {plot.SVG, c.SVG}} {
			path := filepath.Join(dir, c.Name+"."+string(file.format))
			err := measure.WriteFile(path, func(w io.Writer) error {
				_, err := w.Write(file.data)
				return err
			})
			if err != nil {
				return paths, err
			}
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// heading is what the charts say of a point in their title and caption.
func (v *view) heading(title string) string {
	if s := v.result.Scenario; s != nil && s.Title != "" {
		return title + ": " + s.Title
	}
	return title + ": " + v.name()
}

// source names the scenario, the point, the seeds and what is left out.
func (v *view) source(p point) string {
	s := "Scenario " + v.name()
	if len(v.points) > 1 {
		which := "last"
		if _, numeric := v.numericKey(); numeric {
			which = "largest"
		}
		s += fmt.Sprintf(" at %s (the %s of %d points)", p.label, which, len(v.points))
	} else if p.label != "" {
		s += " at " + p.label
	}
	s += ", " + seedText(seedsOf(p.cells))
	var failed []*measure.Trial
	for _, c := range p.cells {
		failed = append(failed, c.failed...)
	}
	if n := len(failed); n > 0 {
		s += ", without " + count(n, "failed trial")
	}
	s += "."
	if v.loopback() {
		s += " Loopback sockets, links not shaped."
	}
	return s
}

// trialCounts is n, in trials.
func trialCounts(cells []cell) string {
	if len(cells) == 0 {
		return ""
	}
	var each []string
	same := true
	for _, c := range cells {
		each = append(each, fmt.Sprintf("%d for %s", len(c.trials), c.arch))
		same = same && len(c.trials) == len(cells[0].trials)
	}
	switch {
	case !same:
		return "Trials: " + list(each) + "."
	case len(cells) > 1:
		return fmt.Sprintf("n = %s for each architecture.", count(len(cells[0].trials), "trial"))
	}
	return fmt.Sprintf("n = %s.", count(len(cells[0].trials), "trial"))
}

// style is the look of an architecture, the same in every chart of a result.
func (v *view) style(arch string) int { return slices.Index(v.archs, arch) }
