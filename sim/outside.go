package sim

import "time"

// Outside is a flow of packets that were made outside the bench, such as a
// kernel's: they cross the same links, queues, delays and losses as the bench's
// own. A packet may be lost; those that arrive do so in order.
type Outside struct {
	bench *Bench
	route route
	path  []hop
}

// Outside returns a flow between two nodes. It panics if either does not exist.
func (b *Bench) Outside(from, to string) *Outside {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := &Outside{bench: b, route: newRoute(b.mustNode(from), b.mustNode(to))}
	o.path = newPath(o, o.route, false)
	return o
}

// Send sends a packet of size wire bytes. If it is not lost, deliver is called
// when it arrives, with how late that is: 0 in virtual time, where nothing is.
// It must return at once and not call the bench.
func (o *Outside) Send(size int, deliver func(late time.Duration)) {
	b := o.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	b.runDue(b.now()) // the packet must not overtake what was due before it
	if o.over() {
		return
	}
	first := &o.path[0]
	first.link.enqueue(b, first, burst{packet: &packet{size: int64(size), deliver: deliver}, first: b.now()})
}

func (o *Outside) pull(*Bench, *hop) (burst, bool) { return burst{}, false }
func (o *Outside) putBack(burst)                   {}
func (o *Outside) over() bool                      { return o.route.from.state == off }
func (o *Outside) way() *route                     { return &o.route }
func (o *Outside) sent(*Bench, burst)              {}

// arrived implements flow.
func (o *Outside) arrived(b *Bench, brst burst) {
	brst.packet.deliver(time.Since(b.start) - time.Duration(b.now()))
}
