package p2p

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// part is what one neighbour sent of a piece.
type part struct {
	from peer.ID
	end  int // of it, in bytes from the start of the piece, exclusive
	sum  workload.Digest
}

// doubt is a part of a piece that was corrupt although several neighbours had
// sent it. Who is to blame shows when the right piece has come.
type doubt struct {
	part
	start int // byte
}

const (
	mostDoubts = 256             // parts under suspicion at a time, of one file
	paroleTime = 5 * time.Second // that a sender of corrupt pieces is avoided, for each of them
)

// strike charges a corrupt piece to its sender, bans it if that was one too many,
// and says so; mu is held.
func (n *node) strike(p peer.ID, now time.Time) (banned bool) {
	if n.banned(p) {
		return true
	}
	n.disk.strikes[p]++
	n.parole[p] = now.Add(time.Duration(n.disk.strikes[p]) * paroleTime)
	n.event("strike", "%s", n.dep.label(p))
	if !n.banned(p) {
		n.distrust(p)
		return false
	}
	n.event("ban", "%s", n.dep.label(p))
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		sh := n.shares[file]
		sh.known.isRefused(p)
		if s := sh.session(p); s != nil {
			s.goodbye(wire.Reason_REASON_BANNED)
		}
	}
	n.work.Go(func() {
		if n.sleep(flushTime) {
			_ = n.host.Network().ClosePeer(p) // as closed as it can be: nobody talks to it any more
		}
	})
	return true
}

func (n *node) banned(p peer.ID) bool { return n.disk.strikes[p] >= n.dep.settings.strikes }

// trusts says whether the neighbour has never sent anything corrupt.
func (n *node) trusts(p peer.ID) bool { return n.disk.strikes[p] == 0 }

// distrust takes back what the peer was asked for and what its announcements
// count for: what it holds may be as good as not held.
func (n *node) distrust(p peer.ID) {
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		sh := n.shares[file]
		s := sh.session(p)
		if s == nil {
			continue
		}
		s.discount()
		for _, piece := range slices.Sorted(maps.Keys(s.requests)) {
			if r := s.requests[piece]; !r.withdrawn {
				s.withdraw(r)
				n.store.Waste(sh.file, r.got, s.label, "cancelled")
				sh.release(piece)
			}
		}
	}
}

// discount makes the neighbour's pieces count no longer in the choice of the
// rarest.
func (s *session) discount() {
	if s.counts {
		s.counts = false
		s.share.pick.gone(s.theirs)
	}
}

// offers returns the pieces that the neighbour may be asked for. One that sent
// something corrupt is asked for one piece at a time, and for a while only for
// what nobody else has.
func (s *session) offers(now time.Time) *bitfield {
	n := s.node
	if n.trusts(s.peer) {
		return s.theirs
	}
	for _, r := range s.requests {
		if !r.withdrawn {
			return newBitfield(s.theirs.n)
		}
	}
	if now.After(n.parole[s.peer]) {
		for _, piece := range s.spoiled { // nobody else may have it
			s.theirs.set(piece)
		}
		s.spoiled = nil
		return s.theirs
	}
	rest := s.theirs.clone()
	for _, other := range s.share.sessions {
		if other.greeted && n.trusts(other.peer) {
			rest.subtract(other.theirs)
		}
	}
	return rest
}

// suspect keeps the parts of a corrupt piece that several neighbours sent.
func (sh *share) suspect(r *request, last peer.ID) {
	start := 0
	for _, p := range append(slices.Clone(r.parts), r.lastPart(last)) {
		if p.end > start && sh.doubtful < mostDoubts {
			sh.doubts[r.piece] = append(sh.doubts[r.piece], doubt{part: p, start: start})
			sh.doubtful++
		}
		start = p.end
	}
}

// blameOpen says whether it is open who spoiled the piece, so that the bytes of the
// right one are wanted.
func (sh *share) blameOpen(piece int) bool { return len(sh.doubts[piece]) > 0 }

// resolve charges those whose parts of the piece were not as in the right one,
// once each. Nobody is charged if right is nil, for it was begun before the doubt
// and its bytes were not kept.
func (sh *share) resolve(piece int, right []byte, now time.Time) {
	doubts := sh.doubts[piece]
	if doubts == nil {
		return
	}
	delete(sh.doubts, piece)
	sh.doubtful -= len(doubts)
	if right == nil {
		return
	}
	var guilty []peer.ID
	for _, d := range doubts {
		if d.sum != sha256.Sum256(right[d.start:d.end]) && !slices.Contains(guilty, d.from) {
			guilty = append(guilty, d.from)
			sh.node.strike(d.from, now)
		}
	}
}
