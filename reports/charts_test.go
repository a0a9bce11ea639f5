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
			for _, c := range newView(r).figures() {
				names = append(names, c.name)
				svg, err := plot.Render(c.Chart, plot.SVG)
				require.NoError(t, err, c.name)
				assert.NotContains(t, string(svg), "NaN")
				title, caption := c.Describe()
				assert.NotEmpty(t, title)
				assert.Contains(t, caption, newView(r).name())
			}
			want := []string{"completion", "delivered", "sent"}
			if strings.HasPrefix(name, "sweep") || name == "three-keys" {
				want = append(want, "sweep")
			}
			assert.Equal(t, want, names)
		})
	}
}

func TestChartsAreTheSameTwice(t *testing.T) {
	a, err := Charts(cases()["sweep-seeds"])
	require.NoError(t, err)
	b, err := Charts(cases()["sweep-seeds"])
	require.NoError(t, err)
	for i := range a {
		assert.True(t, bytes.Equal(a[i].SVG, b[i].SVG), "%s.svg", a[i].Name)
		assert.True(t, bytes.Equal(a[i].PNG, b[i].PNG), "%s.png", a[i].Name)
		assert.True(t, bytes.Equal(a[i].PDF, b[i].PDF), "%s.pdf", a[i].Name)
		_, err := png.DecodeConfig(bytes.NewReader(a[i].PNG))
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(a[i].PDF, []byte("%PDF-")))
	}
}

func TestCompletionChart(t *testing.T) {
	r := cases()["incomplete"]
	l := newView(r).completionChart().(plot.Lines)
	server, mesh := l.Series[0], l.Series[1]
	assert.Equal(t, "client-server (36 of 40 completed)", server.Name)
	last := server.Points[len(server.Points)-1]
	assert.InDelta(t, 0.9, last.Y, 1e-12, "what did not complete keeps the curve below 1")
	assert.InDelta(t, l.X.Max, last.X, 1e-9, "the curve goes on to the end of the axis")
	assert.InDelta(t, 1, mesh.Points[len(mesh.Points)-1].Y, 1e-12)
	require.Len(t, l.Marks, 2)
	assert.InDelta(t, 107.37, l.Marks[0].X, 0.01)
	assert.Contains(t, l.Caption, "Scenario flash-crowd, seed 7. n = 40 requests")

	staggered := newView(cases()["staggered"]).completionChart().(plot.Lines)
	assert.Empty(t, staggered.Marks, "the bound is one on the makespan")
	loopback := newView(cases()["loopback"]).completionChart().(plot.Lines)
	assert.Empty(t, loopback.Marks, "the bound is one for shaped links")
	assert.Contains(t, loopback.Caption, "links not shaped")

	seven := newView(cases()["seven"]).completionChart().(plot.Lines)
	require.Len(t, seven.Marks, 2, "equal bounds share a line")
	assert.Equal(t, "no request completed", newView(cases()["nulls"]).completionChart().(plot.Lines).Empty)
}

func TestDeliveredChart(t *testing.T) {
	l := newView(cases()["five-seeds"]).deliveredChart().(plot.Lines)
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
	b := newView(cases()["one-seed"]).sentChart().(plot.Bars)
	assert.Equal(t, []string{"client-server", "p2p"}, b.Groups)
	assert.InDeltaSlice(t, []float64{643.84, 17.6}, b.Parts[0].Values, 0.01)
	assert.InDeltaSlice(t, []float64{0, 626.24}, b.Parts[1].Values, 0.01)
	assert.Equal(t, "sent (MiB)", b.Y.Label)
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
	assert.Equal(t, "network.origin.uplink (Mbit/s)", l.X.Label)
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
		for _, c := range newView(r).figures() {
			_, err := plot.Render(c.Chart, plot.SVG)
			assert.NoError(t, err, "%s of %v", c.name, x)
		}
		written(t, Text, r, Options{})
	}
}

func TestWriteCharts(t *testing.T) {
	dir := t.TempDir()
	paths, err := WriteCharts(dir, cases()["one-seed"])
	require.NoError(t, err)
	require.Len(t, paths, 9)
	again, err := WriteCharts(dir, &measure.Result{})
	require.NoError(t, err)
	assert.Equal(t, paths, again, "charts can be redrawn")
	entries, err := os.ReadDir(filepath.Join(dir, ChartsFolder))
	require.NoError(t, err)
	assert.Len(t, entries, 9, "no unfinished file is left")

	blocked := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o666))
	_, err = WriteCharts(blocked, cases()["one-seed"])
	assert.ErrorContains(t, err, "making the folder of charts")
}
