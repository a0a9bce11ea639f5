package sim

import "sync"

// Buffers of a connection direction.
const (
	initialWindow = 10 * MSS // RFC 6928
	receiveBuffer = 6 << 20  // bytes that arrived and were not read: the receive window; Linux's tcp_rmem maximum
	minSendBuffer = 64 << 10 // bytes written and not yet acknowledged
	maxSendBuffer = 4 << 20  // Linux's tcp_wmem maximum
)

// pipe is one direction of a connection. Its bytes stay in one buffer from
// Write to Read; the network moves only offsets, which count from the start of
// the stream. The end of the stream takes one offset more, as a FIN does.
type pipe struct {
	src, dst *conn
	forth    route  // from the sender to the receiver
	path     []hop  // the same, with what waits at each link
	back     route  // the way of the acknowledgements
	sender   sender // what the sending end knows

	buf         buffer
	written     int64
	blocked     bool  // a Write waits to append more
	unsentLimit int64 // bytes written and not yet sent that Write stops at; 0 for none
	closing     bool  // the sender has closed: the stream ends at written

	delivered int64 // bytes that arrived in order
	early     spans // bytes above that arrived
	read      int64
	offered   int64 // the edge of the receive window as last advertised
	leaving   bool  // a burst is on its way out of the sender's node
	left      spans // bytes that have left a node whose own queue may drop some

	canRead, canWrite sync.Cond
}

func newPipe(b *Bench, src, dst *conn) *pipe {
	p := &pipe{src: src, dst: dst, offered: receiveBuffer}
	p.sender.edge = receiveBuffer
	p.sender.congestion = newCongestion(b.control)
	p.forth, p.back = newRoute(src.node, dst.node), newRoute(dst.node, src.node)
	p.path = newPath(p, p.forth, true)
	p.canRead.L, p.canWrite.L = &b.mu, &b.mu
	return p
}

// end returns the offset after the last one that may be sent.
func (p *pipe) end() int64 {
	if p.closing {
		return p.written + 1
	}
	return p.written
}

// finished says whether the receiver has everything and knows that it is all.
func (p *pipe) finished() bool { return p.closing && p.delivered > p.written }

// readable returns how many bytes a Read may take now.
func (p *pipe) readable() int64 { return min(p.delivered, p.written) - p.read }

// sendable returns how many new bytes may be sent now: whole packets, but for
// the end of what was written.
func (p *pipe) sendable() int64 {
	s := &p.sender
	window := min(s.edge-s.next, s.windowLeft())
	rest := p.end() - s.next
	if p.closing && rest == 1 {
		return 1 // the end of the stream needs no window
	}
	if rest <= window && !p.blocked {
		return rest
	}
	return max(min(window, rest)/MSS*MSS, 0)
}

// wants says whether there is a reason to send. It waits for more
// acknowledgements where a little room would make a small burst, as
// segmentation offload does.
func (p *pipe) wants() bool {
	s := &p.sender
	if p.over() {
		return false
	}
	if len(s.lost) > 0 {
		// A time-out or the first loss must always get one packet out.
		return s.inFlight() < s.congestion.window()
	}
	n := p.sendable()
	switch {
	case n == 0:
		return false
	case n == p.end()-s.next || s.inFlight() == 0:
		return true
	}
	enough := min(p.path[0].link.quantum, p.smooth())
	if p.unsentLimit > 0 { // more never comes together
		enough = min(enough, p.unsentLimit/2)
	}
	s.held = enough
	return n >= enough
}

// smooth returns the largest burst with which the window still slides rather
// than jumps: a burst is acknowledged as one, so it lengthens the round trip of
// a window that does not fill the path by the time the burst takes there.
func (p *pipe) smooth() int64 {
	return max(p.sender.congestion.window()/32/MSS*MSS, minBurst)
}

// push offers the pipe to the uplink if it has something to send.
func (p *pipe) push(b *Bench) {
	first := &p.path[0]
	if p.stuck() && p.sender.timer.at == 0 {
		p.setAlarm(b)
	}
	if !first.link.fifo {
		if p.wants() {
			first.link.offer(b, first)
		}
		return
	}
	// A queue takes what the window allows at once.
	for p.wants() {
		next, ok := p.pull(b, first)
		if !ok {
			return
		}
		first.link.enqueue(b, first, next)
		p.setAlarm(b) // it may have been dropped at once
	}
}

