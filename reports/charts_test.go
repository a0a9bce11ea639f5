package reports

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
)

func TestChartsOfEveryResult(t *testing.T) {
	for name, r := range cases() {
		t.Run(name, func(t *testing.T) {
			var names []string
			for _, c := range Charts(r, nil) {
				names = append(names, c.Name)
				svg, err := plot.Render(c.Chart, plot.SVG, plot.Options{})
				require.NoError(t, err, c.Name)
				assert.NotContains(t, string(svg), "NaN")
				title, caption := c.Describe()
				assert.NotEmpty(t, title)
				assert.Contains(t, caption, newView(r).name())
			}
			switch {
			case name == "empty" || name == "nulls":
				assert.Empty(t, names, "no chart is empty")
			case strings.HasPrefix(name, "sweep") || name == "three-keys":
				assert.Subset(t, names, []string{"sweep", "completion", "delivered", "sent"})
			default:
				assert.Subset(t, names, []string{"completion", "delivered", "sent"})
				assert.NotContains(t, names, "sweep")
			}
		})
	}
}

func TestChartsAreTheSameTwice(t *testing.T) {
	files := func(o plot.Options) map[string][]byte {
		dir := t.TempDir()
		paths, err := writeCharts(dir, cases()["sweep-seeds"], o)
		require.NoError(t, err)
		out := map[string][]byte{}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			require.NoError(t, err)
			out[filepath.Base(p)] = b
		}
		return out
	}
	for _, o := range []plot.Options{{Size: plot.Column, Theme: plot.Dark}} {
		a, b := files(o), files(o)
		assert.Len(t, b, len(a))
		for name := range a {
			assert.True(t, bytes.Equal(a[name], b[name]), "%s of %v", name, o)
			switch filepath.Ext(name) {
			case ".png":
				_, err := png.DecodeConfig(bytes.NewReader(a[name]))
				require.NoError(t, err)
			case ".pdf":
				assert.True(t, bytes.HasPrefix(a[name], []byte("%PDF-")))
			}
		}
	}
}

func TestCompletionChart(t *testing.T) {
	r := cases()["incomplete"]
	l := chartOf(t, r, "completion").(plot.Lines)
	server, mesh := l.Series[0], l.Series[1]
	assert.Equal(t, "client-server (36 of 40 completed)", server.Name)
	last := server.Points[len(server.Points)-1]
	assert.InDelta(t, 0.9, last.Y, 1e-12, "what did not complete keeps the curve below 1")
	assert.InDelta(t, l.X.Max, last.X, 1e-9, "the curve goes on to the end of the axis")
	assert.InDelta(t, 1, mesh.Points[len(mesh.Points)-1].Y, 1e-12)
	require.Len(t, l.Marks, 2)
	assert.InDelta(t, 107.37, l.Marks[0].X, 0.01)
	assert.Contains(t, l.Caption, "(scenario flash-crowd), seed 7. n = 40 requests")

	staggered := chartOf(t, cases()["staggered"], "completion").(plot.Lines)
	assert.Empty(t, staggered.Marks, "the bound is one on the makespan")
	loopback := chartOf(t, cases()["loopback"], "completion").(plot.Lines)
	assert.Empty(t, loopback.Marks, "the bound is one for shaped links")
	assert.Contains(t, loopback.Caption, "links not shaped")

	seven := chartOf(t, cases()["seven"], "completion").(plot.Lines)
	require.Len(t, seven.Marks, 2, "equal bounds share a line")
}

func TestDeliveredChart(t *testing.T) {
	l := chartOf(t, cases()["five-seeds"], "delivered").(plot.Lines)
	require.Len(t, l.Limits, 1)
	assert.Equal(t, "requested: 640.0"+nbsp+"MiB", l.Limits[0].Name)
	require.Len(t, l.Series, 12, "five thin curves and a thick one for each of two")
	for _, s := range l.Series[:10] {
		assert.True(t, s.Faint)
	}
	thick := l.Series[10]
	assert.Equal(t, "client-server", thick.Name)
	for i := 1; i < len(thick.Points); i++ {
		assert.GreaterOrEqual(t, thick.Points[i].Y, thick.Points[i-1].Y, "cumulative")
	}
	assert.InDelta(t, 640, thick.Points[len(thick.Points)-1].Y, 1e-6)
}

func TestDeliveredAt(t *testing.T) {
	ticks := []measure.Tick{{TS: 1, DeliveredBytes: 10}, {TS: 3, DeliveredBytes: 30}}
	for at, want := range map[float64]float64{0: 0, 0.5: 5, 1: 10, 2: 20, 3: 30, 9: 30} {
		assert.InDelta(t, want, deliveredAt(ticks, at), 1e-9, "at %v", at)
	}
	assert.Zero(t, deliveredAt(nil, 1))
}

