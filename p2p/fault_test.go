package p2p

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// liar is content that is not what it says: every piece has a flipped bit.
type liar struct{ workload.Pieces }

func (l liar) Piece(file string, i int) ([]byte, error) {
	data, err := l.Pieces.Piece(file, i)
	if err != nil {
		return nil, err
	}
	data = append([]byte(nil), data...)
	data[len(data)/2] ^= 1
	return data, nil
}

// lie makes the nodes' stores serve corrupt pieces; what they receive is still
// checked against the true digests.
func (l *lab) lie(nodes ...string) {
	for _, n := range nodes {
		l.stores[n] = workload.NewStore(n, liar{l.files}, l)
	}
}

// TestCorruptSender: corrupt pieces are refused, charged to who sent them, and
// fetched elsewhere; after three the sender is banned.
func TestCorruptSender(t *testing.T) {
	c := small(1)
	c.groups[0].count = 4
	c.lie = []string{"peer-2"}
	c.withBench(t, nil, func(b *bench) {
		b.fetch(t, "file", "peer-2") // holds everything, and will lie about it
		b.boots[scenario.Origin]()
		time.Sleep(10 * time.Second)
		b.boot(scenario.Origin)
		b.fetch(t, "file", "peer-1", "peer-3", "peer-4")
		assert.Positive(t, b.wastedFor("corrupt"))
		assert.Positive(t, b.count("strike"))
		assert.LessOrEqual(t, b.count("strike"), 3*3)

		assert.Zero(t, b.sentBy("peer-2"), "nothing of it was kept")
	})
}

// muting is a network on which nodes can fall silent: what they send and what
// is sent to them is lost, and nobody is told.
type muting struct {
	trial.Network
	mute map[string]*atomic.Bool
}

func (m muting) Listen(node string) (net.Listener, error) {
	l, err := m.Network.Listen(node)
	return mutingListener{l, m.mute[node]}, err
}

func (m muting) Dial(ctx context.Context, node, addr string) (net.Conn, error) {
	if m.mute[node].Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	c, err := m.Network.Dial(ctx, node, addr)
	if err != nil {
		return nil, err
	}
	return mutedConn{c, m.mute[node]}, nil
}

type mutingListener struct {
	net.Listener
	mute *atomic.Bool
}

func (l mutingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return mutedConn{c, l.mute}, nil
}

type mutedConn struct {
	net.Conn
	mute *atomic.Bool
}

func (c mutedConn) Write(p []byte) (int, error) {
	if c.mute.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c mutedConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.mute.Load() {
			return n, err
		}
	}
}

// TestSilentNeighbour: who falls silent is noticed in seconds, and what it owed
// comes from somewhere else.
func TestSilentNeighbour(t *testing.T) {
	c := small(1)
	mute := map[string]*atomic.Bool{}
	for _, n := range c.nodes() {
		mute[n] = &atomic.Bool{}
	}
	wrap := func(n trial.Network) trial.Network { return muting{n, mute} }
	c.withBench(t, wrap, func(b *bench) {
		var fetched sync.WaitGroup
		fetched.Go(func() { b.fetch(t, "file", "peer-1", "peer-2", "peer-3", "peer-4") })
		lost, stop := context.WithCancel(b.ctx)
		gone := make(chan error, 1)
		go func() { gone <- b.d.Fetch(lost, "peer-5", "file") }()
		time.Sleep(1500 * time.Millisecond)
		mute["peer-5"].Store(true)
		start := time.Now()
		fetched.Wait()
		assert.Less(t, time.Since(start), 8*time.Second)
		time.Sleep(idleLimit + pongLeast + 2*tickInterval)
		assert.Positive(t, b.count("lost"))
		stop()
		assert.Error(t, <-gone)
	})
}

// TestNeighbourStops: what was asked of a peer that stops is asked elsewhere at
// once.
func TestNeighbourStops(t *testing.T) {
	small(1).withBench(t, nil, func(b *bench) {
		var fetched sync.WaitGroup
		fetched.Go(func() { b.fetch(t, "file", "peer-1", "peer-2", "peer-3") })
		gone := make(chan error, 1)
		go func() { gone <- b.d.Fetch(b.ctx, "peer-5", "file") }()
		time.Sleep(1500 * time.Millisecond)
		b.boots["peer-5"]()
		start := time.Now()
		fetched.Wait()
		assert.Less(t, time.Since(start), 5*time.Second)
		assert.Error(t, <-gone)
	})
}
