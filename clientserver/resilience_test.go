package clientserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
	"versus/sim/trial"
)

// ward is clients that fetch a file from a server to which something happens.
type ward struct {
	bench  *sim.Bench
	dials  dialCounter
	nodes  []string // the origin first
	dep    trial.Deployment
	seen   *arrivals
	server func() error // stops its software

	mu      sync.Mutex               // guards the fields below
	arrived map[string]time.Time     // latest verified piece, by node
	resumed map[string]time.Duration // by node: from the server's return to the first verified piece
	back    time.Time                // when the server returned; zero before
	lost    map[string]time.Time     // the latest, by node
}

// admit makes a ward in virtual time and returns what its fetches did.
func admit(links map[string]sim.Link, shared map[string]sim.SharedLink, clients, size int, security string, during func(w *ward)) (*ward, error) {
	content := newMemory(256<<10, map[string]int{"lecture.bin": size})
	w := &ward{seen: newArrivals(), arrived: map[string]time.Time{}, resumed: map[string]time.Duration{}, lost: map[string]time.Time{}}
	w.seen.each = func(node string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.arrived[node] = time.Now()
		if _, known := w.resumed[node]; !known && !w.back.IsZero() {
			w.resumed[node] = time.Since(w.back)
		}
	}
	w.seen.noted = func(node, kind, detail string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if kind == "lost" && detail == scenario.Origin {
			w.lost[node] = time.Now()
		}
	}
	var out error
	sim.Virtual(func() {
		w.bench = sim.New(sim.Config{Seed: 1})
		defer w.bench.Close()
		cat, err := newCatalog(content, content, clients, w.seen)
		for name, l := range shared {
			err = errors.Join(err, w.bench.AddShared(name, l))
		}
		for i, node := range cat.nodes {
			link := links["client"]
			if i == 0 {
				link = links["server"]
			}
			err = errors.Join(err, w.bench.AddNode(node, link))
		}
		w.nodes = cat.nodes
		w.dials.Network = w.bench
		if w.dep, out = deploy(&w.dials, cat, w.seen, security); err != nil || out != nil {
			out = errors.Join(err, out)
			return
		}
		w.server = boot(w.dep, scenario.Origin)
		stop := boot(w.dep, cat.nodes[1:]...)
		errs := make([]error, clients)
		var fetching sync.WaitGroup
		for i, node := range cat.nodes[1:] {
			fetching.Go(func() {
				if errs[i] = w.dep.Fetch(context.Background(), node, "lecture.bin"); errs[i] != nil {
					errs[i] = fmt.Errorf("%s: %w", node, errs[i])
				}
			})
		}
		during(w)
		fetching.Wait()
		out = errors.Join(append(errs, stop(), w.server(), w.dep.Close())...)
	})
	return w, out
}

// dialCounter counts the dials over a network.
type dialCounter struct {
	trial.Network
	sum atomic.Int64
}

func (n *dialCounter) Dial(ctx context.Context, from, addr string) (net.Conn, error) {
	n.sum.Add(1)
	return n.Network.Dial(ctx, from, addr)
}

// returned notes that the server is back.
func (w *ward) returned() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.back = time.Now()
}

var outages = map[string]struct{ begin, end func(w *ward) }{
	"kill": {
		begin: func(w *ward) { w.bench.Kill(scenario.Origin); _ = w.server() },
		end:   func(w *ward) { w.bench.Restart(scenario.Origin); w.server = boot(w.dep, scenario.Origin) },
	},
	"power off": {
		begin: func(w *ward) { w.bench.PowerOff(scenario.Origin); _ = w.server() },
		end:   func(w *ward) { w.bench.Restart(scenario.Origin); w.server = boot(w.dep, scenario.Origin) },
	},
	"partition": {
		begin: func(w *ward) {
			w.bench.Cut(w.nodes[:1], w.nodes)
			w.bench.Cut(w.nodes, w.nodes[:1])
		},
		end: func(w *ward) {
			w.bench.Mend(w.nodes[:1], w.nodes)
			w.bench.Mend(w.nodes, w.nodes[:1])
		},
	},
	"pause": {
		begin: func(w *ward) { w.bench.Pause(scenario.Origin) },
		end:   func(w *ward) { w.bench.Resume(scenario.Origin) },
	},
}

