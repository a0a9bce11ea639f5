package p2p

import (
	"math/bits"
	"slices"
	"time"

	"versus/p2p/wire"
)

// uploads is everything that a node sends or has promised to: it turns free
// slots into grants, requests into jobs, and jobs into work for the writers.
// The node's mutex guards it.
type uploads struct {
	slots  *slots
	lanes  lanes
	queue  []*job // requested or pushed; they wait for a slot, the first first
	active []*job // being sent

	early int           // uploads beyond the slots that it took so far for a request to be there when one got free; see ahead
	reply time.Duration // smoothed time from a grant to its answer
}

// job is a piece that a neighbour asked for or is pushed.
type job struct {
	session *session
	piece   int
	data    []byte // nil until the writer has it
	length  int
	off     int
	pushed  bool
	state   jobState
}

type jobState int

const (
	jobQueued  jobState = iota
	jobSending          // in a slot
	jobSent             // every byte is on its way, no Have has come
	jobOver
)

// claims counts the uploads that are granted, wait or run.
func (u *uploads) claims() int { return u.lanes.granted() + len(u.queue) + len(u.active) }

// lacked takes the news that one of so many slots got free. If most are empty and
// no request is there for them, though some were granted, more must be arranged
// early.
func (u *uploads) lacked(slots int) {
	if len(u.queue) == 0 && 2*len(u.active) < slots && u.lanes.granted() > 0 {
		u.early = min(u.early+1, mostSlots)
	}
}

// ahead returns how many uploads beyond the slots may be arranged: as many as
// begin while a grant is answered, and more where slots were found empty. What is
// promised much too early waits here, while others might send it at once.
func (u *uploads) ahead(pieceLen int) int {
	answer := 1 + int(u.slots.best()*u.reply.Seconds()/float64(pieceLen))
	return max(answer, min(u.early, answer+1+u.slots.limit(pieceLen)/2))
}

// crowded takes the news of a request that has to wait behind others, and could
// have been chosen later.
func (u *uploads) crowded() {
	if len(u.queue) > 1+len(u.active)/4 {
		u.early = max(u.early-1, 1)
	}
}

// answered learns how long a grant took to be answered.
func (u *uploads) answered(took time.Duration) {
	if u.reply == 0 {
		u.reply = took
	}
	u.reply += (took - u.reply) / 8
	u.slots.trip = min(u.reply, tripMost)
}

// tripMost is the longest time of an answer that more uploads run for: those who
// take longer are busy, not far away.
const tripMost = 80 * time.Millisecond

// Bounds of a chunk, and the time that one should take on the uplink.
const (
	minChunk     = 4 << 10
	defaultChunk = 16 << 10
	maxChunk     = 60 << 10 // with its header, frames and Noise's tag, one message of each layer
	chunkTime    = 12 * time.Millisecond
)

// chunk returns how many bytes of a piece to send at a time.
func (u *uploads) chunk() int {
	rate := u.slots.best()
	if rate == 0 {
		return defaultChunk
	}
	return min(max(int(rate*chunkTime.Seconds()), minChunk), maxChunk)
}

// idles says whether the uplink has something to spare.
func (u *uploads) idles() bool { return u.claims() == 0 || u.slots.spare() > 0 }

// level compares what a neighbour's uplink has to spare with this node's: 0 for
// less than half of it, and one more for every doubling. Who has much to spare
// is served first, for it multiplies what it gets.
func (u *uploads) level(spare float64) int {
	best := u.slots.best()
	if best == 0 {
		return 0
	}
	return min(bits.Len(uint(2*spare/best)), mostLevel)
}

const mostLevel = 6

// add makes a job; it starts when a slot is free.
func (u *uploads) add(s *session, piece, offset int, pushed bool) {
	j := &job{session: s, piece: piece, length: s.share.manifest.PieceLen(piece), off: offset, pushed: pushed}
	u.queue = append(u.queue, j)
	u.crowded()
	s.lane.queued++
	if pushed {
		s.pushing++
	}
}

// finished frees the slot of a job whose last byte was handed on.
func (u *uploads) finished(j *job) {
	u.remove(j)
	u.lacked(u.slots.limit(j.length))
	j.state = jobSent
	j.session.sent[j.piece] = j
}

// remove takes a job out of the queue or its slot.
func (u *uploads) remove(j *job) {
	is := func(x *job) bool { return x == j }
	switch j.state {
	case jobQueued:
		u.queue = slices.DeleteFunc(u.queue, is)
		j.session.lane.queued--
	case jobSending:
		u.active = slices.DeleteFunc(u.active, is)
		j.session.sending = slices.DeleteFunc(j.session.sending, is)
		j.session.lane.active--
	}
	j.state = jobOver
}

// drop forgets a session that has ended.
func (u *uploads) drop(s *session) {
	for _, j := range slices.Concat(u.queue, u.active) {
		if j.session == s {
			u.remove(j)
		}
	}
	u.lanes.remove(&s.lane)
}

