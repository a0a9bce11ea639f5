package sim

// Ledger accounts for every byte of connections that has left its sender's
// uplink, repeated ones included; the end of a stream counts as one byte. At
// every instant Put = Arrived + Dropped + InFlight.
type Ledger struct {
	Put      int64 // left the first link, or was lost on it
	Arrived  int64 // left the last link
	Dropped  int64 // lost on a link or by a cut, found a full queue, or reached a machine that was off
	InFlight int64 // under way, counted where it is
}

// Ledger returns the account. It walks the whole bench for what is in flight.
func (b *Bench) Ledger() Ledger {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.account()
}

func (b *Bench) account() Ledger {
	out := b.ledger
	for _, e := range b.events {
		if a, ok := e.do.(*arrival); ok {
			out.InFlight += a.burst.payload()
		}
	}
	for _, l := range b.links {
		out.InFlight += l.inFlight()
	}
	return out
}

// inFlight returns the bytes that wait at the link or are served by it and have
// crossed a link before.
func (l *link) inFlight() (n int64) {
	count := func(h *hop, b burst) {
		if h.index > 0 {
			n += b.payload()
		}
	}
	if l.serving != nil {
		count(l.serving.hop, l.serving.burst)
	}
	for _, q := range l.line {
		count(q.hop, q.burst)
	}
	waiting := func(h *hop) {
		for _, brst := range h.bursts {
			count(h, brst)
		}
	}
	if l.serving != nil && !l.fifo {
		waiting(l.serving.hop)
	}
	for _, q := range []*queue{&l.fresh, &l.waiting} {
		for h := q.head; h != nil; h = h.next {
			waiting(h)
		}
	}
	return n
}

// put enters a burst that has crossed its first link; lost is how much of it
// was lost there.
func (b *Bench) put(h *hop, brst *burst, lost int64) {
	if h.index > 0 {
		b.ledger.Dropped += lost
	} else if !h.over() {
		b.ledger.Put += brst.payload() + lost
		b.ledger.Dropped += lost
	}
}

// discard enters bytes that are dropped; before its first link nothing counts.
func (b *Bench) discard(h *hop, bytes int64) {
	if h.index > 0 {
		b.ledger.Dropped += bytes
	}
}

// payload returns the bytes of a connection that are left of a burst.
func (b *burst) payload() int64 {
	n := b.bytes
	for _, i := range b.lost {
		n -= b.size(i) - HeaderBytes
	}
	return n
}
