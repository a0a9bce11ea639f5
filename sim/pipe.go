package sim

import "sync"

// Buffers of a connection direction.
const (
	initialWindow = 10 * MSS // RFC 6928
	receiveBuffer = 6 << 20  // bytes delivered and not yet read: the receive window; Linux's tcp_rmem maximum
	minSendBuffer = 64 << 10 // bytes written and not yet acknowledged
	maxSendBuffer = 4 << 20  // Linux's tcp_wmem maximum
)

// pipe is one direction of a connection. Its bytes stay in one buffer from
// Write to Read; the network moves only the counters, each of which counts
// from the start of the stream: read <= delivered <= sent <= written, and
// acked <= delivered.
type pipe struct {
	src, dst   *conn
	up, down   hop
	congestion congestion

	buf         buffer
	written     int64
	sent        int64
	delivered   int64
	read        int64
	acked       int64
	edge        int64 // sent may not pass it: the receive window as last advertised to the sender
	offered     int64 // the edge as last advertised by the receiver
	blocked     bool  // a Write waits to append more
	unsentLimit int64 // bytes written and not yet sent that Write stops at; 0 for none
	finQueued   bool  // the sender has closed
	finSent     bool
	finished    bool // the receiver has everything and knows that it is the end
	dead        bool // reset: nothing moves any more
	lastAck     int64

	canRead, canWrite sync.Cond
}

// burst is a run of bytes of one pipe on its way.
type burst struct {
	bytes  int64
	first  int64 // instant when its first packet arrived where it now is
	fin    bool  // the stream ends with it
	marked bool  // it met a queue over its limit
}

// hop is a pipe's place at one link. The sender's uplink pulls from the pipe
// what its window allows; a later link serves bursts that have arrived.
type hop struct {
	pipe   *pipe
	link   *link
	origin bool // pulls from the pipe
	listed bool // stands in one of the link's queues or is served
	next   *hop // in such a queue

	bursts []burst // that have arrived and wait; not at the origin
	queued int64   // their wire bytes
	last   int64   // instant of the latest arrival: jitter must not reorder
}

func newPipe(b *Bench, src, dst *conn) *pipe {
	p := &pipe{src: src, dst: dst, edge: receiveBuffer, offered: receiveBuffer}
	p.congestion = newCongestion()
	p.up = hop{pipe: p, link: src.node.up, origin: true}
	p.down = hop{pipe: p, link: dst.node.down}
	p.canRead.L, p.canWrite.L = &b.mu, &b.mu
	return p
}

// sendable returns how many bytes may be sent now: whole packets, but for the
// end of what was written.
func (p *pipe) sendable() int64 {
	window := min(p.edge, p.acked+p.congestion.window()) - p.sent
	rest := p.written - p.sent
	if rest <= window && !p.blocked {
		return rest
	}
	return max(min(window, rest)/MSS*MSS, 0)
}

// wants says whether the uplink has a reason to serve this pipe. It waits for
// more acknowledgements where a little room would make a small burst, as
// segmentation offload does.
func (p *pipe) wants() bool {
	n := p.sendable()
	switch {
	case p.dead:
		return false
	case n == 0:
		return p.finQueued && !p.finSent && p.sent == p.written
	case n == p.written-p.sent || p.sent == p.acked:
		return true
	}
	return n >= min(p.up.link.quantum, p.smooth())
}

// smooth returns the largest burst with which the window still slides rather
// than jumps.
func (p *pipe) smooth() int64 {
	return max(p.congestion.window()/4/MSS*MSS, minBurst)
}

// push offers the pipe to the uplink if it has something to send.
func (p *pipe) push(b *Bench) {
	if p.wants() {
		p.up.link.offer(b, &p.up)
	}
}

// sendBuffer returns how many bytes may be written ahead of the
// acknowledgements: twice the window, as Linux tunes it.
func (p *pipe) sendBuffer() int64 {
	return min(max(2*p.congestion.window(), minSendBuffer), maxSendBuffer)
}

// room returns how many bytes may be written now.
func (p *pipe) room() int64 {
	room := p.sendBuffer() - (p.written - p.acked)
	if p.unsentLimit > 0 {
		room = min(room, p.unsentLimit-(p.written-p.sent))
	}
	return room
}

