package clientserver

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"github.com/bits-and-blooms/bitset"
	"github.com/gorilla/websocket"

	"versus/sim/workload"
)

// session is the client's side of one connection.
type session struct {
	owner *run
	wire  *wire

	// Guarded by owner.mu:
	streams map[uint32]*stream // by handle, cancelled ones included
	live    int                // streams that are not cancelled
	last    uint32             // highest handle used
	outbox  [][]byte           // messages for the writer

	// The reader's own:
	partial  int    // streams with a piece partly received
	spare    []byte // buffer of a piece that is done
	progress bool   // a manifest or a piece arrived; read by the owner after the end
}

var _ endpoint = (*session)(nil)

// stream is one file open on a connection.
type stream struct {
	handle    uint32
	download  *download
	cancelled bool // guarded by run.mu

	// asked holds the pieces that are due: those asked for and not yet
	// received whole. It is nil while all are and their number is unknown.
	asked *bitset.BitSet // guarded by run.mu

	// The reader's own:
	manifest *workload.Manifest // nil until it is known to the store too
	incoming *workload.Manifest // its digests are still arriving
	piece    int                // whose bytes are in buf
	buf      []byte             // of the piece's length, nil between pieces
	got      int                // bytes of buf that have arrived
	arrival  workload.Arrival   // has buf while there is one
}

// run serves the connection until it ends and returns why.
func (s *session) run(ctx context.Context) error {
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { s.watch(watching) })
	err := s.wire.run(ctx, s)
	stop()
	watch.Wait()
	r := s.owner
	r.mu.Lock()
	r.session = nil
	var open []*stream
	for _, st := range s.streams {
		st.download.stream = nil
		open = append(open, st)
	}
	r.mu.Unlock()
	for _, st := range open {
		s.discard(st, "connection lost")
	}
	return err
}

// discard throws away a piece that is partly received.
func (s *session) discard(st *stream, reason string) {
	if st.buf != nil {
		s.owner.client.store.Waste(st.download.file, st.got, s.owner.client.server, reason)
		s.settle(st)
	}
}

// settle ends the piece that st receives and keeps its buffer for the next.
func (s *session) settle(st *stream) {
	st.arrival.End()
	s.spare, st.buf, st.got = st.buf, nil, 0
	s.partial--
}

// admit opens downloads, oldest first, as far as the limit allows. owner.mu is
// held.
func (s *session) admit() {
	for _, d := range s.owner.order {
		if s.live >= maxOpen {
			break
		}
		if d.stream == nil {
			s.open(d)
		}
	}
	s.wire.notify()
}

// open asks for a file: for all of it when nothing is known of it, else for
// the pieces that are missing. owner.mu is held.
func (s *session) open(d *download) {
	s.last++
	st := &stream{handle: s.last, download: d}
	s.streams[st.handle] = st
	s.live++
	d.stream = st

	q := request{Type: typeOpen, Handle: st.handle, File: d.file}
	store := s.owner.client.store
	m := store.Manifest(d.file)
	if m == nil {
		q.All = true
		s.outbox = append(s.outbox, encode(q))
		return
	}
	q.SHA256 = hex.EncodeToString(m.SHA256[:])
	st.asked = bitset.New(uint(m.NumPieces()))
	ranges := missingRanges(store.Have(d.file), st.asked)
	for {
		n := min(len(ranges), maxRanges)
		q.Ranges = ranges[:n]
		s.outbox = append(s.outbox, encode(q))
		if ranges = ranges[n:]; len(ranges) == 0 {
			return
		}
		q = request{Type: typeGet, Handle: st.handle}
	}
}

// missingRanges returns the maximal runs of pieces that are not held, and sets
// them in asked.
func missingRanges(have []bool, asked *bitset.BitSet) []span {
	var out []span
	for i, held := range have {
		if held {
			continue
		}
		asked.Set(uint(i))
		if n := len(out); n > 0 && out[n-1][1] == uint32(i)-1 {
			out[n-1][1] = uint32(i)
		} else {
			out = append(out, span{uint32(i), uint32(i)})
		}
	}
	return out
}

// release closes a stream whose download has ended. owner.mu is held.
func (s *session) release(st *stream) {
	st.download.stream = nil
	st.cancelled = true
	s.live--
	s.outbox = append(s.outbox, encode(request{Type: typeClose, Handle: st.handle}))
	s.admit()
}

// send implements endpoint.
func (s *session) send(ws *websocket.Conn) (bool, error) {
	s.owner.mu.Lock()
	if len(s.outbox) == 0 {
		s.outbox = nil
		s.owner.mu.Unlock()
		return false, nil
	}
	b := s.outbox[0]
	s.outbox = s.outbox[1:]
	s.owner.mu.Unlock()
	return true, ws.WriteMessage(websocket.TextMessage, b)
}

// receiving implements endpoint.
func (s *session) receiving() bool {
	some, _ := s.owner.due()
	return some
}

// receive implements endpoint.
func (s *session) receive(kind int, r io.Reader) error {
	if kind == websocket.BinaryMessage {
		h, err := readHeader(r)
		if err != nil {
			return err
		}
		st, cancelled, err := s.lookup(h.handle)
		switch {
		case err != nil:
			return err
		case cancelled:
			return s.drain(st, h, r)
		case h.kind == frameDigests:
			return s.takeDigests(st, h, r)
		}
		return s.takePiece(st, h, r)
	}
	b, err := io.ReadAll(r) // the read limit bounds it
	if err != nil {
		return err
	}
	p, err := decodeResponse(b)
	if err != nil {
		return err
	}
	st, cancelled, err := s.lookup(p.Handle)
	switch {
	case err != nil:
		return err
	case cancelled:
		return nil
	case p.Type == typeManifest:
		return s.takeManifest(st, p)
	}
	s.owner.finish(st.download, fmt.Errorf("the server refused: %s: %s", p.Code, p.Message))
	return nil
}

func (s *session) lookup(handle uint32) (*stream, bool, error) {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	st := s.streams[handle]
	if st == nil {
		return nil, false, badMessage("message for handle %d, which was never opened", handle)
	}
	return st, st.cancelled, nil
}

// drain throws away a frame of a stream that was closed while it was under way.
func (s *session) drain(st *stream, h header, r io.Reader) error {
	s.discard(st, "cancelled")
	n, err := io.Copy(io.Discard, r)
	if h.kind == framePiece {
		s.owner.client.store.Waste(st.download.file, int(n), s.owner.client.server, "cancelled")
	}
	return err
}
