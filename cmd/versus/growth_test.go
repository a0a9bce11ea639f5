package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
)

var (
	growthDocs  = flag.String("growth", "", "redraw the growth of wall time in the documentation folder `DIR`")
	growthPeers = flag.String("growth-peers", "125,250,500,1000", "measure the growth at `N,N,...` peers, smallest first")
	growthRuns  = flag.Int("growth-runs", 3, "measure each number of peers `N` times")
)

// growthLimit is how much more wall time a peer may cost in the largest crowd
// than in the smallest.
const growthLimit = 1.3

// Lines of docs/benchmarks.md between which the measured table stands.
const (
	growthBegins = "<!-- written by make growth: begin -->\n"
	growthEnds   = "<!-- written by make growth: end -->\n"
)

// TestGrowth measures the wall time per peer against the number of peers. With
// -growth it rewrites chart and table of docs/benchmarks.md and holds them to the
// limit; without, it tries the same on a few peers, whose times mean nothing.
func TestGrowth(t *testing.T) {
	if *growthDocs != "" {
		g := measureGrowth(t, *growthPeers, *growthRuns)
		g.publish(t, *growthDocs)
		t.Logf("\n%s", g.table())
		for _, arch := range g.architectures {
			assert.LessOrEqual(t, g.factor(arch), growthLimit, "%s: growth of the wall time per peer", arch)
		}
		return
	}
	wholeRuns(t)
	docs := t.TempDir()
	page := filepath.Join(docs, "benchmarks.md")
	require.NoError(t, os.MkdirAll(filepath.Join(docs, "images"), 0o777))
	require.NoError(t, os.WriteFile(page, []byte("before\n"+growthBegins+"old\n"+growthEnds+"after\n"), 0o666))
	g := measureGrowth(t, "2,4", 1)
	g.publish(t, docs)
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, "before\n"+growthBegins+g.table()+growthEnds+"after\n", string(text))
	assert.Equal(t, 2, strings.Count(g.table(), "\n| 2 |")+strings.Count(g.table(), "\n| 4 |"), g.table())
	chart, err := os.ReadFile(filepath.Join(docs, "images", "growth.svg"))
	require.NoError(t, err)
	assert.Contains(t, string(chart), "<svg")

	// The page of the documentation has a place for the table.
	text, err = os.ReadFile(filepath.Join("..", "..", "docs", "benchmarks.md"))
	require.NoError(t, err)
	assert.Regexp(t, "(?s)"+growthBegins+".+"+growthEnds, string(text))
}

// growth is what trials cost by architecture and number of peers.
type growth struct {
	architectures []string
	peers         []int
	trials        map[string]map[int][]measure.Trial
	host          measure.Host
	goVersion     string
	on            string // date
}

// measureGrowth runs a crowd of each size in turns, one trial at a time, each in a worker
// process of its own on one processor: a machine that gets slower while this runs makes
// all sizes slower.
func measureGrowth(t *testing.T, peers string, runs int) *growth {
	t.Helper()
	g := &growth{trials: map[string]map[int][]measure.Trial{}}
	for _, text := range strings.Split(peers, ",") {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		g.peers = append(g.peers, n)
	}
	for seed := 1; seed <= runs; seed++ {
		for _, n := range g.peers {
			out := filepath.Join(t.TempDir(), "out")
			got := cli{stdin: crowdOf}.run("run", "-", "-q", "--out", out, "--jobs", "1", "--seed", strconv.Itoa(seed), "--set", fmt.Sprintf("peers=%d", n))
			require.Zero(t, got.code, got.stderr)
			res, err := measure.Read(out)
			require.NoError(t, err)
			g.host, g.goVersion = res.Host, res.Build.Go
			g.on, _, _ = strings.Cut(res.StartedAt, "T")
			for _, trial := range res.Trials {
				require.Nil(t, trial.Error)
				require.Equal(t, n, trial.Summary.Completed)
				if g.trials[trial.Architecture] == nil {
					g.architectures = append(g.architectures, trial.Architecture)
					g.trials[trial.Architecture] = map[int][]measure.Trial{}
				}
				g.trials[trial.Architecture][n] = append(g.trials[trial.Architecture][n], trial)
				t.Logf("%s, %d peers, seed %d: %v", trial.Architecture, n, trial.Seed, time.Duration(trial.WallS*float64(time.Second)).Round(time.Millisecond))
			}
		}
	}
	return g
}

