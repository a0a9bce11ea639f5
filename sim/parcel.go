package sim

// send sends small packets that carry no data (a handshake, acknowledgements)
// along a route; do runs when the last of them arrives, unless all are lost on
// the way or the machine at its end is off.
func (b *Bench) send(way route, packets int64, do action) {
	(&parcel{route: way, packets: packets, do: do}).forward(b, b.now())
}

// sendSurely sends one small packet that no queue and no loss keeps from
// arriving. It stands for a reset: a real one that is lost is sent again for
// each packet that the other side goes on to send.
func (b *Bench) sendSurely(way route, do action) {
	(&parcel{route: way, packets: 1, do: do, sure: true}).forward(b, b.now())
}

// parcel is small packets on their way.
type parcel struct {
	route        // its legs are those that are left
	sure    bool // lost by cuts and machines that are off alone
	passed  int  // links that it has left
	packets int64
	do      action
}

// forward passes the parcel over the links from the instant t, which is now or
// later, for as long as no link has to queue it. Where links share fairly, a
// sparse flow waits for one packet at most, so its way is known at once.
func (p *parcel) forward(b *Bench, t int64) {
	now := b.now()
	for len(p.legs) > 0 {
		l := p.legs[0].link
		if l.fifo && !p.sure {
			if t > now {
				b.at(t, (*arrivingParcel)(p))
				return
			}
			l.enqueue(b, &hop{flow: p, leg: p.legs[0], index: p.passed}, burst{small: p.packets, first: now})
			return
		}
		t = l.express(now, t, p.packets)
		if l.lossy.any() && !p.sure && int64(len(l.lossy.drop(p.packets))) == p.packets {
			return
		}
		if !p.enter() {
			return
		}
		t += p.legs[0].delay(b)
		p.legs = p.legs[1:]
	}
	b.at(t, p)
}

// enter takes the parcel off a link; false means that it does not get from its
// node's own into the network.
func (p *parcel) enter() bool {
	p.passed++
	return p.passed > 1 || p.open()
}

// run is the parcel's arrival.
func (p *parcel) run(b *Bench) {
	if p.to.state != off {
		p.do.run(b)
	}
}

// arrivingParcel is a parcel that reaches a link where it may have to queue.
type arrivingParcel parcel

func (p *arrivingParcel) run(b *Bench) { (*parcel)(p).forward(b, b.now()) }

// pull implements flow; a parcel is never at the start of a fair queue.
func (p *parcel) pull(*Bench, *hop) (burst, bool) { return burst{}, false }

// putBack implements flow.
func (p *parcel) putBack(burst) {}

// over implements flow.
func (p *parcel) over() bool { return p.passed == 0 && p.from.state == off }

// way implements flow.
func (p *parcel) way() *route { return &p.route }

// sent implements flow.
func (p *parcel) sent(*Bench, burst) {}

// arrived implements flow: the parcel has left the link that it queued at.
func (p *parcel) arrived(b *Bench, brst burst) {
	if !p.enter() {
		return
	}
	t := b.now() + p.legs[0].delay(b)
	p.legs = p.legs[1:]
	p.forward(b, t)
}
