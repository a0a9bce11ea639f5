package p2p

import (
	"cmp"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// Bounds of connections that no stream uses. They are kept for a while, for
// another file may be shared over them.
const (
	mostIdle  = 4
	idleGrace = 10 * time.Second
	trimEvery = 5 * time.Second
)

// trim closes connections that nothing has used for a while, but for the few that
// were used last; mu is held.
func (n *node) trim(now time.Time) {
	if now.Sub(n.trimmed) < trimEvery {
		return
	}
	n.trimmed = now
	since := map[string]time.Time{}
	var old []network.Conn
	for _, c := range n.host.Network().Conns() {
		if c.Stat().NumStreams > 0 || n.dials(c.RemotePeer()) {
			continue
		}
		t, ok := n.idle[c.ID()]
		if !ok {
			t = now
		}
		since[c.ID()] = t
		if now.Sub(t) >= idleGrace {
			old = append(old, c)
		}
	}
	n.idle = since
	over := len(since) - mostIdle
	if over <= 0 || len(old) == 0 {
		return
	}
	slices.SortFunc(old, func(a, b network.Conn) int {
		if by := since[a.ID()].Compare(since[b.ID()]); by != 0 {
			return by
		}
		return cmp.Compare(a.RemotePeer(), b.RemotePeer())
	})
	closing := old[:min(over, len(old))]
	n.work.Go(func() {
		for _, c := range closing {
			c.Close()
		}
	})
}

// dials says whether the peer is being dialed for a file; mu is held.
func (n *node) dials(p peer.ID) bool {
	for _, sh := range n.shares {
		if sh.dialing[p] {
			return true
		}
	}
	return false
}