// Whatever takes the server away, and for how long, every client has verified another
// piece within 2 s of its return, and fetches no verified byte again.
func TestClientsResume(t *testing.T) {
	const clients, size, piece = 40, 4 << 20, 256 << 10
	for _, tc := range []struct {
		fault    string
		security string
		detect   time.Duration // at most
		delay    time.Duration // of each side
		down     time.Duration // 0 for 30 s
	}{
		{fault: "kill", security: securityNone, detect: 100 * time.Millisecond, delay: 10 * time.Millisecond},
		{fault: "power off", security: securityNone, detect: 4600 * time.Millisecond, delay: 10 * time.Millisecond},
		{fault: "partition", security: securityNone, detect: 4600 * time.Millisecond, delay: 10 * time.Millisecond},
		// Its kernel answers dials, and what it has in its buffers still comes.
		{fault: "pause", security: securityNone, detect: 15500 * time.Millisecond, delay: 10 * time.Millisecond},
		{fault: "kill", security: securityTLS, detect: 100 * time.Millisecond, delay: 10 * time.Millisecond},
		{fault: "power off", security: securityTLS, detect: 4600 * time.Millisecond, delay: 10 * time.Millisecond},
		{fault: "power off", security: securityNone, detect: 2700 * time.Millisecond, delay: 10 * time.Millisecond, down: 2 * time.Second},
		{fault: "power off", security: securityNone, detect: 3700 * time.Millisecond, delay: 10 * time.Millisecond, down: 3 * time.Second},
		{fault: "power off", security: securityNone, detect: 4600 * time.Millisecond, delay: 10 * time.Millisecond, down: 5 * time.Second},
		{fault: "kill", security: securityNone, detect: 100 * time.Millisecond, delay: 10 * time.Millisecond, down: time.Second},
		{fault: "kill", security: securityNone, detect: 200 * time.Millisecond, delay: 50 * time.Millisecond},
		{fault: "power off", security: securityNone, detect: 4700 * time.Millisecond, delay: 50 * time.Millisecond},
	} {
		if tc.down == 0 {
			tc.down = 30 * time.Second
		}
		t.Run(fmt.Sprint(tc.fault, ", ", tc.down, ", ", tc.security, ", ", tc.delay), func(t *testing.T) {
			var began time.Time
			w, err := admit(map[string]sim.Link{
				// 40 pieces alone take 0.43 s; on 100 Mbit/s and a round trip of
				// 200 ms, the slowest client was seen to take 2.02 s.
				"server": {Uplink: 200 * mbit, Downlink: 200 * mbit, Delay: tc.delay},
				"client": {Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: tc.delay},
			}, nil, clients, size, tc.security, func(w *ward) {
				time.Sleep(3 * time.Second)
				began = time.Now()
				outages[tc.fault].begin(w)
				time.Sleep(tc.down)
				outages[tc.fault].end(w)
				w.returned()
			})
			require.NoError(t, err)
			last := time.Duration(0)
			require.Len(t, w.resumed, clients)
			for _, d := range w.resumed {
				last = max(last, d)
			}
			assert.LessOrEqual(t, last, 2*time.Second)
			slowest := time.Duration(0)
			require.Len(t, w.lost, clients)
			for _, at := range w.lost {
				slowest = max(slowest, at.Sub(began))
			}
			assert.LessOrEqual(t, slowest, tc.detect)
			t.Logf("all had noticed after %v; all had a piece %v after the return", slowest, last)
			assert.Equal(t, clients, w.seen.event("lost"), "once for each client")
			assert.Equal(t, clients, w.seen.event("reconnect"))
			assert.Equal(t, clients*size, w.seen.verified)
			assert.Zero(t, w.seen.wasted["duplicate"], "no verified byte again")
			assert.Less(t, w.seen.wasted["connection lost"], clients*piece)
			assert.Len(t, w.seen.wasted, min(len(w.seen.wasted), 1), "of pieces partly received alone")
		})
	}
}

