package sim

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

var nodeNames = []string{"a", "b", "c"}

// disturbance is something that a schedule does to the bench while connections
// are busy.
type disturbance struct {
	at    time.Duration
	what  string
	node  string
	other string
	link  Link
}

var disturbanceKinds = []string{
	"link", "reset", "close", "deadline", "dial",
	"kill", "power off", "restart", "pause", "resume", "cut", "mend", "disconnect",
}

func disturbances(t *rapid.T) []disturbance {
	var out []disturbance
	for i := range rapid.IntRange(0, 12).Draw(t, "disturbances") {
		d := disturbance{
			at:    time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "at")),
			what:  rapid.SampledFrom(disturbanceKinds).Draw(t, "what"),
			node:  rapid.SampledFrom(nodeNames).Draw(t, "node"),
			other: rapid.SampledFrom(nodeNames).Draw(t, "other"),
		}
		if d.what == "link" {
			d.link = linkOf(t, fmt.Sprint("change ", i))
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b disturbance) int { return int(a.at - b.at) })
	return out
}

// schedule runs transfers while it disturbs them.
type schedule struct {
	t  *rapid.T
	b  *Bench
	wg sync.WaitGroup // transfers and accept loops

	mu        sync.Mutex // guards the fields below
	open      map[string][]net.Conn
	listeners map[string]net.Listener
	written   map[byte]int // bytes that a Write accepted, by transfer, once it is over
	whole     map[byte]bool
	over      bool
	disturbed bool // transfers may fail
	changed   bool // a link was
}

// follower is an event of the bench that comes between any two others and looks
// whether the account is right. It ends when nothing is left to happen, and is
// wanted again when a link has served something.
type follower struct {
	t       *rapid.T
	waiting bool // in the bench's events
	looks   int
}

func (f *follower) run(b *Bench) {
	f.waiting = false
	f.looks++
	if got := b.account(); got.Put != got.Arrived+got.Dropped+got.InFlight {
		assert.Fail(f.t, "the account does not balance", "%+v", got)
	}
	f.next(b)
}

// next makes it wait for what happens next, if anything does.
func (f *follower) next(b *Bench) {
	if !f.waiting && len(b.events) > 0 {
		f.waiting = true
		b.at(b.events[0].at, f)
	}
}

func newSchedule(t *rapid.T, b *Bench) *schedule {
	return &schedule{t: t, b: b, open: map[string][]net.Conn{}, listeners: map[string]net.Listener{},
		written: map[byte]int{}, whole: map[byte]bool{}}
}

// hangs is far beyond every time-out of a connection.
const hangs = 2 * time.Hour

// check runs the transfers under the plan and looks at the account often.
func (s *schedule) check(plan []disturbance, sizes []int) {
	for _, d := range plan {
		if !slices.Contains([]string{"link", "resume", "mend", "dial"}, d.what) {
			s.disturbed = true
		}
	}
	stop := s.auditing()
	for _, name := range nodeNames {
		s.listen(name)
	}
	routes := [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}}
	var senders sync.WaitGroup
	for i, size := range sizes {
		senders.Go(func() { s.send(routes[i%3][0], routes[i%3][1], byte(i), size) })
	}
	begun := time.Now()
	for i, d := range plan {
		time.Sleep(d.at - time.Since(begun))
		s.disturb(d, func() {
			senders.Go(func() { s.send(d.node, d.other, byte(100+i), 50_000) })
		})
	}
	time.Sleep(time.Until(begun.Add(25 * time.Second)))
	for _, name := range nodeNames {
		s.b.Resume(name)
	}
	senders.Wait()
	s.mu.Lock()
	s.over = true
	for _, l := range s.listeners {
		l.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
	stop()
	if !s.disturbed {
		for i := range sizes {
			assert.True(s.t, s.whole[byte(i)], "transfer %d is whole", i)
		}
	}
	time.Sleep(2 * hangs) // every time-out of the closed connections has passed
	s.audit()
	assert.Zero(s.t, s.b.Ledger().InFlight, "nothing is under way when all is over")
	assert.Empty(s.t, s.b.events, "nothing is left to happen")
	for name, n := range s.b.nodes {
		assert.Empty(s.t, n.conns, "node %s has forgotten its connections", name)
	}
	for _, l := range s.b.links {
		assert.Zero(s.t, l.queued)
		assert.Zero(s.t, l.active)
		assert.Nil(s.t, l.serving)
	}
}

