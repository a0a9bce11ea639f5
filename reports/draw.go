package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"versus/reports/plot"
	"versus/sim/measure"
)

// ChartsFolder is the folder of charts below that of a result.
const ChartsFolder = "charts"

// ReadCharts returns the charts of the result that dir holds, with the events
// that they need from that folder.
func ReadCharts(dir string, r *measure.Result) ([]Chart, error) {
	progress, err := Progress(dir, r)
	if err != nil {
		return nil, err
	}
	return Charts(r, progress), nil
}

// WriteCharts draws the charts of the result that dir holds, which ReadCharts
// returns, into the folder charts below it, each as SVG, PNG and PDF, and returns
// the paths written, sorted. Every file appears whole or not at all; charts that an
// earlier drawing left and this result does not have are removed. Equal results and
// options give equal bytes.
func WriteCharts(dir string, r *measure.Result, charts []Chart, o plot.Options) ([]string, error) {
	dir = filepath.Join(dir, ChartsFolder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("making the folder of charts: %w", err)
	}
	var files []file
	// Pictures take longest, and what takes longest is begun first, so that no
	// processor is left with one at the end.
	for _, f := range []plot.Format{plot.PNG, plot.PDF, plot.SVG} {
		for _, c := range charts {
			files = append(files, file{c, f, filepath.Join(dir, c.Name+"."+string(f))})
		}
	}
	if err := drawAll(files, o); err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(files))
	for _, f := range files {
		paths = append(paths, f.path)
	}
	slices.Sort(paths)
	return paths, removeOthers(dir, r, paths)
}

// file is one chart in one format.
type file struct {
	chart  Chart
	format plot.Format
	path   string
}

// drawAll draws and writes the files, several at once.
func drawAll(files []file, o plot.Options) error {
	errs := make([]error, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			pen := plot.NewPen(o)
			for i := range next {
				errs[i] = files[i].write(pen)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

func (f file) write(pen *plot.Pen) error {
	data, err := pen.Draw(f.chart.Chart, f.format)
	if err != nil {
		return fmt.Errorf("drawing chart %s: %w", f.chart.Name, err)
	}
	return measure.WriteFile(f.path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// removeOthers deletes the charts of the folder that are not among the paths.
// Files of other names are left alone.
func removeOthers(dir string, r *measure.Result, paths []string) error {
	var errs []error
	for _, kind := range newView(r).kinds(nil) {
		for _, f := range plot.Formats() {
			path := filepath.Join(dir, kind.name+"."+string(f))
			if slices.Contains(paths, path) {
				continue
			}
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, fmt.Errorf("removing an old chart: %w", err))
			}
		}
	}
	return errors.Join(errs...)
}
