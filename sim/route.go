package sim

import "fmt"

// leg is one link of a route, and the delay that follows it.
type leg struct {
	link  *link
	after []*node // whose delay and jitter follow
	extra int64   // further nanoseconds of delay
}

// route returns the links from one node to another: its uplink, the shared
// links that they do not have in common, and the other's downlink. A node's own
// delay lies between its link and the rest of the network.
func route(from, to *node) []leg {
	legs := []leg{{link: from.up, after: []*node{from}}}
	if from.shared != to.shared {
		if from.shared != nil {
			legs = append(legs, leg{link: from.shared.up, extra: from.shared.delay})
		}
		if to.shared != nil {
			legs = append(legs, leg{link: to.shared.down, extra: to.shared.delay})
		}
	}
	last := &legs[len(legs)-1]
	last.after = append(last.after, to)
	last.extra += from.bench.between(from, to)
	return append(legs, leg{link: to.down})
}

// between returns the delay that the distance of two nodes adds, in nanoseconds.
func (b *Bench) between(from, to *node) int64 {
	if b.distance == nil {
		return 0
	}
	d := int64(b.distance(from.name, to.name))
	if d < 0 {
		panic(fmt.Sprintf("sim: the distance from %s to %s is negative", from.name, to.name))
	}
	return d
}

// delay returns the time from leaving the leg's link to reaching the next.
func (l *leg) delay(b *Bench) int64 {
	t := l.extra
	for _, n := range l.after {
		t += n.delay
		if n.jitter > 0 {
			t += b.rng.Int64N(n.jitter + 1)
		}
	}
	return t
}

// send sends small packets that carry no data (a handshake, acknowledgements, a
// reset) along a route; do runs when the last of them arrives, unless all are
// lost on the way.
func (b *Bench) send(route []leg, packets int64, do action) {
	(&parcel{route: route, packets: packets, do: do}).forward(b, b.now())
}

// sendSurely sends one small packet that no queue and no loss keeps from
// arriving. It stands for a reset: a real one that is lost is sent again for
// each packet that the other side goes on to send.
func (b *Bench) sendSurely(route []leg, do action) {
	(&parcel{route: route, packets: 1, do: do, sure: true}).forward(b, b.now())
}

// parcel is small packets on their way.
type parcel struct {
	sure    bool
	route   []leg
	packets int64
	do      action
}

// forward passes the parcel over the links from the instant t, which is now or
// later, for as long as no link has to queue it. Where links share fairly, a
// sparse flow waits for one packet at most, so its way is known at once.
func (p *parcel) forward(b *Bench, t int64) {
	now := b.now()
	for len(p.route) > 0 {
		l := p.route[0].link
		if l.fifo && !p.sure {
			if t > now {
				b.at(t, (*arrivingParcel)(p))
				return
			}
			l.enqueue(b, &hop{flow: p, leg: p.route[0]}, burst{small: p.packets, first: now})
			return
		}
		t = l.express(now, t, p.packets)
		if l.lossy.any() && !p.sure && int64(len(l.lossy.drop(p.packets))) == p.packets {
			return
		}
		t += p.route[0].delay(b)
		p.route = p.route[1:]
	}
	b.at(t, p.do)
}

// arrivingParcel is a parcel that reaches a link where it may have to queue.
type arrivingParcel parcel

func (p *arrivingParcel) run(b *Bench) { (*parcel)(p).forward(b, b.now()) }

// pull implements flow; a parcel is never at the start of a fair queue.
func (p *parcel) pull(*Bench, *hop) (burst, bool) { return burst{}, false }

// putBack implements flow.
func (p *parcel) putBack(burst) {}

// over implements flow.
func (p *parcel) over() bool { return false }

// sent implements flow.
func (p *parcel) sent(*Bench, burst) {}

// arrived implements flow: the parcel has left the link that it queued at.
func (p *parcel) arrived(b *Bench, brst burst) {
	t := b.now() + p.route[0].delay(b)
	p.route = p.route[1:]
	p.forward(b, t)
}
