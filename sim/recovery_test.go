package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// fetchStats sends n bytes from one node to another and returns how long that
// took and what the sender went through.
func fetchStats(t *testing.T, b *sim.Bench, from, to string, n int) (time.Duration, sim.SenderStats) {
	t.Helper()
	l, err := b.Listen(from)
	require.NoError(t, err)
	defer l.Close()
	var serving sync.WaitGroup
	var stats sim.SenderStats
	serving.Go(func() {
		c, err := l.Accept()
		if !assert.NoError(t, err) {
			return
		}
		_, err = c.Write(make([]byte, n))
		assert.NoError(t, err)
		assert.NoError(t, c.(interface{ CloseWrite() error }).CloseWrite())
		_, err = c.Read(make([]byte, 1)) // ends when the other side has everything
		assert.ErrorIs(t, err, io.EOF)
		stats = c.(interface{ SenderStats() sim.SenderStats }).SenderStats()
		assert.NoError(t, c.Close())
	})
	start := time.Now()
	c, err := b.Dial(context.Background(), to, b.Addr(from))
	require.NoError(t, err)
	got, err := io.Copy(io.Discard, c)
	took := time.Since(start)
	require.NoError(t, err)
	require.EqualValues(t, n, got)
	require.NoError(t, c.Close())
	serving.Wait()
	return took, stats
}

// Slow start that overflows the queue at the end of a transfer, the last
// packets included, is repaired without a time-out: what was sent again has
// arrived, so what was sent before it is lost. Linux takes 1.57 s for this.
func TestOverflowAtTheEndNeedsNoTimeout(t *testing.T) {
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1, Congestion: sim.Reno})
		defer b.Close()
		delay := 150 * time.Millisecond / 4
		require.NoError(t, b.AddNode("server", sim.Link{Uplink: gbit, Downlink: gbit, Delay: delay}))
		require.NoError(t, b.AddNode("client", sim.Link{Uplink: gbit, Downlink: 10 * mbit, Delay: delay}))
		took, stats := fetchStats(t, b, "server", "client", 1e6)
		assert.InEpsilon(t, 1.57, took.Seconds(), 0.03)
		assert.Zero(t, stats.Timeouts)
		assert.EqualValues(t, 1, stats.Recoveries)
		assert.Greater(t, stats.RetransmittedBytes, int64(100*sim.MSS))
	})
}

// CUBIC leaves slow start before the queue overflows and with a window that
// nearly fills the path.
func TestSlowStartEndsInTime(t *testing.T) {
	for _, rtt := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, 150 * time.Millisecond} {
		t.Run(rtt.String(), func(t *testing.T) {
			sim.Virtual(func() {
				b := sim.New(sim.Config{Seed: 1, Congestion: sim.Cubic})
				defer b.Close()
				require.NoError(t, b.AddNode("server", sim.Link{Uplink: gbit, Downlink: gbit, Delay: rtt / 4}))
				require.NoError(t, b.AddNode("client", sim.Link{Uplink: gbit, Downlink: 100 * mbit, Delay: rtt / 4}))
				took, stats := fetchStats(t, b, "server", "client", 10e6)
				assert.Zero(t, stats.RetransmittedBytes)
				// Eight rounds of slow start at most, then the link is full.
				assert.LessOrEqual(t, took, 830*time.Millisecond+2*rtt+8*rtt)
				assert.Greater(t, float64(stats.Window), 0.9*100e6/8*rtt.Seconds())
			})
		})
	}
}

