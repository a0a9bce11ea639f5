package p2p

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"versus/p2p/wire"
)

// uploads is everything that a node sends or has promised to: it turns free
// slots into grants, requests into jobs, and jobs into work for the writers.
// The node's mutex guards it.
type uploads struct {
	origin bool // of the file: everybody's neighbour
	slots  *slots
	lanes  lanes
	queue  []*job // requested or pushed; they wait for a slot, the first first
	active []*job // being sent

	reply    time.Duration   // smoothed time from a grant to its answer
	declined float64         // share of the answers that decline, smoothed
	answers  []time.Duration // see forecast
	ends     []time.Duration // see freeAt
	left     []int           // of it, bytes of each upload and those after it until the next end
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
	first   *firstUpload // of its session, nil for later ones and where no round trip is known
}

// firstUpload is what is known of the first upload of a session, whose connection is new
// unless it carries another file.
type firstUpload struct {
	began     time.Time
	beside    int           // uploads that ran then, this one included
	explained time.Duration // what it takes if nothing but the connection's window limits it
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

// answered takes note of the answer to the oldest grant of a lane, and whether it was
// a request.
func (u *uploads) answered(l *lane, request bool, now time.Time) {
	took, ok := l.answered(now)
	if !ok {
		return
	}
	if u.reply == 0 {
		u.reply = took
	}
	u.reply += (took - u.reply) / 8
	if l.trip > 0 {
		u.slots.met(l.trip)
	}
	declined := 0.0
	if !request {
		declined = 1
	}
	u.declined += (declined - u.declined) / declineSamples
}

// declineSamples is how many answers the share of those that decline is, roughly, the
// mean of.
const declineSamples = 16

// replies returns how long the neighbour of a lane takes to answer a grant: as long as
// it did, or else as others do, and no less than a message takes to come and go.
func (u *uploads) replies(l *lane) time.Duration {
	if l.reply > 0 {
		return l.reply
	}
	return max(u.reply, l.trip)
}

// forecast notes when the answers to the grants that are out may come. Of one that is
// late nothing is known but that the longer it is, the later it will come.
func (u *uploads) forecast(now time.Time) {
	u.answers, u.ends = u.answers[:0], u.ends[:0]
	for _, l := range u.lanes.all {
		if len(l.granted) == 0 || l.session.doubted {
			continue
		}
		usual := u.replies(l)
		for _, left := range l.granted {
			u.answers = append(u.answers, (usual - now.Sub(left)).Abs())
		}
	}
}

// due says whether a grant to the lane should leave now, after a forecast, for a
// request to be there when a slot gets free; free slots are those that neither an
// upload uses nor a request waits for. A grant that leaves too late leaves the uplink
// idle, and what is promised much too early waits here while others might send it at
// once. So the answers that come about as soon as this one would, less those that are
// likely to decline, are compared with the slots that will be free by then. At most
// mostSlots grants are out at a time, whatever a fast link seems to carry.
func (u *uploads) due(reply time.Duration, free int) bool {
	if len(u.answers) >= mostSlots {
		return false
	}
	by := reply + min(reply, answerSpread) + leastSpread
	coming := 0
	for _, in := range u.answers {
		if in <= by {
			coming++
		}
	}
	requests := int(math.Ceil(float64(coming) * (1 - u.declined)))
	return requests < free || u.freeAt(requests-free+1) <= by
}

// How much later than usual an answer may come: as long again, at most so long, and
// at least a little.
const (
	answerSpread = 500 * time.Millisecond
	leastSpread  = 20 * time.Millisecond
)

// freeAt returns how long it takes, after a forecast, until uploads that end have left so
// many slots to others, by the rate of the uplink. If that is unknown, one does at once. The
// neighbours of an origin are a thousand, so this is worked out once for all of them.
func (u *uploads) freeAt(k int) time.Duration {
	best := u.slots.best()
	switch {
	case best == 0 && k == 1:
		return 0
	case best == 0 || len(u.active) == 0:
		return math.MaxInt64
	}
	if len(u.ends) == 0 {
		u.left = u.left[:0]
		for _, j := range u.active {
			u.left = append(u.left, j.length-j.off)
		}
	}
	for len(u.ends) < k {
		first := 0
		for i, left := range u.left {
			if left < u.left[first] {
				first = i
			}
		}
		each := best / float64(len(u.active)) // bytes per second of each upload
		u.ends = append(u.ends, time.Duration(float64(u.left[first])/each*float64(time.Second)))
		u.left[first] += u.active[first].length
	}
	return u.ends[k-1]
}

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
	n := int(rate * chunkTime.Seconds())
	if u.origin && len(u.active) > besideChunks {
		n = max(besideChunks*n/len(u.active), min(n, defaultChunk))
	}
	return min(max(n, minChunk), maxChunk)
}

