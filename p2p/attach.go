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

// run keeps a downloader in the file's swarm until the node stops or leaves: it
// stays registered at the origin, which names it neighbours. While the origin
// does not answer, neighbours are found without it.
func (sh *share) run() {
	n := sh.node
	backoff := firstBackoff
	for sh.ctx.Err() == nil {
		attached, err := sh.attach()
		n.mu.Lock()
		sh.seeking.attached, sh.seeking.tried = false, true
		switch {
		case err == nil: // it is over: the node leaves
			n.mu.Unlock()
			sh.leave()
			return
		case errors.Is(err, workload.ErrUnknownFile) && sh.alone():
			sh.finish(err)
			n.mu.Unlock()
			return
		case sh.ctx.Err() != nil:
			n.mu.Unlock()
			return
		case attached:
			backoff = firstBackoff
		}
		if !ownEnd(err) {
			if attached {
				n.event("detached", "%s: %v", sh.file, err)
			}
			n.isLost(sh.originID)
		}
		sh.hurry()
		n.mu.Unlock()
		if !sh.sleep(backoff) {
			return
		}
		backoff = min(2*backoff, lastBackoff)
	}
}

// alone says whether nobody is known but the origin.
func (sh *share) alone() bool {
	return sh.pick == nil && sh.neighbours() == 0 && len(sh.known.all) == 0
}

// sleep waits and says whether the node is still a member of the swarm.
func (sh *share) sleep(d time.Duration) bool { return sleep(sh.ctx, nil, d) }

// rest is a sleep that ends early when the share is in a hurry.
func (sh *share) rest(d time.Duration) bool { return sleep(sh.ctx, sh.seeking.kick, d) }

// sleep waits and says whether the node still runs.
func (n *node) sleep(d time.Duration) bool { return sleep(n.member, nil, d) }

// sleep waits for d, or less if there is a kick, and says whether ctx still runs.
func sleep(ctx context.Context, kick <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-kick:
		return true
	case <-ctx.Done():
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
	n.mu.Lock()
	banned, limit := n.banned(origin.ID), dialTimeout
	if sh.seeking.tried {
		limit = n.dialLimit()
	}
	n.mu.Unlock()
	if banned {
		return false, fmt.Errorf("%s: the origin is banned", sh.file)
	}
	if err := n.connect(sh.ctx, origin, limit); err != nil {
		return false, err
	}
	// Everything is asked at once: a small file takes one round trip from here.
	lease, err := n.openStream(sh.ctx, origin.ID, wire.Rendezvous)
	if err != nil {
		return false, err
	}
	defer lease.Reset()
	stop := context.AfterFunc(sh.ctx, func() { lease.Reset() })
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
		n.mu.Lock()
		sh.seeking.attached = true
		n.isBack(sh.originID)
		sh.meet(named)
		n.mu.Unlock()
		if len(named) > 0 {
			period = neighboursPeriod
		} else {
			period = min(2*period, neighboursLongest)
		}
		want, spare := 0, false
		for want <= 0 {
			if !sh.rest(sh.askAgain(period)) {
				return attached, errStopped
			}
			n.mu.Lock()
			if n.banned(sh.originID) {
				n.mu.Unlock()
				return attached, fmt.Errorf("%s: the origin is banned", sh.file)
			}
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
		return fmt.Errorf("registering for %s: %w", sh.file, err)
	}
	return nil
}

// learn gets the manifest, unless it is known.
func (sh *share) learn(from peer.ID) error {
	n := sh.node
	if n.store.Manifest(sh.file) == nil {
		s, err := n.openStream(sh.ctx, from, wire.ManifestID)
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

// meet dials the peers that the origin named, all at once; mu is held.
func (sh *share) meet(named []peer.AddrInfo) {
	for _, info := range named {
		if info.ID == sh.node.self.id || info.ID == sh.originID {
			continue
		}
		c := sh.known.add(info)
		if c == nil || c.refused || !c.lost.IsZero() || sh.busy(c) {
			continue // who was lost is dialed again anyway
		}
		sh.dial(c.AddrInfo, false)
	}
}

// wanted returns how many neighbours to ask the origin for; mu is held. Beside
// those that were lost, a node wants more when its uplink idles although it could
// serve more, or could serve far more: those that lack most.
func (sh *share) wanted() (want int, spare bool) {
	have, usual := sh.neighbours(), sh.node.dep.settings.neighbours
	if !sh.over {
		want = usual - have
	}
	serve, spare := sh.servable(), sh.node.uploads.idles()
	if serve >= muchMore*usual {
		serve, spare = 2*serve, true
	}
	if times := sh.outdoes(); times >= outdoing {
		serve, spare = max(serve, int(times*float64(usual))), true
	}
	if more := min(serve, mostNeighbours*usual) - have; more > 0 && spare {
		return max(want, extraNeighbours, more/2), true
	}
	return want, false
}

// askAgain returns after how long to look whether there are enough neighbours, instead of
// what the origin's last answers suggest: it names nobody whose downlink is full, but a
// downlink is not full for long if a fast uplink that could be of use does not find it.
func (sh *share) askAgain(period time.Duration) time.Duration {
	sh.node.mu.Lock()
	defer sh.node.mu.Unlock()
	if sh.outdoes() >= outdoing {
		return min(period, neighboursFast)
	}
	return period
}

// servable returns how many neighbours it takes to fill the uplink, 0 if unknown:
// each takes about what this node does, half of it from others.
func (sh *share) servable() int {
	if sh.intake.most == 0 {
		return 0
	}
	return int(2 * sh.node.uploads.slots.best() / sh.intake.most)
}

// outdoes returns how many times what its neighbours' uplinks carry on average this
// node's uplink does, 0 if unknown. That many times the usual number of neighbours it
// serves, however slowly the file comes to itself: each peer's neighbours have about
// the same to give then.
func (sh *share) outdoes() float64 {
	var sum, known float64
	for _, s := range sh.sessions {
		if s.peer != sh.originID && s.uplink > 0 {
			sum += s.uplink
			known++
		}
	}
	if known < leastKnown {
		return 0
	}
	return sh.node.uploads.slots.best() * known / sum
}

// outdoing is how many times more an uplink carries than those of the neighbours for its
// node to want more of them. It is not much: in a neighbourhood of fast peers the mean is
// high, and slow peers who meet few fast ones are the last to finish.
const outdoing = 1.5

// leastKnown is how many neighbours say something about the average.
const leastKnown = 3

// mostNeighbours is how many times more than usual a node with an idle uplink has
// at most.
const mostNeighbours = 6

// muchMore is how many times more neighbours than usual an uplink fills when its
// node asks for twice as many, even while it is busy: whoever is not among them
// misses much of what the swarm can carry, and is the last to finish.
const muchMore = 3

// extraNeighbours is how many more such a node asks for at least.
const extraNeighbours = 2

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

// giveUp ends an unfinished download that nobody waits for any more; mu is held.
func (sh *share) giveUp() {
	n := sh.node
	sh.left = true
	sh.cancel()
	delete(n.disk.files, sh.file)
	if n.shares[sh.file] == sh {
		delete(n.shares, sh.file)
	}
	for _, s := range slices.Clone(sh.sessions) {
		s.goodbye(wire.Reason_REASON_LEAVING)
	}
}

// leave ends the node's part in the swarm: it makes no more promises, lets what
// runs finish for a while, and says goodbye.
func (sh *share) leave() {
	n := sh.node
	n.mu.Lock()
	sh.left = true
	delete(n.disk.files, sh.file)
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
