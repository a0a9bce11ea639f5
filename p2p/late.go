package p2p

import (
	"slices"
	"time"

	"versus/p2p/wire"
)

// withdraw cancels a request whose piece is not needed any more; mu is held.
func (s *session) withdraw(r *request) {
	if r.withdrawn {
		return
	}
	r.withdrawn = true
	s.node.store.Waste(s.share.file, r.got, s.label, "cancelled")
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
func (sh *share) took(d time.Duration) {
	if sh.typical == 0 {
		sh.typical = d
	}
	sh.typical += (d - sh.typical) / 8
}

// eta estimates when the rest of a piece will have come.
func (r *request) eta(length int, typical time.Duration, now time.Time) time.Duration {
	if r.got == 0 {
		// Nothing tells how fast it will be, but the longer it has not begun
		// the later it will end.
		return typical + 2*max(now.Sub(r.asked)-typical, 0)
	}
	took := now.Sub(r.first)
	return time.Duration(float64(took) / float64(r.got) * float64(length-r.got))
}

// rescue returns a piece to ask of a neighbour although another was asked for
// it: when every missing piece is asked for and that one will be late, so that
// the new source will probably have sent it before.
func (sh *share) rescue(s *session, now time.Time) (piece int, ok bool) {
	p := sh.pick
	if p.have.count+p.inflight.count < p.have.n {
		return 0, false
	}
	latest := 2*sh.typical + rescueMargin
	for _, other := range sh.sessions {
		if other == s {
			continue
		}
		for i, r := range other.requests {
			if r.withdrawn || !s.theirs.has(i) || s.requests[i] != nil || sh.askers(i) > 1 {
				continue
			}
			if eta := r.eta(sh.manifest.PieceLen(i), sh.typical, now); eta > latest || eta == latest && i < piece {
				piece, ok, latest = i, true, eta
			}
		}
	}
	return piece, ok
}

// rescueMargin is how much later than a new source an old one must be.
const rescueMargin = 200 * time.Millisecond

// askers counts the neighbours that are asked for a piece.
func (sh *share) askers(piece int) (n int) {
	for _, s := range sh.sessions {
		if r := s.requests[piece]; r != nil && !r.withdrawn {
			n++
		}
	}
	return n
}

// tick looks after everything that is late; mu is held.
func (n *node) tick(now time.Time) {
	for _, l := range slices.Clone(n.uploads.lanes.all) {
		l.session.checkAlive(now)
	}
	for _, sh := range n.shares {
		if sh.pick == nil {
			continue
		}
		if !sh.complete() {
			for _, s := range sh.sessions {
				if !s.declined || !s.greeted {
					continue
				}
				if _, late := sh.rescue(s, now); late {
					s.declined = false
					s.send(&wire.Frame{Body: &wire.Frame_Interest{Interest: &wire.Interest{Interested: true}}})
				}
			}
		}
		if sh.choker != nil && sh.choker.due(now) {
			sh.rechoke(now)
		}
	}
}

// owes says whether the neighbour has something to answer or to send.
func (s *session) owes() bool {
	return !s.greeted || s.lane.granted > 0 || len(s.sent) > 0 || len(s.requests) > 0 || len(s.sending) > 0
}

// checkAlive pings a neighbour that owes something and is silent, and gives it
// up if it stays silent; mu is held.
func (s *session) checkAlive(now time.Time) {
	switch {
	case s.share.manifest == nil:
		s.heard = now // nothing is read yet
	case !s.pinged.IsZero():
		if s.heard.After(s.pinged) {
			s.pinged = time.Time{}
		} else if now.Sub(s.pinged) >= pongLimit {
			s.node.event("silent", "%s has not been heard of for %v", s.label, now.Sub(s.heard).Round(time.Millisecond))
			s.abandon()
		}
	case !s.owes():
		s.heard = now // silence counts from when it owes something
	case now.Sub(s.heard) >= silenceLimit:
		s.pinged = now
		s.send(&wire.Frame{Body: &wire.Frame_Ping{Ping: &wire.Ping{}}})
	}
}

// abandon ends the session and the connection below it, which is presumed dead:
// closing the stream alone could block.
func (s *session) abandon() {
	s.end(endReset)
	n, conn := s.node, s.stream.Conn()
	if !n.closed {
		n.work.Go(func() { conn.Close() })
	}
}
