package clientserver

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
)

// pipes is a trial.Network of connections without any buffer: what one side
// writes is what the other has asked to read, so a test sees exactly how far
// the other side got. Cut makes the open ones silent.
type pipes struct {
	accept chan net.Conn
	wrote  func() // called for each write of the side that dialed; may be nil

	mu   sync.Mutex // guards open
	open []*pipeConn
}

func newPipes() *pipes { return &pipes{accept: make(chan net.Conn)} }

func (p *pipes) Addr(string) string { return "192.0.2.1:4001" }

func (p *pipes) Listen(string) (net.Listener, error) {
	return &pipeListener{p: p, closed: make(chan struct{})}, nil
}

func (p *pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	a, b := &pipeConn{Conn: near, wrote: p.wrote}, &pipeConn{Conn: far}
	p.mu.Lock()
	p.open = append(p.open, a, b)
	p.mu.Unlock()
	select {
	case p.accept <- b:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		c.mu.Lock()
		c.silent = true
		c.mu.Unlock()
	}
	p.open = nil
}

type pipeListener struct {
	p      *pipes
	once   sync.Once
	closed chan struct{}
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }
func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.p.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

type pipeConn struct {
	net.Conn
	wrote  func()     // called for each write; may be nil
	mu     sync.Mutex // guards silent
	silent bool
}

