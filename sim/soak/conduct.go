package soak

import (
	"slices"
	"time"

	"versus/sim/fault"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// bans: nobody honest is charged with a corrupt piece or banned, and whoever went
// too far is banned.
func (in *inspection) bans() {
	for _, e := range in.events {
		verb := map[string]string{measure.EventStrike: "charged a corrupt piece to", measure.EventBan: "banned"}[e.Kind]
		if verb != "" && !fold(in.spec.Nodes, in.seen.orders, seconds(e.TS)+time.Microsecond).was(e.Detail) {
			in.wrong(Honest, "%s %s %s at %.3f s, which had never served a corrupt piece", e.Node, verb, e.Detail, e.TS)
		}
	}
	if n := in.trial.Summary.BannedHonest; n > 0 {
		in.wrong(Honest, "%d honest nodes were banned", n)
	}
	if in.traits.Strikes > 0 {
		in.strikes()
	}
}

// strikes: whoever sent a node too many corrupt pieces is banned by it. A node
// that has lost its disk has forgotten the earlier ones.
func (in *inspection) strikes() {
	since := func(node string) time.Duration { return in.seen.wiped(node, in.ended()) }
	charged, refused := map[[2]string]int{}, map[[2]string]int{}
	banned := map[[2]string]bool{}
	for _, e := range in.events {
		pair := [2]string{e.Node, e.Detail}
		switch {
		case e.Kind == measure.EventBan:
			banned[pair] = true
		case e.Kind == measure.EventStrike && seconds(e.TS) > since(e.Node):
			charged[pair]++
		}
	}
	for pair, n := range charged {
		if n >= in.traits.Strikes && !banned[pair] {
			in.wrong(Strikes, "%s took %d corrupt pieces from %s and did not ban it; %d are enough", pair[0], n, pair[1], in.traits.Strikes)
		}
	}
	// The charge may come late, where several had sent parts of a piece, but not
	// for ever.
	for _, w := range in.seen.wastes {
		if w.reason == "corrupt" && w.at > since(w.node) {
			refused[[2]string{w.node, w.from}]++
		}
	}
	for pair, n := range refused {
		if pair[1] != "" && n > 3*in.traits.Strikes+10 && !banned[pair] {
			in.wrong(Strikes, "%s refused %d corrupt pieces from %s and did not ban it; %d are enough", pair[0], n, pair[1], in.traits.Strikes)
		}
	}
}

// was says whether a node has ever served corrupt pieces.
func (w *world) was(corrupt string) bool {
	n := w.nodes[corrupt]
	return n != nil && n.corrupted
}

// How long pieces may still come from a node that has stopped sharing: those that
// were under way, be it through a cut or to a node that is stopped.
const (
	lastBytes = 10 * time.Second
	heldBytes = 90 * time.Second
)

// selfish: a free rider uploads nothing, and nothing comes from nowhere.
func (in *inspection) selfish() {
	w := newWorld(in.spec.Nodes)
	last := lastBytes
	for _, o := range in.seen.orders {
		if slices.Contains([]string{fault.Pause, fault.Partition, fault.Degrade, fault.Slow}, o.Verb) {
			last = heldBytes
		}
	}
	next := 0
	for _, a := range in.seen.arrivals {
		for next < len(in.seen.orders) && in.seen.orders[next].at < a.at {
			w.apply(in.seen.orders[next])
			next++
		}
		from := w.nodes[a.from]
		if from == nil || a.from == a.node {
			in.wrong(Counters, "%s got piece %d of %s from %q, which is no other node", a.node, a.piece, a.file, a.from)
			continue
		}
		if a.from == scenario.Origin {
			continue // it is the server, which gives or is down
		}
		if !in.spec.Kind.Sharing {
			in.wrong(Selfish, "%s got piece %d of %s from %s, which is a client", a.node, a.piece, a.file, a.from)
		}
		// One that rides from the start has never begun.
		if from.riding && (from.since <= 0 || a.at-from.since > last) {
			in.wrong(Selfish, "%s got piece %d of %s at %v from %s, a free rider since %v", a.node, a.piece, a.file, a.at, a.from, from.since)
		}
	}
}

// inverses: what a fault does ends when it is to. That is checked where one
// entry alone has to do with its kind of state, and says when it begins and how
// long it lasts.
func (in *inspection) inverses() {
	for i, f := range in.spec.Scenario.Faults {
		if f.Churn != nil || f.At.IsZero() || f.For.Kind != scenario.Constant {
			continue
		}
		for _, fam := range families() {
			if fam.has(f.Action) && in.alone(i, fam) {
				in.ends(f, fam)
			}
		}
	}
}

// alone says whether no other entry has to do with a family.
func (in *inspection) alone(entry int, fam family) bool {
	for i, f := range in.spec.Scenario.Faults {
		for _, a := range actions(f) {
			// A pause ends with the process.
			if i != entry && (fam.has(a) || fam.end == fault.Resume && families()[0].has(a)) {
				return false
			}
		}
	}
	return true
}

// ends checks that each order of an entry is followed by its inverse.
func (in *inspection) ends(f scenario.Fault, fam family) {
	for i, o := range in.seen.orders {
		due := o.at + time.Duration(f.For.Value)
		if o.Verb != f.Action || o.Verb == fault.Wipe || due >= in.ended()-time.Millisecond || in.departed(o.Node) {
			continue
		}
		ended := false
		for _, x := range in.seen.orders[i+1:] {
			if x.Verb == fam.end && x.Target() == o.Target() {
				ended = x.at-due < time.Millisecond && due-x.at < time.Millisecond
				break
			}
		}
		if !ended {
			in.wrong(Inverses, "%s of %s at %v was to end at %v by %s, which did not happen then", o.Verb, o.Target(), o.at, due, fam.end)
		}
	}
}

// departed says whether a node came with its request and has left.
func (in *inspection) departed(node string) bool {
	for _, n := range in.trial.Nodes {
		if n.Node == node && n.LeftS != nil {
			return true
		}
	}
	return false
}
