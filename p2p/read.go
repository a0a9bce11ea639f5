package p2p

import (
	"errors"
	"fmt"
	"time"

	pool "github.com/libp2p/go-buffer-pool"
	"google.golang.org/protobuf/proto"

	"versus/p2p/wire"
	"versus/sim/workload"
)

var errViolation = errors.New("protocol violation")

// read serves what the neighbour sends until the session ends. hello is what
// was read to find the session, nil if its Hello is still to come.
func (s *session) read(hello *wire.Hello) {
	err := s.readAll(hello)
	n := s.node
	n.mu.Lock()
	if errors.Is(err, errViolation) {
		n.event("violation", "%s: %v", s.label, err)
	}
	s.broke(err)
	reset := s.ending == endReset
	n.mu.Unlock()
	if reset {
		s.stream.Reset() // the writer may be blocked
	}
}

func (s *session) readAll(hello *wire.Hello) error {
	// Nothing makes sense before the manifest is known; meanwhile the stream's
	// window holds the neighbour back.
	select {
	case <-s.share.ready:
	case <-s.quit:
		return nil
	}
	if hello != nil {
		if err := s.take(&wire.Frame{Body: &wire.Frame_Hello{Hello: hello}}); err != nil {
			return err
		}
	}
	var f wire.Frame
	for {
		proto.Reset(&f)
		if err := s.dec.Decode(&f, wire.MaxFrame); err != nil {
			return err
		}
		if err := s.take(&f); err != nil {
			return err
		}
		if f.GetGoodbye() != nil {
			return nil
		}
	}
}

// take applies one frame.
func (s *session) take(f *wire.Frame) error {
	m := s.share.manifest
	if err := f.Check(m.NumPieces(), m.PieceLen); err != nil {
		return fmt.Errorf("%w: %w", errViolation, err)
	}
	if c := f.GetChunk(); c != nil {
		return s.receive(int(c.Piece), int(c.Offset), int(c.Length))
	}
	n := s.node
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.ending != endNot {
		return errStopped
	}
	s.heard = now
	if !s.greeted && f.GetHello() == nil && f.GetGoodbye() == nil {
		return fmt.Errorf("%w: %T before hello", errViolation, f.Body)
	}
	switch b := f.Body.(type) {
	case *wire.Frame_Hello:
		return s.onHello(b.Hello, now)
	case *wire.Frame_Have:
		s.onHave(b.Have, now)
	case *wire.Frame_Interest:
		s.onInterest(b.Interest.Interested)
		n.pump(now)
	case *wire.Frame_Grant:
		s.onGrant(int(b.Grant.Count), now)
	case *wire.Frame_Request:
		if n.selfish {
			n.uploads.answered(&s.lane, true, now)
			s.refuse(int(b.Request.Piece))
			break
		}
		s.onRequest(int(b.Request.Piece), int(b.Request.Offset), now)
	case *wire.Frame_Decline:
		for range b.Decline.Count {
			n.uploads.answered(&s.lane, false, now)
		}
		s.lane.willing, s.invited = false, false
		n.pump(now)
	case *wire.Frame_Cancel:
		s.onCancel(int(b.Cancel.Piece), now)
	case *wire.Frame_Reject:
		s.onReject(int(b.Reject.Piece))
	case *wire.Frame_Ping:
		s.send(&wire.Frame{Body: &wire.Frame_Pong{Pong: &wire.Pong{}}})
	case *wire.Frame_Pong:
		s.pinged = time.Time{}
	case *wire.Frame_Goodbye:
		s.onGoodbye(b.Goodbye.Reason)
	}
	return nil
}

