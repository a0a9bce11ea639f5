package measure

import (
	"math"
	"slices"
	"time"
)

// Kinds of the events by which an architecture says what its nodes noticed. The
// detail is the name of the node that it is about.
const (
	EventLost   = "lost"   // a neighbour or the server is dead or unreachable
	EventStrike = "strike" // a piece from it was corrupt
	EventBan    = "ban"    // it is not talked to any more
)

// Done is what a fault did to one target.
type Done struct {
	Action string // as the scenario names it
	Target string // as the result names it
	Detail string
	Cause  string // where the fault is written
	// Disrupts says that it can make things worse: there is a time to recover.
	Disrupts bool
	// Gone are the nodes that From cannot reach from now on, and the other way
	// round. From is empty if nobody can.
	Gone, From []string
	// Ends are the actions whose earlier faults of the same target end with this
	// one: nobody can notice them any more.
	Ends []string
	// Corrupts is the node that serves wrong pieces from now on, if any.
	Corrupts string
}

// notice is one node's finding about another.
type notice struct {
	at          time.Duration
	node, about string
}

// fired is a fault as it was recorded.
type fired struct {
	Done
	at time.Duration
}

// noticed is what faults did and who found out. The mutex of the recorder guards
// it.
type noticed struct {
	known    map[string]bool // node names
	fired    []fired
	lost     []notice
	strikes  map[[2]string]int // node and whom it is about
	bans     []Ban
	corrupts map[string]bool // nodes that served wrong pieces at some time
}

// Fault records what a fault did to one target.
func (r *Recorder) Fault(d Done) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noticed.fired = append(r.noticed.fired, fired{d, now})
	if d.Corrupts != "" {
		r.noticed.corrupts[d.Corrupts] = true
	}
	text := d.Action
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	r.event(now, EventFault, d.Target, "", text)
}

// note keeps what measures are made of; r.mu is held.
func (n *noticed) note(now time.Duration, node, kind, about string) {
	if !n.known[about] {
		return
	}
	switch kind {
	case EventLost:
		if len(n.lost) < MaxEvents {
			n.lost = append(n.lost, notice{now, node, about})
		}
	case EventStrike:
		n.strikes[[2]string{node, about}]++
	case EventBan:
		n.bans = append(n.bans, Ban{
			Node: node, Target: about, TS: max(now, 0).Seconds(),
			Strikes: n.strikes[[2]string{node, about}], Honest: !n.corrupts[about],
		})
	}
}

// faults turns what was recorded into the result's records, in order of time.
func (n *noticed) faults(back recovery) []Fault {
	about := map[string][]notice{}
	for _, l := range n.lost {
		about[l.about] = append(about[l.about], l)
	}
	type open struct{ action, target string }
	ends := map[open]time.Duration{} // of what happened before the fault at hand
	blamed := time.Duration(-1)      // the latest instant of a fault before bytes came last
	out := make([]Fault, len(n.fired))
	for i := len(n.fired) - 1; i >= 0; i-- {
		f := &n.fired[i]
		out[i] = Fault{TS: f.at.Seconds(), Action: f.Action, Target: f.Target, Detail: f.Detail, Cause: f.Cause}
		end, ended := ends[open{f.Action, f.Target}]
		if !ended {
			end = math.MaxInt64
		}
		if len(f.Gone) > 0 {
			out[i].DetectS = f.detected(end, about)
		}
		if f.Disrupts {
			out[i].RecoverS, out[i].Flowed = back.after(f.at)
			if blamed < 0 && f.at <= back.last {
				blamed = f.at
			}
			if back.collapsed() && (f.at == blamed || len(f.Gone) > 0 && end > back.last) {
				out[i].RecoverS = nil
			}
		}
		for _, action := range f.Ends {
			ends[open{action, f.Target}] = f.at
		}
	}
	return out
}

// detected is the time from the fault until the last of those who noticed it
// before it ended had noticed, or nil if nobody did.
func (f *fired) detected(end time.Duration, about map[string][]notice) *float64 {
	first := map[[2]string]time.Duration{} // who noticed whom, and when
	look := func(gone, from []string) {
		for _, node := range gone {
			for _, l := range about[node] {
				pair := [2]string{l.node, l.about}
				if l.at < f.at || l.at >= end || len(from) > 0 && !slices.Contains(from, l.node) {
					continue
				}
				if at, ok := first[pair]; !ok || l.at < at {
					first[pair] = l.at
				}
			}
		}
	}
	look(f.Gone, f.From)
	if len(f.From) > 0 {
		look(f.From, f.Gone)
	}
	if len(first) == 0 {
		return nil
	}
	var last time.Duration
	for _, at := range first {
		last = max(last, at)
	}
	return Finite((last - f.at).Seconds())
}
