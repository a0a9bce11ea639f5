package p2p

import (
	"maps"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// withdraw cancels a request; mu is held. What has come of the piece is of no
// more use here, unless another request goes on from there.
func (s *session) withdraw(r *request) {
	if r.withdrawn {
		return
	}
	r.withdrawn, r.cancelled = true, time.Now()
	s.send(&wire.Frame{Body: &wire.Frame_Cancel{Cancel: &wire.Cancel{Piece: uint32(r.piece)}}})
}

// onReject learns that no more of a piece will come.
func (s *session) onReject(piece int) {
	r := s.requests[piece]
	if r == nil {
		return
	}
	delete(s.requests, piece)
	s.share.stoppedAfter(r)
	if !r.withdrawn {
		s.node.store.Waste(s.share.file, r.got, s.label, "rejected")
		s.share.release(piece)
	}
}

// stoppedAfter learns how long more of a withdrawn piece came.
func (sh *share) stoppedAfter(r *request) {
	if r.withdrawn && r.got > r.start {
		sh.stopped += (time.Since(r.cancelled) - sh.stopped) / 4
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

// expected returns how long a piece takes from this neighbour: at least as long
// as the oldest that it was asked for has taken already.
func (s *session) expected(now time.Time) time.Duration {
	pace := s.usual()
	for _, r := range s.requests {
		if !r.withdrawn {
			pace = max(pace, now.Sub(r.asked))
		}
	}
	return pace
}

// usual returns how long pieces took from this neighbour of late. If none has come
// from it, that is how long they took from all, or as long as its uplink takes for
// two, if that is longer.
func (s *session) usual() time.Duration {
	if s.pace > 0 {
		return s.pace
	}
	if s.uplink == 0 {
		return s.share.pace
	}
	two := 2 * float64(s.share.manifest.PieceSize) / s.uplink
	return max(s.share.pace, time.Duration(two*float64(time.Second)))
}

// eta estimates when the rest of a piece that the session was asked for will
// have come.
func (s *session) eta(r *request, now time.Time) time.Duration {
	length := s.share.manifest.PieceLen(r.piece)
	if r.got > r.start {
		took := max(now.Sub(r.first), time.Millisecond)
		return time.Duration(float64(took) / float64(r.got-r.start) * float64(length-r.got))
	}
	// Nothing tells how fast it will be, but the longer it has not begun the
	// later it will end.
	waited := now.Sub(r.asked)
	pace := time.Duration(float64(s.usual()) * float64(length-r.start) / float64(length))
	return max(pace-waited, pace/2, waited-pace)
}

// onItsWay estimates how many bytes of the piece still come after a cancel, from
// the rate that it comes at and the time until the cancel takes effect.
func (r *request) onItsWay(stops time.Duration, now time.Time) int64 {
	if r.got == r.start {
		return 0
	}
	took := max(now.Sub(r.first), time.Millisecond)
	return int64(float64(r.got-r.start) * float64(stops) / float64(took))
}

const (
	moveMargin = 150 * time.Millisecond // that a move must gain
	moveBudget = 1.0 / 128              // of the file's bytes, that moves may waste
	lastBudget = 1.0 / 256              // more of them for the last pieces,
	longBudget = 1.0 / 128              // and for one of them that moves by at least
	longWait   = 300 * time.Millisecond // so much: it would keep its peer after all others
	lastPieces = 2
)

// rescue finds a piece to ask of a neighbour although another was asked for it:
// when every missing piece is asked for, and that one would come so late that
// the new source will have sent the rest before. What has come is kept, but
// what is on its way when the old source hears of it is wasted, so moves have
// a budget.
func (sh *share) rescue(s *session, now time.Time) (from *session, r *request) {
	p := sh.pick
	size := float64(sh.manifest.Size)
	budget := int64(size*moveBudget) - sh.moved
	last := p.have.n-p.have.count <= lastPieces
	if last {
		budget += int64(size * lastBudget)
	}
	if p.have.count+p.inflight.count < p.have.n || s.pace == 0 {
		return nil, nil
	}
	// If the downlink is full, what moves comes no earlier than all the rest.
	var full time.Duration
	if sh.intake.full() {
		full = sh.remaining()
	}
	expected := s.expected(now)
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
			if sh.muchFaster(s, i, expected) {
				continue // that one is told that it could send it
			}
			length := sh.manifest.PieceLen(i)
			rest := max(full, time.Duration(float64(expected)*float64(length-x.got)/float64(length)))
			gain := other.eta(x, now) - rest - moveMargin
			left := budget
			if last && gain >= longWait {
				left += int64(size * longBudget)
			}
			if lost := x.onItsWay(max(s.node.uploads.reply, sh.stopped), now); lost > 0 && lost > left {
				continue
			}
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

// enough says whether the downlink is full and will be for a while with what was
// asked for already.
func (sh *share) enough() bool {
	ahead := sh.intake.rate() * requestAhead.Seconds() / float64(sh.manifest.PieceSize)
	return sh.intake.full() && float64(sh.pick.inflight.count) > spareRequests+ahead
}

const (
	requestAhead  = time.Second
	spareRequests = 3
)

// tooSlow says whether a piece is better left to another neighbour that holds it
// and is much faster: the downlink is full without this one, or this one would
// still be sending it when everything else has come.
func (sh *share) tooSlow(s *session, piece int, now time.Time) bool {
	pace := s.expected(now)
	rest := sh.remaining()
	if !sh.enough() && (rest == 0 || pace+pace/2 < rest+moveMargin) {
		return false
	}
	return sh.muchFaster(s, piece, pace)
}

// muchFaster says whether another neighbour holds the piece and sends one in half
// the time.
func (sh *share) muchFaster(s *session, piece int, pace time.Duration) bool {
	return slices.ContainsFunc(sh.sessions, func(other *session) bool {
		return other != s && other.greeted && other.theirs.has(piece) && other.pace > 0 && 2*other.pace < pace
	})
}

// remaining estimates how long the rest of the file takes, 0 if unknown.
func (sh *share) remaining() time.Duration {
	missing := int64(sh.pick.have.n-sh.pick.have.count) * int64(sh.manifest.PieceSize)
	for _, s := range sh.sessions {
		for _, r := range s.requests {
			if !r.withdrawn {
				missing -= int64(r.got)
			}
		}
	}
	return sh.intake.takes(max(missing, 0))
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
		r = old.rest(from.peer, s.node.store, now)
	}
	from.withdraw(old)
	s.requests[old.piece] = r
	s.told.set(old.piece)
	s.send(&wire.Frame{Body: &wire.Frame_Request{Request: &wire.Request{Piece: uint32(old.piece), Offset: uint32(r.got)}}})
}

// rest returns the request for what a neighbour has not sent of the piece.
func (r *request) rest(from peer.ID, store *workload.Store, now time.Time) *request {
	return &request{
		piece: r.piece, asked: now, first: now,
		body: r.body, own: store.Begin(false), start: r.got, got: r.got,
		parts: append(slices.Clone(r.parts), r.lastPart(from)),
	}
}

// lastPart returns what the neighbour that was asked has sent of the piece.
func (r *request) lastPart(from peer.ID) part {
	sent := r.own
	if sent == nil {
		sent = r.body
	}
	return part{from: from, end: r.got, sum: sent.Digest()}
}

// tick looks after everything that is late; mu is held.
func (n *node) tick(now time.Time) {
	n.uploads.slots.tick(tickInterval)
	n.pump(now) // a grant may be due
	for _, l := range slices.Clone(n.uploads.lanes.all) {
		l.session.checkAlive(now)
	}
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		sh := n.shares[file]
		if sh.pick == nil {
			continue
		}
		if !sh.complete() {
			sh.intake.tick()
			sh.reinterest(now)
		}
		if sh.choker != nil && (sh.choker.due(now) || n.uploads.claims() == 0 && sh.chokes()) {
			sh.rechoke(now)
		}
	}
}
