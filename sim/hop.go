package sim

// flow is what links carry: a direction of a connection, small packets on
// their own, or packets from outside.
type flow interface {
	// pull takes the next burst to send; ok is false if there is none.
	pull(b *Bench, h *hop) (next burst, ok bool)
	// putBack returns the end of what pull returned last.
	putBack(rest burst)
	// over says that what has not left the first link never will: its sender
	// is gone. What is beyond travels on.
	over() bool
	// way returns the route, of which the flow may have done a part.
	way() *route
	// sent is told what has left the first link.
	sent(b *Bench, brst burst)
	// arrived is told what has left the last link.
	arrived(b *Bench, brst burst)
}

// hop is a flow's place at one link of its route.
type hop struct {
	flow
	leg
	index  int  // in the flow's path
	pulls  bool // takes its bursts from the flow; else they come by arrive
	listed bool // stands in one of the link's queues or is served
	next   *hop // in such a queue
	onward *hop // at the next link; nil at the last

	bursts []burst // that have arrived and wait, on a fair link
	queued int64   // their wire bytes
	credit int64   // bytes that they may still take of their turn
	last   int64   // instant of the latest arrival: jitter must not reorder
}

// newPath returns the hops of a flow over a route.
func newPath(f flow, way route, pulls bool) []hop {
	path := make([]hop, len(way.legs))
	for i, l := range way.legs {
		path[i] = hop{flow: f, leg: l, index: i, pulls: pulls && i == 0 && !l.link.fifo}
		if i > 0 {
			path[i-1].onward = &path[i]
		}
	}
	return path
}

// over says that nothing waiting at the hop will be served.
func (h *hop) over() bool { return h.index == 0 && h.flow.over() }

// take removes the next burst to serve on a fair link; ok is false if there is
// none, and the hop is then no longer listed.
func (h *hop) take(b *Bench) (next burst, ok bool) {
	switch {
	case h.over():
		h.clear()
	case h.pulls:
		next, ok = h.pull(b, h)
	case len(h.bursts) > 0:
		next, ok = h.bursts[0], true
		h.account(-next.wire())
		if h.credit <= 0 {
			h.credit += h.link.turn()
		}
		n := (h.credit + MSS - 1) / MSS * MSS
		switch rest := next.bytes - n; {
		case rest <= 0:
			h.credit -= next.wire()
		case h.link.active == 1 && rest <= n/4:
			h.credit = 0 // the rest is short, and nobody else waits
		default:
			h.credit -= n
			next, h.bursts[0] = next.split(n)
			h.account(h.bursts[0].wire())
			return next, true
		}
		if len(h.bursts) > 1 {
			h.bursts = h.bursts[1:]
		} else {
			h.bursts = h.bursts[:0] // mostly there is one at a time
		}
	}
	if !ok {
		h.link.unlist(h)
	}
	return next, ok
}

// clear drops what waits.
func (h *hop) clear() {
	h.account(-h.queued)
	h.bursts = nil
}

func (h *hop) account(wire int64) {
	h.queued += wire
	h.link.queued += wire
}

// giveBack returns the part of a burst that was not served after all.
func (h *hop) giveBack(rest burst) {
	if h.pulls {
		h.putBack(rest)
		return
	}
	h.bursts = append([]burst{rest}, h.bursts...)
	h.account(rest.wire())
	h.credit += rest.bytes
}

// served passes a burst on; its first packet left the link at first.
func (h *hop) served(b *Bench, brst burst, first int64) {
	if h.over() {
		return
	}
	if h.index == 0 {
		brst.sentAt = b.now() // when its last packet left, which is what the answer is to
		h.sent(b, brst)
		if !h.way().open() {
			b.ledger.Dropped += brst.payload()
			return
		}
	}
	if brst.empty() {
		return
	}
	if h.onward == nil {
		if to := h.way().to; to.state == off && h.link == to.down {
			b.ledger.Dropped += brst.payload()
			return
		}
		b.ledger.Arrived += brst.payload()
		brst.first = first
		h.arrived(b, brst)
		return
	}
	now := b.now()
	arrive := max(now+h.delay(b), h.onward.last)
	h.onward.last = arrive
	brst.first = arrive - (now - first)
	a := b.arrivals.take()
	a.hop, a.burst = h.onward, brst
	b.at(arrive, a)
}

// arrival is a burst that reaches a link.
type arrival struct {
	hop   *hop
	burst burst
}

func (a *arrival) run(b *Bench) {
	h, brst := a.hop, a.burst
	b.arrivals.give(a)
	h.link.enqueue(b, h, brst)
}
