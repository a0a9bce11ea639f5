package clientserver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// frameHeader is the length in bytes of a binary message's fixed header:
// kind (1), reserved zero (3), handle (4), index (4), offset (4), big endian.
const frameHeader = 16

// Kinds of binary message.
const (
	framePiece   = 1 // index is the piece, offset counts bytes into it
	frameDigests = 2 // index is the first piece, offset is 0
)

// header is the fixed start of a binary message.
type header struct {
	kind   uint8
	handle uint32 // of the open file, at least 1
	index  uint32 // piece
	offset uint32 // bytes
}

func (h header) encode() [frameHeader]byte {
	var b [frameHeader]byte
	b[0] = h.kind
	binary.BigEndian.PutUint32(b[4:], h.handle)
	binary.BigEndian.PutUint32(b[8:], h.index)
	binary.BigEndian.PutUint32(b[12:], h.offset)
	return b
}

// readHeader reads and checks the fixed header of a binary message. Whether
// handle, index and offset make sense is for the connection's state to say.
func readHeader(r io.Reader) (header, error) {
	var b [frameHeader]byte
	if n, err := io.ReadFull(r, b[:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return header{}, badMessage("binary message of %d bytes is shorter than its header of %d", n, frameHeader)
		}
		return header{}, err
	}
	h := header{
		kind:   b[0],
		handle: binary.BigEndian.Uint32(b[4:]),
		index:  binary.BigEndian.Uint32(b[8:]),
		offset: binary.BigEndian.Uint32(b[12:]),
	}
	switch {
	case h.kind != framePiece && h.kind != frameDigests:
		return header{}, badMessage("binary message of unknown kind %d", h.kind)
	case b[1] != 0 || b[2] != 0 || b[3] != 0:
		return header{}, badMessage("reserved bytes of a binary message are not zero")
	case h.handle == 0:
		return header{}, badMessage("binary message for handle 0")
	case h.kind == frameDigests && h.offset != 0:
		return header{}, badMessage("digests at offset %d, allowed is 0", h.offset)
	}
	return h, nil
}

// readPayload reads the rest of a binary message into dst, which is never
// grown, and returns how many bytes came, also beside an error.
func readPayload(r io.Reader, dst []byte) (int, error) {
	n, err := io.ReadFull(r, dst)
	switch {
	case n == 0 && (err == nil || errors.Is(err, io.EOF)):
		return 0, badMessage("binary message without payload, or with more than was due")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, nil // the message ended first
	case err != nil:
		return n, err
	}
	var one [1]byte
	switch extra, err := io.ReadFull(r, one[:]); {
	case extra > 0:
		return n, badMessage("binary message has more than the %d bytes that were due", len(dst))
	case !errors.Is(err, io.EOF):
		return n, fmt.Errorf("reading the end of a binary message: %w", err)
	}
	return n, nil
}
