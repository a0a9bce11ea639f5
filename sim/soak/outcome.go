package soak

import (
	"fmt"
	"strings"
	"time"

	"versus/sim/fault"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// outcomes: each request's is explained by what was seen.
func (in *inspection) outcomes() {
	for i := range in.trial.Requests {
		r := &in.trial.Requests[i]
		var why string
		switch r.Outcome {
		case measure.Complete:
			why = in.notComplete(r)
		case measure.Down:
			why = in.notDown(r)
		case measure.Incomplete:
			why = in.notIncomplete(r)
		default:
			why = "is no outcome"
		}
		if why != "" {
			in.wrong(Outcome, "request %d of %s for %s is %q (%s), but %s", r.ID, r.Node, r.File, r.Outcome, r.Error, why)
		}
	}
}

// notComplete: at the end of the request the node had verified every piece.
func (in *inspection) notComplete(r *measure.Request) string {
	if r.FinishedS == nil {
		return "it has no end"
	}
	m, err := in.spec.Content.Manifest(r.File)
	if err != nil {
		return err.Error()
	}
	if held := in.held(r.Node, r.File, seconds(*r.FinishedS)+time.Microsecond); len(held) != m.NumPieces() {
		return fmt.Sprintf("%d of %d pieces were verified", len(held), m.NumPieces())
	}
	if *r.FinishedS > in.limit().Seconds()+1e-6 {
		return "that is after the time limit"
	}
	return ""
}

func (in *inspection) limit() time.Duration { return time.Duration(in.spec.Scenario.TimeLimit) }

// held returns the pieces that a node held at an instant, and since when.
func (in *inspection) held(node, file string, at time.Duration) map[int]time.Duration {
	since := in.seen.wiped(node, at)
	pieces := map[int]time.Duration{}
	for _, a := range in.seen.arrivals {
		if a.node == node && a.file == file && a.at > since && a.at <= at {
			pieces[a.piece] = a.at
		}
	}
	return pieces
}

// closed is when a request ended, from the trial's events.
func (in *inspection) closed(r *measure.Request) time.Duration {
	for _, e := range in.events {
		if e.Kind == measure.EventIncomplete && e.Node == r.Node && e.File == r.File {
			return seconds(e.TS)
		}
	}
	return in.ended()
}

// notDown: the node was down then, stayed so, and some fault takes nodes away
// without bringing them back in time.
func (in *inspection) notDown(r *measure.Request) string {
	at := in.closed(r)
	n := fold(in.spec.Nodes, in.seen.orders, at).nodes[r.Node]
	if n.down == "" {
		return fmt.Sprintf("the node was up at %v", at)
	}
	for _, o := range in.seen.orders {
		if o.Verb == fault.Restart && o.Node == r.Node && o.at > at {
			return fmt.Sprintf("the node came back at %v", o.at)
		}
	}
	if in.returns(at) {
		return "every fault that takes nodes down brings them back in time"
	}
	return ""
}

// returns says that whoever is down at an instant is sure to come back before
// the time limit.
func (in *inspection) returns(at time.Duration) bool {
	for _, f := range in.spec.Scenario.Faults {
		for _, a := range actions(f) {
			if a != fault.Restart && families()[0].has(a) && !in.passes(f, at) {
				return false
			}
		}
	}
	return true
}

// passes says that what a fault began by an instant is sure to end before the
// time limit.
func (in *inspection) passes(f scenario.Fault, at time.Duration) bool {
	return f.Churn == nil && f.Action == fault.Wipe && f.For.IsZero() ||
		f.For.Kind == scenario.Constant && at+time.Duration(f.For.Value) < in.limit()
}

// notIncomplete: pieces were missing, and the reason is true. What was verified
// in the very instant in which the request ended may have come after its end: a
// paused node that gives up is resumed to say goodbye, and reads what lay ready.
func (in *inspection) notIncomplete(r *measure.Request) string {
	at := in.closed(r)
	if m, err := in.spec.Content.Manifest(r.File); err == nil && len(in.held(r.Node, r.File, at-1)) == m.NumPieces() && at < in.limit() {
		return "every piece was verified"
	}
	switch {
	case strings.Contains(r.Error, "time limit reached"):
		if at < in.limit()-time.Millisecond {
			return fmt.Sprintf("that was at %v", at)
		}
		if n := in.end.nodes[r.Node]; n.down != "" && in.forGood(n) {
			return "the node was down for good"
		}
	case strings.Contains(r.Error, "patience ran out"):
		v := in.spec.Requests[r.ID].Visit
		if v == nil || at < seconds(r.StartedS)+v.Patience-time.Millisecond {
			return "nobody ran out of patience"
		}
	case strings.Contains(r.Error, "corrupt"):
		if !in.traits.GivesUp || !in.end.nodes[scenario.Origin].corrupted {
			return "nobody had reason to give up"
		}
	default:
		return "that is no reason"
	}
	return ""
}

// forGood says that nothing could have brought a node back that is down: no
// entry restarts nodes by itself, and the only one that takes them down never
// ends.
func (in *inspection) forGood(n *condition) bool {
	for _, f := range in.spec.Scenario.Faults {
		switch {
		case f.Churn != nil, f.Action == fault.Restart, f.Action == fault.Wipe:
			return false
		case families()[0].has(f.Action) && !f.For.IsZero():
			return false
		}
	}
	return n.down != ""
}
