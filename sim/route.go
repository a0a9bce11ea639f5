package sim

import "fmt"

// route is the way from one node to another.
type route struct {
	from, to *node
	legs     []leg
}

// leg is one link of a route, and the delay that follows it.
type leg struct {
	link  *link
	after []*node // whose delay and jitter follow
	extra int64   // further nanoseconds of delay
}

// newRoute returns the links from one node to another: its uplink, the shared
// links that they do not have in common, and the other's downlink. A node's own
// delay lies between its link and the rest of the network.
func newRoute(from, to *node) route {
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
	return route{from: from, to: to, legs: append(legs, leg{link: to.down})}
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

// open says whether what leaves the first node gets into the network.
func (r *route) open() bool { return r.from.state != off && r.from.cut[r.to] == 0 }
