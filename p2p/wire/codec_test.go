package wire

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"versus/sim/workload"
)

// frames is one of every kind.
func frames() []*Frame {
	return []*Frame{
		{Body: &Frame_Hello{Hello: &Hello{File: "a.bin", Bitfield: []byte{0x80, 0x40}, Push: 4, Addresses: [][]byte{{4, 10, 0, 0, 1, 6, 15, 161}}}}},
		{Body: &Frame_Have{Have: &Have{Pieces: []uint32{0, 7, 9}, Complete: true}}},
		{Body: &Frame_Have{Have: &Have{Asked: []uint32{3, 8}}}},
		{Body: &Frame_Interest{Interest: &Interest{Interested: true}}},
		{Body: &Frame_Grant{Grant: &Grant{Count: 1}}},
		{Body: &Frame_Request{Request: &Request{Piece: 3, Offset: 17}}},
		{Body: &Frame_Decline{Decline: &Decline{Count: 2}}},
		{Body: &Frame_Cancel{Cancel: &Cancel{Piece: 9}}},
		{Body: &Frame_Reject{Reject: &Reject{Piece: 9}}},
		{Body: &Frame_Chunk{Chunk: &Chunk{Piece: 1, Offset: 512, Length: 512}}},
		{Body: &Frame_Ping{Ping: &Ping{}}},
		{Body: &Frame_Pong{Pong: &Pong{}}},
		{Body: &Frame_Goodbye{Goodbye: &Goodbye{Reason: Reason_REASON_LEAVING}}},
	}
}

const testPieces = 10

func testPieceLen(int) int { return 1024 }

func TestRoundTrip(t *testing.T) {
	var stream []byte
	var err error
	for _, f := range frames() {
		stream, err = Append(stream, f)
		require.NoError(t, err)
		stream = append(stream, "raw"...)
	}
	d := NewDecoder(iotest.OneByteReader(bytes.NewReader(stream)))
	for _, want := range frames() {
		var got Frame
		require.NoError(t, d.Decode(&got, MaxFrame))
		assert.True(t, proto.Equal(want, &got), "want %v, got %v", want, &got)
		require.NoError(t, got.Check(testPieces, testPieceLen))
		raw := make([]byte, 2)
		require.NoError(t, d.Raw(raw))
		assert.Equal(t, "ra", string(raw))
		require.NoError(t, d.Skip(1))
	}
	assert.Equal(t, io.EOF, d.Decode(&Frame{}, MaxFrame))
}

func TestDecodeLong(t *testing.T) {
	long := &Frame{Body: &Frame_Hello{Hello: &Hello{Bitfield: make([]byte, 100_000)}}}
	stream, err := Append(nil, long)
	require.NoError(t, err)
	var got Frame
	require.NoError(t, NewDecoder(bytes.NewReader(stream)).Decode(&got, MaxFrame))
	assert.True(t, proto.Equal(long, &got))
	err = NewDecoder(bytes.NewReader(stream)).Decode(&got, 99_999)
	require.ErrorIs(t, err, ErrTooLong)
	assert.ErrorContains(t, err, "the limit is 99999")
}