// onGoodbye learns why the neighbour ends the stream.
func (s *session) onGoodbye(reason wire.Reason) {
	sh, n := s.share, s.node
	switch reason {
	case wire.Reason_REASON_DONE:
		sh.known.isServed(s.peer, time.Now())
		if sh.registry != nil { // it holds all, and needs not be named to who would help it
			sh.registry.holds(s.peer, sh.manifest.NumPieces())
		}
	case wire.Reason_REASON_BANNED:
		sh.known.isRefused(s.peer)
		sh.hurry()
	case wire.Reason_REASON_UNKNOWN_FILE:
		sh.known.isAbsent(s.peer, time.Now())
		sh.hurry()
	case wire.Reason_REASON_LEAVING:
		sh.known.forget(s.peer)
		sh.hurry()
		// That a peer leaves when it has the file is as agreed.
		if !(n.dep.settings.leave && s.greeted && s.theirs.full()) {
			n.isLost(s.peer)
		}
	}
}

func (s *session) onHello(h *wire.Hello, now time.Time) error {
	sh := s.share
	if s.greeted || h.File != sh.file {
		return fmt.Errorf("%w: hello for %.255q on the stream of %s", errViolation, h.File, sh.file)
	}
	theirs, err := parseBitfield(sh.manifest.NumPieces(), h.Bitfield)
	if err != nil {
		return fmt.Errorf("%w: %w", errViolation, err)
	}
	if h.Complete {
		theirs.fill()
	}
	s.asked, s.told = newBitfield(theirs.n), newBitfield(theirs.n)
	s.theirs, s.greeted, s.counts = theirs, true, sh.node.trusts(s.peer)
	sh.node.isBack(s.peer)
	if s.peer != sh.originID {
		sh.known.isMet(addrInfo(s.peer, readAddresses(h.Addresses)...))
	}
	s.rank()
	s.credit = min(int(h.Push), wire.MaxGrant)
	for i := range theirs.n {
		if theirs.has(i) {
			s.holds(i)
			if sh.spread != nil {
				sh.spread.seen(i, s, now)
			}
		} else if sh.pick.have.has(i) {
			s.lane.willing = true
		}
	}
	if sh.complete() && theirs.full() {
		s.goodbye(wire.Reason_REASON_DONE)
	}
	sh.node.pump(now)
	return nil
}

// holds counts a piece of the neighbour's in the choice of the rarest.
func (s *session) holds(piece int) {
	if s.counts {
		s.share.pick.seen(piece)
	}
}

// behindLevels is how many steps are told apart in how far a neighbour is behind.
const behindLevels = 128

// rank updates how far behind the neighbour is.
func (s *session) rank() {
	n := s.theirs.n
	s.lane.behind = behindLevels * (n - s.theirs.count - s.outstanding()) / n
	s.lane.spare = s.node.uploads.level(s.spare)
	if s.share.choker != nil {
		// Else who gives nothing, and lags for it, would be served first.
		s.lane.behind, s.lane.spare = 0, 0
	}
	if r := s.share.registry; r != nil {
		r.holds(s.peer, s.theirs.count)
		r.links(s.peer, s.spare, s.full)
	}
}

func (s *session) onHave(h *wire.Have, now time.Time) {
	sh, n := s.share, s.node
	for _, p := range h.Pieces {
		i := int(p)
		if j := s.sent[i]; j != nil {
			s.acknowledged(j)
			s.delivered(j.length, now)
			n.uploads.slots.arrived(j.first, now)
		}
		if s.theirs.set(i) {
			s.holds(i)
			if sh.spread != nil {
				sh.spread.seen(i, s, now)
			}
		}
	}
	if h.Complete {
		for i := range s.theirs.n {
			if s.theirs.set(i) {
				s.holds(i)
			}
		}
	}
	s.hears(h.Asked)
	if h.Uplink > 0 { // else it measures anew, and carries no less
		s.uplink = 1000 * float64(h.Uplink)
	}
	s.spare, s.full = 1000*float64(h.Spare), h.Full
	if sh.spread != nil {
		sh.spread.carries(s, s.uplink)
	}
	s.rank()
	if sh.complete() && s.theirs.full() {
		s.goodbye(wire.Reason_REASON_DONE)
		return
	}
	n.pump(now)
}

