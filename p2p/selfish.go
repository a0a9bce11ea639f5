package p2p

import (
	"slices"
	"time"

	"versus/p2p/wire"
)

// obey follows the store's wish to share or not; mu is held. A node that does not
// share goes on downloading, and chokes everybody.
func (n *node) obey(now time.Time) {
	selfish := !n.store.Sharing()
	if selfish == n.selfish {
		return
	}
	n.selfish = selfish
	if !selfish {
		n.pump(now)
		return
	}
	u := &n.uploads
	for _, j := range slices.Concat(u.active, u.queue) {
		u.remove(j)
		j.session.acknowledged(j)
		j.session.refuse(j.piece)
	}
}

// refuse says that no more of a piece will be sent; mu is held.
func (s *session) refuse(piece int) {
	s.send(&wire.Frame{Body: &wire.Frame_Reject{Reject: &wire.Reject{Piece: uint32(piece)}}})
}