// delivered learns the pace at which the neighbour takes pieces.
func (s *session) delivered(bytes int, now time.Time) {
	if took := now.Sub(s.acked); !s.acked.IsZero() && took > 0 {
		s.rate += (float64(bytes)/took.Seconds() - s.rate) / 4
	}
	s.acked = now
}

// room says whether the neighbour may claim one more upload: what it takes in a
// round trip, and two more. Others would only wait for it, and could not be
// had elsewhere meanwhile.
func (s *session) room() bool {
	if s.doubted {
		return false
	}
	inFlight := s.rate * s.node.uploads.reply.Seconds() / float64(s.share.manifest.PieceSize)
	return s.lane.pending() < laneClaims+int(inFlight)
}

// laneClaims is how many uploads a neighbour may claim at least.
const laneClaims = 2

// acknowledged takes note that the neighbour has, or does not want, a job that
// was sent.
func (s *session) acknowledged(j *job) {
	delete(s.sent, j.piece)
	j.state = jobOver
	if j.pushed {
		s.pushing--
	}
}

// pump fills the slots: it starts what waits and arranges what comes after;
// mu is held.
func (n *node) pump(now time.Time) {
	if n.selfish {
		return
	}
	u := &n.uploads
	stalled, stuck := u.stalled()
	for {
		for len(u.queue) > 0 {
			j := u.queue[0]
			if len(u.active)-stuck >= u.slots.limit(j.length) {
				break
			}
			u.remove(j)
			j.state = jobSending
			u.active = append(u.active, j)
			if s := j.session; len(s.sending) == 0 && len(s.sent) == 0 {
				s.acked = now // what it takes from here on counts, not the pause before
			}
			j.session.lane.active++
			if j.session.doubted {
				stuck++
			}
			j.session.sending = append(j.session.sending, j)
			j.session.wake()
		}
		l, push := n.nextLane(now)
		if l == nil {
			break
		}
		s := l.session
		if size := s.share.manifest.PieceSize; u.claims()-stalled >= u.slots.limit(size)+u.ahead(size) {
			break
		}
		u.lanes.served(l)
		if push {
			if piece, ok := s.share.spread.give(s, s.theirs.has); ok {
				u.add(s, piece, 0, true)
			} else {
				s.credit = 0 // it has all that is left
			}
			continue
		}
		l.granted++
		s.granted = now
		s.send(&wire.Frame{Body: &wire.Frame_Grant{Grant: &wire.Grant{Count: 1}}})
	}
	if len(u.active) == 0 {
		u.slots.idle()
	}
}

// nextLane returns whom to serve next, and whether with a push. At the origin,
// while there are pieces that nobody was sent, those go first, and nothing goes
// twice to those who take pushes.
func (n *node) nextLane(now time.Time) (best *lane, push bool) {
	for _, l := range n.uploads.lanes.all {
		s := l.session
		if sp := s.share.spread; sp == nil || sp.done() || !s.greeted || s.pushing >= s.credit || l.choked || !s.room() {
			continue
		}
		if best == nil || best.session.share == s.share && s.share.spread.better(s, best.session, now) ||
			best.session.share != s.share && l.turn < best.turn {
			best = l
		}
	}
	if best != nil {
		return best, true
	}
	return n.uploads.lanes.next(func(l *lane) bool {
		sp := l.session.share.spread
		if !l.session.room() {
			return false
		}
		return sp == nil || sp.done() || l.session.credit == 0
	}), false
}

// onRequest turns a request into a job, if it uses a grant.
func (s *session) onRequest(piece, offset int, now time.Time) {
	n := s.node
	if s.lane.granted == 0 {
		s.send(&wire.Frame{Body: &wire.Frame_Reject{Reject: &wire.Reject{Piece: uint32(piece)}}})
		return
	}
	s.lane.granted--
	n.uploads.answered(now.Sub(s.granted))
	switch {
	case !s.share.pick.have.has(piece):
		s.send(&wire.Frame{Body: &wire.Frame_Reject{Reject: &wire.Reject{Piece: uint32(piece)}}})
	case s.sent[piece] != nil || n.uploads.find(s, piece) != nil:
		// It is on its way: a push and the request have crossed.
	default:
		n.uploads.add(s, piece, offset, false)
	}
	n.pump(now)
}

// find returns the job of a piece for a session that waits or runs, or nil.
func (u *uploads) find(s *session, piece int) *job {
	for _, list := range [][]*job{u.active, u.queue} {
		for _, j := range list {
			if j.session == s && j.piece == piece {
				return j
			}
		}
	}
	return nil
}

// onCancel stops sending a piece, or learns that it was of no use.
func (s *session) onCancel(piece int, now time.Time) {
	n := s.node
	if j := s.sent[piece]; j != nil {
		s.acknowledged(j)
	} else if j := n.uploads.find(s, piece); j != nil {
		n.uploads.remove(j)
		s.acknowledged(j)
		s.send(&wire.Frame{Body: &wire.Frame_Reject{Reject: &wire.Reject{Piece: uint32(piece)}}})
	}
	if sp := s.share.spread; sp != nil {
		sp.dismissed(piece, s)
	}
	n.pump(now)
}