// onGrant answers a grant at once: with requests, or by declining it.
func (s *session) onGrant(count int, now time.Time) {
	sh := s.share
	for ; count > 0; count-- {
		piece, from, late, ok := sh.choose(s, now)
		if !ok {
			s.declined = true
			s.send(&wire.Frame{Body: &wire.Frame_Decline{Decline: &wire.Decline{Count: uint32(count)}}})
			return
		}
		if late != nil {
			s.takeOver(from, late, now)
			continue
		}
		sh.claimed(piece, s)
		s.requests[piece] = &request{piece: piece, asked: now}
		s.send(&wire.Frame{Body: &wire.Frame_Request{Request: &wire.Request{Piece: uint32(piece)}}})
	}
}

// receive reads a chunk of a piece, and the piece it completes is verified.
func (s *session) receive(piece, offset, length int) error {
	n, sh := s.node, s.share
	now := time.Now()
	n.mu.Lock()
	s.heard = now
	r := s.requests[piece]
	if r == nil && offset == 0 && s.greeted && s.ending == endNot && s.pushed() < s.offered {
		r = &request{piece: piece, asked: now, pushed: true}
		s.requests[piece] = r
		if sh.pick.have.has(piece) || sh.pick.inflight.has(piece) {
			s.withdraw(r)
		} else {
			sh.claimed(piece, s)
		}
	}
	if s.ending != endNot || !s.greeted || r == nil || offset != r.got {
		ended := s.ending != endNot
		n.mu.Unlock()
		if ended {
			return errStopped
		}
		return fmt.Errorf("%w: chunk at %d of piece %d was not asked for", errViolation, offset, piece)
	}
	if r.got == r.start {
		r.first = now
	}
	if r.body == nil {
		r.body = n.store.Begin(sh.blameOpen(piece))
	}
	body, own, dropped := r.body, r.own, r.withdrawn
	n.mu.Unlock()

	chunk := pool.Get(length)
	defer pool.Put(chunk)
	if err := s.dec.Raw(chunk); err != nil {
		return err
	}
	if !dropped {
		body = body.Append(chunk)
		if own != nil {
			own = own.Append(chunk)
		}
	}
	n.mu.Lock()
	r.got += length
	r.body, r.own = body, own // only this goroutine makes them longer
	s.received += int64(length)
	n.downlink.add(length)
	sh.intake.got(length)
	whole, withdrawn := r.got == sh.manifest.PieceLen(piece), r.withdrawn
	s.heard = time.Now()
	if withdrawn {
		sh.moved += int64(length)
	}
	n.mu.Unlock()
	if withdrawn {
		n.store.Waste(sh.file, length, s.label, "cancelled")
	}
	if !whole {
		return nil
	}
	var verdict workload.Verdict
	var err error
	if !withdrawn {
		if verdict, err = n.store.AddPartial(sh.file, piece, body, s.label); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.requests[piece] == r {
		delete(s.requests, piece)
	}
	switch {
	case withdrawn:
		sh.stoppedAfter(r)
	case verdict == workload.Accepted:
		s.took(time.Since(r.asked))
		sh.resolve(piece, body.Bytes(), time.Now())
		sh.gained(piece, s, time.Now())
	case verdict == workload.Corrupt:
		s.onCorrupt(r, time.Now())
	}
	return nil
}

// onCorrupt refuses a piece whose digest is wrong, charges it to its sender and
// lets it be fetched elsewhere; mu is held.
func (s *session) onCorrupt(r *request, now time.Time) {
	n, sh := s.node, s.share
	n.event("corrupt", "piece %d of %s, the end of it from %s", r.piece, sh.file, s.label)
	if len(r.parts) > 0 {
		// The right piece will show whose fault it was. It shall have one sender.
		sh.whole[r.piece] = true
		sh.suspect(r, s.peer)
	} else {
		if s.theirs.has(r.piece) { // it does not hold the right one, or not now
			if s.theirs.clear(r.piece); s.counts {
				sh.pick.copies[r.piece]--
			}
			s.spoiled = append(s.spoiled, r.piece)
		}
		n.strike(s.peer, now)
	}
	if s.ending == endNot {
		s.send(&wire.Frame{Body: &wire.Frame_Cancel{Cancel: &wire.Cancel{Piece: uint32(r.piece)}}})
	}
	sh.release(r.piece)
}