func TestDecodeMalformed(t *testing.T) {
	tests := []struct {
		name   string
		stream []byte
		want   string
	}{
		{name: "length ends early", stream: []byte{0x80}, want: "unexpected EOF"},
		{name: "message ends early", stream: []byte{5, 1, 2}, want: "unexpected EOF"},
		{name: "long message ends early", stream: append(protowire.AppendVarint(nil, 50_000), 1, 2), want: "unexpected EOF"},
		{name: "a claim of 2^60 bytes", stream: protowire.AppendVarint(nil, 1<<60), want: "too long"},
		{name: "length of more than 64 bits", stream: bytes.Repeat([]byte{0xff}, 11), want: "does not fit in 64 bits"},
		{name: "no protobuf", stream: []byte{1, 0xff}, want: "decoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := NewDecoder(bytes.NewReader(tt.stream)).Decode(&Frame{}, MaxFrame)
			require.Error(t, err)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		frame *Frame
		want  string // empty for none
	}{
		{name: "no body", frame: &Frame{}, want: "without a known body"},
		{name: "short bitfield", frame: &Frame{Body: &Frame_Hello{Hello: &Hello{Bitfield: []byte{1}}}}, want: "1 bytes for 10 pieces"},
		{name: "largest addresses", frame: &Frame{Body: &Frame_Hello{Hello: &Hello{Addresses: many(MaxAddresses, MaxAddress)}}}},
		{name: "one address more", frame: &Frame{Body: &Frame_Hello{Hello: &Hello{Addresses: many(MaxAddresses+1, 1)}}}, want: "hello: 17 addresses, the limit is 16"},
		{name: "long address", frame: &Frame{Body: &Frame_Hello{Hello: &Hello{Addresses: many(1, MaxAddress+1)}}}, want: "hello: address of 257 bytes is outside 1 to 256"},
		{name: "last piece", frame: &Frame{Body: &Frame_Have{Have: &Have{Pieces: []uint32{9}}}}},
		{name: "one past it", frame: &Frame{Body: &Frame_Have{Have: &Have{Pieces: []uint32{9, 10}}}}, want: "have: piece 10, the file has 10"},
		{name: "asked past it", frame: &Frame{Body: &Frame_Have{Have: &Have{Asked: []uint32{9, 10}}}}, want: "have: piece 10, the file has 10"},
		{name: "many asked", frame: &Frame{Body: &Frame_Have{Have: &Have{Asked: make([]uint32, MaxHave+1)}}}, want: "the limit is 16384"},
		{name: "many pieces", frame: &Frame{Body: &Frame_Have{Have: &Have{Pieces: make([]uint32, MaxHave+1)}}}, want: "the limit is 16384"},
		{name: "no grant", frame: &Frame{Body: &Frame_Grant{Grant: &Grant{}}}, want: "count 0"},
		{name: "largest grant", frame: &Frame{Body: &Frame_Grant{Grant: &Grant{Count: MaxGrant}}}},
		{name: "larger", frame: &Frame{Body: &Frame_Decline{Decline: &Decline{Count: MaxGrant + 1}}}, want: "count 1025"},
		{name: "request", frame: &Frame{Body: &Frame_Request{Request: &Request{Piece: 10}}}, want: "request: piece 10"},
		{name: "request of the last byte", frame: &Frame{Body: &Frame_Request{Request: &Request{Piece: 9, Offset: 1023}}}},
		{name: "request past the end", frame: &Frame{Body: &Frame_Request{Request: &Request{Piece: 9, Offset: 1024}}}, want: "offset 1024"},
		{name: "cancel", frame: &Frame{Body: &Frame_Cancel{Cancel: &Cancel{Piece: math.MaxUint32}}}, want: "cancel: piece 4294967295"},
		{name: "reject", frame: &Frame{Body: &Frame_Reject{Reject: &Reject{Piece: 10}}}, want: "reject: piece 10"},
		{name: "whole piece", frame: &Frame{Body: &Frame_Chunk{Chunk: &Chunk{Length: 1024}}}},
		{name: "one byte more", frame: &Frame{Body: &Frame_Chunk{Chunk: &Chunk{Length: 1025}}}, want: "1025 bytes at 0"},
		{name: "empty chunk", frame: &Frame{Body: &Frame_Chunk{Chunk: &Chunk{}}}, want: "0 bytes at 0"},
		{name: "sum that overflows", frame: &Frame{Body: &Frame_Chunk{Chunk: &Chunk{Offset: math.MaxUint32, Length: 2}}}, want: "2 bytes at 4294967295"},
		{name: "chunk of no piece", frame: &Frame{Body: &Frame_Chunk{Chunk: &Chunk{Piece: 10, Length: 1}}}, want: "chunk: piece 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.frame.Check(testPieces, testPieceLen)
			if tt.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func testManifest() *workload.Manifest {
	m := &workload.Manifest{File: "a.bin", Size: 2049, PieceSize: 1024, SHA256: sha256.Sum256([]byte("all"))}
	for i := range 3 {
		m.Pieces = append(m.Pieces, sha256.Sum256([]byte{byte(i)}))
	}
	return m
}

func TestManifest(t *testing.T) {
	want := testManifest()
	stream, err := EncodeManifest(nil, want)
	require.NoError(t, err)
	got, status, err := DecodeManifest(NewDecoder(bytes.NewReader(stream)))
	require.NoError(t, err)
	assert.Equal(t, Status_STATUS_OK, status)
	assert.Equal(t, want, got)

	_, _, err = DecodeManifest(NewDecoder(bytes.NewReader(stream[:len(stream)-1])))
	assert.ErrorContains(t, err, "reading digest 2 of 3")

	refusal, err := Append(nil, &Manifest{Status: Status_STATUS_UNKNOWN_FILE})
	require.NoError(t, err)
	got, status, err = DecodeManifest(NewDecoder(bytes.NewReader(refusal)))
	require.NoError(t, err)
	assert.Nil(t, got)
	assert.Equal(t, Status_STATUS_UNKNOWN_FILE, status)

	bad := testManifest()
	bad.Size = 4096 // four pieces, three digests
	stream, err = EncodeManifest(nil, bad)
	require.NoError(t, err)
	_, _, err = DecodeManifest(NewDecoder(bytes.NewReader(stream)))
	assert.ErrorContains(t, err, "3 digests for 4 pieces")

	huge, err := Append(nil, &Manifest{File: "x", Size: 1 << 60, PieceSize: 1024, Sha256: make([]byte, 32), Pieces: math.MaxUint32})
	require.NoError(t, err)
	_, _, err = DecodeManifest(NewDecoder(bytes.NewReader(huge)))
	assert.ErrorContains(t, err, "outside the limits")
}
