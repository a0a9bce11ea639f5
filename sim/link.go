package sim

// Limits of a burst: the most data that is served as one event.
const (
	burstTime  = 10e6     // nanoseconds of link time
	burstBytes = 44 * MSS // stream bytes; just under 64 KiB
	minBurst   = 2 * MSS  // stream bytes
)

// link is one direction of a node's attachment: a server of packets with a
// queue.
//
// A fair link shares its rate between the flows that wait, by round robin of
// bursts, and lets a flow that was idle go first (as the new-flow list of
// RFC 8290 does). When its queue is full, the flow that has most in it loses
// its latest packets. The sender's own uplink takes bursts from the connection
// itself: what waits is in the send buffer, and nothing is dropped.
//
// A fifo link serves in order of arrival and drops what does not fit.
type link struct {
	fifo    bool
	rate    Bandwidth
	limit   int64 // wire bytes that may wait
	quantum int64 // stream bytes served per turn
	lossy   lossy

	fresh, waiting queue // flows with something to serve, the fresh ones first
	active         int   // flows that wait or are served
	line           []queuedBurst
	queued         int64 // wire bytes that wait

	serving *service // nil when idle
	free    int64    // instant when the last service ended
	debt    int64    // nanoseconds of link time taken by express packets, to be paid by the next service

	droppedPackets int64
	carried        Carried
}

