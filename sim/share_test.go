package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim"
)

// Flows that share an uplink get equal shares, whatever their delay, and
// together what the link carries.
func TestFlowsShareFairly(t *testing.T) {
	const clients, size = 10, 20_000_000
	nodes := map[string]sim.Link{"server": {Uplink: 20 * mbit, Downlink: 20 * mbit, Delay: time.Millisecond}}
	for i := range clients {
		nodes[fmt.Sprint("client", i)] = sim.Link{
			Uplink: 10 * mbit, Downlink: 100 * mbit, Delay: time.Duration(1+10*i) * time.Millisecond}
	}
	inBench(t, nodes, func(b *sim.Bench) {
		stop := serveBytes(t, b, "server", size)
		took := make([]time.Duration, clients)
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() { took[i] = download(t, b, fmt.Sprint("client", i), "server", size) })
		}
		wg.Wait()
		stop()
		all := float64(clients*size) * 8 / 20e6 * sim.MTU / sim.MSS
		for i, d := range took {
			assert.InEpsilon(t, all, d.Seconds(), 0.02, "client %d", i)
		}
		assert.EqualValues(t, clients*size, b.Counters("server").SentBytes)
	})
}

// A flow limited elsewhere leaves its share to the others.
func TestUnusedShareIsUsed(t *testing.T) {
	const size = 4_000_000
	inBench(t, map[string]sim.Link{
		"server": {Uplink: 10 * mbit, Downlink: 10 * mbit},
		"slow":   {Uplink: 10 * mbit, Downlink: 1 * mbit},
		"fast":   {Uplink: 10 * mbit, Downlink: 100 * mbit},
	}, func(b *sim.Bench) {
		stop := serveBytes(t, b, "server", size)
		var wg sync.WaitGroup
		var fast, slow time.Duration
		wg.Go(func() { slow = download(t, b, "slow", "server", size) })
		wg.Go(func() { fast = download(t, b, "fast", "server", size) })
		wg.Wait()
		stop()
		header := float64(sim.MTU) / sim.MSS
		assert.InEpsilon(t, size*8/9e6*header, fast.Seconds(), 0.02)
		assert.InEpsilon(t, size*8/1e6*header, slow.Seconds(), 0.04)
	})
}

