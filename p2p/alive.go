package p2p

import (
	"context"
	"errors"
	"maps"
	"math"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/p2p/wire"
)

// How long a neighbour may be silent. Silence ends with any byte of the
// connection, not only with a whole frame.
const (
	quietLimit = time.Second      // of one that owes something, until it is pinged
	idleLimit  = 3 * time.Second  // of one that owes nothing, while something is wanted from it
	pongLeast  = 2 * time.Second  // from the ping on, over a fast link
	pongMost   = 60 * time.Second // over any
	queueSlack = 3.0              // times the time that what is queued before a ping should take
	suspicion  = 4                // times less than a pong may take, until a neighbour holds no slot any more
	slowest    = 4 << 10          // bytes per second: taken for the uplink's rate while it is unknown
)

// owes says whether the neighbour has something to answer or to send.
func (s *session) owes() bool {
	return !s.greeted || len(s.lane.granted) > 0 || len(s.sent) > 0 || len(s.requests) > 0 || len(s.sending) > 0
}

// lastSign returns when the neighbour last showed that it lives.
func (s *session) lastSign() time.Time {
	if s.meter != nil {
		if t := s.meter.pulse.latest(); t.After(s.heard) {
			return t
		}
	}
	return s.heard
}

// checkAlive pings a neighbour that is silent, and gives it up if it stays
// silent; mu is held.
func (s *session) checkAlive(now time.Time) {
	limit := quietLimit
	if !s.owes() {
		s.owing = time.Time{}
		limit = idleLimit
	} else if s.owing.IsZero() {
		s.owing = now
	}
	sign := s.lastSign()
	if doubted := !s.owing.IsZero() && now.Sub(sign) >= s.pongLimit()/suspicion && now.Sub(s.owing) >= quietLimit/2; doubted != s.doubted {
		s.doubted = doubted
		s.node.pump(now) // its slots are others' meanwhile
	}
	switch {
	case !s.pinged.IsZero() && sign.After(s.pinged):
		s.node.answers.took(sign.Sub(s.pinged), now)
		s.pinged = time.Time{}
	case !s.pinged.IsZero():
		if now.Sub(s.pinged) >= s.pongLimit() {
			s.abandon()
		}
	case limit == idleLimit && s.share.complete():
		// Nothing depends on it.
	case now.Sub(sign) >= limit && now.Sub(s.owing) >= limit:
		s.pinged = now
		s.send(&wire.Frame{Body: &wire.Frame_Ping{Ping: &wire.Ping{}}})
	}
}

// pongLimit returns how long the answer to a ping may take: some round trips,
// what is queued before the ping at the pace at which pieces leave, and a full
// buffer before the downlink at the pace at which they come, with the time that
// TCP takes to notice what that buffer dropped. So a dead neighbour is given up
// in seconds where links are fast, and a slow one is kept. A stranger may have a
// slow link, whose buffer others have filled.
func (s *session) pongLimit() time.Duration {
	u := &s.node.uploads
	limit := pongLeast + 4*u.reply + s.node.downlink.delay() + 2*s.node.answers.longest
	if s.stranger() {
		limit += queueing(bufferSize, inflowLeast)
	}
	if len(s.sending) > 0 || len(s.sent) > 0 {
		queued := u.chunk() + unsentLimit
		if s.meter != nil {
			queued += int(s.meter.backlog())
		}
		rate := u.slots.best() / float64(max(len(u.active), 1))
		switch {
		case s.rate > 0 && (rate == 0 || s.rate < rate):
			rate = s.rate
		case s.stranger():
			rate = min(rate, inflowLeast)
		}
		limit += queueing(queued, max(rate, slowest))
	}
	return min(limit, pongMost)
}

// stranger says whether no piece has gone either way, so that nothing is known
// of the neighbour's links.
func (s *session) stranger() bool { return s.rate == 0 && s.received == 0 }

// queueing returns how long a ping may wait behind bytes that leave at a rate in
// bytes per second.
func queueing(bytes int, rate float64) time.Duration {
	return time.Duration(queueSlack * float64(bytes) / rate * float64(time.Second))
}

// inflow is the pace at which a node receives pieces: the highest that it has
// seen of late, which tells most of its downlink.
type inflow struct {
	bytes int64     // received in the window
	since time.Time // its start
	peak  float64   // bytes per second
}