// take removes the next burst to serve; ok is false if there is none.
func (h *hop) take(b *Bench) (next burst, ok bool) {
	p := h.pipe
	if p.dead || !h.origin && len(h.bursts) == 0 || h.origin && !p.wants() {
		h.listed = false
		h.link.active--
		if p.dead && h.queued > 0 {
			h.account(-h.queued)
			h.bursts = nil
		}
		return burst{}, false
	}
	if h.origin {
		n := min(p.sendable(), h.link.quantum)
		if h.link.active == 1 {
			n = min(n, p.smooth())
		}
		p.sent += n
		if p.unsentLimit > 0 && p.written-p.sent <= p.unsentLimit/2 {
			p.canWrite.Broadcast()
		}
		next = burst{bytes: n, first: b.now()}
		if p.finQueued && p.sent == p.written {
			p.finSent, next.fin = true, true
		}
		return next, true
	}
	next = h.bursts[0]
	if next.bytes > h.link.quantum && next.bytes > minBurst {
		rest := next
		next.bytes, next.fin = h.link.quantum, false
		rest.bytes -= next.bytes
		h.bursts[0] = rest
	} else {
		h.bursts = h.bursts[1:]
		if len(h.bursts) == 0 {
			h.bursts = nil
		}
	}
	h.account(-wireBytes(next.bytes))
	return next, true
}

func (h *hop) account(wire int64) {
	h.queued += wire
	h.link.queued += wire
}

// giveBack returns the part of a burst that was not served after all.
func (h *hop) giveBack(rest burst) {
	if h.origin {
		h.pipe.sent -= rest.bytes
		if rest.fin {
			h.pipe.finSent = false
		}
		return
	}
	h.bursts = append([]burst{rest}, h.bursts...)
	h.account(wireBytes(rest.bytes))
}

// served passes a burst on; its first packet left the link at first.
func (h *hop) served(b *Bench, brst burst, first int64) {
	p := h.pipe
	if p.dead {
		return
	}
	if !h.origin {
		p.deliver(b, brst)
		return
	}
	p.src.node.counters.SentBytes += brst.bytes
	now := b.now()
	arrive := max(b.travel(now, p.src.node, p.dst.node), p.down.last)
	p.down.last = arrive
	brst.first = arrive - (now - first)
	b.at(arrive, &arrival{pipe: p, burst: brst})
}

// arrival is a burst that reaches the receiver's downlink.
type arrival struct {
	pipe  *pipe
	burst burst
}

func (a *arrival) run(b *Bench) {
	p, h := a.pipe, &a.pipe.down
	if p.dead {
		return
	}
	wire := wireBytes(a.burst.bytes)
	if l := h.link; l.queued+wire > l.limit && (h.queued+wire)*int64(max(l.active, 1)) >= l.limit {
		a.burst.marked = true
	}
	h.bursts = append(h.bursts, a.burst)
	h.account(wire)
	h.link.offer(b, h)
}

// deliver hands a burst to the receiving connection and acknowledges it.
func (p *pipe) deliver(b *Bench, brst burst) {
	if p.dst.closed && brst.bytes > 0 {
		p.dst.reset(b) // nobody will read it
		return
	}
	p.delivered += brst.bytes
	p.dst.node.counters.ReceivedBytes += brst.bytes
	if brst.fin {
		p.finished = true
	}
	p.canRead.Broadcast()
	packets := max((brst.bytes+MSS-1)/MSS, 1)
	p.acknowledge(b, (packets+1)/2, brst.marked)
}

// acknowledge tells the sender what has been delivered and how much more there
// is room for.
func (p *pipe) acknowledge(b *Bench, packets int64, marked bool) {
	p.offered = p.read + receiveBuffer
	t := max(b.express(p.dst.node, p.src.node, packets), p.lastAck)
	p.lastAck = t
	b.at(t, &ack{pipe: p, delivered: p.delivered, edge: p.offered, marked: marked, fin: p.finished})
}

// ack is an acknowledgement that reaches the sender.
type ack struct {
	pipe      *pipe
	delivered int64
	edge      int64
	marked    bool
	fin       bool
}

func (a *ack) run(b *Bench) {
	p := a.pipe
	if p.dead {
		return
	}
	p.congestion.acknowledged(a.delivered-p.acked, p.sent-p.acked, a.delivered, p.sent, a.marked)
	p.acked, p.edge = a.delivered, a.edge
	if p.written-p.acked <= p.sendBuffer()*2/3 {
		p.canWrite.Broadcast()
	}
	p.push(b)
	if a.fin {
		p.src.acknowledgedFin()
	}
}