// A small message beside a bulk flow waits for a packet, not for a burst.
func TestSmallMessageOvertakesBulk(t *testing.T) {
	inBench(t, map[string]sim.Link{
		"server": {Uplink: 1 * mbit, Downlink: 10 * mbit, Delay: 5 * time.Millisecond},
		"bulk":   {Uplink: 10 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
		"small":  {Uplink: 10 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
	}, func(b *sim.Bench) {
		l, err := b.Listen("server")
		require.NoError(t, err)
		dial := func(name string) (io.ReadWriteCloser, io.ReadWriteCloser) {
			c, err := b.Dial(context.Background(), name, b.Addr("server"))
			require.NoError(t, err)
			s, err := l.Accept()
			require.NoError(t, err)
			return c, s
		}
		bulk, bulkServer := dial("bulk")
		small, smallServer := dial("small")
		var wg sync.WaitGroup
		wg.Go(func() { bulkServer.Write(make([]byte, 500_000)); bulkServer.Close() })
		wg.Go(func() { io.Copy(io.Discard, bulk); bulk.Close() })
		time.Sleep(500 * time.Millisecond)
		packet := float64(sim.MTU) * 8 / 1e6
		for range 20 {
			start := time.Now()
			_, err := smallServer.Write(make([]byte, 100))
			require.NoError(t, err)
			_, err = io.ReadFull(small, make([]byte, 100))
			require.NoError(t, err)
			took := time.Since(start).Seconds() - 0.010
			assert.LessOrEqual(t, took, 1.3*packet)
			time.Sleep(77 * time.Millisecond)
		}
		small.Close()
		smallServer.Close()
		wg.Wait()
		l.Close()
	})
}

// Jitter moves arrivals but not their order, and the same seed repeats it.
func TestJitter(t *testing.T) {
	arrivals := func(seed uint64) (at []time.Duration) {
		sim.Virtual(func() {
			b := sim.New(sim.Config{Seed: seed})
			defer b.Close()
			l := sim.Link{Uplink: mbit, Downlink: mbit, Delay: 10 * time.Millisecond, Jitter: 20 * time.Millisecond}
			require.NoError(t, b.AddNode("a", l))
			require.NoError(t, b.AddNode("b", l))
			c1, c2 := pair(t, b)
			start := time.Now()
			for i := range 50 {
				time.AfterFunc(time.Duration(i)*5*time.Millisecond, func() { c1.Write([]byte{byte(i)}) })
			}
			one := make([]byte, 1)
			for i := range 50 {
				_, err := io.ReadFull(c2, one)
				require.NoError(t, err)
				require.EqualValues(t, i, one[0])
				at = append(at, time.Since(start)-time.Duration(i)*5*time.Millisecond)
			}
			c1.Close()
			c2.Close()
		})
		return at
	}
	one := arrivals(1)
	assert.Equal(t, one, arrivals(1))
	assert.NotEqual(t, one, arrivals(2))
	var lowest, highest = one[0], one[0]
	for _, d := range one {
		lowest, highest = min(lowest, d), max(highest, d)
	}
	assert.GreaterOrEqual(t, lowest, 20*time.Millisecond)
	assert.Greater(t, highest-lowest, 20*time.Millisecond)
}

// Two runs of the same flows end at the same nanosecond.
func TestRepeatsExactly(t *testing.T) {
	run := func() (took []time.Duration) {
		inBench(t, map[string]sim.Link{
			"server": {Uplink: 7 * mbit, Downlink: 10 * mbit, Delay: 3 * time.Millisecond},
			"a":      {Uplink: 2 * mbit, Downlink: 3 * mbit, Delay: 5 * time.Millisecond},
			"b":      {Uplink: 2 * mbit, Downlink: 30 * mbit, Delay: 25 * time.Millisecond},
		}, func(b *sim.Bench) {
			stop := serveBytes(t, b, "server", 3_000_000)
			took = make([]time.Duration, 2)
			var wg sync.WaitGroup
			for i, name := range []string{"a", "b"} {
				wg.Go(func() {
					time.Sleep(time.Duration(i) * time.Millisecond) // two events at one instant have no order
					took[i] = download(t, b, name, "server", 3_000_000)
				})
			}
			wg.Wait()
			stop()
		})
		return took
	}
	assert.Equal(t, run(), run())
}

// Whatever is written, in whatever pieces, arrives once, in order, unchanged,
// and never sooner than the links allow, however often deadlines end the calls.
func TestStreamsAreFaithful(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rate := sim.Bandwidth(rapid.Int64Range(50_000, 2_000_000_000).Draw(rt, "rate"))
		down := sim.Bandwidth(rapid.Int64Range(50_000, 2_000_000_000).Draw(rt, "down"))
		delay := time.Duration(rapid.Int64Range(0, int64(200*time.Millisecond)).Draw(rt, "delay"))
		jitter := time.Duration(rapid.Int64Range(0, int64(20*time.Millisecond)).Draw(rt, "jitter"))
		pairs := rapid.IntRange(1, 4).Draw(rt, "pairs")
		writes := rapid.SliceOfN(rapid.IntRange(1, 200_000), 1, 8).Draw(rt, "writes")
		reads := rapid.IntRange(1, 100_000).Draw(rt, "read size")
		patience := time.Duration(rapid.Int64Range(int64(100*time.Millisecond), int64(5*time.Second)).Draw(rt, "patience"))
		sim.Virtual(func() {
			b := sim.New(sim.Config{Seed: 1})
			defer b.Close()
			require.NoError(rt, b.AddNode("a", sim.Link{Uplink: rate, Downlink: down, Delay: delay}))
			require.NoError(rt, b.AddNode("b", sim.Link{Uplink: down, Downlink: rate, Delay: delay, Jitter: jitter}))
			l, err := b.Listen("b")
			require.NoError(rt, err)
			var wg sync.WaitGroup
			send := func(c net.Conn, key uint64) {
				src := rand.NewChaCha8([32]byte{byte(key)})
				for _, n := range writes {
					data := make([]byte, n)
					_, _ = src.Read(data)
					for len(data) > 0 {
						assert.NoError(rt, c.SetWriteDeadline(time.Now().Add(patience)))
						n, err := c.Write(data)
						if data = data[n:]; err == nil {
							assert.Empty(rt, data)
						} else if !assert.ErrorIs(rt, err, os.ErrDeadlineExceeded) {
							return
						}
					}
				}
			}
			total := 0
			for _, n := range writes {
				total += n
			}
			check := func(c net.Conn, key uint64) {
				src := rand.NewChaCha8([32]byte{byte(key)})
				want := make([]byte, 0, total)
				for _, n := range writes {
					part := make([]byte, n)
					_, _ = src.Read(part)
					want = append(want, part...)
				}
				got := make([]byte, 0, total)
				part := make([]byte, reads)
				for len(got) < total {
					assert.NoError(rt, c.SetReadDeadline(time.Now().Add(patience)))
					n, err := c.Read(part)
					if !errors.Is(err, os.ErrDeadlineExceeded) && !assert.NoError(rt, err) {
						return
					}
					got = append(got, part[:n]...)
				}
				assert.Equal(rt, want, got)
			}
			start := time.Now()
			for i := range pairs {
				c1, err := b.Dial(context.Background(), "a", b.Addr("b"))
				require.NoError(rt, err)
				c2, err := l.Accept()
				require.NoError(rt, err)
				wg.Go(func() { send(c1, uint64(2*i)) })
				wg.Go(func() { send(c2, uint64(2*i+1)) })
				wg.Go(func() { check(c2, uint64(2*i)) })
				wg.Go(func() { check(c1, uint64(2*i+1)) })
			}
			wg.Wait()
			bits := float64(pairs*total) * 8
			assert.GreaterOrEqual(rt, time.Since(start).Seconds(), bits/float64(rate))
			for _, node := range []string{"a", "b"} {
				got := b.Counters(node)
				assert.EqualValues(rt, pairs*total, got.SentBytes)
				assert.EqualValues(rt, pairs*total, got.ReceivedBytes)
			}
		})
	})
}
