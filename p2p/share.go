package p2p

import (
	"context"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// share is a node's part in the swarm of one file. The node's mutex guards it.
type share struct {
	node     *node
	file     string
	originID peer.ID
	manifest *workload.Manifest // nil until it is known
	ready    chan struct{}      // closed when the manifest is known
	done     chan struct{}      // closed when the file is whole, or never will be
	over     bool               // done is closed
	failure  error              // why it never will be
	left     bool               // the node has left the swarm
	ctx      context.Context    // ends when it begins to
	cancel   context.CancelFunc

	pick     *picker    // nil until the manifest is known
	sessions []*session // in the order they began: map order must not feed a choice
	dialing  map[peer.ID]bool
	known    *contacts
	seeking  seeking
	waiting  int           // Fetch calls
	pace     time.Duration // smoothed time from asking for a piece to having it
	stopped  time.Duration // smoothed time from a cancel until nothing more comes
	moved    int64         // bytes wasted by asking another neighbour for a late piece
	whole    map[int]bool  // pieces that were corrupt when they came from several: to be had from one
	doubts   map[int][]doubt
	doubtful int // parts in doubts
	choker   *choker
	intake   intake

	registry *registry           // at the origin
	spread   *spreader[*session] // at the origin, while pieces are out less than once
}

func newShare(n *node, file string) *share {
	sh := &share{
		node: n, file: file, originID: n.dep.identities[scenario.Origin].id,
		ready: make(chan struct{}), done: make(chan struct{}), dialing: map[peer.ID]bool{}, whole: map[int]bool{},
		doubts: map[int][]doubt{}, known: n.disk.contactsOf(file),
	}
	sh.known.revive()
	sh.seeking.kick = make(chan struct{}, 1)
	sh.seeking.began = time.Now()
	sh.ctx, sh.cancel = context.WithCancel(n.member)
	if m := n.store.Manifest(file); n.origin && m != nil {
		sh.registry = newRegistry(m.NumPieces(), workload.Stream(n.dep.settings.seed, "p2p/registry/"+file))
	}
	if n.dep.settings.titForTat {
		sh.choker = newChoker(max(n.dep.settings.slots-1, leastRegular), workload.Stream(n.dep.settings.seed, "p2p/choker/"+n.name+"/"+file))
	}
	return sh
}

// shareOf returns the node's share of a file that it serves; mu is held. The
// origin serves every file that it holds.
func (n *node) shareOf(file string) (*share, error) {
	if sh := n.shares[file]; sh != nil && sh.failure == nil && !sh.left {
		return sh, nil
	}
	m := n.store.Manifest(file)
	if !n.origin || m == nil || n.closed {
		return nil, workload.ErrUnknownFile
	}
	sh := newShare(n, file)
	n.shares[file] = sh
	sh.begin(m)
	return sh, nil
}

// begin starts exchanging pieces: the manifest is known.
func (sh *share) begin(m *workload.Manifest) {
	if sh.manifest != nil {
		return
	}
	n := sh.node
	sh.manifest = m
	n.disk.learned[sh.file] = true
	sh.pick = newPicker(m.NumPieces(), n.dep.settings.order, workload.Stream(n.dep.settings.seed, "p2p/picker/"+n.name+"/"+sh.file))
	for i, held := range n.store.Have(sh.file) {
		if held {
			sh.pick.have.set(i)
		}
	}
	if n.origin && n.dep.settings.order == rarestFirst {
		sh.spread = newSpreader[*session](m.NumPieces(), m.PieceSize, workload.Stream(n.dep.settings.seed, "p2p/spreader/"+sh.file))
	}
	close(sh.ready)
	if sh.pick.have.full() {
		sh.finish(nil)
	}
}

// finish ends the download, with the file whole or with the reason why it
// cannot be.
func (sh *share) finish(failure error) {
	if sh.over {
		return
	}
	sh.over = true
	sh.failure = failure
	close(sh.done)
	for _, s := range slices.Clone(sh.sessions) {
		if s.greeted && s.theirs.full() {
			s.goodbye(wire.Reason_REASON_DONE)
		} else {
			s.wake()
		}
	}
}

// complete says whether every piece is held.
func (sh *share) complete() bool { return sh.pick != nil && sh.pick.have.full() }

// session returns the session with a peer, or nil.
func (sh *share) session(p peer.ID) *session {
	for _, s := range sh.sessions {
		if s.peer == p {
			return s
		}
	}
	return nil
}

// gained takes note of a verified piece: everybody is told, and whoever lacks
// it may be served.
func (sh *share) gained(piece int, from *session, now time.Time) {
	sh.pick.have.set(piece)
	sh.pick.inflight.clear(piece)
	whole := sh.pick.have.full()
	for _, s := range sh.sessions {
		if r := s.requests[piece]; r != nil && s != from {
			if !r.withdrawn {
				sh.node.store.Waste(sh.file, r.got, s.label, "cancelled")
			}
			s.withdraw(r)
		}
		lacks := !s.greeted || !s.theirs.has(piece)
		if lacks && !(s.greeted && s.asked.has(piece)) {
			s.lane.willing = true
		}
		// Who has the piece need not hear of it at once, unless to know that what it
		// sent has arrived; the origin counts all copies.
		if lacks || s == from || s.peer == sh.originID {
			s.haves = append(s.haves, uint32(piece))
			s.wake()
		} else {
			s.quiet = append(s.quiet, uint32(piece))
		}
	}
	if whole {
		sh.finish(nil)
	}
	sh.node.pump(now)
}

// release gives up a claim on a piece that a session asked for, so that it can
// be asked for elsewhere.
func (sh *share) release(piece int) {
	for _, s := range sh.sessions {
		if r := s.requests[piece]; r != nil && !r.withdrawn {
			return // somebody else is still asked
		}
	}
	if !sh.pick.have.has(piece) {
		sh.pick.inflight.clear(piece)
		sh.reconsider()
	}
}
