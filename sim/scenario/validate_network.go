package scenario

import (
	"slices"
	"strings"
)

func (v *validator) network() {
	net := v.s.Network
	v.choice("network.tcp", "congestion control", net.TCP, Cubic, Reno)
	v.link("network.origin", net.Origin)
	const path = "network.peers"
	names, counted := map[string]int{}, true
	for i, g := range net.Peers {
		at := pathOf(path, i, "name")
		switch first, seen := names[g.Name]; {
		case g.Name == "":
			v.report(at, "missing, want a name such as home")
		case g.Name == Origin || g.Name == aliasPeers:
			v.report(at, "%q is reserved", g.Name)
		case !saneName(g.Name, false):
			v.report(at, "%q, want lower-case letters, digits, - and _, a letter first, at most %d bytes", abbreviate(g.Name), MaxName)
		case seen:
			v.report(at, "%q is also the name of %s", g.Name, pathOf(path, first))
		}
		if _, seen := names[g.Name]; !seen {
			names[g.Name] = i
		}
		at = pathOf(path, i, "count")
		if g.Count == 0 && !v.draft.given(at) {
			v.report(at, "missing, want a number of peers such as 40")
		} else {
			counted = within(v, at, g.Count, 1, MaxPeers) && counted
		}
		within(v, pathOf(path, i, "unreachable"), g.Unreachable, 0, 1)
		v.link(pathOf(path, i), g.Link)
	}
	v.nodeNames(names)
	v.shared()
	v.regions()
	if len(net.Peers) == 0 {
		v.report(path, "no peers, want at least one group")
	} else if total := v.s.TotalPeers(); counted && total > MaxPeers {
		v.report(path, "%d peers in all groups together is above %d", total, MaxPeers)
	}
}

// nodeNames reports a group that is named like a node of another group, such
// as home-1 beside home.
func (v *validator) nodeNames(names map[string]int) {
	for i, g := range v.s.Network.Peers {
		cut := strings.LastIndexByte(g.Name, '-')
		if cut < 0 {
			continue
		}
		number, err := parseWhole(g.Name[cut+1:])
		other, seen := names[g.Name[:cut]]
		if err == nil && seen && number >= 1 && (v.s.BringsNodes() || number <= v.s.Network.Peers[other].Count) {
			v.report(pathOf("network.peers", i, "name"), "%q is also the name of a node of %s", g.Name, pathOf("network.peers", other))
		}
	}
}

func (v *validator) link(path string, l Link) {
	v.rates(path, l.Uplink, l.Downlink)
	within(v, join(path, "delay"), l.Delay, 0, MaxDelay)
	within(v, join(path, "jitter"), l.Jitter, 0, MaxDelay)
	if at := join(path, "loss"); within(v, at, l.Loss, 0, 1) && l.Loss == 1 {
		v.report(at, "1 is not below 1")
	}
	v.burstLoss(join(path, "burst_loss"), l.BurstLoss)
	v.queue(path, l.Queue, l.QueueLimit)
}

func (v *validator) rates(path string, uplink, downlink Bandwidth) {
	for _, r := range []struct {
		key  string
		rate Bandwidth
	}{{"uplink", uplink}, {"downlink", downlink}} {
		if at := join(path, r.key); r.rate == 0 && !v.draft.given(at) {
			v.report(at, "missing, want a bandwidth such as 50Mbit/s")
		} else {
			within(v, at, r.rate, MinRate, MaxRate)
		}
	}
}

func (v *validator) burstLoss(path string, b BurstLoss) {
	inRange := true
	for _, p := range []struct {
		key   string
		value float64
	}{
		{"good_to_bad", b.GoodToBad}, {"bad_to_good", b.BadToGood},
		{"loss_good", b.LossGood}, {"loss_bad", b.LossBad},
	} {
		inRange = within(v, join(path, p.key), p.value, 0, 1) && inRange
	}
	switch {
	case !inRange:
	case b.LossGood == 1:
		v.report(join(path, "loss_good"), "1 is not below 1")
	case b.LossBad == 1 && b.GoodToBad > 0 && b.BadToGood == 0:
		v.report(join(path, "bad_to_good"), "0, but a link that loses everything in its bad state has to leave it")
	case v.draft.given(path) && b == BurstLoss{}:
		v.report(path, "loses nothing; leave it out or give good_to_bad, bad_to_good, loss_good and loss_bad")
	}
}

// queue checks a discipline, where empty means the default, and a limit, where
// 0 does unless it is given.
func (v *validator) queue(path, queue string, limit Bytes) {
	v.choice(join(path, "queue"), "queue", queue, Fair, DropTail)
	if at := join(path, "queue_limit"); limit != 0 || v.draft.given(at) {
		within(v, at, limit, MinQueueLimit, MaxQueueLimit)
	}
}

// choice reports a word that is not among the allowed ones; empty stands for
// the first of them unless it is given.
func (v *validator) choice(path, what, word string, allowed ...string) {
	if !slices.Contains(allowed, word) && (word != "" || v.draft.given(path)) {
		v.unknown(path, what, word, allowed)
	}
}
