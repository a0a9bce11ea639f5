package sim

// Limits of a burst: the most data that is served as one event.
const (
	burstTime  = 10e6     // nanoseconds of link time
	burstBytes = 44 * MSS // stream bytes; just under 64 KiB
	minBurst   = 2 * MSS  // stream bytes
)

// link is one direction of a node's attachment: a server of packets that
// shares its rate fairly between the flows that wait, by deficit-free round
// robin of bursts, and lets a flow that was idle go first (as the new-flow
// list of RFC 8290 does).
type link struct {
	rate    Bandwidth
	limit   int64 // wire bytes that may wait before senders are told to slow down
	quantum int64 // stream bytes served per turn

	fresh, waiting queue // flows with something to serve, the fresh ones first
	queued         int64 // wire bytes that wait here (not on a sender's own uplink)
	active         int   // flows that wait or are served

	serving *service // nil when idle
	free    int64    // instant when the last service ended
	debt    int64    // nanoseconds of link time taken by express packets, to be paid by the next service
}

// service is a burst being served.
type service struct {
	link          *link
	hop           *hop
	burst         burst
	start, finish int64
	packetTime    int64
	cut           bool // the event at the old finish is void
}

func newLink(rate Bandwidth) *link {
	l := &link{rate: rate}
	l.limit = max(64_000, int64(rate)/8/10)
	l.quantum = l.burstOf(burstTime)
	return l
}

// burstOf returns the stream bytes of the whole packets that fit in a time.
func (l *link) burstOf(nanoseconds int64) int64 {
	packets := nanoseconds / l.txTime(MTU)
	return min(max(packets*MSS, minBurst), burstBytes)
}

// txTime returns the nanoseconds that wire bytes occupy the link.
func (l *link) txTime(bytes int64) int64 {
	// Rounded up: a link never carries more than its rate. 2^63 ns x bits
	// overflows beyond 1.15 GB in one piece, far above a burst.
	return (bytes*8*1e9 + int64(l.rate) - 1) / int64(l.rate)
}

// wireBytes returns the link bytes that n bytes of stream occupy.
func wireBytes(n int64) int64 {
	packets := max((n+MSS-1)/MSS, 1)
	return n + packets*HeaderBytes
}

// express returns when small packets that reach the link at t, which is now or
// later, have left it.
func (l *link) express(now, t, packets int64) int64 {
	tx := l.txTime(packets * HeaderBytes)
	if t > now {
		// What the link will be doing by then is not known. Its time is paid
		// by the next service, if that comes so soon that the link was not idle.
		l.debt += tx
		return t + l.txTime(HeaderBytes)
	}
	if s := l.serving; s != nil {
		l.debt += tx
		// They wait for the packet on the wire.
		return now + (s.finish-now)%s.packetTime + l.txTime(HeaderBytes)
	}
	l.free = max(l.free+l.debt, now) + tx
	l.debt = 0
	return l.free
}

// offer tells the link that a hop has something to serve.
func (l *link) offer(b *Bench, h *hop) {
	if h.listed {
		return
	}
	h.listed = true
	l.active++
	l.fresh.push(h)
	if l.serving == nil {
		l.serve(b)
	} else {
		l.cutShort(b)
	}
}

// cutShort ends the burst in service at the next packet boundary, so that
// whoever just came does not wait for the rest of it.
func (l *link) cutShort(b *Bench) {
	s := l.serving
	done := max(b.now()-s.start, 0)/s.packetTime + 1 // packets, the one on the wire included
	bytes := done * MSS
	if bytes >= s.burst.bytes {
		return
	}
	rest := s.burst
	rest.bytes -= bytes
	s.hop.giveBack(rest)
	s.cut = true
	n := *s
	n.cut = false
	n.burst.bytes = bytes
	n.burst.fin = false
	n.finish = s.start + done*s.packetTime
	l.serving = &n
	b.at(n.finish, &n)
}

// serve starts the next burst, if any waits. The link is idle.
func (l *link) serve(b *Bench) {
	now := b.now()
	for {
		h := l.fresh.pop()
		if h == nil {
			h = l.waiting.pop()
		}
		if h == nil {
			return
		}
		brst, ok := h.take(b)
		if !ok { // its window closed, or it was reset, while it waited
			continue
		}
		tx := l.txTime(wireBytes(brst.bytes))
		packet := l.txTime(MTU)
		// A burst arrives packet by packet and leaves the same way: service
		// began with its first packet, if the link was free by then, but its
		// last packet cannot leave before it has come.
		start := max(l.free+l.debt, min(brst.first, now))
		if arrived := now - (tx - min(packet, tx)); brst.first < now {
			start = max(start, arrived)
		}
		l.debt = 0
		s := &service{link: l, hop: h, burst: brst, start: start, finish: start + tx, packetTime: packet}
		l.serving = s
		b.at(s.finish, s)
		return
	}
}

// run ends the service: the burst goes on to its next hop.
func (s *service) run(b *Bench) {
	if s.cut {
		return
	}
	l := s.link
	l.serving = nil
	l.free = s.finish
	// Its turn is over even if it has no more to serve: were it forgotten at
	// once, it could come back as a fresh flow and starve those that wait.
	l.waiting.push(s.hop)
	s.hop.served(b, s.burst, s.start+min(s.packetTime, s.finish-s.start))
	if l.serving == nil {
		l.serve(b)
	}
}

// queue is a FIFO of hops.
type queue struct{ head, tail *hop }

func (q *queue) push(h *hop) {
	h.next = nil
	if q.tail == nil {
		q.head = h
	} else {
		q.tail.next = h
	}
	q.tail = h
}

func (q *queue) pop() *hop {
	h := q.head
	if h != nil {
		q.head = h.next
		if q.head == nil {
			q.tail = nil
		}
		h.next = nil
	}
	return h
}
