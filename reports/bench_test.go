package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
)

// largeSweep writes a result folder of a sweep with 100 trials of 200 nodes and
// its events, and returns the result.
func largeSweep(tb testing.TB, dir string) *measure.Result {
	c := flashCrowd()
	c.peers, c.seeds = []int{199, 198, 197, 196, 195}, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	r := c.result()
	for i := range r.Trials {
		t := &r.Trials[i]
		t.Nodes = append(t.Nodes, measure.Node{Node: "origin", Role: measure.RoleOrigin, SentBytes: t.Summary.OriginSentBytes})
		for j := range t.Requests {
			t.Nodes = append(t.Nodes, measure.Node{Node: t.Requests[j].Node, Role: measure.RoleDownloader,
				ReceivedBytes: 16 * mib, SentBytes: int64(j) * mib / 5})
		}
	}
	f, err := os.Create(filepath.Join(dir, measure.EventsFile))
	require.NoError(tb, err)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	enc := json.NewEncoder(w)
	for i := range r.Trials {
		t := &r.Trials[i]
		for step := range 20 {
			for _, q := range t.Requests {
				share := float64(step+1) / 20
				require.NoError(tb, enc.Encode(measure.Event{TrialKey: t.TrialKey, TS: *q.FinishedS * share,
					Kind: measure.EventProgress, Node: q.Node, File: q.File, Detail: fmt.Sprintf("%.2f", share)}))
			}
		}
	}
	require.NoError(tb, w.Flush())
	return r
}

// BenchmarkWriteCharts draws every chart of a sweep with 100 trials of 200
// nodes in all formats, from the result in memory and the events on the disk.
func BenchmarkWriteCharts(b *testing.B) {
	for _, size := range plot.Sizes() {
		b.Run(string(size), func(b *testing.B) {
			dir := b.TempDir()
			r := largeSweep(b, dir)
			for b.Loop() {
				paths, err := writeCharts(dir, r, plot.Options{Size: size})
				require.NoError(b, err)
				var bytes int64
				for _, p := range paths {
					info, err := os.Stat(p)
					require.NoError(b, err)
					bytes += info.Size()
				}
				b.ReportMetric(float64(len(paths)), "files")
				b.ReportMetric(float64(bytes)/1e6, "MB")
			}
		})
	}
}
