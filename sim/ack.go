package sim

// acknowledge tells the sender what has arrived and how much more there is
// room for.
func (p *pipe) acknowledge(b *Bench, packets int64, of burst) {
	p.offered = p.read + receiveBuffer
	a := b.acks.take()
	*a = ack{pipe: p, delivered: p.delivered, edge: p.offered, order: of.order, sentAt: of.sentAt}
	if of.first > 0 {
		a.spread = b.now() - of.first
	}
	if len(p.early) > 0 {
		a.sacked = append(spans(nil), p.early...)
	}
	a.way = parcel{route: p.back, packets: packets, do: a}
	a.way.forward(b, b.now())
}

// ack is an acknowledgement on its way to the sender.
type ack struct {
	way       parcel
	pipe      *pipe
	delivered int64
	sacked    spans
	edge      int64
	order     int64 // of the burst that it answers
	sentAt    int64
	spread    int64 // nanoseconds that the burst took to arrive
}

func (a *ack) run(b *Bench) {
	defer b.acks.give(a)
	p := a.pipe
	if p.src.err != nil {
		p.src.sendReset(b)
		return
	}
	s := &p.sender
	s.unanswered = 0
	progress := s.acknowledged(a, b.now())
	if progress {
		p.setAlarm(b)
	}
	p.wakeWriter()
	p.push(b)
	if p.finished() && s.una > p.written {
		p.src.settle(b)
	}
}
