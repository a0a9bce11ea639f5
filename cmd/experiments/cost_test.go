package experiments_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"versus/clientserver"
	"versus/p2p"
	"versus/sim/trial"
)

// BenchmarkCost measures what a trial costs the machine: a crowd that downloads
// 4 MiB each. Per delivered MiB it reports the operations of bench and trial,
// the allocations and allocated bytes of the whole stack, and the stream bytes
// that go into the bench and come out of it, which it copies but for what is
// written by WriteConst, and per peer the wall time. Give it one processor, as workers have, with GOMAXPROCS=1.
func BenchmarkCost(b *testing.B) {
	for _, kind := range []trial.Kind{clientserver.Kind(), p2p.Kind()} {
		for _, peers := range []int{125, 250, 500, 1000} {
			b.Run(fmt.Sprintf("%s/peers=%d", kind.Name, peers), func(b *testing.B) {
				s := loadFor(b, kind, "flash-crowd", 1,
					"workload.files=[{name: a.bin, size: 4MiB}]", fmt.Sprintf("peers=%d", peers),
					"network.origin={uplink: 100Mbit/s, downlink: 100Mbit/s, delay: 10ms}")
				var operations, allocations, allocated, copied, delivered float64
				for b.Loop() {
					var before, after runtime.MemStats
					runtime.GC()
					runtime.ReadMemStats(&before)
					m := &trial.Monitor{}
					t := runAs(b, s, kind, m)
					runtime.ReadMemStats(&after)
					require.NotEmpty(b, t.Timeline)
					operations += float64(m.Operations())
					allocations += float64(after.Mallocs - before.Mallocs)
					allocated += float64(after.TotalAlloc - before.TotalAlloc)
					for _, n := range t.Nodes {
						copied += float64(n.SentBytes + n.ReceivedBytes)
					}
					delivered += float64(t.Timeline[len(t.Timeline)-1].DeliveredBytes) / (1 << 20)
				}
				b.ReportMetric(operations/delivered, "operations/MiB")
				b.ReportMetric(allocations/delivered, "allocs/MiB")
				b.ReportMetric(allocated/delivered, "B-allocated/MiB")
				b.ReportMetric(copied/delivered, "B-copied/MiB")
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(peers)*1e3, "ms-wall/peer")
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s-wall")
			})
		}
	}
}
