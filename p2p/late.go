package p2p

import (
	"maps"
	"slices"
	"time"

	"versus/p2p/wire"
)

// withdraw cancels a request; mu is held. What has come of the piece is of no
// more use here, unless another request goes on from there.
func (s *session) withdraw(r *request) {
	if r.withdrawn {
		return
	}
	r.withdrawn = true
	s.send(&wire.Frame{Body: &wire.Frame_Cancel{Cancel: &wire.Cancel{Piece: uint32(r.piece)}}})
}

// onReject learns that no more of a piece will come.
func (s *session) onReject(piece int) {
	r := s.requests[piece]
	if r == nil {
		return
	}
	delete(s.requests, piece)
	if r.buf != nil {
		s.node.dep.buffers.put(r.buf)
	}
	if !r.withdrawn {
		s.node.store.Waste(s.share.file, r.got, s.label, "rejected")
		s.share.release(piece)
	}
}

// pushed counts the pieces that the neighbour sends unasked.
func (s *session) pushed() (n int) {
	for _, r := range s.requests {
		if r.pushed {
			n++
		}
	}
	return n
}

// took learns how long a piece took from being asked for.
func (s *session) took(d time.Duration) {
	if s.pace == 0 {
		s.pace = d
	}
	s.pace += (d - s.pace) / 4
	sh := s.share
	if sh.pace == 0 {
		sh.pace = d
	}
	sh.pace += (d - sh.pace) / 16
}

// expected returns how long a piece takes from this neighbour.
func (s *session) expected() time.Duration {
	if s.pace == 0 {
		return s.share.pace
	}
	return s.pace
}

// eta estimates when the rest of a piece that the session was asked for will
// have come.
func (s *session) eta(r *request, now time.Time) time.Duration {
	if r.got > r.start {
		took := max(now.Sub(r.first), time.Millisecond)
		return time.Duration(float64(took) / float64(r.got-r.start) * float64(s.share.manifest.PieceLen(r.piece)-r.got))
	}
	// Nothing tells how fast it will be, but the longer it has not begun the
	// later it will end.
	waited := now.Sub(r.asked)
	return max(s.expected()-waited, s.expected()/2, waited-s.expected())
}

// onItsWay estimates how many bytes of the piece still come after a cancel, from
// the rate that it comes at and a round trip.
func (r *request) onItsWay(roundTrip time.Duration, now time.Time) int64 {
	if r.got == r.start {
		return 0
	}
	took := max(now.Sub(r.first), time.Millisecond)
	return int64(float64(r.got-r.start) * float64(roundTrip) / float64(took))
}

const (
	moveMargin = 150 * time.Millisecond // that a move must gain
	moveBudget = 1.0 / 128              // of the file's bytes, that moves may waste
)

// rescue finds a piece to ask of a neighbour although another was asked for it:
// when every missing piece is asked for, and that one would come so late that
// the new source will have sent the rest before. What has come is kept, but
// what is on its way when the old source hears of it is wasted, so moves have
// a budget.
func (sh *share) rescue(s *session, now time.Time) (from *session, r *request) {
	p := sh.pick
	budget := int64(float64(sh.manifest.Size)*moveBudget) - sh.moved
	if p.have.count+p.inflight.count < p.have.n || s.pace == 0 && sh.pace == 0 || budget < 0 || sh.atFullSpeed(now) {
		return nil, nil
	}
	var best time.Duration
	for _, other := range sh.sessions {
		if other == s {
			continue
		}
		for i, x := range other.requests {
			if x.withdrawn || !s.theirs.has(i) || s.requests[i] != nil || sh.whole[i] {
				continue
			}
			if x.got == 0 && now.Sub(x.asked) < moveMargin {
				continue // it may be about to begin
			}
			if x.onItsWay(s.node.uploads.reply, now) > budget {
				continue
			}
			length := sh.manifest.PieceLen(i)
			rest := time.Duration(float64(s.expected()) * float64(length-x.got) / float64(length))
			gain := other.eta(x, now) - rest - moveMargin
			if gain > best || gain == best && r != nil && i < r.piece {
				from, r, best = other, x, gain
			}
		}
	}
	return from, r
}

// choose returns the piece to ask of a neighbour, if there is one. If another
// neighbour is asked for it already, that request is to be withdrawn.
func (sh *share) choose(s *session, now time.Time) (piece int, from *session, late *request, ok bool) {
	if piece, ok = sh.pick.pick(s.offers(now)); ok {
		return piece, nil, nil, !sh.tooSlow(s, piece, now)
	}
	if !s.node.trusts(s.peer) {
		return 0, nil, nil, false
	}
	if from, late = sh.rescue(s, now); late != nil {
		return late.piece, from, late, true
	}
	return 0, nil, nil, false
}

// tooSlow says whether a piece is better left to another neighbour: this one
// would still be sending it when everything else has come, and another that
// holds it is much faster.
func (sh *share) tooSlow(s *session, piece int, now time.Time) bool {
	rest := sh.remaining(now)
	if s.pace == 0 || rest == 0 || s.pace+s.pace/2 < rest+moveMargin {
		return false
	}
	for _, other := range sh.sessions {
		if other != s && other.greeted && other.theirs.has(piece) && other.pace > 0 && 2*other.pace < s.pace {
			return true
		}
	}
	return false
}

// remaining estimates how long the rest of the file takes, 0 if unknown.
func (sh *share) remaining(now time.Time) time.Duration {
	if sh.pick.have.count == 0 || sh.first.IsZero() {
		return 0
	}
	missing := sh.pick.have.n - sh.pick.have.count
	return sh.gap * time.Duration(missing)
}

// takeOver makes the session ask for the rest of a piece that another was asked
// for.
func (s *session) takeOver(from *session, old *request, now time.Time) {
	r := &request{piece: old.piece, asked: now}
	switch {
	case old.got == 0:
	case !s.node.trusts(from.peer): // what came may be as wrong as the last
		s.node.store.Waste(s.share.file, old.got, from.label, "cancelled")
	default:
		// The other reader may be writing behind the bytes that it has counted.
		r.buf = s.node.dep.buffers.get(s.share.manifest.PieceLen(old.piece))
		copy(r.buf, old.buf[:old.got])
		r.first, r.start, r.got = now, old.got, old.got
		r.parts = append(slices.Clone(old.parts), part{from: from.peer, end: old.got})
	}
	from.withdraw(old)
	s.requests[old.piece] = r
	s.send(&wire.Frame{Body: &wire.Frame_Request{Request: &wire.Request{Piece: uint32(old.piece), Offset: uint32(r.got)}}})
}

// tick looks after everything that is late; mu is held.
func (n *node) tick(now time.Time) {
	for _, l := range slices.Clone(n.uploads.lanes.all) {
		l.session.checkAlive(now)
	}
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		sh := n.shares[file]
		if sh.pick == nil {
			continue
		}
		if !sh.complete() {
			for _, s := range sh.sessions {
				if !s.declined || !s.greeted {
					continue
				}
				if _, _, _, ok := sh.choose(s, now); ok {
					s.declined = false
					s.send(&wire.Frame{Body: &wire.Frame_Interest{Interest: &wire.Interest{Interested: true}}})
				}
			}
		}
		if sh.choker != nil && (sh.choker.due(now) || n.uploads.claims() == 0 && sh.chokes()) {
			sh.rechoke(now)
		}
	}
}
