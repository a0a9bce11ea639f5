package wire

import (
	"crypto/sha256"
	"fmt"

	"versus/sim/workload"
)

// Check reports a frame that no correct peer sends, whatever the state: fields
// outside their limits or a missing body. pieces is the number of pieces of
// the stream's file and pieceLen returns the length of each.
func (f *Frame) Check(pieces int, pieceLen func(int) int) error {
	index := func(kind string, i uint32) error {
		if int64(i) >= int64(pieces) {
			return fmt.Errorf("%s: piece %d, the file has %d", kind, i, pieces)
		}
		return nil
	}
	count := func(kind string, n uint32) error {
		if n < 1 || n > MaxGrant {
			return fmt.Errorf("%s: count %d is outside 1 to %d", kind, n, MaxGrant)
		}
		return nil
	}
	switch b := f.Body.(type) {
	case *Frame_Hello:
		if n := len(b.Hello.Bitfield); n != 0 && n != (pieces+7)/8 {
			return fmt.Errorf("hello: bitfield of %d bytes for %d pieces", n, pieces)
		}
		return checkAddresses("hello", b.Hello.Addresses)
	case *Frame_Have:
		for _, list := range [][]uint32{b.Have.Pieces, b.Have.Asked} {
			if n := len(list); n > MaxHave {
				return fmt.Errorf("have: %d pieces, the limit is %d", n, MaxHave)
			}
			for _, i := range list {
				if err := index("have", i); err != nil {
					return err
				}
			}
		}
		return nil
	case *Frame_Grant:
		return count("grant", b.Grant.Count)
	case *Frame_Decline:
		return count("decline", b.Decline.Count)
	case *Frame_Request:
		r := b.Request
		if err := index("request", r.Piece); err != nil {
			return err
		}
		if int64(r.Offset) >= int64(pieceLen(int(r.Piece))) {
			return fmt.Errorf("request: offset %d in piece %d, which has %d bytes", r.Offset, r.Piece, pieceLen(int(r.Piece)))
		}
		return nil
	case *Frame_Cancel:
		return index("cancel", b.Cancel.Piece)
	case *Frame_Reject:
		return index("reject", b.Reject.Piece)
	case *Frame_Chunk:
		c := b.Chunk
		if err := index("chunk", c.Piece); err != nil {
			return err
		}
		if c.Length < 1 || c.Length > MaxChunk || int64(c.Offset)+int64(c.Length) > int64(pieceLen(int(c.Piece))) {
			return fmt.Errorf("chunk: %d bytes at %d of piece %d, which has %d; the limit is %d",
				c.Length, c.Offset, c.Piece, pieceLen(int(c.Piece)), MaxChunk)
		}
		return nil
	case *Frame_Interest, *Frame_Ping, *Frame_Pong, *Frame_Goodbye:
		return nil
	default:
		return fmt.Errorf("frame without a known body")
	}
}

// EncodeManifest appends m as a Manifest and its raw digests.
func EncodeManifest(b []byte, m *workload.Manifest) ([]byte, error) {
	b, err := Append(b, &Manifest{
		File: m.File, Size: uint64(m.Size), PieceSize: uint32(m.PieceSize),
		Sha256: m.SHA256[:], Pieces: uint32(len(m.Pieces)),
	})
	for i := range m.Pieces {
		b = append(b, m.Pieces[i][:]...)
	}
	return b, err
}

// DecodeManifest reads a Manifest and its digests. status is not OK if the
// responder refused; the manifest is then nil.
func DecodeManifest(d *Decoder) (m *workload.Manifest, status Status, err error) {
	var w Manifest
	if err := d.Decode(&w, MaxRequest); err != nil {
		return nil, 0, fmt.Errorf("reading a manifest: %w", err)
	}
	if w.Status != Status_STATUS_OK {
		return nil, w.Status, nil
	}
	if len(w.Sha256) != sha256.Size || w.Size > 1<<62 || w.Pieces > workload.MaxPieces || w.PieceSize > workload.MaxPieceSize {
		return nil, 0, fmt.Errorf("manifest of %.255q: %d bytes in %d pieces of %d, digest of %d bytes: outside the limits",
			w.File, w.Size, w.Pieces, w.PieceSize, len(w.Sha256))
	}
	m = &workload.Manifest{File: w.File, Size: int64(w.Size), PieceSize: int(w.PieceSize), SHA256: workload.Digest(w.Sha256)}
	// Grown as the digests come, so that a claim alone costs no memory.
	for len(m.Pieces) < int(w.Pieces) {
		var digest workload.Digest
		if err := d.Raw(digest[:]); err != nil {
			return nil, 0, fmt.Errorf("reading digest %d of %d of the manifest of %s: %w", len(m.Pieces), w.Pieces, w.File, err)
		}
		m.Pieces = append(m.Pieces, digest)
	}
	if err := m.Check(); err != nil {
		return nil, 0, err
	}
	return m, Status_STATUS_OK, nil
}
