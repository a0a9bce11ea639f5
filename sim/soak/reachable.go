package soak

import (
	"math"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// What a node is given, beyond the time that its bytes take, to find out that
// others are gone or back: more than any time-out and any pause between dials.
const (
	findOut = 3 * time.Minute
	slack   = 8.0 // times the time that the bytes of all requests should take
)

// reachable: whoever could finish after the last fault did. A request that has
// not ended well is a violation if, for longer than grace, its node ran, and
// together those who could serve it held every piece that it lacked.
func (in *inspection) reachable() {
	banned := map[[2]string]bool{}
	for _, b := range in.trial.Bans {
		banned[[2]string{b.Node, b.Target}] = true
	}
	for i := range in.trial.Requests {
		r := &in.trial.Requests[i]
		if r.Outcome == measure.Complete || !in.able(r) {
			continue
		}
		end := in.closed(r)
		mine := in.held(r.Node, r.File, end)
		servers := in.servers(r.Node, r.File, banned)
		m, err := in.spec.Content.Manifest(r.File)
		if err != nil || len(servers) == 0 {
			continue
		}
		from := max(in.end.last, seconds(r.StartedS))
		whole := true
		for p := range m.NumPieces() {
			if _, ok := mine[p]; ok {
				continue
			}
			at, ok := in.earliest(servers, r.File, p)
			whole = whole && ok
			from = max(from, at)
		}
		if grace := in.grace(r.Node, servers); whole && end-from > grace {
			in.wrong(Reachable, "request %d: %s has %d of %d pieces of %s at %v (%s), although %v held the rest since %v: %v would be enough",
				r.ID, r.Node, len(mine), m.NumPieces(), r.File, end, r.Error, servers, from, grace)
		}
	}
}

// able says whether nothing about the node itself keeps it from finishing.
func (in *inspection) able(r *measure.Request) bool {
	n := in.end.nodes[r.Node]
	return in.end.runs(r.Node) && !(n.riding && in.traits.Reciprocal) && !(in.traits.GivesUp && in.end.nodes[scenario.Origin].corrupted)
}

// servers lists who could serve a node a file at the end: they run, are linked
// with it, give what they have, have it right, and know of it.
func (in *inspection) servers(node, file string, banned map[[2]string]bool) []string {
	w, origin := in.end, scenario.Origin
	could := func(s string) bool {
		c := w.nodes[s]
		return w.runs(s) && !c.corrupt && !c.riding && w.linked(node, s) &&
			!banned[[2]string{node, s}] && !banned[[2]string{s, node}]
	}
	var out []string
	if could(origin) {
		out = append(out, origin)
	}
	// Peers serve each other only if that is what the architecture is about, and
	// who has too many neighbours may know none that is of use.
	if !in.spec.Kind.Sharing || in.traits.Leaves || in.spec.Scenario.BringsNodes() || in.traits.Neighbours < len(in.spec.Nodes)-1 {
		return out
	}
	named := func(s string) bool { // by the origin, to each other
		return w.runs(origin) && w.linked(node, origin) && w.linked(s, origin) &&
			!banned[[2]string{node, origin}] && !banned[[2]string{s, origin}] &&
			!banned[[2]string{origin, node}] && !banned[[2]string{origin, s}]
	}
	for _, n := range in.spec.Nodes[1:] {
		if n.Name != node && could(n.Name) && (in.met(node, n.Name, file) || named(n.Name)) {
			out = append(out, n.Name)
		}
	}
	return out
}

// met says whether a piece of a file went between two nodes, since either lost its
// disk.
func (in *inspection) met(a, b, file string) bool {
	since := max(in.seen.wiped(a, in.ended()), in.seen.wiped(b, in.ended()))
	for _, x := range in.seen.arrivals {
		if x.at > since && x.file == file && (x.node == a && x.from == b || x.node == b && x.from == a) {
			return true
		}
	}
	return false
}

// earliest is when the first of some nodes had a piece that it kept to the end.
func (in *inspection) earliest(nodes []string, file string, piece int) (at time.Duration, ok bool) {
	at = math.MaxInt64
	for _, n := range nodes {
		if n == scenario.Origin {
			return 0, true
		}
		if t, held := in.held(n, file, in.ended())[piece]; held {
			at, ok = min(at, t), true
		}
	}
	return at, ok
}

// grace is how long a node may take to get what others have.
func (in *inspection) grace(node string, servers []string) time.Duration {
	var bits float64
	for _, r := range in.spec.Requests {
		if m, err := in.spec.Content.Manifest(r.File); err == nil {
			bits += float64(m.Size) * 8
		}
	}
	slowest := math.Inf(1)
	for _, n := range append([]string{node}, servers...) {
		slowest = min(slowest, in.pace(n, node))
	}
	return findOut + time.Duration(slack*bits/slowest*float64(time.Second))
}

// pace is the rate in bit/s that a path to a node can be relied upon for: the
// lowest of its links, or what TCP makes of its losses (Mathis, Semke, Mahdavi
// and Ott, The macroscopic behavior of the TCP congestion avoidance algorithm,
// 1997: MSS/RTT x sqrt(3/2p)).
func (in *inspection) pace(a, b string) float64 {
	la, lb := in.end.nodes[a].link, in.end.nodes[b].link
	rate := min(float64(la.Uplink), float64(la.Downlink), float64(lb.Uplink), float64(lb.Downlink))
	for _, s := range in.spec.Scenario.Network.Shared {
		rate = min(rate, float64(s.Uplink), float64(s.Downlink))
	}
	loss := la.Loss + lb.Loss + burstLoss(la) + burstLoss(lb)
	if loss > 0 {
		rtt := 2*(time.Duration(la.Delay+lb.Delay)+time.Duration(la.Jitter+lb.Jitter)).Seconds() + 0.02
		rate = min(rate, 1448*8/rtt*math.Sqrt(1.5/loss))
	}
	return rate
}

// burstLoss is the mean loss of the bursts of a link: each state counts with the
// share of packets that meet it.
func burstLoss(l scenario.Link) float64 {
	b := l.BurstLoss
	if b.GoodToBad == 0 {
		return b.LossGood
	}
	bad := b.GoodToBad / (b.GoodToBad + b.BadToGood)
	return bad*b.LossBad + (1-bad)*b.LossGood
}
