package p2p

import (
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// contacts is whom a node knows to share a file, and when to dial them: what a
// program keeps as its peer cache. With it a peer finds neighbours when the
// origin is gone, and its way back after a cut or a restart. It does no I/O and
// is not safe for concurrent use.
type contacts struct {
	byID map[peer.ID]*contact
	all  []*contact // by arrival: map order must not feed a choice
}

// contact is one known peer.
type contact struct {
	peer.AddrInfo           // without addresses it cannot be dialed
	met           bool      // it was a neighbour
	lost          time.Time // when the connection to it broke; zero if it did not
	fails         int       // dials in vain since it was last heard of
	next          time.Time // no dial before
	refused       bool      // it will have nothing to do with this node
}

// Bounds and intervals of contacts.
const (
	mostContacts   = 256
	redialFirst    = 250 * time.Millisecond // after a connection broke
	redialPause    = 700 * time.Millisecond // between dials of a neighbour that was lost
	redialEagerly  = 2 * time.Minute        // that often for so long; then
	redialSeldom   = 10 * time.Second       // this often
	redialNamed    = 4 * time.Second        // between dials of a peer that was never met; grows with each
	namedAttempts  = 4                      // dials of such a peer
	servedPause    = 30 * time.Second       // after which who needed nothing may be dialed
	forgottenAfter = 30 * time.Minute       // that a lost neighbour did not come back
)

func newContacts() *contacts { return &contacts{byID: map[peer.ID]*contact{}} }

// add notes a peer and, if there are any, its addresses. It returns nil if there
// is no room for it.
func (b *contacts) add(info peer.AddrInfo) *contact {
	c := b.byID[info.ID]
	if c == nil {
		if len(b.all) >= mostContacts && !b.evict() {
			return nil
		}
		c = &contact{AddrInfo: peer.AddrInfo{ID: info.ID}}
		b.byID[info.ID] = c
		b.all = append(b.all, c)
	}
	if len(info.Addrs) > 0 {
		c.Addrs = info.Addrs
	}
	return c
}

// evict makes room by forgetting one of the least use: a peer that was never met,
// dialed in vain more often than the others, or else the neighbour that was lost
// first.
func (b *contacts) evict() bool {
	var worst *contact
	for _, c := range b.all {
		switch {
		case c.refused || c.met && c.lost.IsZero():
		case worst == nil, worst.met && !c.met,
			!worst.met && !c.met && c.fails > worst.fails,
			worst.met && c.met && c.lost.Before(worst.lost):
			worst = c
		}
	}
	if worst == nil {
		return false
	}
	b.forget(worst.ID)
	return true
}

// forget drops a peer.
func (b *contacts) forget(id peer.ID) {
	if c := b.byID[id]; c != nil {
		delete(b.byID, id)
		b.all = slices.DeleteFunc(b.all, func(x *contact) bool { return x == c })
	}
}

// isMet takes the news that the peer is a neighbour.
func (b *contacts) isMet(info peer.AddrInfo) {
	if c := b.add(info); c != nil {
		c.met, c.refused, c.fails, c.lost, c.next = true, false, 0, time.Time{}, time.Time{}
	}
}

// isLost takes the news that the connection to a neighbour broke.
func (b *contacts) isLost(id peer.ID, now time.Time) {
	if c := b.byID[id]; c != nil {
		c.lost, c.next = now, now.Add(redialFirst)
	}
}

// isServed takes the news that neither side needs anything of the other.
func (b *contacts) isServed(id peer.ID, now time.Time) {
	if c := b.byID[id]; c != nil {
		c.lost, c.next = time.Time{}, now.Add(servedPause)
	}
}

// revive makes everybody worth a dial again, after a time in which the node may
// have been the one that was away.
func (b *contacts) revive() {
	for _, c := range b.all {
		c.lost, c.next, c.fails = time.Time{}, time.Time{}, 0
	}
}

// isAbsent takes the news that the peer lives but does not share the file now.
func (b *contacts) isAbsent(id peer.ID, now time.Time) {
	if c := b.byID[id]; c != nil {
		c.lost, c.next = now, now.Add(redialSeldom)
	}
}

// isRefused takes the news that the peer wants no stream with this node.
func (b *contacts) isRefused(id peer.ID) {
	if c := b.byID[id]; c != nil {
		c.refused = true
	}
}

// failed takes the news that the peer was dialed in vain, and says whether it was
// the first time.
func (b *contacts) failed(id peer.ID, now time.Time) (first bool) {
	c := b.byID[id]
	if c == nil {
		return false
	}
	c.fails++
	switch {
	case !c.met && c.fails >= namedAttempts:
		b.forget(id)
	case !c.met:
		c.next = now.Add(time.Duration(c.fails) * redialNamed)
	case c.lost.IsZero(): // met before a restart
		c.lost, c.next = now, now.Add(redialPause)
	case now.Sub(c.lost) > forgottenAfter:
		b.forget(id)
	case now.Sub(c.lost) > redialEagerly:
		c.next = now.Add(redialSeldom)
	default:
		c.next = now.Add(redialPause)
	}
	return c.fails == 1 && !c.met
}

// due returns the peers that may be dialed now: neighbours that were lost, and
// if others are wanted, who could become one, the ones met before first.
func (b *contacts) due(now time.Time, others bool, skip func(*contact) bool) (lost, fresh []*contact) {
	for _, c := range b.all {
		switch {
		case c.lost.IsZero() && !others:
		case c.refused || len(c.Addrs) == 0 || now.Before(c.next) || skip(c):
		case !c.lost.IsZero():
			lost = append(lost, c)
		default:
			fresh = append(fresh, c)
		}
	}
	// Who was dialed longest ago comes first, so that no dead neighbour keeps the
	// others waiting.
	slices.SortStableFunc(lost, func(a, b *contact) int { return a.next.Compare(b.next) })
	slices.SortStableFunc(fresh, func(a, b *contact) int {
		switch {
		case a.met != b.met && a.met:
			return -1
		case a.met != b.met:
			return 1
		}
		return a.next.Compare(b.next)
	})
	return lost, fresh
}