// queuedBurst is a burst in the queue of a fifo link.
type queuedBurst struct {
	hop   *hop
	burst burst
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

// configure sets what may change while packets are under way.
func (l *link) configure(rate Bandwidth, limit int64, random float64, bursty GilbertElliott) {
	l.rate = rate
	if l.limit = limit; limit == 0 {
		l.limit = max(64_000, int64(rate)/8/10)
	}
	packets := int64(burstTime) / l.txTime(MTU)
	l.quantum = min(max(packets*MSS, minBurst), burstBytes)
	l.lossy.set(random, bursty)
}

// turn returns how many bytes of a queued flow are served before it is the
// next one's turn (deficit round robin, as in RFC 8290): less with more flows,
// so that a round stays short against round-trip times. Flows that wait in
// their send buffers take a quantum at a time.
func (l *link) turn() int64 {
	return max(l.quantum/int64(max(l.active, 1)), minBurst)
}

// txTime returns the nanoseconds that wire bytes occupy the link.
func (l *link) txTime(bytes int64) int64 {
	// Rounded up: a link never carries more than its rate. 2^63 ns x bits
	// overflows beyond 1.15 GB in one piece, far above a burst.
	return (bytes*8*1e9 + int64(l.rate) - 1) / int64(l.rate)
}

// express returns when small packets that reach the link at t, which is now or
// later, have left it.
func (l *link) express(now, t, packets int64) int64 {
	tx := l.txTime(packets * HeaderBytes)
	l.carried.WireBytes += packets * HeaderBytes
	if t > now {
		// What the link will be doing by then is not known. Its time is paid
		// by the next service, if that comes so soon that the link was not idle.
		l.debt += tx
		return t + l.txTime(HeaderBytes)
	}
	if s := l.serving; s != nil {
		l.debt += tx
		// They wait for the packet on the wire.
		return now + max(s.finish-now, 0)%s.packetTime + l.txTime(HeaderBytes)
	}
	l.free = max(l.free+l.debt, now) + tx
	l.debt = 0
	return l.free
}

// offer tells a fair link that a hop has something to serve.
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

// enqueue takes a burst that has arrived, or as much of it as fits.
func (l *link) enqueue(b *Bench, h *hop, brst burst) {
	wire := brst.wire()
	if excess := l.waitingBytes(b.now()) + wire - l.limit; excess > 0 {
		if l.fifo {
			before := brst.payload()
			l.droppedPackets += brst.dropTail(excess)
			b.discard(h, before-brst.payload())
			if brst.empty() {
				return
			}
			wire = brst.wire()
		} else {
			h.bursts = append(h.bursts, brst)
			h.account(wire)
			l.dropFattest(b, excess, h)
			l.offer(b, h)
			return
		}
	}
	if l.fifo {
		l.line = append(l.line, queuedBurst{h, brst})
		l.queued += wire
		if l.serving == nil {
			l.serve(b)
		}
		return
	}
	h.bursts = append(h.bursts, brst)
	h.account(wire)
	l.offer(b, h)
}

// waitingBytes returns the wire bytes that wait, what is left of the burst in
// service included.
func (l *link) waitingBytes(now int64) int64 {
	n := l.queued
	if s := l.serving; s != nil && s.finish > now {
		n += (s.finish - max(now, s.start)) * int64(l.rate) / 8 / 1e9
	}
	return n
}

// dropFattest makes room by dropping the latest packets of the flow that has
// most waiting, which may be the one that just came, as fq_codel does.
func (l *link) dropFattest(b *Bench, excess int64, fattest *hop) {
	if s := l.serving; s != nil && s.hop.queued > fattest.queued {
		fattest = s.hop
	}
	for _, q := range []*queue{&l.fresh, &l.waiting} {
		for h := q.head; h != nil; h = h.next {
			if h.queued > fattest.queued {
				fattest = h
			}
		}
	}
	for excess > 0 && len(fattest.bursts) > 0 {
		last := &fattest.bursts[len(fattest.bursts)-1]
		before := last.wire()
		payload := last.payload()
		l.droppedPackets += last.dropTail(excess)
		b.discard(fattest, payload-last.payload())
		after := int64(0)
		if last.empty() {
			fattest.bursts = fattest.bursts[:len(fattest.bursts)-1]
		} else {
			after = last.wire()
		}
		fattest.account(after - before)
		excess -= before - after
	}
}

// cutShort ends the burst in service at the next packet boundary, so that
// whoever just came does not wait for the rest of it.
func (l *link) cutShort(b *Bench) {
	s := l.serving
	done := max(b.now()-s.start, 0)/s.packetTime + 1 // packets, the one on the wire included
	if s.burst.packet != nil || done*MSS >= s.burst.bytes {
		return
	}
	s.cut = true
	n := b.services.take()
	*n = *s
	n.cut = false
	var rest burst
	n.burst, rest = s.burst.split(done * MSS)
	s.hop.giveBack(rest)
	n.finish = s.start + done*s.packetTime
	l.serving = n
	b.at(n.finish, n)
}

// next removes the next burst to serve, nil if none waits.
func (l *link) next(b *Bench) (*hop, burst) {
	if l.fifo {
		for len(l.line) > 0 {
			q := l.line[0]
			l.line = l.line[1:]
			if len(l.line) == 0 {
				l.line = nil
			}
			l.queued -= q.burst.wire()
			if !q.hop.over() {
				return q.hop, q.burst
			}
		}
		return nil, burst{}
	}
	for {
		h := l.fresh.pop()
		if h == nil {
			h = l.waiting.pop()
		}
		if h == nil {
			return nil, burst{}
		}
		if brst, ok := h.take(b); ok {
			return h, brst
		}
	}
}

// serve starts the next burst, if any waits. The link is idle.
func (l *link) serve(b *Bench) {
	h, brst := l.next(b)
	if h == nil {
		return
	}
	now := b.now()
	tx := l.txTime(brst.wire())
	packet := l.txTime(MTU)
	// A burst arrives packet by packet and leaves the same way: service
	// began with its first packet, if the link was free by then, but its
	// last packet cannot leave before it has come.
	start := max(l.free+l.debt, min(brst.first, now))
	if arrived := now - (tx - min(packet, tx)); brst.first < now {
		start = max(start, arrived)
	}
	l.debt = 0
	s := b.services.take()
	*s = service{link: l, hop: h, burst: brst, start: start, finish: start + tx, packetTime: packet}
	l.serving = s
	b.at(s.finish, s)
}

// run ends the service: the burst goes on to its next hop.
func (s *service) run(b *Bench) {
	defer b.services.give(s)
	if s.cut {
		return
	}
	l := s.link
	l.serving = nil
	l.free = s.finish
	l.carried.count(&s.burst)
	if b.observe != nil {
		b.observe(l, s.start, s.finish, s.burst.wire())
	}
	if !l.fifo {
		// Its turn is over even if it has no more to serve: were it forgotten
		// at once, it could come back as a fresh flow and starve those that wait.
		if s.hop.credit > 0 {
			l.waiting.pushFront(s.hop)
		} else {
			l.waiting.push(s.hop)
		}
	}
	before := s.burst.payload()
	if l.lossy.any() {
		l.droppedPackets += s.burst.drop(l.lossy.drop(s.burst.packets()))
	}
	b.put(s.hop, &s.burst, before-s.burst.payload())
	s.hop.served(b, s.burst, s.start+min(s.packetTime, s.finish-s.start))
	if l.serving == nil {
		l.serve(b)
	}
}

// interrupt ends the burst of a connection in service after the packets that
// have left; the rest is lost.
func (l *link) interrupt(b *Bench) {
	s := l.serving
	if s == nil || s.burst.bytes == 0 {
		return
	}
	if done := max(b.now()-s.start, 0) / s.packetTime; done > 0 && done*MSS < s.burst.bytes {
		s.cut = true
		n := b.services.take() // there is no event that it waits for
		*n = *s
		n.cut = false
		n.burst, _ = s.burst.split(done * MSS)
		n.finish = s.start + done*s.packetTime
		n.run(b)
	}
}

// purge drops at once what waits or is served and belongs to a sender that is
// gone.
func (l *link) purge(b *Bench) {
	line := l.line
	l.line = nil
	for _, q := range line {
		if q.hop.over() {
			l.queued -= q.burst.wire()
		} else {
			l.line = append(l.line, q)
		}
	}
	for _, q := range []*queue{&l.fresh, &l.waiting} {
		all := *q
		*q = queue{}
		for h := all.pop(); h != nil; h = all.pop() {
			if h.over() {
				h.clear()
				l.unlist(h)
			} else {
				q.push(h)
			}
		}
	}
	if s := l.serving; s != nil && s.hop.over() {
		s.cut = true
		if !l.fifo {
			s.hop.clear()
			l.unlist(s.hop)
		}
		l.serving, l.free = nil, max(b.now(), l.free)
		l.serve(b)
	}
}

// unlist notes that a hop has nothing to serve.
func (l *link) unlist(h *hop) {
	h.listed = false
	h.credit = 0
	l.active--
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

func (q *queue) pushFront(h *hop) {
	h.next = q.head
	q.head = h
	if q.tail == nil {
		q.tail = h
	}
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
