package soak

import (
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// counters: the figures of the result agree with what was seen, and with each
// other. That the trial itself found no contradiction is a part of measured.
func (in *inspection) counters() {
	in.nodeCounters()
	in.timeline()
	in.requests()
	in.repeats()
}

// nodeCounters: nobody verified more than it received. Who sent what is no figure:
// a piece counts as its last sender's, though others may have sent parts of it.
func (in *inspection) nodeCounters() {
	verified, wasted := map[string]int64{}, map[string]int64{}
	end := in.ended()
	for _, a := range in.seen.arrivals {
		if a.at <= end {
			verified[a.node] += int64(a.bytes)
		}
	}
	for _, x := range in.seen.wastes {
		if x.at < end {
			wasted[x.node] += int64(x.bytes)
		}
	}
	var sent, received int64
	for _, n := range in.trial.Nodes {
		sent += n.SentBytes
		received += n.ReceivedBytes
		switch {
		case n.ReceivedBytes < verified[n.Node]+wasted[n.Node]:
			in.wrong(Counters, "%s verified %d and wasted %d bytes, but received %d", n.Node, verified[n.Node], wasted[n.Node], n.ReceivedBytes)
		case n.WastedBytes < wasted[n.Node]:
			in.wrong(Counters, "%s wasted %d bytes, of which %d are counted", n.Node, wasted[n.Node], n.WastedBytes)
		case n.DownS < 0 || n.DownS > in.trial.VirtualS+1e-9:
			in.wrong(Counters, "%s was down for %v of %v s", n.Node, n.DownS, in.trial.VirtualS)
		case n.LongestStallS != nil && *n.LongestStallS > in.trial.VirtualS+1e-9:
			in.wrong(Counters, "%s stalled for %v of %v s", n.Node, *n.LongestStallS, in.trial.VirtualS)
		}
	}
	if received > sent {
		in.wrong(Counters, "%d bytes were received, but %d sent", received, sent)
	}
}

// timeline: what is cumulative never falls, and nothing exceeds what there is.
func (in *inspection) timeline() {
	var before measure.Tick
	for _, t := range in.trial.Timeline {
		if t.TS < before.TS || t.DeliveredBytes < before.DeliveredBytes || t.Complete < before.Complete ||
			t.OriginSentBytes < before.OriginSentBytes || t.PeersSentBytes < before.PeersSentBytes {
			in.wrong(Counters, "the timeline falls from %+v to %+v", before, t)
		}
		if t.Online < 0 || t.Online > len(in.spec.Nodes) || t.RarestCopies != nil && (*t.RarestCopies < 0 || *t.RarestCopies > t.Online) {
			in.wrong(Counters, "the timeline has %d nodes up and %v copies at %v s, of %d nodes", t.Online, *t.RarestCopies, t.TS, len(in.spec.Nodes))
		}
		before = t
	}
}

// requests: the summary counts the requests that there are, and their events.
func (in *inspection) requests() {
	outcomes, events := map[string]int{}, map[string]int{}
	for _, r := range in.trial.Requests {
		outcomes[r.Outcome]++
	}
	for _, e := range in.events {
		events[e.Kind]++
	}
	s := in.trial.Summary
	if len(in.trial.Requests) != len(in.spec.Requests) || s.Requested != len(in.spec.Requests) || s.Completed != outcomes[measure.Complete] ||
		events[measure.EventComplete] != s.Completed || events[measure.EventIncomplete] != s.Requested-s.Completed {
		in.wrong(Counters, "%d requests were planned; the result has %v, the summary %d of %d, the events %v",
			len(in.spec.Requests), outcomes, s.Completed, s.Requested, events)
	}
	if got := len(in.trial.Faults); got != len(in.seen.orders) && in.seen.orders[len(in.seen.orders)-1].at <= in.ended() {
		in.wrong(Counters, "%d faults were carried out, the result has %d", len(in.seen.orders), got)
	}
}

// repeats: no node verifies a piece twice, unless it lost its disk; and where
// pieces come from one place, none arrives twice.
func (in *inspection) repeats() {
	type key struct {
		node, file string
		piece      int
	}
	held := map[key]time.Duration{}
	for _, a := range in.seen.arrivals {
		k := key{a.node, a.file, a.piece}
		if before, ok := held[k]; ok && in.seen.wiped(a.node, a.at) < before {
			in.wrong(Counters, "%s verified piece %d of %s at %v and again at %v", a.node, a.piece, a.file, before, a.at)
		}
		held[k] = a.at
		if a.node == scenario.Origin {
			in.wrong(Counters, "the origin got piece %d of %s, which it holds", a.piece, a.file)
		}
	}
	for _, x := range in.seen.wastes {
		if in.traits.Once && x.reason == "duplicate" {
			in.wrong(Once, "%s received a piece of %s at %v that it had verified before", x.node, x.file, x.at)
		}
	}
}
