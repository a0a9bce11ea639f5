// Package wire encodes and decodes the messages of the mesh's protocols. Every
// length that arrives is checked before anything is allocated for it.
package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// Protocol ids, as negotiated with multistream-select.
const (
	Rendezvous = "/versus/rendezvous/1"
	ManifestID = "/versus/manifest/1"
	Pieces     = "/versus/pieces/1"
)

// Limits of what a receiver takes; docs/protocols.md lists them.
const (
	MaxFrame      = 160 << 10 // encoded bytes of one Frame: a bitfield of 2^20 pieces and a Hello around it
	MaxRendezvous = 256 << 10 // encoded bytes of one Register or Neighbours
	MaxRequest    = 1 << 10   // encoded bytes of one ManifestRequest or Manifest
	MaxChunk      = 64 << 10  // raw bytes that follow one Chunk
	MaxAddresses  = 16        // of one peer
	MaxAddress    = 256       // bytes of one address
	MaxPeerID     = 128       // bytes of one peer id
	MaxPeers      = 1024      // in one Register or Neighbours
	MaxHave       = 16 << 10  // pieces in one Have
	MaxGrant      = 1024      // of one Grant or Decline
)

// ErrTooLong is returned for a message that is longer than its limit.
var ErrTooLong = errors.New("message is too long")

// Append appends m, preceded by its length as a varint, to b.
func Append(b []byte, m proto.Message) ([]byte, error) {
	opts := proto.MarshalOptions{}
	size := opts.Size(m)
	b = protowire.AppendVarint(b, uint64(size))
	b, err := proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(b, m)
	if err != nil {
		return b, fmt.Errorf("encoding %T: %w", m, err)
	}
	return b, nil
}

// Decoder reads messages and the raw bytes between them. It is not safe for
// concurrent use.
type Decoder struct {
	r   *bufio.Reader
	buf []byte
}

// decoderBuffer is enough for every message but a bitfield; raw bytes bypass it.
const decoderBuffer = 2 << 10

// NewDecoder returns a decoder that reads from r.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: bufio.NewReaderSize(r, decoderBuffer)}
}

// Decode reads one message of at most limit encoded bytes into m. It returns
// io.EOF where the stream ends between two messages, io.ErrUnexpectedEOF where
// it ends within one, and ErrTooLong or a protobuf error for what is malformed.
func (d *Decoder) Decode(m proto.Message, limit int) error {
	size, err := d.readLength()
	if err != nil {
		return err
	}
	if size > uint64(limit) {
		return fmt.Errorf("reading %T of %d bytes, the limit is %d: %w", m, size, limit, ErrTooLong)
	}
	n := int(size)
	if n <= decoderBuffer {
		b, err := d.r.Peek(n)
		if err != nil {
			return unexpected(err)
		}
		if err := proto.Unmarshal(b, m); err != nil {
			return fmt.Errorf("decoding %T of %d bytes: %w", m, n, err)
		}
		_, err = d.r.Discard(n)
		return err
	}
	if cap(d.buf) < n {
		d.buf = make([]byte, n)
	}
	defer func() { d.buf = nil }() // long messages are rare, and streams many
	b := d.buf[:n]
	if _, err := io.ReadFull(d.r, b); err != nil {
		return unexpected(err)
	}
	if err := proto.Unmarshal(b, m); err != nil {
		return fmt.Errorf("decoding %T of %d bytes: %w", m, n, err)
	}
	return nil
}

// Raw fills p with the raw bytes that follow a message.
func (d *Decoder) Raw(p []byte) error {
	_, err := io.ReadFull(d.r, p)
	return unexpected(err)
}

// Skip drops n raw bytes.
func (d *Decoder) Skip(n int) error {
	_, err := d.r.Discard(n)
	return unexpected(err)
}

// readLength reads a varint of at most ten bytes. io.EOF means that there is
// not even its first byte.
func (d *Decoder) readLength() (uint64, error) {
	var b [10]byte
	for i := range b {
		c, err := d.r.ReadByte()
		if err != nil {
			if i > 0 {
				err = unexpected(err)
			}
			return 0, err
		}
		b[i] = c
		if c < 0x80 {
			v, n := protowire.ConsumeVarint(b[:i+1])
			if n < 0 {
				break
			}
			return v, nil
		}
	}
	return 0, fmt.Errorf("reading a length: %w", errVarint)
}

var errVarint = errors.New("varint does not fit in 64 bits")

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
