package sim

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Bandwidth is a rate in bits per second.
type Bandwidth int64

// Link is a node's attachment to the network.
type Link struct {
	Uplink   Bandwidth     // above 0
	Downlink Bandwidth     // above 0
	Delay    time.Duration // one-way, counted once in each direction; 0 or more
	Jitter   time.Duration // largest extra delay, uniform from 0, without reordering; 0 or more
}

// Config holds what a bench needs beside its nodes.
type Config struct {
	Seed uint64 // of the jitter
}

// Counters counts the stream payload of a node, whatever protocol it carries:
// no packet headers, acknowledgements or handshakes of TCP.
type Counters struct {
	SentBytes     int64 // put on the uplink
	ReceivedBytes int64 // delivered to the node's connections
}

// port is where every node listens.
const port = 4001

// Bench is a network of nodes. Its methods are safe for concurrent use; all of
// them but Progress must be called inside the Virtual call that made it.
type Bench struct {
	start    time.Time
	progress atomic.Uint64

	mu     sync.Mutex // guards everything below and all nodes, links and connections
	nodes  map[string]*node
	byAddr map[netip.Addr]*node
	events eventHeap
	seq    uint64
	timer  *time.Timer
	armed  int64 // instant that timer is set to; never when it is not
	rng    *rand.Rand
	closed bool
}

// node is one machine.
type node struct {
	name     string
	addr     netip.Addr
	up, down *link
	delay    int64 // nanoseconds
	jitter   int64 // nanoseconds
	nextPort uint16
	listener *listener
	conns    map[*conn]struct{}
	counters Counters
}

const never = int64(1<<63 - 1)

// New returns a bench without nodes.
func New(cfg Config) *Bench {
	b := &Bench{
		start:  time.Now(),
		nodes:  map[string]*node{},
		byAddr: map[netip.Addr]*node{},
		armed:  never,
		rng:    rand.New(rand.NewPCG(cfg.Seed, 0x6a69747465720000)),
	}
	b.timer = time.AfterFunc(time.Hour, b.tick)
	b.timer.Stop()
	return b
}

// AddNode adds a node. Its name must be new and its link's fields in range.
func (b *Bench) AddNode(name string, l Link) error {
	switch {
	case l.Uplink <= 0 || l.Downlink <= 0:
		return fmt.Errorf("node %s: uplink %d and downlink %d bit/s must be above 0", name, l.Uplink, l.Downlink)
	case l.Delay < 0 || l.Jitter < 0:
		return fmt.Errorf("node %s: delay %v and jitter %v must not be negative", name, l.Delay, l.Jitter)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.nodes[name] != nil {
		return fmt.Errorf("node %s exists already", name)
	}
	i := len(b.nodes) + 1
	if i >= 1<<24 {
		return fmt.Errorf("node %s: the bench has room for %d nodes", name, 1<<24-2)
	}
	n := &node{
		name:     name,
		addr:     netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}),
		up:       newLink(l.Uplink),
		down:     newLink(l.Downlink),
		delay:    int64(l.Delay),
		jitter:   int64(l.Jitter),
		nextPort: firstEphemeral,
		conns:    map[*conn]struct{}{},
	}
	b.nodes[name] = n
	b.byAddr[n.addr] = n
	return nil
}

// Addr returns the address, as host:port, where the node listens. It panics if
// there is no such node.
func (b *Bench) Addr(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return netip.AddrPortFrom(b.mustNode(name).addr, port).String()
}

// Counters returns the node's counters. It panics if there is no such node.
func (b *Bench) Counters(name string) Counters {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mustNode(name).counters
}

func (b *Bench) mustNode(name string) *node {
	n := b.nodes[name]
	if n == nil {
		panic(fmt.Sprintf("sim: no node %q", name))
	}
	return n
}

// Progress counts what happened on the bench. It may be read at any time from
// anywhere: a value that stands still means that nothing happens.
func (b *Bench) Progress() uint64 { return b.progress.Load() }

// Close ends every connection and listener at once, without telling the other
// side: calls that block on them return net.ErrClosed.
func (b *Bench) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	b.timer.Stop()
	b.events = nil
	for _, n := range b.nodes {
		for c := range n.conns {
			c.fail(net.ErrClosed)
		}
		if n.listener != nil {
			n.listener.shut()
		}
	}
	return nil
}

// now returns nanoseconds since the bench started.
func (b *Bench) now() int64 { return int64(time.Since(b.start)) }

// at schedules an action; mu is held.
func (b *Bench) at(t int64, do action) {
	if b.closed {
		return
	}
	b.seq++
	b.events.push(event{at: t, seq: b.seq, do: do})
	if t < b.armed {
		b.armed = t
		b.timer.Reset(time.Duration(t - b.now()))
	}
}

// tick runs what is due. It is the timer's function, so that the bench needs
// no goroutine of its own.
func (b *Bench) tick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	now := b.now()
	// While events run, at must not set the timer for each one it schedules.
	b.armed = 0
	for len(b.events) > 0 && b.events[0].at <= now {
		b.progress.Add(1)
		b.events.pop().do.run(b)
	}
	b.armed = never
	if len(b.events) > 0 {
		b.armed = b.events[0].at
		b.timer.Reset(time.Duration(b.armed - now))
	}
}

// travel returns the instant at which something that leaves from at t arrives
// at to, before it crosses to's downlink.
func (b *Bench) travel(t int64, from, to *node) int64 {
	t += from.delay + to.delay
	if j := from.jitter + to.jitter; j > 0 {
		t += b.rng.Int64N(from.jitter+1) + b.rng.Int64N(to.jitter+1)
	}
	return t
}

// express returns the instant at which small packets that carry no data (a
// handshake, acknowledgements, a reset) and leave now arrive at the other
// node. They overtake queued data, as fair queueing lets a sparse flow do, but
// take their share of both links' time.
func (b *Bench) express(from, to *node, packets int64) int64 {
	now := b.now()
	t := from.up.express(now, now, packets)
	return to.down.express(now, b.travel(t, from, to), packets)
}
