package p2p

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"versus/p2p/wire"
)

// A neighbour that was granted an upload and has no use for it costs the time of a
// message and its answer on an uplink that could have served another. So each side
// says, with what it has to say anyway, which pieces it has asked others for, and knows
// what the other can still believe to be wanted.

// wanting says whether the neighbour lacks a piece held here that it has not asked
// anybody for, as far as it has said.
func (s *session) wanting() bool {
	for w, held := range s.share.pick.have.words {
		if held&^s.theirs.words[w]&^s.asked.words[w] != 0 {
			return true
		}
	}
	return false
}

// outstanding counts the pieces that the neighbour has asked for and not shown yet.
func (s *session) outstanding() (n int) {
	for w, asked := range s.asked.words {
		n += bits.OnesCount64(asked &^ s.theirs.words[w])
	}
	return n
}

// hears takes note of pieces that the neighbour has asked for, here or elsewhere. Nothing is
// offered any more to one that has asked for all that is held here, unless it has said
// since the last grant that it would take something.
func (s *session) hears(asked []uint32) {
	for _, i := range asked {
		s.asked.set(int(i))
	}
	if !s.invited && !s.wanting() {
		s.lane.willing = false
	}
}

// onInterest takes the news that a grant would be used now, or not. What the neighbour
// said to have asked for may have failed to come.
func (s *session) onInterest(interested bool) {
	s.lane.willing, s.invited = interested, interested
	s.asked = newBitfield(s.asked.n)
}

// invite tells the neighbour that a grant would be used now; mu is held.
func (s *session) invite() {
	s.declined = false
	s.told = newBitfield(s.told.n)
	s.send(&wire.Frame{Body: &wire.Frame_Interest{Interest: &wire.Interest{Interested: true}}})
}

// unwanted says whether the neighbour believes that nothing is wanted of it: its last
// grant was declined, or all that it holds and is missing here it was told to be asked
// for.
func (s *session) unwanted() bool {
	if s.declined {
		return true
	}
	missing := false
	for w, held := range s.theirs.words {
		lacked := held &^ s.share.pick.have.words[w]
		if lacked&^s.told.words[w] != 0 {
			return false
		}
		missing = missing || lacked != 0
	}
	return missing
}

// news returns the pieces that are asked for and that the neighbour was not told of,
// and takes them as told.
func (s *session) news() (asked []uint32) {
	if !s.greeted {
		return nil
	}
	p := s.share.pick
	for w, x := range p.inflight.words {
		for x &^= p.have.words[w] | s.told.words[w]; x != 0 && len(asked) < wire.MaxHave; x &= x - 1 {
			i := w*64 + bits.TrailingZeros64(x)
			s.told.set(i)
			asked = append(asked, uint32(i))
		}
	}
	return asked
}

// claimed takes note that a piece was asked for. Neighbours hear of it at once if nothing
// else is wanted of them, so that they neither offer it nor will when they have it, or if
// nothing is held here yet: then they have no other way to know whom the first pieces
// have reached.
func (sh *share) claimed(piece int, from *session) {
	sh.pick.inflight.set(piece)
	from.told.set(piece)
	for _, s := range sh.sessions {
		if s == from || !s.greeted || s.peer == sh.originID {
			continue
		}
		if sh.pick.have.count == 0 || !s.unwanted() && !sh.pick.wants(s.theirs) {
			s.telling = true
			s.wake()
		}
	}
}

// reconsider tells neighbours that do not know it that a grant would be used now.
func (sh *share) reconsider() {
	for _, s := range sh.sessions {
		if s.greeted && s.unwanted() && sh.pick.wants(s.offers(time.Now())) {
			s.invite()
		}
	}
}

// reinterest tells neighbours that do not know it that a grant would be used now, the
// fastest first.
func (sh *share) reinterest(now time.Time) {
	var unwanted []*session
	for _, s := range sh.sessions {
		if s.greeted && s.unwanted() {
			unwanted = append(unwanted, s)
		}
	}
	slices.SortStableFunc(unwanted, func(a, b *session) int { return cmp.Compare(a.usual(), b.usual()) })
	for _, s := range unwanted {
		if _, _, _, ok := sh.choose(s, now); ok {
			s.invite()
		}
	}
}