// auditing looks at the account again and again.
func (s *schedule) auditing() (stop func()) {
	done := make(chan struct{})
	var auditor sync.WaitGroup
	auditor.Go(func() {
		for begun, pause := time.Now(), 50*time.Millisecond; ; {
			timer := time.NewTimer(pause)
			select {
			case <-done:
				timer.Stop()
				return
			case <-timer.C:
				s.audit()
			}
			if time.Since(begun) > time.Minute {
				pause = 10 * time.Second
			}
		}
	})
	return func() { close(done); auditor.Wait() }
}

// listen accepts at a node until its listener closes.
func (s *schedule) listen(name string) {
	l, err := s.b.Listen(name)
	if !assert.NoError(s.t, err) {
		return
	}
	s.mu.Lock()
	s.listeners[name] = l
	s.mu.Unlock()
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				assert.ErrorIs(s.t, err, net.ErrClosed)
				return
			}
			s.keep(name, c)
			s.wg.Go(func() { s.receive(c) })
		}
	})
}

func (s *schedule) keep(name string, c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[name] = append(s.open[name], c)
}

// content is what a transfer sends: its key, and bytes that follow from it.
func content(key byte, size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{key}).Read(data)
	if size > 0 {
		data[0] = key
	}
	return data
}

// send is one side of a transfer.
func (s *schedule) send(from, to string, key byte, size int) {
	dial := patientDial
	if s.disturbed {
		dial = func(b *Bench, from, to string) (net.Conn, error) {
			return b.Dial(context.Background(), from, b.Addr(to))
		}
	}
	c, err := dial(s.b, from, to)
	if err != nil {
		assert.True(s.t, s.disturbed, "%v", err)
		return
	}
	s.keep(from, c)
	n, err := c.Write(content(key, size))
	s.mu.Lock()
	s.written[key] = n
	if size == 0 {
		s.whole[key] = true // nothing tells it from others
	}
	s.mu.Unlock()
	if !s.disturbed {
		assert.NoError(s.t, err)
	}
	c.Close()
}

// receive is the other side: what it gets is a prefix of what was written, and
// all of that if the stream comes to its end.
func (s *schedule) receive(c net.Conn) {
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(hangs))
	got, err := io.ReadAll(c)
	if !s.disturbed {
		assert.NoError(s.t, err)
	}
	if len(got) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := got[0]
	data := content(key, 300_000)
	if assert.LessOrEqual(s.t, len(got), len(data)) {
		assert.Equal(s.t, data[:len(got)], got, "a prefix of what was written")
	}
	assert.False(s.t, s.whole[key], "arrives once")
	if err == nil {
		assert.Equal(s.t, s.written[key], len(got), "a stream that ends has brought everything")
		s.whole[key] = true
	}
}

func (s *schedule) disturb(d disturbance, send func()) {
	b, pair := s.b, [2][]string{{d.node}, {d.other}}
	switch d.what {
	case "dial":
		send()
	case "kill":
		b.Kill(d.node)
	case "power off":
		b.PowerOff(d.node)
	case "restart":
		b.mu.Lock()
		down := b.nodes[d.node].state != running
		b.mu.Unlock()
		b.Restart(d.node)
		if down {
			s.listen(d.node)
		}
	case "pause":
		b.Pause(d.node)
	case "resume":
		b.Resume(d.node)
	case "cut":
		b.Cut(pair[0], pair[1])
	case "mend":
		b.Mend(pair[0], pair[1])
	case "disconnect":
		b.Disconnect(d.node, d.other)
	case "link":
		s.mu.Lock()
		s.changed = true
		s.mu.Unlock()
		assert.NoError(s.t, b.SetLink(d.node, d.link))
	default:
		s.mu.Lock()
		open := slices.Clone(s.open[d.node])
		s.mu.Unlock()
		for _, c := range open {
			switch d.what {
			case "deadline":
				c.SetDeadline(time.Now())
			case "close":
				c.Close()
			case "reset":
				b.mu.Lock()
				c.(*conn).reset(b)
				b.mu.Unlock()
			}
		}
	}
}

func (s *schedule) audit() {
	got := s.b.Ledger()
	assert.Equal(s.t, got.Put, got.Arrived+got.Dropped+got.InFlight, "%+v", got)
	s.mu.Lock()
	changed := s.changed
	s.mu.Unlock()
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for _, l := range s.b.links {
		assert.GreaterOrEqual(s.t, l.queued, int64(0))
		if !changed { // what waits when a limit is lowered stays
			assert.LessOrEqual(s.t, l.queued, l.limit, "no queue holds more than its limit")
		}
	}
}
