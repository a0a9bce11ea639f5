package p2p

import (
	"time"

	pool "github.com/libp2p/go-buffer-pool"

	"versus/p2p/wire"
)

// write sends what the session has to send: frames at once, and one chunk of a
// piece whenever the connection has taken the last, so that a frame never waits
// behind more than that and what the network itself holds. It is the only
// writer of the stream, and ends it when the session has ended.
func (s *session) write() {
	for {
		out := s.next()
		var err error
		switch {
		case out.ended == endFlush:
			if len(out.frames) > 0 {
				_, err = s.stream.Write(out.frames)
			}
			if err == nil {
				s.stream.Stream.Close()
				return
			}
			fallthrough
		case out.ended == endReset:
			s.stream.Reset()
			return
		case out.job != nil && out.job.data == nil:
			err = s.load(out.job)
			if err == nil && len(out.frames) > 0 {
				_, err = s.stream.Write(out.frames)
			}
		case out.job != nil:
			err = s.writeChunk(out)
		case len(out.frames) > 0:
			_, err = s.stream.Write(out.frames)
		default:
			<-s.signal
		}
		if err != nil {
			n := s.node
			n.mu.Lock()
			s.broke(err)
			n.mu.Unlock()
			s.stream.Reset()
			return
		}
	}
}

// outgoing is what the writer does next.
type outgoing struct {
	frames []byte // only until the next call
	job    *job   // whose next chunk may go
	chunk  int    // bytes of it
	ended  endKind
}

func (s *session) next() (out outgoing) {
	n := s.node
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.ending == endNot {
		s.announce()
	}
	out.frames, s.outbox, s.written = s.outbox, s.written[:0], s.outbox
	out.ended = s.ending
	if len(s.sending) == 0 || s.ending != endNot {
		return out
	}
	chunk := n.uploads.chunk()
	if s.meter != nil && !s.meter.below(int64(chunk), s.signal) {
		return out
	}
	out.job = s.sending[0]
	out.chunk = evenChunk(out.job.length-out.job.off, chunk)
	return out
}

// announce queues what the neighbour is to know of this side: the pieces that are held,
// and those that are asked for.
func (s *session) announce() {
	n := s.node
	whole := s.share.complete() && !s.whole
	if len(s.outbox) > 0 || len(s.sending) > 0 || len(s.haves) > 0 {
		s.haves, s.quiet = append(s.haves, s.quiet...), nil
	}
	if len(s.haves) == 0 && !whole && !s.telling {
		return
	}
	asked := s.news()
	for more := len(s.haves) > 0 || whole || len(asked) > 0; more; more = len(s.haves) > 0 {
		k := min(len(s.haves), wire.MaxHave)
		s.send(&wire.Frame{Body: &wire.Frame_Have{Have: &wire.Have{
			Pieces: s.haves[:k], Complete: whole && k == len(s.haves),
			Uplink: uint32(n.uploads.slots.best() / 1000), Spare: uint32(n.uploads.slots.spare() / 1000),
			Full: s.share.intake.full(), Asked: asked,
		}}})
		s.haves, asked = s.haves[k:], nil
	}
	s.haves, s.telling, s.whole = nil, false, s.whole || whole
}

// evenChunk returns how many of the bytes that are left of a piece go next, by the
// usual length of a chunk. All chunks of a piece are about alike, and up to a quarter
// longer than usual if that makes one fewer: a short one at the end costs as much time
// of the processor as the others.
func evenChunk(left, usual int) int {
	n := max(left/usual, 1)
	if (left+n-1)/n > min(usual+usual/4, maxChunk) {
		n++
	}
	return (left + n - 1) / n
}

// load gets the bytes of the piece that is to be sent.
func (s *session) load(j *job) error {
	data, err := s.node.store.Piece(s.share.file, j.piece)
	if err == nil {
		j.data = data // only the writer looks at it
	}
	return err
}

// writeChunk sends frames and a chunk in one write.
func (s *session) writeChunk(out outgoing) error {
	n, j := s.node, out.job
	b := pool.Get(len(out.frames) + chunkHeader + out.chunk)
	defer pool.Put(b)
	w := append(b[:0], out.frames...)
	w, err := wire.Append(w, s.header.of(j, out.chunk))
	if err != nil {
		return err
	}
	w = append(w, j.data[j.off:j.off+out.chunk]...)
	if _, err := s.stream.Write(w); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	n.uploads.slots.sent(now, out.chunk, j.length, len(n.uploads.active))
	if j.off += out.chunk; j.off == j.length && j.state == jobSending {
		n.uploads.finished(j)
		n.pump(now)
	}
	return nil
}

// header is the frame before a chunk. There are so many that a session uses one
// again and again.
type header struct {
	frame wire.Frame
	body  wire.Frame_Chunk
	chunk wire.Chunk
}

// of returns the frame for the next n bytes of a job, until the next call.
func (h *header) of(j *job, n int) *wire.Frame {
	h.frame.Body, h.body.Chunk = &h.body, &h.chunk
	h.chunk.Piece, h.chunk.Offset, h.chunk.Length = uint32(j.piece), uint32(j.off), uint32(n)
	return &h.frame
}

// chunkHeader is at least the encoded length of a Chunk frame.
const chunkHeader = 32
