package p2p

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// run keeps a downloader in the file's swarm until the node stops or leaves:
// it stays registered at the origin and keeps enough neighbours.
func (sh *share) run() {
	n := sh.node
	backoff := firstBackoff
	for n.member.Err() == nil {
		attached, err := sh.attach()
		switch {
		case errors.Is(err, workload.ErrUnknownFile):
			n.mu.Lock()
			sh.finish(err)
			n.mu.Unlock()
			return
		case err == nil: // it is over: the node leaves
			sh.leave()
			return
		case n.member.Err() != nil:
			return
		}
		n.event("detached", "%s: %v", sh.file, err)
		if attached {
			backoff = firstBackoff
		}
		if !n.sleep(backoff) {
			return
		}
		backoff = min(2*backoff, lastBackoff)
	}
}

// sleep waits and says whether the node still runs.
func (n *node) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-n.member.Done():
		return false
	}
}

// attach registers at the origin and stays until the connection is lost (an
// error) or the node is to leave (nil). attached says whether the origin
// answered.
func (sh *share) attach() (attached bool, err error) {
	n := sh.node
	origin, err := n.originInfo()
	if err != nil {
		return false, err
	}
	if err := n.connect(n.member, origin); err != nil {
		return false, err
	}
	// Everything is asked at once: a small file takes one round trip from here.
	lease, err := n.openStream(n.member, origin.ID, wire.Rendezvous)
	if err != nil {
		return false, err
	}
	defer lease.Reset()
	stop := context.AfterFunc(n.member, func() { lease.Reset() })
	defer stop()
	// Each peer dials half of its neighbours and is dialed by the others, but
	// for one that cannot be.
	want := (n.dep.settings.neighbours + 1) / 2
	if n.host.addr == nil {
		want = n.dep.settings.neighbours
	}
	if err := sh.register(lease, want, false); err != nil {
		return false, err
	}
	if err := sh.openSession(origin.ID); err != nil {
		return false, err
	}
	if err := sh.learn(origin.ID); err != nil {
		return false, err
	}
	dec := wire.NewDecoder(lease)
	period := neighboursPeriod
	for {
		lease.within(answerTimeout)
		named, err := readNeighbours(dec)
		if err != nil {
			return attached, err
		}
		attached = true
		sh.meet(named)
		if len(named) == 0 {
			period = min(2*period, neighboursLongest)
		}
		want, spare := 0, false
		for want <= 0 {
			if !n.sleep(period) {
				return attached, errStopped
			}
			n.mu.Lock()
			over := sh.over && n.dep.settings.leave
			lost := sh.session(sh.originID) == nil
			want, spare = sh.wanted()
			n.mu.Unlock()
			switch {
			case over:
				return attached, nil
			case lost && n.host.Network().Connectedness(sh.originID) != network.Connected:
				return attached, fmt.Errorf("%s: the connection to the origin is lost", sh.file)
			case lost && !sh.isOver():
				if err := sh.openSession(sh.originID); err != nil {
					return attached, err
				}
			}
		}
		if err := sh.register(lease, want, spare); err != nil {
			return attached, err
		}
	}
}

// register sends a Register.
func (sh *share) register(lease *stream, want int, spare bool) error {
	sh.node.mu.Lock()
	b, err := sh.registration(want, spare)
	sh.node.mu.Unlock()
	if err != nil {
		return err
	}
	lease.within(answerTimeout)
	if _, err := lease.Write(b); err != nil {
		return fmt.Errorf("registering for %s at the origin: %w", sh.file, err)
	}
	return nil
}

// learn gets the manifest, unless it is known.
func (sh *share) learn(from peer.ID) error {
	n := sh.node
	if n.store.Manifest(sh.file) == nil {
		s, err := n.openStream(n.ctx, from, wire.ManifestID)
		if err != nil {
			return err
		}
		defer s.Reset()
		s.within(answerTimeout)
		b, err := wire.Append(nil, &wire.ManifestRequest{File: sh.file})
		if err != nil {
			return err
		}
		if _, err := s.Write(b); err != nil {
			return fmt.Errorf("asking %s for the manifest of %s: %w", n.dep.label(from), sh.file, err)
		}
		m, err := readManifest(s, sh.file)
		if err != nil {
			return fmt.Errorf("from %s: %w", n.dep.label(from), err)
		}
		if err := n.store.Learn(m); err != nil {
			return fmt.Errorf("from %s: %w", n.dep.label(from), err)
		}
	}
	n.mu.Lock()
	sh.begin(n.store.Manifest(sh.file))
	n.mu.Unlock()
	return nil
}