// pull implements flow: it is the uplink's turn to take a burst from here.
func (p *pipe) pull(b *Bench, h *hop) (burst, bool) {
	if !p.wants() {
		return burst{}, false
	}
	n, limit := p.sendable(), h.link.quantum
	if h.link.active <= 1 && n < 4*limit || h.link.fifo { // else the window is not what limits it
		limit = min(limit, p.smooth())
	}
	if len(p.sender.lost) > 0 {
		limit = min(limit, p.sender.windowLeft())
	} else if n < limit+p.sender.held {
		limit = n // what is left of the window would be held back, for ever if nothing grows it
	}
	now := b.now()
	out, again := p.sender.take(limit, n, now)
	p.leaving = h.pulls
	if p.unsentLimit > 0 {
		p.wakeWriter()
	}
	return burst{
		seq: out.lo, bytes: out.hi - out.lo, again: again,
		first: now, order: p.sender.order,
	}, true
}

// putBack implements flow.
func (p *pipe) putBack(rest burst) {
	p.sender.giveBack(span{rest.seq, rest.seq + rest.bytes}, rest.again)
}

// over implements flow.
func (p *pipe) over() bool { return p.src.err != nil }

// way implements flow.
func (p *pipe) way() *route { return &p.forth }

// sent implements flow: a burst has left the sender's node.
func (p *pipe) sent(b *Bench, brst burst) {
	p.leaving = false
	n := p.src.node
	payload, again := p.payload(brst.seq, brst.seq+brst.bytes), int64(0)
	switch {
	case p.path[0].link.fifo:
		// What the node's own queue dropped the first time leaves only now.
		fresh := p.left.add(span{brst.seq, brst.seq + brst.bytes})
		payload, again = min(fresh, payload), brst.bytes-fresh
	case brst.again:
		payload, again = 0, brst.bytes
	}
	n.counters.SentBytes += payload
	b.sent += payload
	p.sender.stats.RetransmittedBytes += again
	n.counters.RetransmittedBytes += again
	p.setAlarm(b)
}

// payload returns how many of the offsets lo to hi are bytes of the stream.
func (p *pipe) payload(lo, hi int64) int64 {
	if p.closing && hi > p.written {
		hi = p.written
	}
	return max(hi-lo, 0)
}

// arrived implements flow: it hands a burst to the receiving connection and
// acknowledges it.
func (p *pipe) arrived(b *Bench, brst burst) {
	if p.dst.err != nil {
		p.dst.sendReset(b)
		return
	}
	if p.dst.abandoned && p.payload(max(brst.seq, p.delivered), brst.seq+brst.bytes) > 0 {
		p.dst.reset(b) // nobody will read it; what comes a second time is acknowledged
		return
	}
	if !p.dst.established && p.dst.dialing == nil {
		p.dst.establish(b) // the ACK of its handshake was lost
	}
	fresh, packets := int64(0), int64(0)
	brst.each(func(s span) {
		fresh += p.receive(s)
		packets += (s.hi - s.lo + MSS - 1) / MSS
	})
	if packets == 0 {
		return // nothing of it arrived
	}
	if len(p.early) > 0 && p.early[0].lo <= p.delivered {
		p.delivered = p.early[0].hi
		p.early = p.early[1:]
	}
	p.dst.node.counters.ReceivedBytes += fresh
	p.canRead.Broadcast()
	acks := (packets + 1) / 2
	if len(p.early) > 0 || len(brst.lost) > 0 {
		acks = packets // each packet out of order is acknowledged at once
	}
	p.acknowledge(b, acks, brst)
	p.dst.settle(b)
}

// receive takes the bytes of a span and returns how many of them are new
// payload.
func (p *pipe) receive(s span) int64 {
	s.lo = max(s.lo, p.delivered)
	if s.lo >= s.hi {
		return 0
	}
	payload := p.payload(s.lo, s.hi)
	if s.lo == p.delivered && len(p.early) == 0 {
		p.delivered = s.hi
		return payload
	}
	fresh := p.early.add(s)
	if s.lo == p.delivered {
		p.delivered = p.early[0].hi
		p.early = p.early[1:]
	}
	return min(fresh, payload)
}

// sendBuffer returns how many bytes may be written ahead of the
// acknowledgements: twice the largest window so far, as Linux tunes it.
func (p *pipe) sendBuffer() int64 {
	return min(max(2*p.sender.congestion.largest, minSendBuffer), maxSendBuffer)
}

// wakeWriter lets a blocked Write go on once there is room worth waking for: a third
// of the send buffer and, where there is a limit, half of the bytes that may wait
// unsent, as Linux does.
func (p *pipe) wakeWriter() {
	s := &p.sender
	if p.written-s.una <= p.sendBuffer()*2/3 && (p.unsentLimit == 0 || p.written-s.next <= p.unsentLimit/2) {
		p.canWrite.Broadcast()
	}
}

// room returns how many bytes may be written now.
func (p *pipe) room() int64 {
	room := p.sendBuffer() - (p.written - p.sender.una)
	if p.unsentLimit > 0 {
		room = min(room, p.unsentLimit-(p.written-p.sender.next))
	}
	return room
}