// besideChunks is behind how many chunks of other uploads one of an origin may wait at
// its full length. With more they become shorter, down to defaultChunk, so that a cancel
// that comes before a piece has begun, or a frame, is not behind half a second of them:
// what an origin is late with is soon had elsewhere. Other nodes' pieces are not, and many
// connections to slow neighbours carry less in short chunks.
const besideChunks = 4

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
	s.lane.queued++
	if pushed {
		s.pushing++
	}
}

// finished frees the slot of a job whose last byte was handed on.
func (u *uploads) finished(j *job) {
	u.remove(j)
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
	waiting, stuck := u.stalled()
	n.begin()
	for {
		for len(u.queue) > 0 {
			j := u.queue[0]
			if len(u.active)-stuck >= u.slots.limit(j.length) {
				break
			}
			u.remove(j)
			j.state = jobSending
			u.active = append(u.active, j)
			s := j.session
			if s.acked.IsZero() && s.lane.trip > 0 {
				j.first = &firstUpload{began: now, beside: len(u.active), explained: openTime(j.length-j.off, s.lane.trip)}
			}
			if len(s.sending) == 0 && len(s.sent) == 0 {
				s.acked = now // what it takes from here on counts, not the pause before
			}
			s.lane.active++
			if s.doubted {
				stuck++
			}
			s.sending = append(s.sending, j)
			s.wake()
		}
		u.forecast(now)
		l, push := n.nextLane(now, len(u.active)-stuck+len(u.queue)-waiting)
		if l == nil {
			break
		}
		s := l.session
		u.lanes.served(l)
		if push {
			if piece, ok := s.share.spread.give(s, s.theirs.has); ok {
				u.add(s, piece, 0, true)
			} else {
				s.credit = 0 // it has all that is left
			}
			continue
		}
		l.granted = append(l.granted, now)
		s.send(&wire.Frame{Body: &wire.Frame_Grant{Grant: &wire.Grant{Count: 1}}})
	}
	if len(u.active) == 0 {
		u.slots.idle()
	}
}

// begin chooses how many uploads to start with, before anything is known of the
// uplink, by the median of the round trips: the handshakes of a crowd delay some.
func (n *node) begin() {
	u := &n.uploads
	if u.slots.known() {
		return
	}
	var trips []time.Duration
	var piece int
	for _, l := range u.lanes.all {
		if m := l.session.share.manifest; m != nil && l.trip > 0 {
			trips = append(trips, l.trip)
			piece = m.PieceSize
		}
	}
	if len(trips) > 0 {
		slices.Sort(trips)
		u.slots.begin(n.dep.settings.slots, piece, trips[len(trips)/2])
	}
}

// nextLane returns whom to serve next, after a forecast, and whether with a push;
// so many slots are taken. At the origin, while there are pieces that nobody was sent,
// those go first, and nothing goes twice to those who take pushes.
func (n *node) nextLane(now time.Time, taken int) (best *lane, push bool) {
	u := &n.uploads
	var of *share // the free slots are for pieces of this one
	var free int
	due := func(s *session, reply time.Duration) bool {
		if s.share != of {
			of, free = s.share, u.slots.limit(s.share.manifest.PieceSize)-taken
		}
		return u.due(reply, free)
	}
	for _, l := range u.lanes.all {
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
		if !due(best.session, 0) {
			return nil, false
		}
		return best, true
	}
	return u.lanes.next(func(l *lane) bool {
		s := l.session
		if sp := s.share.spread; sp != nil && !sp.done() && s.credit > 0 {
			return false
		}
		return due(s, u.replies(l)) && s.room()
	}), false
}

// onRequest turns a request into a job, if it uses a grant.
func (s *session) onRequest(piece, offset int, now time.Time) {
	n := s.node
	if len(s.lane.granted) == 0 {
		s.send(&wire.Frame{Body: &wire.Frame_Reject{Reject: &wire.Reject{Piece: uint32(piece)}}})
		return
	}
	n.uploads.answered(&s.lane, true, now)
	s.invited = false
	s.hears([]uint32{uint32(piece)})
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
