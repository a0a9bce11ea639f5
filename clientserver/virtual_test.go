package clientserver

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
	"versus/sim/trial"
)

const mbit = sim.Bandwidth(1_000_000)

// crowd is an experiment in virtual time: clients that all fetch lecture.bin.
type crowd struct {
	clients  int
	security string
	size     int
	link     sim.Link // of every client
	server   sim.Link
	during   func(d trial.Deployment, restart func(pause time.Duration)) // may be nil
}

// outcome is what a crowd measured.
type outcome struct {
	makespan time.Duration
	seen     *arrivals
	received int64 // stream bytes, all clients
	err      error
}

func (c crowd) run() outcome {
	content := newMemory(256<<10, map[string]int{"lecture.bin": c.size})
	out := outcome{seen: newArrivals()}
	sim.Virtual(func() { out.err = c.inside(content, &out) })
	return out
}

func (c crowd) inside(content *memory, out *outcome) error {
	b := sim.New(sim.Config{Seed: 1})
	defer b.Close()
	cat, err := newCatalog(content, content, c.clients, out.seen)
	if err != nil {
		return err
	}
	for i, node := range cat.nodes {
		link := c.link
		if i == 0 {
			link = c.server
		}
		if err := b.AddNode(node, link); err != nil {
			return err
		}
	}
	d, err := deploy(b, cat, out.seen, c.security)
	if err != nil {
		return err
	}
	stopServer := boot(d, scenario.Origin)
	stopClients := boot(d, cat.nodes[1:]...)
	start := time.Now()
	errs := make([]error, c.clients)
	var wg sync.WaitGroup
	for i, node := range cat.nodes[1:] {
		wg.Go(func() { errs[i] = d.Fetch(context.Background(), node, "lecture.bin") })
	}
	if c.during != nil {
		c.during(d, func(pause time.Duration) {
			errs = append(errs, stopServer())
			time.Sleep(pause)
			stopServer = boot(d, scenario.Origin)
		})
	}
	wg.Wait()
	out.makespan = time.Since(start)
	for _, node := range cat.nodes[1:] {
		out.received += b.Counters(node).ReceivedBytes
	}
	return errors.Join(append(errs, stopClients(), stopServer(), d.Close())...)
}

// With headers of 52 bytes a packet, 1.036 is the best that a stream can do.
func TestBulkIsNearTheFluidBound(t *testing.T) {
	for _, tc := range []struct {
		name     string
		security string
		clients  int
		most     float64 // makespan over bound
		overhead float64 // stream bytes over file bytes, at most
	}{
		{name: "plain", security: securityNone, clients: 20, most: 1.05, overhead: 1.001},
		{name: "plain, 100 clients", security: securityNone, clients: 100, most: 1.05, overhead: 1.001},
		// One round trip more, and the headers of records: both weigh least in
		// a long transfer.
		{name: "TLS", security: securityTLS, clients: 20, most: 1.052, overhead: 1.004},
		{name: "TLS, 100 clients", security: securityTLS, clients: 100, most: 1.05, overhead: 1.004},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := crowd{
				clients: tc.clients, security: tc.security, size: 4 << 20,
				link:   sim.Link{Uplink: 20 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
				server: sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: 5 * time.Millisecond},
			}
			got := c.run()
			require.NoError(t, got.err)
			bytes := float64(tc.clients * c.size)
			fluid := bytes * 8 / 100e6
			ratio := got.makespan.Seconds() / fluid
			overhead := float64(got.received) / bytes
			t.Logf("%v of virtual time, %.4f of the bound, stream overhead %.5f", got.makespan, ratio, overhead)
			assert.GreaterOrEqual(t, ratio, 1.036)
			assert.LessOrEqual(t, ratio, tc.most)
			assert.LessOrEqual(t, overhead, tc.overhead)
			assert.Equal(t, tc.clients*c.size, got.seen.verified)
			assert.Empty(t, got.seen.wasted)
			assert.Empty(t, got.seen.kinds)
		})
	}
}

// The server's software ends in mid-transfer and comes back: clients resume
// with the pieces that they lack.
func TestServerRestart(t *testing.T) {
	for _, security := range []string{securityNone, securityTLS} {
		t.Run(security, func(t *testing.T) {
			c := crowd{
				clients: 10, security: security, size: 4 << 20,
				link:   sim.Link{Uplink: 20 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
				server: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
				during: func(_ trial.Deployment, restart func(time.Duration)) {
					time.Sleep(3 * time.Second)
					restart(5 * time.Second)
				},
			}
			got := c.run()
			require.NoError(t, got.err)
			assert.Equal(t, c.clients*c.size, got.seen.verified)
			assert.Equal(t, c.clients, got.seen.event("connection-lost"))
			assert.Equal(t, c.clients, got.seen.event("reconnect"))
			assert.Zero(t, got.seen.wasted["duplicate"])
			assert.Less(t, got.seen.wasted["connection lost"], c.clients*256<<10)
			// 6.95 s of transfer in two parts, the pause, closing, and back-off.
			assert.Greater(t, got.makespan, 12*time.Second)
			assert.Less(t, got.makespan, 18*time.Second)
		})
	}
}

// Two runs of one seed differ only by what the scheduler does within one
// instant, and by the randomness of handshakes.
func TestSameSeedAgrees(t *testing.T) {
	c := crowd{
		clients: 40, security: securityNone, size: 2 << 20,
		link:   sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 20 * time.Millisecond},
		server: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
	}
	one, two := c.run(), c.run()
	require.NoError(t, errors.Join(one.err, two.err))
	assert.InEpsilon(t, one.makespan.Seconds(), two.makespan.Seconds(), 0.001)
}