// meet dials the peers that the origin named, all at once.
func (sh *share) meet(named []peer.AddrInfo) {
	n := sh.node
	for _, info := range named {
		n.mu.Lock()
		known := info.ID == n.self.id || sh.dialing[info.ID] || sh.session(info.ID) != nil || n.banned(info.ID)
		if !known {
			sh.dialing[info.ID] = true
		}
		n.mu.Unlock()
		if known {
			continue
		}
		n.spawn(func() {
			err := n.connect(n.member, info)
			if err == nil {
				err = sh.openSession(info.ID)
			}
			n.mu.Lock()
			delete(sh.dialing, info.ID)
			n.mu.Unlock()
			if err != nil && n.member.Err() == nil {
				n.event("unreachable", "%v", err)
			}
		})
	}
}

// wanted returns how many neighbours to ask the origin for; mu is held. Beside
// those that were lost, a node wants more when it lags behind the ones that it
// has, and when its uplink is idle: then those that lack most.
func (sh *share) wanted() (want int, spare bool) {
	most := 2 * sh.node.dep.settings.neighbours
	have := sh.neighbours()
	if !sh.over {
		want = sh.node.dep.settings.neighbours - have
	}
	switch {
	case have >= most || sh.pick == nil:
	case sh.pick.have.count > 0 && sh.node.uploads.claims() == 0:
		return max(want, extraNeighbours), true
	case !sh.over && sh.lags():
		return max(want, extraNeighbours), false
	}
	return want, false
}

// extraNeighbours is how many more a node asks for at a time.
const extraNeighbours = 2

// lags says whether most neighbours are an eighth of the file ahead.
func (sh *share) lags() bool {
	ahead, all := 0, 0
	for _, s := range sh.sessions {
		if s.greeted && s.peer != sh.originID {
			all++
			if s.theirs.count > sh.pick.have.count+sh.pick.have.n/8 {
				ahead++
			}
		}
	}
	return 2*ahead > all
}

// neighbours counts the sessions with peers other than the origin; mu is held.
func (sh *share) neighbours() (n int) {
	for _, s := range sh.sessions {
		if s.peer != sh.originID {
			n++
		}
	}
	return n
}

func (sh *share) isOver() bool {
	sh.node.mu.Lock()
	defer sh.node.mu.Unlock()
	return sh.over
}

// leave ends the node's part in the swarm: it makes no more promises, lets what
// runs finish for a while, and says goodbye.
func (sh *share) leave() {
	n := sh.node
	n.mu.Lock()
	sh.left = true
	for _, s := range sh.sessions {
		s.lane.choked = true
	}
	n.mu.Unlock()
	for deadline := time.Now().Add(leaveLimit); time.Now().Before(deadline); {
		n.mu.Lock()
		busy := slices.ContainsFunc(sh.sessions, func(s *session) bool { return s.lane.pending() > 0 || len(s.sent) > 0 })
		n.mu.Unlock()
		if !busy || !n.sleep(tickInterval) {
			break
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range slices.Clone(sh.sessions) {
		s.goodbye(wire.Reason_REASON_LEAVING)
	}
	if n.shares[sh.file] == sh {
		delete(n.shares, sh.file)
	}
	if len(n.shares) == 0 {
		n.work.Go(n.disconnect)
	}
}

// disconnect closes every connection once the goodbyes are out, unless the node
// has joined a swarm meanwhile.
func (n *node) disconnect() {
	if !n.sleep(flushTime) {
		return
	}
	n.mu.Lock()
	busy := len(n.shares) > 0
	n.mu.Unlock()
	if !busy {
		for _, c := range n.host.Network().Conns() {
			c.Close()
		}
	}
}