// walls returns the wall times of the runs in seconds, smallest first.
func (g *growth) walls(arch string, peers int) (out []float64) {
	for _, t := range g.trials[arch][peers] {
		out = append(out, t.WallS)
	}
	slices.Sort(out)
	return out
}

// median returns the median of what is sorted.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// perPeer returns the median of the wall times, in milliseconds per peer.
func (g *growth) perPeer(arch string, peers int) float64 {
	return median(g.walls(arch, peers)) / float64(peers) * 1e3
}

// factor returns the wall time per peer in the largest crowd over that in the
// smallest.
func (g *growth) factor(arch string) float64 {
	return g.perPeer(arch, g.peers[len(g.peers)-1]) / g.perPeer(arch, g.peers[0])
}

// where says what was measured, when and on what.
func (g *growth) where() string {
	runs := len(g.trials[g.architectures[0]][g.peers[0]])
	return fmt.Sprintf("%d runs of each in turns, random seeds from 1, %s/%s, %d processors, %s, %s", runs, g.host.OS, g.host.Arch, g.host.CPUs, g.goVersion, g.on)
}

// table writes the figures, with a line that says how far they grow.
func (g *growth) table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Medians of %s:\n\n| peers |", g.where())
	for _, arch := range g.architectures {
		fmt.Fprintf(&b, " %s: wall | per peer | peak memory |", arch)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|---|---|", len(g.architectures)) + "\n")
	for _, n := range g.peers {
		fmt.Fprintf(&b, "| %d |", n)
		for _, arch := range g.architectures {
			walls, memory := g.walls(arch, n), int64(0)
			for _, t := range g.trials[arch][n] {
				memory = max(memory, t.PeakRSSBytes)
			}
			fmt.Fprintf(&b, " %.3g s (%.3g to %.3g) | %.3g ms | %d MiB |", median(walls), walls[0], walls[len(walls)-1], g.perPeer(arch, n), memory>>20)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\nWall time per peer with %d peers over that with %d:", g.peers[len(g.peers)-1], g.peers[0])
	for i, arch := range g.architectures {
		fmt.Fprintf(&b, "%s %.2f (%s)", []string{"", ","}[min(i, 1)], g.factor(arch), arch)
	}
	fmt.Fprintf(&b, "; the target is at most %g.\n", growthLimit)
	return b.String()
}

// chart draws the wall time per peer over that of the smallest crowd.
func (g *growth) chart() plot.Chart {
	c := plot.Lines{
		Title:   fmt.Sprintf("Wall time per peer, over that with %d peers", g.peers[0]),
		Caption: "A crowd that downloads 4 MiB each. Markers: medians, bars: from the fastest run to the slowest; " + g.where() + ".",
		X:       plot.Axis{Label: "peers", Log: true},
		Y:       plot.Axis{Label: fmt.Sprintf("wall time per peer over that with %d", g.peers[0])},
		Limits:  []plot.Limit{{Name: fmt.Sprintf("target: at most %g", growthLimit), Y: growthLimit}},
	}
	for _, n := range g.peers {
		c.X.Ticks = append(c.X.Ticks, plot.Tick{Value: float64(n), Label: strconv.Itoa(n)})
	}
	for i, arch := range g.architectures {
		base := g.perPeer(arch, g.peers[0])
		s := plot.Series{Name: fmt.Sprintf("%s: %.3g ms with %d", arch, base, g.peers[0]), Style: i, Dots: true}
		for _, n := range g.peers {
			walls := g.walls(arch, n)
			over := func(wall float64) float64 { return wall / float64(n) * 1e3 / base }
			s.Points = append(s.Points, plot.Point{
				X: float64(n), Y: over(median(walls)), Low: over(walls[0]), High: over(walls[len(walls)-1])})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// publish writes the chart, and the table into its place in the page.
func (g *growth) publish(t *testing.T, docs string) {
	t.Helper()
	picture, err := plot.Render(g.chart(), plot.SVG, plot.Options{})
	require.NoError(t, err)
	page := filepath.Join(docs, "benchmarks.md")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, begins := strings.Cut(string(text), growthBegins)
	_, after, ends := strings.Cut(rest, growthEnds)
	require.True(t, begins && ends, "%s has no place for the table", page)
	require.NoError(t, os.WriteFile(filepath.Join(docs, "images", "growth.svg"), picture, 0o666))
	require.NoError(t, os.WriteFile(page, []byte(before+growthBegins+g.table()+growthEnds+after), 0o666))
}
