package p2p

import (
	"maps"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// session is one /versus/pieces/1 stream: what this node and one neighbour
// exchange of one file. A reader and a writer goroutine serve it; the node's
// mutex guards its state.
type session struct {
	node   *node
	share  *share
	peer   peer.ID
	label  string
	stream *stream
	dec    *wire.Decoder // of the reader
	meter  *meter
	opener bool // this side opened the stream

	// What leaves: the writer takes it.
	signal  chan struct{} // has room for one: the writer has reason to look
	quit    chan struct{} // closed when the session has ended
	ending  endKind
	outbox  []byte
	written []byte   // of the writer: the outbox before, to be used again
	header  header   // of the writer
	haves   []uint32 // pieces to announce
	quiet   []uint32 // the same, with the next frames that leave
	telling bool     // what was asked for is to be told
	whole   bool     // it was announced that every piece is held
	sending []*job   // pieces being sent, the first first

	// What the neighbour does for us.
	greeted  bool // its Hello has come
	theirs   *bitfield
	counts   bool // what it holds counts in the choice of the rarest piece
	requests map[int]*request
	spoiled  []int     // pieces that it sent corrupt: not in theirs while it is avoided for that
	declined bool      // its last grant was of no use
	told     *bitfield // pieces that it was told were asked for, since it was last invited
	offered  int       // pieces that it may push at a time
	received int64     // bytes of pieces
	counted  int64     // of them that a choker has seen, latest at counting
	counting time.Time
	given    float64 // the same, faded
	uplink   float64 // bytes per second that its uplink has shown to carry, 0 if unknown
	spare    float64 // bytes per second that its uplink could carry beyond what it does
	full     bool    // its downlink is full

	pace time.Duration // smoothed time from asking it for a piece to having it

	// What we do for it.
	lane    lane
	asked   *bitfield    // pieces that it has asked for, here or elsewhere, since it last invited
	invited bool         // a grant would be used whatever it has asked for
	credit  int          // pieces that may be pushed at a time
	pushing int          // pieces that are pushed and not yet acknowledged
	acked   time.Time    // when the latest piece was acknowledged
	rate    float64      // smoothed bytes per second acknowledged
	sent    map[int]*job // sent and not yet acknowledged by a Have

	began  time.Time
	heard  time.Time // when the latest frame came
	owing  time.Time // since when it has owed something; zero if it owes nothing
	pinged time.Time // zero if it owes no Pong

	doubted bool // it owes something and is silent: it gets nothing new
}

// endKind says how a session's stream ends.
type endKind int

const (
	endNot   endKind = iota
	endFlush         // what is queued is sent first
	endReset         // at once
)

// request is a piece that a neighbour was asked for, or sends unasked.
type request struct {
	piece     int
	asked     time.Time
	first     time.Time         // first bytes came; zero before
	body      *workload.Partial // what has come of the piece; nil before
	own       *workload.Partial // of it what this neighbour sent, if others sent the start
	got       int               // bytes of body
	pushed    bool
	start     int       // bytes that others had sent before
	parts     []part    // whose those are
	withdrawn bool      // cancelled here; bytes that still come are dropped
	cancelled time.Time // when
}

func newSession(sh *share, s *stream, opener bool, now time.Time) *session {
	ns := &session{
		node: sh.node, share: sh, peer: s.Conn().RemotePeer(), label: sh.node.dep.label(s.Conn().RemotePeer()),
		stream: s, dec: wire.NewDecoder(s), meter: s.meter(), opener: opener,
		signal: make(chan struct{}, 1), quit: make(chan struct{}),
		requests: map[int]*request{}, sent: map[int]*job{},
		began: now, heard: now,
	}
	ns.lane.session = ns
	if ns.meter != nil {
		ns.lane.trip = time.Duration(ns.meter.pulse.trip.Load())
	}
	return ns
}

// crossing is how long two streams that the two sides opened may take to meet.
// An older one is not of that kind: the other side has forgotten it.
const crossing = 2 * time.Second

// adopt makes the session one of the share's, unless a better one serves the
// same pair: then it says which reason to give. The newer of two that the same
// side opened wins, and so does one that comes later than a crossing; else the
// one that the smaller peer id opened: both sides decide alike.
func (sh *share) adopt(s *session) (refused wire.Reason) {
	n := sh.node
	switch {
	case n.closed || sh.left || sh.failure != nil:
		return wire.Reason_REASON_LEAVING
	case n.banned(s.peer):
		return wire.Reason_REASON_BANNED
	}
	if old := sh.session(s.peer); old != nil {
		stale := s.began.Sub(old.began) > crossing
		if old.opener != s.opener && s.opener != (n.self.id < s.peer) && !stale {
			return wire.Reason_REASON_DUPLICATE
		}
		old.goodbye(wire.Reason_REASON_DUPLICATE)
		if conn := old.stream.Conn(); stale && conn != s.stream.Conn() {
			n.work.Go(func() { // a connection that the other side has forgotten, too
				n.sleep(flushTime)
				conn.Close()
			})
		}
	}
	sh.sessions = append(sh.sessions, s)
	n.uploads.lanes.add(&s.lane)
	hello := &wire.Hello{File: sh.file}
	if sh.pick != nil {
		if sh.pick.have.full() {
			hello.Complete, s.whole = true, true
		} else {
			hello.Bitfield = sh.pick.have.wire()
		}
	}
	if addr := n.host.addr; addr != nil && s.peer != sh.originID {
		hello.Addresses = [][]byte{addr.Bytes()}
	}
	if s.peer == sh.originID && !sh.complete() && n.dep.settings.order == rarestFirst {
		hello.Push, s.offered = pushCredit, pushCredit
	}
	s.send(&wire.Frame{Body: &wire.Frame_Hello{Hello: hello}})
	return wire.Reason_REASON_UNSPECIFIED
}

// servePieces serves a stream that a neighbour opened.
func (n *node) servePieces(raw network.Stream) {
	st := accepted(raw)
	st.within(answerTimeout)
	dec := wire.NewDecoder(st)
	var f wire.Frame
	if dec.Decode(&f, wire.MaxFrame) != nil || f.GetHello() == nil {
		st.Reset()
		return
	}
	hello := f.GetHello()
	st.SetDeadline(time.Time{})
	n.mu.Lock()
	sh, err := n.shareOf(hello.File)
	if err != nil {
		n.mu.Unlock()
		refuse(st, wire.Reason_REASON_UNKNOWN_FILE)
		return
	}
	s := newSession(sh, st, false, time.Now())
	s.dec = dec
	reason := sh.adopt(s)
	if reason != wire.Reason_REASON_UNSPECIFIED {
		n.mu.Unlock()
		refuse(st, reason)
		return
	}
	n.work.Go(s.write)
	n.mu.Unlock()
	s.read(hello)
}

// refuse ends a stream with a Goodbye.
func refuse(st *stream, reason wire.Reason) {
	b, err := wire.Append(nil, &wire.Frame{Body: &wire.Frame_Goodbye{Goodbye: &wire.Goodbye{Reason: reason}}})
	if err == nil {
		st.within(answerTimeout)
		_, err = st.Write(b)
	}
	if err != nil {
		st.Reset()
		return
	}
	st.Close()
}

// openSession opens a stream for the file to a connected peer.
func (sh *share) openSession(p peer.ID) error {
	n := sh.node
	st, err := n.openStream(sh.ctx, p, wire.Pieces)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s := newSession(sh, st, true, time.Now())
	if sh.adopt(s) != wire.Reason_REASON_UNSPECIFIED {
		n.work.Go(func() { st.Reset() })
		return nil
	}
	n.work.Go(s.write)
	n.work.Go(func() { s.read(nil) })
	return nil
}

// wake makes the writer look for something to send.
func (s *session) wake() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// send queues a frame; mu is held.
func (s *session) send(f *wire.Frame) {
	b, err := wire.Append(s.outbox, f)
	if err != nil {
		panic(err) // frames made here always encode
	}
	s.outbox = b
	s.wake()
}

// goodbye ends the session politely; mu is held.
func (s *session) goodbye(reason wire.Reason) {
	if s.ending == endNot {
		s.send(&wire.Frame{Body: &wire.Frame_Goodbye{Goodbye: &wire.Goodbye{Reason: reason}}})
		s.end(endFlush)
		if reason == wire.Reason_REASON_DONE {
			s.share.known.isServed(s.peer, time.Now())
		}
	}
}

// end takes the session out of everything; mu is held. What it owed is asked
// for elsewhere, and its upload slots are free. The writer ends the stream.
func (s *session) end(how endKind) {
	if s.ending != endNot {
		return
	}
	s.ending = how
	close(s.quit)
	s.wake()
	sh, n := s.share, s.node
	sh.sessions = slices.DeleteFunc(sh.sessions, func(x *session) bool { return x == s })
	n.uploads.drop(s)
	if sh.spread != nil {
		sh.spread.left(s)
	}
	if s.greeted {
		s.discount()
	}
	for _, piece := range slices.Sorted(maps.Keys(s.requests)) {
		r := s.requests[piece]
		if r.got > 0 && !r.withdrawn {
			n.store.Waste(sh.file, r.got, s.label, "lost")
		}
		delete(s.requests, piece)
		if sh.pick != nil {
			sh.release(piece)
		}
	}
	n.pump(time.Now())
}
