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

// Link is a node's attachment to the network. Its delay, jitter and losses act
// in each direction.
type Link struct {
	Uplink    Bandwidth      // above 0
	Downlink  Bandwidth      // above 0
	Delay     time.Duration  // one-way, counted once in each direction; 0 or more
	Jitter    time.Duration  // largest extra delay, uniform from 0, without reordering; 0 or more
	Loss      float64        // probability that a packet is lost, independent of the others; 0 to 1
	BurstLoss GilbertElliott // loss that comes in bursts, on top of Loss
	Queue     Discipline     // of both directions; empty means Fair
	Limit     int64          // wire bytes that each queue holds; 0 means max(64 kB, rate x 100 ms)

	Shared    string // shared link that the node lies behind; empty for none
	NoInbound bool   // accepts no connections, as behind a NAT
}

// Discipline is how a link treats what waits for it.
type Discipline string

// The disciplines there are.
const (
	Fair     Discipline = "fair"      // fair queueing between connections, as fq_codel without its delay target
	DropTail Discipline = "drop-tail" // first come, first served
)

// SharedLink is a link that several nodes lie behind. They reach each other
// without crossing it.
type SharedLink struct {
	Uplink   Bandwidth     // above 0
	Downlink Bandwidth     // above 0
	Delay    time.Duration // one-way, further to the nodes' own; 0 or more
	Queue    Discipline    // empty means Fair
	Limit    int64         // wire bytes that each queue holds; 0 means max(64 kB, rate x 100 ms)
}

// Config holds what a bench needs beside its nodes. The zero value is usable.
type Config struct {
	Seed       uint64            // of jitter and losses
	Congestion CongestionControl // of every sender; empty means Cubic
	// Distance, if not nil, is a one-way delay between two nodes by name, on
	// top of their own; it must be 0 or more and must not change.
	Distance func(from, to string) time.Duration
	// Driven leaves it to the caller to call Advance in time; nothing happens
	// on the bench otherwise. It is for packets from outside in real time.
	Driven bool
}

// Counters counts the stream payload of a node, whatever protocol it carries:
// no packet headers, acknowledgements or handshakes of TCP.
type Counters struct {
	SentBytes          int64 // put on the uplink for the first time
	RetransmittedBytes int64 // put on the uplink again by TCP
	ReceivedBytes      int64 // arrived at the node's connections, each byte once
}

// port is where every node listens.
const port = 4001

// Bench is a network of nodes. Its methods are safe for concurrent use; all of
// them but Progress must be called inside the Virtual call that made it.
type Bench struct {
	start    time.Time
	progress atomic.Uint64
	ticking  sync.WaitGroup

	mu       sync.Mutex // guards everything below and all nodes, links and connections
	nodes    map[string]*node
	shared   map[string]*sharedLink
	byAddr   map[netip.Addr]*node
	control  CongestionControl
	distance func(from, to string) time.Duration
	links    []*link
	ledger   Ledger // without InFlight
	sent     int64  // stream bytes, by all nodes
	events   eventHeap
	seq      uint64
	timer    *time.Timer
	armed    int64 // instant that timer is set to; never when it is not
	instant  int64 // of the event that runs; notRunning between events
	driven   bool
	rng      *rand.Rand
	closed   bool

	arrivals reusable[arrival]
	services reusable[service]
	acks     reusable[ack]

	// observe, if set by a test, is told of every service of a link.
	observe func(l *link, start, finish, wire int64)
}

// node is one machine.
type node struct {
	bench    *Bench
	name     string
	addr     netip.Addr
	up, down *link
	delay    int64 // nanoseconds
	jitter   int64 // nanoseconds
	shared   *sharedLink
	inbound  bool
	nextPort uint16
	listener *listener
	conns    map[*conn]struct{} // of both kinds, those that are closed and not over included
	counters Counters

	state   state
	paused  bool
	resumed sync.Cond     // signals that paused has ended, or something that ends a call all the same
	held    []*conn       // closed while paused: the other side is told on Resume
	cut     map[*node]int // how many cuts keep packets from here from getting there
}