func TestSentChart(t *testing.T) {
	b := chartOf(t, cases()["one-seed"], "sent").(plot.Bars)
	assert.Equal(t, []string{"client-server", "p2p"}, b.Groups)
	assert.InDeltaSlice(t, []float64{643.84, 17.6}, b.Parts[0].Values, 0.01)
	assert.InDeltaSlice(t, []float64{0, 626.24}, b.Parts[1].Values, 0.01)
	assert.Equal(t, "sent (MiB)", b.X.Text())
}

func TestSweepChart(t *testing.T) {
	c, ok := newView(cases()["sweep-seeds"]).sweepChart()
	require.True(t, ok)
	l := c.(plot.Lines)
	require.Len(t, l.Series, 4)
	measured, theory := l.Series[0], l.Series[1]
	assert.Equal(t, "client-server", measured.Name)
	assert.Equal(t, "client-server bound", theory.Name)
	assert.True(t, theory.Theory)
	for i, n := range []float64{1, 2, 5, 10, 20, 40} {
		assert.InDelta(t, n, measured.Points[i].X, 0)
		assert.InDelta(t, n*16*mib*8/50e6, theory.Points[i].Y, 1e-9)
		assert.Greater(t, measured.Points[i].Y, theory.Points[i].Y)
	}
	_, ok = newView(cases()["one-seed"]).sweepChart()
	assert.False(t, ok)

	// Quantities with different units share one axis.
	r := cases()["sweep"]
	for i := range r.Trials {
		p := r.Trials[i].Point
		p["network.origin.uplink"] = map[any]string{1: "500kbit/s", 2: "1Mbit/s", 5: "10Mbit/s", 10: "100Mbit/s", 20: "1Gbit/s", 40: "2Gbit/s"}[p["peers"]]
		delete(p, "peers")
	}
	c, ok = newView(r).sweepChart()
	require.True(t, ok)
	l = c.(plot.Lines)
	assert.Equal(t, "network.origin.uplink (Mbit/s)", l.X.Text())
	assert.InDelta(t, 0.5, l.Series[0].Points[0].X, 1e-9)
	assert.InDelta(t, 2000, l.Series[0].Points[5].X, 1e-9)

	// Words are not numbers.
	for i := range r.Trials {
		r.Trials[i].Point["network.origin.uplink"] = "fast"
	}
	_, ok = newView(r).sweepChart()
	assert.False(t, ok)
}

func TestChartsWithAbsurdFigures(t *testing.T) {
	for _, x := range []float64{0, 1e-12, 1e300, -1, math.NaN(), math.Inf(1)} {
		r := cases()["sweep"]
		for i := range r.Trials {
			t := &r.Trials[i]
			t.MakespanS, t.Bounds.FluidS = ptr(x), ptr(x)
			for j := range t.Requests {
				t.Requests[j].FinishedS = ptr(x)
			}
			for j := range t.Timeline {
				t.Timeline[j].TS = x
			}
		}
		for _, c := range Charts(r, nil) {
			_, err := plot.Render(c.Chart, plot.SVG, plot.Options{})
			assert.NoError(t, err, "%s of %v", c.Name, x)
		}
		written(t, Text, r, Options{})
	}
}

// chartOf returns one chart of a result by its name.
func chartOf(t *testing.T, r *measure.Result, name string) plot.Chart {
	t.Helper()
	for _, c := range Charts(r, nil) {
		if c.Name == name {
			return c.Chart
		}
	}
	require.Fail(t, "no such chart", name)
	return nil
}

// writeCharts draws the charts of the result and the folder's events.
func writeCharts(dir string, r *measure.Result, o plot.Options) ([]string, error) {
	charts, err := ReadCharts(dir, r)
	if err != nil {
		return nil, err
	}
	return WriteCharts(dir, r, charts, o)
}

func TestWriteCharts(t *testing.T) {
	dir := t.TempDir()
	paths, err := writeCharts(dir, cases()["sweep-seeds"], plot.Options{})
	require.NoError(t, err)
	assert.Len(t, paths, 3*len(Charts(cases()["sweep-seeds"], nil)))
	own := filepath.Join(dir, ChartsFolder, "mine.png")
	require.NoError(t, os.WriteFile(own, nil, 0o666))

	again, err := writeCharts(dir, cases()["one-seed"], plot.Options{})
	require.NoError(t, err)
	assert.Less(t, len(again), len(paths))
	entries, err := os.ReadDir(filepath.Join(dir, ChartsFolder))
	require.NoError(t, err)
	assert.Len(t, entries, len(again)+1, "neither unfinished files nor charts of before are left, others' files are")
	assert.FileExists(t, own)

	_, err = writeCharts(dir, cases()["one-seed"], plot.Options{Size: "poster"})
	assert.ErrorContains(t, err, `chart size "poster" is unknown; use one of page, slide, column`)
	blocked := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o666))
	_, err = writeCharts(blocked, cases()["one-seed"], plot.Options{})
	assert.Error(t, err)
}