// Slow is not dead: nobody gives up a connection that still moves.
func TestSlowConnectionsStay(t *testing.T) {
	for _, tc := range []struct {
		name    string
		server  sim.Link
		client  sim.Link
		shared  map[string]sim.SharedLink
		clients int
		size    int
	}{
		{
			name: "300 clients share 10 Mbit/s", clients: 300, size: 256 << 10,
			server: sim.Link{Uplink: 10 * mbit, Downlink: 10 * mbit, Delay: 10 * time.Millisecond},
			client: sim.Link{Uplink: 1 * mbit, Downlink: 20 * mbit, Delay: 20 * time.Millisecond},
		},
		{
			name: "10 clients share a deep queue of 250 kbit/s", clients: 10, size: 256 << 10,
			server: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
			client: sim.Link{Uplink: 1 * mbit, Downlink: 20 * mbit, Delay: 20 * time.Millisecond, Shared: "cable"},
			shared: map[string]sim.SharedLink{"cable": {Uplink: mbit / 4, Downlink: mbit / 4, Queue: sim.DropTail}},
		},
		{
			name: "a satellite", clients: 5, size: 2 << 20,
			server: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
			client: sim.Link{Uplink: 1 * mbit, Downlink: 5 * mbit, Delay: 300 * time.Millisecond, Loss: 0.01},
		},
		{
			name: "3 % loss, 250 kbit/s each", clients: 20, size: 512 << 10,
			server: sim.Link{Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
			client: sim.Link{Uplink: mbit / 4, Downlink: mbit / 4, Delay: 40 * time.Millisecond, Loss: 0.03},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, err := admit(map[string]sim.Link{"server": tc.server, "client": tc.client}, tc.shared, tc.clients, tc.size, securityNone, func(*ward) {})
			require.NoError(t, err)
			assert.Empty(t, w.seen.kinds)
			assert.Empty(t, w.seen.wasted)
		})
	}
}

// Ten connections that share 250 kbit/s stay, too, whatever the round trip: how packets and
// losses fall in with each other makes all the difference for one of them.
func TestSlowConnectionsStayAtAnyDelay(t *testing.T) {
	for delay := 20 * time.Millisecond; delay < 60*time.Millisecond; delay += 4 * time.Millisecond {
		w, err := admit(map[string]sim.Link{
			"server": {Uplink: 50 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
			"client": {Uplink: 1 * mbit, Downlink: 20 * mbit, Delay: delay, Shared: "cable"},
		}, map[string]sim.SharedLink{"cable": {Uplink: mbit / 4, Downlink: mbit / 4}}, 10, 256<<10, securityNone, func(*ward) {})
		require.NoError(t, err)
		assert.Empty(t, w.seen.kinds, "%v", delay)
		assert.Empty(t, w.seen.wasted, "%v", delay)
	}
}

// A client that is killed itself has lost nothing that anybody should hear of,
// and fetches the rest when it is back.
func TestKilledClient(t *testing.T) {
	for _, off := range []bool{false, true} {
		w, err := admit(map[string]sim.Link{
			"server": {Uplink: 10 * mbit, Downlink: 10 * mbit, Delay: 10 * time.Millisecond},
			"client": {Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond},
		}, nil, 1, 4<<20, securityNone, func(w *ward) {
			node := w.nodes[1]
			time.Sleep(time.Second)
			if off {
				w.bench.PowerOff(node)
			} else {
				w.bench.Kill(node)
			}
			time.Sleep(time.Second) // its software has not been told to end
			assert.Empty(t, w.seen.kinds)
			w.bench.Restart(node)
		})
		require.NoError(t, err)
		assert.Zero(t, w.seen.event("lost"))
		assert.Equal(t, 4<<20, w.seen.verified)
		assert.Zero(t, w.seen.wasted["duplicate"])
	}
}

// TestSlowServerIsKnownByTime: over a link that brings something every three
// seconds, many silences are no reason to dial as many times.
func TestSlowServerIsKnownByTime(t *testing.T) {
	links := map[string]sim.Link{
		"server": {Uplink: 8e3, Downlink: 1e6, Delay: 10 * time.Millisecond},
		"client": {Uplink: 1e6, Downlink: 1e6, Delay: 10 * time.Millisecond},
	}
	w, err := admit(links, nil, 1, 64<<10, "none", func(*ward) {})
	require.NoError(t, err)
	dials := w.dials.sum.Load()
	assert.Greater(t, dials, int64(1), "it was suspected at first")
	assert.LessOrEqual(t, dials, int64(8))
}
