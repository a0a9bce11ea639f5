package experiments_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
)

// cell is one experiment with the shortest makespan in theory: peers that ask at
// once for a file of equal pieces, all uplinks equal.
type cell struct{ peers, pieces int }

// makespan runs a cell and returns the measured makespan over the bound of
// Mundinger, Weber and Weiss.
func (c cell) makespan(tb testing.TB, seed uint64) (ratio float64) {
	tb.Helper()
	const piece = 256 * scenario.KiB
	s := load(tb, "flash-crowd", seed,
		fmt.Sprintf("workload.files=[{name: a.bin, size: %v}]", piece*scenario.Bytes(c.pieces)),
		"workload.piece_size=256KiB", fmt.Sprintf("peers=%d", c.peers),
		"network.origin={uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 5ms}",
		"network.peers.0.uplink=10Mbit/s", "network.peers.0.downlink=50Mbit/s", "network.peers.0.delay=5ms")
	t := run(tb, s, &uplinks{})
	require.NotNil(tb, t.MakespanS)
	require.NotNil(tb, t.Bounds.PiecesS)
	return *t.MakespanS / *t.Bounds.PiecesS
}

// TestMakespanAgainstMundingerWeberWeiss runs the smallest cell and one in the
// middle; BenchmarkMakespan has them all. A single run of the smallest takes 1.19 to
// 1.29 times pieces_s, hence the mean of several.
func TestMakespanAgainstMundingerWeberWeiss(t *testing.T) {
	if testing.Short() {
		t.Skip("whole swarms of libp2p peers")
	}
	for _, tt := range []struct {
		cell
		seeds int
		below float64
	}{
		{cell{7, 16}, 8, 1.28},
		{cell{31, 64}, 1, 1.2},
	} {
		t.Run(fmt.Sprintf("%d peers, %d pieces", tt.peers, tt.pieces), func(t *testing.T) {
			var sum float64
			for seed := range tt.seeds {
				ratio := tt.makespan(t, uint64(seed+1))
				t.Logf("makespan over pieces_s: %.3f", ratio)
				assert.Greater(t, ratio, 1500.0/1448)
				sum += ratio
			}
			assert.Less(t, sum/float64(tt.seeds), tt.below)
		})
	}
}

// BenchmarkMakespan prints the mean and the largest ratio of every cell over as
// many seeds as -benchtime says, such as 3x.
func BenchmarkMakespan(b *testing.B) {
	for _, peers := range []int{7, 31, 100} {
		for _, pieces := range []int{16, 64, 128} {
			b.Run(fmt.Sprintf("peers=%d/pieces=%d", peers, pieces), func(b *testing.B) {
				var sum, most float64
				for i := range b.N {
					r := cell{peers, pieces}.makespan(b, uint64(i+1))
					sum, most = sum+r, max(most, r)
				}
				b.ReportMetric(sum/float64(b.N), "x_pieces_s")
				b.ReportMetric(most, "worst")
			})
		}
	}
}