const (
	never      = int64(1<<63 - 1)
	notRunning = int64(-1)
)

// New returns a bench without nodes.
func New(cfg Config) *Bench {
	b := &Bench{
		start:    time.Now(),
		nodes:    map[string]*node{},
		shared:   map[string]*sharedLink{},
		byAddr:   map[netip.Addr]*node{},
		control:  cfg.Congestion,
		distance: cfg.Distance,
		armed:    never,
		instant:  notRunning,
		driven:   cfg.Driven,
		rng:      rand.New(rand.NewPCG(cfg.Seed, 0x6a69747465720000)),
	}
	if b.control == "" {
		b.control = Cubic
	}
	b.timer = time.NewTimer(time.Hour)
	b.timer.Stop()
	if !b.driven {
		b.ticking.Go(b.run)
	}
	return b
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

// SentByOthers returns the SentBytes of all nodes but one together. It takes no
// longer with more nodes. It panics if there is no such node.
func (b *Bench) SentByOthers(name string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent - b.mustNode(name).counters.SentBytes
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
	b.shut()
	b.ticking.Wait()
	return nil
}

func (b *Bench) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.closed = true
	b.timer.Reset(0) // for run to see it
	b.events = nil
	for _, n := range b.nodes {
		n.wake()
		for c := range n.conns {
			c.fail(net.ErrClosed)
		}
		if n.listener != nil {
			n.listener.shut()
		}
	}
}

// now returns nanoseconds since the bench started; mu is held. While an event
// runs that is the instant it was due: in real time it may run later, and its
// lateness must not add up.
func (b *Bench) now() int64 {
	if b.instant != notRunning {
		return b.instant
	}
	return int64(time.Since(b.start))
}

// at schedules an action; mu is held.
func (b *Bench) at(t int64, do action) {
	if b.closed {
		return
	}
	b.seq++
	b.events.push(event{at: t, seq: b.seq, do: do})
	if t < b.armed && !b.driven {
		b.armed = t
		b.timer.Reset(time.Duration(t - b.now()))
	}
}

// run runs what is due until the bench is closed. It is one goroutine and not
// the timer's function: that one would start each time with a small stack and
// grow it again, a twentieth of a large trial.
func (b *Bench) run() {
	for range b.timer.C {
		if !b.tick() {
			return
		}
	}
}

// tick runs what is due and sets the timer to what comes next. It is false when
// the bench is closed.
func (b *Bench) tick() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	now := b.now()
	// While events run, at must not set the timer for each one it schedules.
	b.armed = 0
	b.runDue(now)
	b.armed = never
	if len(b.events) > 0 {
		b.armed = b.events[0].at
		b.timer.Reset(time.Duration(b.armed - now))
	}
	return true
}

// runDue runs every event that is due at now, in order; mu is held.
func (b *Bench) runDue(now int64) {
	for len(b.events) > 0 && b.events[0].at <= now {
		b.progress.Add(1)
		e := b.events.pop()
		b.instant = e.at
		e.do.run(b)
	}
	b.instant = notRunning
	b.forgetLapsed()
}

// forgetLapsed takes events off the front that would do nothing, so that nobody
// wakes up for them.
func (b *Bench) forgetLapsed() {
	for len(b.events) > 0 {
		e := b.events[0]
		alarm, ok := e.do.(mutable)
		if !ok {
			return
		}
		at := alarm.due(e.at)
		if at == e.at {
			return
		}
		b.events.pop()
		if at != never {
			b.at(at, e.do)
		}
	}
}

// Advance does what is due on a driven bench and returns how long until there
// is more to do; ok is false when nothing is left.
func (b *Bench) Advance() (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.runDue(now)
	if len(b.events) == 0 {
		return 0, false
	}
	return time.Duration(b.events[0].at - now), true
}
