package sim_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"versus/sim"
)

// BenchmarkClients is the cost of the bench alone: clients that each read
// 4 MiB from one server over plain connections.
func BenchmarkClients(b *testing.B) {
	for _, clients := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			const size = 4 << 20
			b.ReportAllocs()
			b.SetBytes(int64(clients) * size)
			data := make([]byte, size)
			for b.Loop() {
				sim.Virtual(func() { serveAll(b, clients, data) })
			}
		})
	}
}

func serveAll(tb testing.TB, clients int, data []byte) {
	bench := sim.New(sim.Config{Seed: 1})
	defer bench.Close()
	require.NoError(tb, bench.AddNode("server", sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond}))
	l, err := bench.Listen("server")
	require.NoError(tb, err)
	var wg sync.WaitGroup
	for i := range clients {
		name := fmt.Sprint("client-", i)
		require.NoError(tb, bench.AddNode(name, sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 20 * time.Millisecond}))
		wg.Go(func() { readAll(tb, bench, name) })
	}
	for range clients {
		c, err := l.Accept()
		require.NoError(tb, err)
		wg.Go(func() {
			if _, err := c.Write(data); err != nil {
				tb.Error(err)
			}
			c.Close()
		})
	}
	wg.Wait()
	l.Close()
}

func readAll(tb testing.TB, bench *sim.Bench, name string) {
	c, err := bench.Dial(context.Background(), name, bench.Addr("server"))
	if err != nil {
		tb.Error(err)
		return
	}
	defer c.Close()
	buf := make([]byte, 64<<10)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}
