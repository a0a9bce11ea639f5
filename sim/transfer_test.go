package sim_test

import (
	"context"
	"crypto/rand"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

const (
	kbit = sim.Bandwidth(1e3)
	mbit = sim.Bandwidth(1e6)
	gbit = sim.Bandwidth(1e9)
)

// inBench runs fn in virtual time on a bench with the given nodes.
func inBench(t *testing.T, nodes map[string]sim.Link, fn func(b *sim.Bench)) {
	t.Helper()
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1})
		defer b.Close()
		for name, l := range nodes {
			require.NoError(t, b.AddNode(name, l))
		}
		fn(b)
	})
}

// serveBytes makes the node send n bytes to everyone who connects.
func serveBytes(t *testing.T, b *sim.Bench, name string, n int) (stop func()) {
	l, err := b.Listen(name)
	require.NoError(t, err)
	data := make([]byte, n)
	_, _ = rand.Read(data)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				_, err := c.Write(data)
				assert.NoError(t, err)
				assert.NoError(t, c.Close())
			})
		}
	})
	return func() { l.Close(); wg.Wait() }
}

// download reads everything that the server sends and returns how long it took.
func download(t *testing.T, b *sim.Bench, from, server string, want int) time.Duration {
	start := time.Now()
	c, err := b.Dial(context.Background(), from, b.Addr(server))
	if !assert.NoError(t, err) {
		return 0
	}
	n, err := io.Copy(io.Discard, c)
	took := time.Since(start)
	assert.NoError(t, err)
	assert.EqualValues(t, want, n)
	assert.NoError(t, c.Close())
	return took
}

// One bulk flow takes its bytes and headers over the slower of the two links,
// plus the delays.
func TestTransferTime(t *testing.T) {
	for _, tc := range []struct {
		name     string
		up, down sim.Bandwidth
		delay    time.Duration
		bytes    int
		slack    float64 // of slow start, over the arithmetic
	}{
		{name: "uplink is the bottleneck", up: 10 * mbit, down: 50 * mbit, delay: 5 * time.Millisecond, bytes: 10e6, slack: 0.01},
		// The last packets may be lost in a full queue and wait for a time-out.
		{name: "downlink is the bottleneck", up: 50 * mbit, down: 10 * mbit, delay: 5 * time.Millisecond, bytes: 10e6, slack: 0.05},
		{name: "equal links", up: 10 * mbit, down: 10 * mbit, delay: 5 * time.Millisecond, bytes: 10e6, slack: 0.01},
		{name: "slow", up: 100 * kbit, down: 1 * mbit, delay: 20 * time.Millisecond, bytes: 1e6, slack: 0.01},
		{name: "fast", up: gbit, down: gbit, delay: time.Millisecond, bytes: 200e6, slack: 0.02},
		{name: "very unequal", up: gbit, down: 1 * mbit, delay: 25 * time.Millisecond, bytes: 3e6, slack: 0.02},
	} {
		t.Run(tc.name, func(t *testing.T) {
			link := sim.Link{Uplink: tc.up, Downlink: gbit, Delay: tc.delay}
			inBench(t, map[string]sim.Link{
				"server": link,
				"client": {Uplink: tc.up, Downlink: tc.down, Delay: tc.delay},
			}, func(b *sim.Bench) {
				stop := serveBytes(t, b, "server", tc.bytes)
				got := download(t, b, "client", "server", tc.bytes).Seconds()
				stop()
				packets := float64((tc.bytes + sim.MSS - 1) / sim.MSS)
				wire := float64(tc.bytes) + packets*sim.HeaderBytes
				owd := 2 * tc.delay.Seconds()
				floor := wire*8/float64(min(tc.up, tc.down)) + 3*owd
				assert.GreaterOrEqual(t, got, floor)
				assert.LessOrEqual(t, got, floor*(1+tc.slack)+0.002)
			})
		})
	}
}
