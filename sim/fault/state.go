package fault

import (
	"slices"
	"time"

	"versus/sim/scenario"
)

// instance is one occurrence of a fault: what it began ends together.
type instance struct {
	cause string
	ends  time.Duration // when its inverse comes; never if it does not
	nodes []int         // whom it was done to, each once
	by    *script       // who did it, if a script did
}

// act is one action on nodes that are chosen already.
type act struct {
	verb   string
	nodes  []int
	sides  [][]int // Partition: two or more, disjoint; Disconnect: two
	oneWay bool
	label  string // Partition, Heal: which partition; Heal: empty for all
	link   scenario.LinkFault
	factor float64
	share  float64
}

// state is what is in force: what every instance that has not ended does to
// each node. The engine keeps two: what really happened, and the plan, which is
// what the schedule does by itself and thus the same in every architecture.
type state struct {
	names []string
	nodes []effects
	cuts  []cut
}

// effects are those on one node, each in the order in which they began.
type effects struct {
	down   []*instance
	paused []*instance
	links  []linkEffect
	wrong  []corruption
	riding []*instance // free riders
}

type linkEffect struct {
	by     *instance
	verb   string
	set    scenario.LinkFault
	factor float64
}

type corruption struct {
	by    *instance
	share float64
}

// cut is one partition between two sides.
type cut struct {
	by    *instance
	label string
	order Order // of its begin
}

func newState(names []string) *state {
	return &state{names: names, nodes: make([]effects, len(names))}
}

// open says that an action would change something about the node: only such
// nodes are counted when a share or a number is chosen.
func (s *state) open(verb string, i int) bool {
	n := &s.nodes[i]
	switch verb {
	case Restart:
		return len(n.down) > 0
	case Resume:
		return len(n.paused) > 0
	case Restore:
		return len(n.links) > 0
	case Cure:
		return len(n.wrong) > 0
	case Share:
		return len(n.riding) > 0
	}
	return len(n.down) == 0
}

// inverse says that a verb ends something: its targets need not be up.
func inverse(verb string) bool {
	return slices.Contains([]string{Restart, Resume, Restore, Cure, Share}, verb)
}

// begin carries an action out and returns the orders that it takes.
func (s *state) begin(by *instance, a act) []Order {
	switch a.verb {
	case Partition:
		return s.cut(by, a)
	case Heal:
		return s.heal(func(c cut) bool { return a.label == "" || c.label == a.label }, by)
	case Disconnect:
		return s.pairs(by, a)
	}
	var orders []Order
	for _, i := range a.nodes {
		orders = append(orders, s.one(by, a, i)...)
	}
	return orders
}

// one carries an action out on one node.
func (s *state) one(by *instance, a act, i int) []Order {
	n := &s.nodes[i]
	order := func(verb string) []Order { return []Order{{Verb: verb, Node: s.names[i], Cause: by.cause}} }
	switch a.verb {
	case Kill, PowerOff, Leave:
		n.down = append(n.down, by)
		if len(n.down) > 1 {
			return nil
		}
		n.paused = nil
		return order(a.verb)
	case Wipe:
		return s.wipe(by, i)
	case Restart:
		if len(n.down) > 0 {
			n.down = nil
			return order(Restart)
		}
	case Pause:
		if len(n.down) > 0 {
			return nil
		}
		n.paused = append(n.paused, by)
		if len(n.paused) == 1 {
			return order(Pause)
		}
	case Resume:
		if len(n.paused) > 0 {
			n.paused = nil
			return order(Resume)
		}
	case Degrade, Slow:
		n.links = append(n.links, linkEffect{by, a.verb, a.link, a.factor})
		return s.relink(by, a.verb, i)
	case Restore:
		if len(n.links) > 0 {
			n.links = nil
			return s.relink(by, Restore, i)
		}
	case Corrupt, Cure:
		return s.recorrupt(by, i, func() {
			if a.verb == Cure {
				n.wrong = nil
			} else if a.share > 0 {
				n.wrong = append(n.wrong, corruption{by, a.share})
			}
		})
	case FreeRide:
		n.riding = append(n.riding, by)
		if len(n.riding) == 1 {
			return order(FreeRide)
		}
	case Share:
		if len(n.riding) > 0 {
			n.riding = nil
			return order(Share)
		}
	}
	return nil
}

// wipe erases a node's disk while it is down; one that is up is killed first. It
// comes back when the instance ends, which it does at once unless told.
func (s *state) wipe(by *instance, i int) []Order {
	n, name := &s.nodes[i], s.names[i]
	var orders []Order
	if len(n.down) == 0 {
		n.paused = nil
		orders = append(orders, Order{Verb: Kill, Node: name, Cause: by.cause})
	}
	n.down = append(n.down, by)
	return append(orders, Order{Verb: Wipe, Node: name, Cause: by.cause})
}

// relink is the order that makes a node's link what is in force now.
func (s *state) relink(by *instance, verb string, i int) []Order {
	change := &LinkChange{}
	for _, l := range s.nodes[i].links {
		change.LinkFault = change.LinkFault.Then(l.set)
		if l.verb == Slow {
			change.Factor = max(change.Factor, 1) * l.factor
		}
	}
	return []Order{{Verb: verb, Node: s.names[i], Link: change, Cause: by.cause}}
}

// recorrupt changes what is wrong about a node and orders the greatest share
// that remains, if it differs.
func (s *state) recorrupt(by *instance, i int, change func()) []Order {
	share := func() (most float64) {
		for _, c := range s.nodes[i].wrong {
			most = max(most, c.share)
		}
		return most
	}
	before := share()
	change()
	switch after := share(); {
	case after == before:
		return nil
	case after == 0:
		return []Order{{Verb: Cure, Node: s.names[i], Cause: by.cause}}
	default:
		return []Order{{Verb: Corrupt, Node: s.names[i], Share: after, Cause: by.cause}}
	}
}

// end takes back what an instance did and returns the orders that it takes.
func (s *state) end(by *instance) []Order {
	var orders []Order
	for _, i := range by.nodes {
		n := &s.nodes[i]
		order := func(verb string) {
			orders = append(orders, Order{Verb: verb, Node: s.names[i], Cause: by.cause})
		}
		if left, was := without(n.down, by); was {
			if n.down = left; len(left) == 0 {
				order(Restart)
			}
		}
		if left, was := without(n.paused, by); was {
			if n.paused = left; len(left) == 0 {
				order(Resume)
			}
		}
		if left, was := without(n.riding, by); was {
			if n.riding = left; len(left) == 0 {
				order(Share)
			}
		}
		links := len(n.links)
		n.links = slices.DeleteFunc(n.links, func(l linkEffect) bool { return l.by == by })
		if len(n.links) < links {
			orders = append(orders, s.relink(by, Restore, i)...)
		}
		orders = append(orders, s.recorrupt(by, i, func() {
			n.wrong = slices.DeleteFunc(n.wrong, func(c corruption) bool { return c.by == by })
		})...)
	}
	return append(orders, s.heal(func(c cut) bool { return c.by == by }, by)...)
}

// forget takes back that an instance holds a node, whose order had no effect.
func (s *state) forget(by *instance, verb string, i int) {
	n := &s.nodes[i]
	switch verb {
	case Kill, PowerOff, Leave:
		n.down, _ = without(n.down, by)
	case Pause:
		n.paused, _ = without(n.paused, by)
	}
}

// without returns the list without by, and whether it was there.
func without(list []*instance, by *instance) (left []*instance, was bool) {
	i := slices.Index(list, by)
	if i < 0 {
		return list, false
	}
	return slices.Delete(list, i, i+1), true
}
