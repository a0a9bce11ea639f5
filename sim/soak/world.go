package soak

import (
	"slices"
	"time"

	"versus/sim/fault"
	"versus/sim/scenario"
)

// world is what the orders of a trial made of its nodes, worked out from the
// orders alone.
type world struct {
	nodes map[string]*condition
	cuts  map[[2]string]int // packets from one to the other are lost if above 0
	last  time.Duration     // of the latest order
}

// condition is one node's.
type condition struct {
	node      scenario.Node
	down      string // the verb that took it down; empty if it is up
	downCause string // the fault behind that
	paused    bool
	corrupt   bool
	corrupted bool          // it was corrupt at some time
	riding    bool          // it uploads nothing
	since     time.Duration // when it began to ride
	link      scenario.Link
}

func newWorld(nodes []scenario.Node) *world {
	w := &world{nodes: map[string]*condition{}, cuts: map[[2]string]int{}}
	for _, n := range nodes {
		w.nodes[n.Name] = &condition{node: n, link: n.Link}
	}
	return w
}

// fold returns the world after all orders up to an instant, that one included.
func fold(nodes []scenario.Node, orders []order, until time.Duration) *world {
	w := newWorld(nodes)
	for _, o := range orders {
		if o.at <= until {
			w.apply(o)
		}
	}
	return w
}

func (w *world) apply(o order) {
	w.last = max(w.last, o.at)
	if len(o.From) > 0 {
		w.cut(o)
		return
	}
	n := w.nodes[o.Node]
	switch o.Verb {
	case fault.Kill, fault.PowerOff, fault.Leave:
		n.down, n.downCause, n.paused = o.Verb, o.Cause, false
	case fault.Restart:
		n.down, n.downCause = "", ""
	case fault.Pause, fault.Resume:
		n.paused = o.Verb == fault.Pause
	case fault.Corrupt:
		n.corrupt, n.corrupted = true, true
	case fault.Cure:
		n.corrupt = false
	case fault.FreeRide:
		n.riding, n.since = true, o.at
	case fault.Share:
		n.riding = false
	case fault.Degrade, fault.Slow, fault.Restore:
		n.link = o.Link.On(n.node.Link)
	}
}

func (w *world) cut(o order) {
	by := 1
	if o.Verb == fault.Heal {
		by = -1
	}
	for _, from := range o.From {
		for _, to := range o.To {
			w.cuts[[2]string{from, to}] += by
			if !o.OneWay {
				w.cuts[[2]string{to, from}] += by
			}
		}
	}
}

// runs says whether a node's software does its work.
func (w *world) runs(name string) bool {
	n := w.nodes[name]
	return n.down == "" && !n.paused
}

// linked says whether packets between two nodes get through, and one of them can
// dial the other.
func (w *world) linked(a, b string) bool {
	return w.cuts[[2]string{a, b}] <= 0 && w.cuts[[2]string{b, a}] <= 0 &&
		!(w.nodes[a].node.NoInbound && w.nodes[b].node.NoInbound)
}

// family is a group of actions of which one is the inverse of the others.
type family struct {
	begins []string
	end    string
}

func families() []family {
	return []family{
		{[]string{fault.Kill, fault.PowerOff, fault.Leave, fault.Wipe}, fault.Restart},
		{[]string{fault.Pause}, fault.Resume},
		{[]string{fault.Partition}, fault.Heal},
		{[]string{fault.Degrade, fault.Slow}, fault.Restore},
		{[]string{fault.Corrupt}, fault.Cure},
		{[]string{fault.FreeRide}, fault.Share},
	}
}

// actions returns those that an entry of a scenario's faults can take.
func actions(f scenario.Fault) []string {
	if f.Churn != nil {
		return []string{f.Churn.By, fault.Restart}
	}
	return []string{f.Action}
}

// has says whether the family has the action.
func (f family) has(action string) bool { return action == f.end || slices.Contains(f.begins, action) }
