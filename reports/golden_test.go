package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
)

// troubled is a sweep that has everything a chart can show: three seeds, nodes
// that sent, faults, and requests that did not complete. It returns the events
// of its largest point, too.
func troubled() (*measure.Result, []measure.Event) {
	c := flashCrowd()
	c.peers, c.seeds = []int{10, 20}, []uint64{1, 2, 3}
	r := c.result()
	var progress []measure.Event
	for i := range r.Trials {
		t := &r.Trials[i]
		t.Nodes = append(t.Nodes, measure.Node{Node: "origin", Group: "origin", Role: measure.RoleOrigin, SentBytes: t.Summary.OriginSentBytes})
		for j := range t.Requests {
			n := measure.Node{Node: t.Requests[j].Node, Group: "home", Role: measure.RoleDownloader, ReceivedBytes: 17 * mib,
				SentBytes: int64(j) * t.Summary.PeersSentBytes / 190}
			if j%5 == 0 {
				n.DownS = 3
			}
			t.Nodes = append(t.Nodes, n)
			for step := range 20 {
				share := float64(step+1) / 20
				progress = append(progress, measure.Event{TrialKey: t.TrialKey, TS: *t.Requests[j].FinishedS * share,
					Kind: measure.EventProgress, Node: n.Node, File: "lecture.bin", Detail: fmt.Sprintf("%.2f", share)})
			}
		}
		for j := range t.Timeline {
			k := &t.Timeline[j]
			copies := 1 + j/10
			if k.TS > 3 && k.TS < 6 {
				k.Online -= 4
				copies /= 2
			}
			k.RarestCopies = &copies
		}
		for _, n := range []string{"home-1", "home-6", "home-11"} {
			t.Faults = append(t.Faults, measure.Fault{TS: 3, Action: "kill", Target: n})
		}
		t.Faults = append(t.Faults, measure.Fault{TS: 4, Action: "disconnect", Target: "home-2|home-3"},
			measure.Fault{TS: 5, Action: "partition", Target: "home|origin"})
		for _, n := range []string{"home-1", "home-6", "home-11"} {
			t.Faults = append(t.Faults, measure.Fault{TS: 6, Action: "restart", Target: n})
		}
		t.Faults = append(t.Faults, measure.Fault{TS: 8, Action: "heal", Target: "home|origin"})
		t.Requests[0].Outcome, t.Requests[0].FinishedS = measure.Down, nil
		t.Summary.Completed--
		t.Summary.Inflation = ptr(1 + 0.1*float64(t.Seed))
		t.Summary.SuccessRate = ptr(float64(t.Summary.Completed) / float64(t.Summary.Requested))
	}
	return r, progress
}

// TestGoldenCharts holds what every chart says, and the bytes of its files.
// Processors that fuse multiplications with additions round differently, so the
// bytes are compared on amd64 alone.
func TestGoldenCharts(t *testing.T) {
	words := func(charts []Chart) string {
		var text strings.Builder
		for _, c := range charts {
			title, caption := c.Describe()
			fmt.Fprintf(&text, "%s: %s\n  %s\n  %s\n", c.Name, title, caption, outline(c.Chart))
		}
		return text.String()
	}
	r, progress := troubled()
	golden(t, "charts-troubled.txt", words(Charts(r, progress)))
	golden(t, "charts-one-seed.txt", words(Charts(cases()["one-seed"], nil)))
	if runtime.GOARCH != "amd64" {
		return
	}
	var sums strings.Builder
	for _, c := range Charts(r, progress) {
		add := func(f plot.Format, o plot.Options) {
			b, err := plot.Render(c.Chart, f, o)
			require.NoError(t, err)
			sum := sha256.Sum256(b)
			fmt.Fprintf(&sums, "%s %s%s %s.%s\n", hex.EncodeToString(sum[:8]), o.Size, o.Theme, c.Name, f)
		}
		for _, f := range plot.Formats() {
			add(f, plot.Options{})
		}
		add(plot.SVG, plot.Options{Size: plot.Slide, Theme: plot.Dark})
		add(plot.SVG, plot.Options{Size: plot.Column})
	}
	golden(t, "charts-troubled.sums", sums.String())
}

// outline writes the series of a chart with their ends.
func outline(c plot.Chart) string {
	var parts []string
	switch c := c.(type) {
	case plot.Lines:
		parts = append(parts, fmt.Sprintf("x: %s, y: %s", c.X.Text(), c.Y.Text()))
		for _, s := range c.Series {
			if n := len(s.Points); n > 0 && s.Name != "" {
				parts = append(parts, fmt.Sprintf("%s: %d points to (%.4g, %.4g)", s.Name, n, s.Points[n-1].X, s.Points[n-1].Y))
			}
		}
		for _, m := range c.Marks {
			parts = append(parts, fmt.Sprintf("mark %q at %.4g", m.Name, m.X))
		}
		for _, s := range c.Spans {
			parts = append(parts, fmt.Sprintf("span %q from %.4g to %.4g", s.Name, s.From, s.To))
		}
	case plot.Bars:
		for _, p := range c.Parts {
			parts = append(parts, fmt.Sprintf("%s (%s): %.4g", p.Name, c.X.Unit, p.Values))
		}
	case plot.Panels:
		for _, p := range c.Panels {
			parts = append(parts, fmt.Sprintf("%s: %.4g", p.Text(), p.Values))
		}
	case plot.Heat:
		for _, p := range c.Panels {
			parts = append(parts, fmt.Sprintf("%s: %.4g", p.Text(), p.Cells))
		}
	case plot.Raster:
		for _, p := range c.Panels {
			parts = append(parts, fmt.Sprintf("%s: %d rows, the last of %d points", p.Name, len(p.Rows), len(p.Rows[len(p.Rows)-1].Points)))
		}
	}
	return strings.Join(parts, "\n  ")
}

// TestEveryChartIsDocumented: docs/charts.md has a row for each, and no other.
func TestEveryChartIsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "charts.md"))
	require.NoError(t, err)
	var documented, known []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, m[1])
	}
	primary := true
	for _, k := range newView(flashCrowd().result()).kinds(nil) {
		known = append(known, k.name)
		assert.NotEmpty(t, k.reading, k.name)
		if k.primary && k.name != "throughput" {
			assert.True(t, primary, "%s comes after charts that matter less", k.name)
		}
		primary = primary && (k.primary || k.name == "throughput")
	}
	slices.Sort(documented)
	slices.Sort(known)
	assert.Equal(t, documented, known)
}