const (
	inflowWindow = time.Second
	inflowFades  = 0.98     // of the peak that is left after each window
	inflowLeast  = 32 << 10 // bytes per second: taken for the pace while it is unknown
	bufferSize   = 64 << 10 // bytes that may wait before a slow downlink
	bufferSlack  = 3.0      // times the time that they take
)

// add takes the news of bytes of pieces.
func (f *inflow) add(bytes int) { f.bytes += int64(bytes) }

// tick ends the window if it is time.
func (f *inflow) tick(now time.Time) {
	took := now.Sub(f.since)
	if took < inflowWindow {
		return
	}
	if !f.since.IsZero() && f.bytes > 0 {
		f.peak = max(f.peak*inflowFades, float64(f.bytes)/took.Seconds())
	}
	f.bytes, f.since = 0, now
}

// delay returns how late a small message may be behind a full buffer. Where that
// takes long, TCP's time-outs do, too, and double with each packet that the
// buffer drops: hence the square.
func (f *inflow) delay() time.Duration {
	rate := f.peak
	switch {
	case rate == 0 && f.bytes == 0:
		return 0 // no piece has come: nothing fills the buffer
	case rate == 0:
		rate = inflowLeast
	}
	full := bufferSize / rate // seconds
	return time.Duration((bufferSlack*full + bufferSlack*full*full) * float64(time.Second))
}

// answers is how long live neighbours have let a ping wait of late: where packets
// are lost, longer than everything else would make one think.
type answers struct {
	longest time.Duration
	at      time.Time
}

const answersFade = 30 * time.Second // that it takes to halve

// took takes the news of an answer.
func (a *answers) took(d time.Duration, now time.Time) {
	a.longest = time.Duration(float64(a.longest) * math.Exp2(-now.Sub(a.at).Seconds()/answersFade.Seconds()))
	a.longest, a.at = max(a.longest, d), now
}

// stalled counts the uploads, waiting and running, of neighbours who are silent. They
// may be dead, and must not keep the uplink from others.
func (u *uploads) stalled() (queued, active int) {
	for _, l := range u.lanes.all {
		if l.queued+l.active > 0 && l.session.doubted {
			queued += l.queued
			active += l.active
		}
	}
	return queued, active
}

// abandon ends the sessions with a silent neighbour and the connection below
// them, which is presumed dead: closing a stream alone could block.
func (s *session) abandon() {
	n, conn := s.node, s.stream.Conn()
	for _, file := range slices.Sorted(maps.Keys(n.shares)) {
		if x := n.shares[file].session(s.peer); x != nil && x.stream.Conn() == conn {
			x.lose()
		}
	}
	s.lose()
	if !n.closed {
		n.work.Go(func() { conn.Close() })
	}
}

// ownEnd says whether an error is this node's own doing, or that of its machine:
// it says nothing about the peer.
func ownEnd(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ENETDOWN) || errors.Is(err, context.Canceled)
}

// broke ends a session whose stream returned an error; mu is held.
func (s *session) broke(err error) {
	if err != nil && !ownEnd(err) && s.stream.Conn().IsClosed() {
		s.lose()
	}
	s.end(endReset)
}

// lose ends a session whose connection is dead; mu is held.
func (s *session) lose() {
	if s.ending != endNot {
		return
	}
	s.end(endReset)
	s.share.lostOne(s.peer, time.Now())
}

// lostOne takes note that the connection to a neighbour broke; mu is held. It is
// looked for again, and another may take its place meanwhile.
func (sh *share) lostOne(p peer.ID, now time.Time) {
	sh.known.isLost(p, now)
	sh.node.isLost(p)
	sh.hurry()
}

// isLost records that a peer is dead or out of reach, once until it is heard of
// again; mu is held.
func (n *node) isLost(p peer.ID) {
	if n.member.Err() == nil && !n.lost[p] {
		n.lost[p] = true
		n.event("lost", "%s", n.dep.label(p))
	}
}

// isBack takes note that a peer was heard of again; mu is held.
func (n *node) isBack(p peer.ID) { delete(n.lost, p) }

// excuse forgives everybody the silence of a time in which this node itself did
// not run: it says nothing about them. mu is held.
func (n *node) excuse(now time.Time) {
	for _, l := range n.uploads.lanes.all {
		l.session.heard = now
	}
}
