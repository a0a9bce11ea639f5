package sim

import (
	"fmt"
	"slices"
	"strings"
)

// Remains is what is left on a bench.
type Remains struct {
	Open   []string // connections and listeners that no process has closed: who holds what, sorted
	Kept   int      // ends of connections that a node still remembers, closed ones included
	Events int      // still to happen
	Ledger Ledger
}

// Nothing says that nothing is left and that every byte is accounted for.
func (r Remains) Nothing() bool {
	return len(r.Open) == 0 && r.Kept == 0 && r.Events == 0 && r.Ledger.InFlight == 0 &&
		r.Ledger.Put == r.Ledger.Arrived+r.Ledger.Dropped
}

// String lists what is left, on one line; "nothing" if nothing is.
func (r Remains) String() string {
	if r.Nothing() {
		return "nothing"
	}
	return fmt.Sprintf("%d open (%s), %d ends of connections kept, %d events to come, bytes %+v",
		len(r.Open), strings.Join(r.Open, ", "), r.Kept, r.Events, r.Ledger)
}

// Remains looks at what is left. When every process has ended and closed what it
// had, and the time-outs of TCP have passed, that is nothing.
func (b *Bench) Remains() Remains {
	r := Remains{Ledger: b.Ledger()}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Events = len(b.events)
	for name, n := range b.nodes {
		if n.listener != nil {
			r.Open = append(r.Open, name+" listens")
		}
		for c := range n.conns {
			r.Kept++
			if !c.closed {
				r.Open = append(r.Open, fmt.Sprintf("%s to %s", name, c.peer.node.name))
			}
		}
	}
	slices.Sort(r.Open)
	return r
}