// Jitter delays packets, but neither loses nor reorders them: what TCP sends
// again is what queues dropped, and a probe or two of each sender.
func TestJitterAloneResendsNothing(t *testing.T) {
	const size = 3 << 20
	for _, tc := range []struct {
		name    string
		senders int
	}{
		{name: "alone", senders: 1}, // its own uplink is the bottleneck: no queue overflows
		{name: "eight converge on one downlink", senders: 8},
	} {
		t.Run(tc.name, func(t *testing.T) {
			link := sim.Link{Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: 10 * time.Millisecond, Jitter: 20 * time.Millisecond}
			inBench(t, map[string]sim.Link{"client": link}, func(b *sim.Bench) {
				var flows sync.WaitGroup
				for i := range tc.senders {
					name := fmt.Sprint("server", i)
					require.NoError(t, b.AddNode(name, link))
					flows.Go(func() { fetchStats(t, b, name, "client", size) })
				}
				flows.Wait()
				var resent int64
				for i := range tc.senders {
					resent += b.Counters(fmt.Sprint("server", i)).RetransmittedBytes
				}
				assert.Equal(t, tc.senders > 1, resent > 0)
				assert.InDelta(t, b.Ledger().Dropped, resent, float64(2*tc.senders*sim.MSS))
			})
		})
	}
}

// A queue that is fair gives every flow the same, however much each has in it.
func TestQueuedFlowsShareFairly(t *testing.T) {
	const k, span = 8, 30 * time.Second
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1, Congestion: sim.Reno})
		defer b.Close()
		require.NoError(t, b.AddShared("campus", sim.SharedLink{Uplink: 10 * mbit, Downlink: gbit}))
		got := make([]int64, k)
		var flows sync.WaitGroup
		for i := range k {
			delay := []time.Duration{5 * time.Millisecond, 20 * time.Millisecond}[i%2]
			server, client := fmt.Sprint("server", i), fmt.Sprint("client", i)
			require.NoError(t, b.AddNode(server, sim.Link{Uplink: gbit, Downlink: gbit, Delay: delay, Shared: "campus"}))
			require.NoError(t, b.AddNode(client, sim.Link{Uplink: gbit, Downlink: gbit, Delay: delay}))
			l, err := b.Listen(server)
			require.NoError(t, err)
			flows.Go(func() {
				defer l.Close()
				c, err := l.Accept()
				if assert.NoError(t, err) {
					for err == nil {
						_, err = c.Write(make([]byte, 64<<10))
					}
					c.Close()
				}
			})
			flows.Go(func() {
				c, err := b.Dial(context.Background(), client, b.Addr(server))
				if !assert.NoError(t, err) {
					return
				}
				defer c.Close()
				assert.NoError(t, c.SetReadDeadline(time.Now().Add(span)))
				got[i], err = io.Copy(io.Discard, c)
				assert.True(t, errors.Is(err, os.ErrDeadlineExceeded), err)
			})
		}
		flows.Wait()
		each := 10e6 / 8 * span.Seconds() * sim.MSS / sim.MTU / k
		for i, n := range got {
			assert.InEpsilon(t, each, n, 0.05, "flow %d", i)
		}
	})
}

// A driven bench does nothing on its own, and what is overdue happens at the
// instants it was due.
func TestDriven(t *testing.T) {
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1, Driven: true})
		defer b.Close()
		require.NoError(t, b.AddNode("a", sim.Link{Uplink: 12 * mbit, Downlink: gbit, Delay: 5 * time.Millisecond}))
		require.NoError(t, b.AddNode("b", sim.Link{Uplink: gbit, Downlink: gbit}))
		var late []time.Duration
		o := b.Outside("a", "b")
		for range 3 {
			o.Send(sim.MTU, func(d time.Duration) { late = append(late, d) })
		}
		wait, ok := b.Advance()
		assert.True(t, ok)
		assert.Equal(t, time.Millisecond, wait, "the first packet is on the wire")
		time.Sleep(20 * time.Millisecond)
		assert.Empty(t, late)
		_, ok = b.Advance()
		assert.False(t, ok)
		require.Len(t, late, 3)
		for i, d := range late { // over the last link in 12 microseconds
			assert.Equal(t, time.Duration(14-i)*time.Millisecond-12*time.Microsecond, d)
		}
	})
}