// Write pretends to send once the connection is silent.
func (c *pipeConn) Write(b []byte) (int, error) {
	if c.wrote != nil {
		c.wrote()
	}
	c.mu.Lock()
	silent := c.silent
	c.mu.Unlock()
	if silent {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Close leaves a silent connection's other side in the dark.
func (c *pipeConn) Close() error {
	c.mu.Lock()
	silent := c.silent
	c.mu.Unlock()
	if silent {
		return c.SetDeadline(time.Now())
	}
	return c.Conn.Close()
}

// rawDial opens a connection to the server below the client's logic.
func rawDial(n interface {
	Dial(context.Context, string, string) (net.Conn, error)
	Addr(string) string
}) (*websocket.Conn, error) {
	raw, err := n.Dial(context.Background(), "home-1", n.Addr(scenario.Origin))
	if err != nil {
		return nil, err
	}
	ws, _, err := (&websocket.Dialer{
		NetDialContext: func(context.Context, string, string) (net.Conn, error) { return raw, nil },
		Subprotocols:   []string{Subprotocol},
	}).Dial((&url.URL{Scheme: "ws", Host: n.Addr(scenario.Origin), Path: Path}).String(), nil)
	return ws, err
}

// serve starts a server of the files over pipes, and a client that is the test's own.
func serve(m *memory) (client *websocket.Conn, stop func() error, err error) {
	net := newPipes()
	cat, _ := newCatalog(m, m, 1, newArrivals())
	d, _ := deploy(net, cat, newArrivals(), securityNone)
	stop = boot(d, scenario.Origin)
	client, err = rawDial(net)
	return client, stop, err
}

// The server reads one piece at a time while its client does not read, and
// gives up on it in the end.
func TestBackpressure(t *testing.T) {
	loaded := make([]int, 0, 3)
	var err error
	sim.Virtual(func() {
		m := newMemory(256<<10, map[string]int{"a": 8 << 20, "b": 8 << 20})
		var mu sync.Mutex
		reads := 0
		m.spoil = func(_ string, _ int, b []byte) ([]byte, error) {
			mu.Lock()
			reads++
			mu.Unlock()
			return b, nil
		}
		count := func() {
			sim.Settle()
			mu.Lock()
			loaded = append(loaded, reads)
			mu.Unlock()
		}
		ws, stop, dialErr := serve(m)
		if err = dialErr; err != nil {
			return
		}
		for i, file := range []string{"a", "b"} {
			err = errors.Join(err, ws.WriteJSON(request{Type: typeOpen, Handle: uint32(i + 1), File: file, All: true}))
		}
		count()
		for range 2 + 2 + 2*4 { // manifests, digests, a piece of each
			_, _, readErr := ws.ReadMessage()
			err = errors.Join(err, readErr)
		}
		count()
		// Silent for good: the connection ends, though nothing is read.
		time.Sleep(writeTimeout)
		count()
		_, _, readErr := ws.ReadMessage()
		err = errors.Join(err, ws.Close(), stop())
		if readErr == nil {
			err = errors.Join(err, errors.New("the connection outlived its idle time-out"))
		}
	})
	require.NoError(t, err)
	assert.Equal(t, []int{0, 3, 3}, loaded)
}

// The server keeps a client that takes chunks and sends nothing, not even pings,
// and drops it once it takes no more.
func TestClientThatOnlyReads(t *testing.T) {
	var reading, dropped error
	var outlived time.Duration
	sim.Virtual(func() {
		m := newMemory(256<<10, map[string]int{"a": 1 << 20})
		ws, stop, dialErr := serve(m)
		if reading = dialErr; reading != nil {
			return
		}
		ws.SetPingHandler(func(string) error { return nil })
		reading = ws.WriteJSON(request{Type: typeOpen, Handle: 1, File: "a", All: true})
		for i := range 1 + 1 + 16 { // manifest, digests, chunks
			if i > 1 {
				time.Sleep(10 * time.Second)
			}
			_, _, err := ws.ReadMessage()
			reading = errors.Join(reading, err)
		}
		last := time.Now()
		for dropped == nil {
			_, _, dropped = ws.ReadMessage()
		}
		outlived = time.Since(last)
		reading = errors.Join(reading, ws.Close(), stop())
	})
	require.NoError(t, reading)
	require.Error(t, dropped)
	assert.Equal(t, 15*time.Second, outlived)
}

// A client that receives something sends a ping every ten seconds, an idle one
// every five.
func TestPingsWhileReceiving(t *testing.T) {
	var err error
	var fetched time.Duration
	var writes []time.Duration // of the client, one for each message
	sim.Virtual(func() {
		m := newMemory(64<<10, map[string]int{"a": 2 << 20})
		m.spoil = func(_ string, _ int, b []byte) ([]byte, error) {
			time.Sleep(1500 * time.Millisecond) // a slow disk
			return b, nil
		}
		net, seen := newPipes(), newArrivals()
		cat, _ := newCatalog(m, m, 1, seen)
		d, _ := deploy(net, cat, seen, securityNone)
		stop := boot(d, cat.nodes...)
		start := time.Now()
		net.wrote = func() { writes = append(writes, time.Since(start)) }
		err = d.Fetch(context.Background(), "home-1", "a")
		fetched = time.Since(start)
		time.Sleep(time.Minute)
		err = errors.Join(err, stop())
	})
	require.NoError(t, err)
	require.Equal(t, 32*1500*time.Millisecond, fetched)
	receiving, idle := 0, 0
	for _, at := range writes {
		switch {
		case at >= fetched:
			idle++
		case at > 0:
			receiving++
		}
	}
	assert.Equal(t, int(fetched/(10*time.Second)), receiving)
	assert.GreaterOrEqual(t, idle, 12, "pongs among them")
}

// Files that are open together take turns, chunk by chunk.
func TestFilesTakeTurns(t *testing.T) {
	const files, pieces = 6, 3
	sizes := map[string]int{}
	names := []string{"a", "b", "c", "d", "e", "f"}
	for _, name := range names {
		sizes[name] = pieces * 2 * maxChunk
	}
	var order []uint32
	var err error
	sim.Virtual(func() {
		m := newMemory(2*maxChunk, sizes)
		ws, stop, dialErr := serve(m)
		if err = dialErr; err != nil {
			return
		}
		for i, name := range names {
			err = errors.Join(err, ws.WriteJSON(request{Type: typeOpen, Handle: uint32(i + 1), File: name, All: true}))
		}
		sim.Settle()
		for len(order) < files*pieces*2 && err == nil {
			kind, r, readErr := ws.NextReader()
			if err = readErr; err == nil && kind == websocket.BinaryMessage {
				h, headErr := readHeader(r)
				err = headErr
				if h.kind == framePiece {
					order = append(order, h.handle)
				}
			}
		}
		err = errors.Join(err, ws.Close(), stop())
	})
	require.NoError(t, err)
	// Four files have a piece under way; then each leaves its place to the
	// file that has waited longest.
	assert.Equal(t, []uint32{1, 2, 3, 4, 1, 2, 3, 4}, order[:8])
	seen := map[uint32]int{}
	for _, h := range order[:2*files*2] { // two rounds of pieces
		seen[h]++
	}
	for i := range names {
		assert.InDelta(t, 4, seen[uint32(i+1)], 2, "chunks of file %d after two rounds: %v", i+1, order)
	}
}

// A server that goes silent is given up after the idle time-out, and the rest
// is fetched over a new connection.
func TestSilentServer(t *testing.T) {
	var took time.Duration
	var err error
	seen := newArrivals()
	sim.Virtual(func() {
		m := newMemory(64<<10, map[string]int{"lecture.bin": 4 << 20})
		net := newPipes()
		cat, _ := newCatalog(m, m, 1, seen)
		d, _ := deploy(net, cat, seen, securityNone)
		stop := boot(d, cat.nodes...)
		seen.notify = func(pieces int) {
			if pieces == 10 {
				net.cut()
			}
		}
		start := time.Now()
		err = errors.Join(d.Fetch(context.Background(), "home-1", "lecture.bin"), nil)
		took = time.Since(start)
		err = errors.Join(err, stop())
	})
	require.NoError(t, err)
	assert.Equal(t, 4<<20, seen.verified)
	assert.Equal(t, 1, seen.event("connection-lost"))
	assert.Equal(t, 1, seen.event("lost"))
	// Its machine answers dials, so silence alone is what counts.
	assert.Greater(t, took, 14*time.Second)
	assert.Less(t, took, 16*time.Second)
}

// Pings keep an idle connection, in both directions, for as long as it takes.
func TestIdleConnectionStays(t *testing.T) {
	var err error
	seen := newArrivals()
	dials := 0
	sim.Virtual(func() {
		m := newMemory(64<<10, map[string]int{"a": 100 << 10, "b": 100 << 10})
		net := newPipes()
		cat, _ := newCatalog(m, m, 1, seen)
		d, _ := deploy(net, cat, seen, securityNone)
		stop := boot(d, cat.nodes...)
		err = d.Fetch(context.Background(), "home-1", "a")
		time.Sleep(time.Hour)
		err = errors.Join(err, d.Fetch(context.Background(), "home-1", "b"))
		dials = len(net.open) / 2
		err = errors.Join(err, stop())
	})
	require.NoError(t, err)
	assert.Equal(t, 1, dials)
	assert.Empty(t, seen.kinds)
}

// A fetch that is cancelled says what was missing, and why.
func TestFetchCancelled(t *testing.T) {
	for _, tc := range []struct {
		name   string
		server bool // it runs
		after  int  // pieces, then the client's context ends
		want   string
	}{
		{name: "no server", want: "manifest of lecture.bin missing: connecting to the server: no answer to 6 dials; context deadline exceeded"},
		{name: "in mid-transfer", server: true, after: 3, want: "61 of 64 pieces of lecture.bin missing: context canceled"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var err, stopErr error
			var took time.Duration
			sim.Virtual(func() {
				m := newMemory(64<<10, map[string]int{"lecture.bin": 4 << 20})
				net, seen := newPipes(), newArrivals()
				cat, _ := newCatalog(m, m, 1, seen)
				d, _ := deploy(net, cat, seen, securityNone)
				stop := boot(d, "home-1")
				stopServer := func() error { return nil }
				if tc.server {
					stopServer = boot(d, scenario.Origin)
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				gate := make(chan struct{})
				seen.notify = func(pieces int) {
					if pieces == tc.after {
						cancel()
						<-gate // nothing more arrives before Fetch has returned
					}
				}
				start := time.Now()
				err = d.Fetch(ctx, "home-1", "lecture.bin")
				took = time.Since(start)
				close(gate)
				stopErr = errors.Join(stop(), stopServer())
			})
			require.NoError(t, stopErr)
			require.EqualError(t, err, tc.want)
			assert.LessOrEqual(t, took, time.Minute)
		})
	}
}
