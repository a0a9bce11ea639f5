package p2p

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// seeking is how a share looks for neighbours by itself: beside the origin's
// lists, or in their stead.
type seeking struct {
	kick     chan struct{} // has room for one: the origin should be asked at once
	began    time.Time
	attached bool          // the origin answers
	tried    bool          // it was found not to
	asking   bool          // a neighbour is being asked
	asked    time.Time     // when the latest was
	pause    time.Duration // until the next may be
	learning bool          // a neighbour is being asked for the manifest
	redials  int           // dials of lost neighbours that run
}

const (
	headStart    = time.Second     // that the origin's list has over what is remembered
	exchangeTime = time.Second     // between questions to neighbours; doubles while they know nobody new
	exchangeMost = 8 * time.Second // between such questions
	reserveTime  = 5 * time.Second // before peers are asked for beyond those that are wanted
	reserveSize  = 16              // of those
	mostRedials  = 4               // lost neighbours that are dialed at a time
)

// hurry makes the share look for neighbours now; mu is held.
func (sh *share) hurry() {
	sh.seeking.pause = 0
	select {
	case sh.seeking.kick <- struct{}{}:
	default:
	}
}

// seek looks for what every share lacks; mu is held.
func (n *node) seek(now time.Time) {
	if n.origin {
		return
	}
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		sh := n.shares[file]
		if sh.left || sh.failure != nil || !sh.seeking.tried && now.Sub(sh.seeking.began) < headStart {
			continue
		}
		sh.look(now)
	}
}

// look dials neighbours that were lost; and unless the origin sees to it, as
// many more as are missing, and asks neighbours for peers that it does not know.
func (sh *share) look(now time.Time) {
	n := sh.node
	if sh.pick == nil {
		sh.seekManifest()
	}
	have := sh.neighbours()
	missing := n.dep.settings.neighbours - have - (len(sh.dialing) - sh.seeking.redials)
	if sh.seeking.attached || sh.over && have > 0 {
		missing = 0 // the origin's list has more; or others come by themselves
	}
	// Who has the file waits to be dialed, but for one that cannot be, and one that
	// nobody may know of any more.
	if sh.over && n.host.addr != nil && missing == 0 {
		return
	}
	lost, fresh := sh.known.due(now, missing > 0, sh.busy)
	if have < 2*n.dep.settings.neighbours {
		for _, c := range lost[:min(len(lost), max(mostRedials-sh.seeking.redials, 0))] {
			c.next = now.Add(redialPause)
			sh.dial(c.AddrInfo, true)
		}
	}
	for _, c := range fresh[:min(len(fresh), max(missing, 0))] {
		c.next = now.Add(redialPause)
		sh.dial(c.AddrInfo, false)
		missing--
	}
	if missing > 0 || sh.lacksReserve(now) {
		sh.exchange(now)
	}
}

// lacksReserve says whether it is time to learn of peers against the day when
// neighbours and origin are gone.
func (sh *share) lacksReserve(now time.Time) bool {
	return !sh.over && sh.seeking.asked.IsZero() && now.Sub(sh.seeking.began) > reserveTime
}

// busy says whether a contact is a neighbour, dialed already or not welcome.
func (sh *share) busy(c *contact) bool {
	return sh.dialing[c.ID] || sh.node.banned(c.ID) || sh.session(c.ID) != nil
}

// dial connects to a peer and opens a session, in a goroutine; mu is held. again
// says that it was a neighbour and was lost.
func (sh *share) dial(info peer.AddrInfo, again bool) {
	n := sh.node
	if n.closed {
		return
	}
	sh.dialing[info.ID] = true
	limit := dialTimeout
	if again {
		limit = n.dialLimit()
		sh.seeking.redials++
	}
	n.work.Go(func() {
		err := n.connect(sh.ctx, info, limit)
		if err == nil {
			err = sh.openSession(info.ID)
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(sh.dialing, info.ID)
		if again {
			sh.seeking.redials--
		}
		if err == nil || sh.ctx.Err() != nil {
			return
		}
		if sh.known.failed(info.ID, time.Now()) {
			n.event("unreachable", "%v", err)
		}
	})
}

// exchange asks a neighbour whom it knows, in a goroutine; mu is held.
func (sh *share) exchange(now time.Time) {
	n := sh.node
	k := &sh.seeking
	if k.asking || now.Sub(k.asked) < k.pause || n.closed {
		return
	}
	var able []*session
	for _, s := range sh.sessions {
		if s.greeted && s.peer != sh.originID && n.trusts(s.peer) {
			able = append(able, s)
		}
	}
	if len(able) == 0 {
		return
	}
	of := able[n.rng.IntN(len(able))].peer
	k.asking, k.asked = true, now
	n.work.Go(func() {
		named, err := sh.askPeer(of, reserveSize)
		n.mu.Lock()
		defer n.mu.Unlock()
		k.asking = false
		news := false
		for _, info := range named {
			if info.ID != n.self.id && info.ID != sh.originID && sh.known.byID[info.ID] == nil {
				news = sh.known.add(info) != nil || news
			}
		}
		switch {
		case err != nil || !news:
			k.pause = min(max(2*k.pause, exchangeTime), exchangeMost)
		default:
			k.pause = exchangeTime
		}
	})
}

// askPeer asks a neighbour for others.
func (sh *share) askPeer(of peer.ID, want int) ([]peer.AddrInfo, error) {
	n := sh.node
	st, err := n.openStream(sh.ctx, of, wire.Rendezvous)
	if err != nil {
		return nil, err
	}
	defer st.Reset()
	if err := sh.register(st, want, false); err != nil {
		return nil, err
	}
	return readNeighbours(wire.NewDecoder(st))
}

// seekManifest asks a neighbour for the manifest, in a goroutine; mu is held.
// Whoever knows it tells it.
func (sh *share) seekManifest() {
	n := sh.node
	if sh.seeking.learning || n.closed {
		return
	}
	var able []peer.ID
	for _, s := range sh.sessions {
		if s.peer != sh.originID && n.host.Network().Connectedness(s.peer) == network.Connected {
			able = append(able, s.peer)
		}
	}
	if len(able) == 0 {
		return
	}
	from := able[n.rng.IntN(len(able))]
	sh.seeking.learning = true
	n.work.Go(func() {
		err := sh.learn(from)
		n.mu.Lock()
		defer n.mu.Unlock()
		sh.seeking.learning = false
		// Another is asked at the next look. Not to know it either is no failure.
		if err != nil && sh.ctx.Err() == nil && !errors.Is(err, workload.ErrUnknownFile) {
			n.event("unlearned", "%v", err)
		}
	})
}

// dialLimit returns how long connecting to a peer that was connected before may
// take: so short that a peer that comes back is not missed for long, but some
// times what it takes here; mu is held.
func (n *node) dialLimit() time.Duration {
	return min(max(dialLeast, 4*n.setup), dialTimeout)
}
