package clientserver

import (
	"errors"
	"fmt"
	"io"

	"github.com/bits-and-blooms/bitset"

	"versus/sim/workload"
)

// takeManifest handles the message that starts a file.
func (s *session) takeManifest(st *stream, p response) error {
	d := st.download
	if st.manifest != nil || st.incoming != nil {
		return badMessage("second manifest of handle %d", st.handle)
	}
	if p.File != d.file {
		return badMessage("manifest of %.255q for handle %d, which is %s", p.File, st.handle, d.file)
	}
	sum, err := parseDigest(p.SHA256)
	if err != nil {
		return err
	}
	if p.Digests {
		if s.known(st) {
			return badMessage("digests announced for %s, whose manifest was not asked for", d.file)
		}
		st.incoming = &workload.Manifest{File: p.File, Size: p.Size, PieceSize: p.PieceSize, SHA256: sum}
		return nil
	}
	m := s.owner.client.store.Manifest(d.file)
	if !s.known(st) || m == nil || m.SHA256 != sum || m.Size != p.Size || m.PieceSize != p.PieceSize {
		return badMessage("manifest of %s differs from the one that the client named", d.file)
	}
	st.manifest = m
	s.advanced()
	return nil
}

// known says whether the stream was opened with the manifest at hand.
func (s *session) known(st *stream) bool {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	return st.asked != nil
}

// advanced notes that the connection works.
func (s *session) advanced() {
	s.progress = true
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	s.owner.trouble = nil
}

// takeDigests appends a page of piece digests; the last one completes the
// manifest.
func (s *session) takeDigests(st *stream, h header, r io.Reader) error {
	m := st.incoming
	if m == nil {
		return badMessage("digests for handle %d were not announced", st.handle)
	}
	if int64(h.index) != int64(len(m.Pieces)) {
		return badMessage("digests from piece %d, due was %d", h.index, len(m.Pieces))
	}
	left := m.NumPieces() - len(m.Pieces)
	page := make([]byte, min(left, maxDigests)*len(workload.Digest{}))
	n, err := readPayload(r, page)
	if err != nil {
		return err
	}
	if n%len(workload.Digest{}) != 0 {
		return badMessage("%d bytes of digests, not a multiple of %d", n, len(workload.Digest{}))
	}
	for b := page[:n]; len(b) > 0; b = b[len(workload.Digest{}):] {
		m.Pieces = append(m.Pieces, workload.Digest(b))
	}
	if len(m.Pieces) < m.NumPieces() {
		return nil
	}
	st.incoming = nil
	store := s.owner.client.store
	if err := store.Learn(m); err != nil {
		s.owner.finish(st.download, fmt.Errorf("from %s: %w", s.owner.client.server, err))
		return nil
	}
	st.manifest = store.Manifest(m.File)
	s.owner.mu.Lock()
	st.asked = bitset.New(uint(m.NumPieces())).FlipRange(0, uint(m.NumPieces()))
	s.owner.mu.Unlock()
	s.advanced()
	return nil
}

// takePiece stores one chunk; the last one of a piece has it verified. A piece of
// which only the end of the message is missing, for the connection broke there, is
// kept all the same.
func (s *session) takePiece(st *stream, h header, r io.Reader) error {
	if err := s.expect(st, h); err != nil {
		return err
	}
	n, err := readPayload(r, st.buf[st.got:min(st.got+maxChunk, len(st.buf))])
	st.got += n
	var refused *refusal
	if errors.As(err, &refused) {
		return err
	}
	if st.got < len(st.buf) {
		st.arrival.Grow(st.got)
		return err
	}
	s.verify(st)
	return err
}

// verify hands the piece that has arrived whole to the store.
func (s *session) verify(st *stream) {
	c, d, i := s.owner.client, st.download, st.piece
	s.owner.mu.Lock()
	st.asked.Clear(uint(i))
	s.owner.mu.Unlock()
	verdict, err := c.store.AddArrival(d.file, i, &st.arrival, c.server)
	s.settle(st)
	switch {
	case err != nil:
		s.owner.finish(d, err)
	case verdict == workload.Corrupt:
		s.askAgain(st, i)
	case c.store.Complete(d.file):
		s.advanced()
		s.owner.finish(d, nil)
	default:
		s.advanced()
	}
}

// expect checks that a chunk is the one due, and reserves a buffer for the
// piece that it starts.
func (s *session) expect(st *stream, h header) error {
	if st.manifest == nil {
		return badMessage("piece for handle %d before its manifest", st.handle)
	}
	if st.buf != nil {
		if int(h.index) != st.piece || int(h.offset) != st.got {
			return badMessage("piece %d at offset %d, due was piece %d at offset %d", h.index, h.offset, st.piece, st.got)
		}
		return nil
	}
	s.owner.mu.Lock()
	due := st.asked.Test(uint(h.index))
	s.owner.mu.Unlock()
	switch {
	case !due:
		return badMessage("piece %d of %s was not asked for", h.index, st.download.file)
	case h.offset != 0:
		return badMessage("piece %d starts at offset %d", h.index, h.offset)
	case s.partial == maxPartial:
		return badMessage("more than %d pieces partly sent", maxPartial)
	}
	st.piece, st.got = int(h.index), 0
	n := st.manifest.PieceLen(st.piece)
	if cap(s.spare) >= n {
		st.buf, s.spare = s.spare[:n], nil
	} else {
		st.buf = make([]byte, n)
	}
	st.arrival.Begin(s.owner.client.store, st.buf)
	s.partial++
	return nil
}

// askAgain asks once more for a piece that arrived corrupt, a bounded number
// of times.
func (s *session) askAgain(st *stream, i int) {
	r, d := s.owner, st.download
	r.mu.Lock()
	d.corrupt[i]++
	count := d.corrupt[i]
	r.mu.Unlock()
	// Before anybody can see the download end.
	r.client.event("corrupt-piece", fmt.Sprintf("piece %d of %s from %s, refused %d of %d times", i, d.file, r.client.server, count, maxRefusals))
	r.mu.Lock()
	switch {
	case count >= maxRefusals:
		r.end(d, fmt.Errorf("piece %d of %s from %s was corrupt %d times", i, d.file, r.client.server, count))
	case !st.cancelled:
		st.asked.Set(uint(i))
		s.outbox = append(s.outbox, encode(request{Type: typeGet, Handle: st.handle, Ranges: []span{{uint32(i), uint32(i)}}}))
	}
	r.mu.Unlock()
	s.wire.notify()
}
