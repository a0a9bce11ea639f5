package clientserver

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzFrame checks that a binary message which is accepted encodes back to the
// same bytes, and that no more is read than was reserved.
func FuzzFrame(f *testing.F) {
	h := header{kind: framePiece, handle: 1, index: 2, offset: 3}.encode()
	f.Add(append(h[:], "payload"...), uint16(100))
	f.Add(h[:], uint16(0))
	f.Add([]byte{framePiece}, uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, due uint16) {
		r := bytes.NewReader(b)
		h, err := readHeader(r)
		if err != nil {
			requireRefusal(t, err)
			return
		}
		dst := make([]byte, due)
		n, err := readPayload(r, dst)
		if err != nil {
			requireRefusal(t, err)
			return
		}
		fixed := h.encode()
		require.Equal(t, b, append(fixed[:], dst[:n]...))
	})
}

// FuzzRequest checks that an accepted request survives a round trip.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"type":"open","handle":1,"file":"lecture.bin","all":true}`))
	f.Add([]byte(`{"type":"get","handle":1,"ranges":[[0,3],[5,5]]}`))
	f.Add([]byte(`{"type":"close","handle":4294967295}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := decodeRequest(b)
		if err != nil {
			requireRefusal(t, err)
			return
		}
		again, err := decodeRequest(encode(q))
		require.NoError(t, err)
		require.Equal(t, q, again)
	})
}

// FuzzResponse checks that an accepted response survives a round trip.
func FuzzResponse(f *testing.F) {
	f.Add([]byte(`{"type":"manifest","handle":1,"file":"a","size_bytes":5000,"piece_size_bytes":1024,"pieces":5,"sha256":"0000000000000000000000000000000000000000000000000000000000000000","digests":true}`))
	f.Add([]byte(`{"type":"error","handle":1,"code":"unknown-file","message":"there is no file \"a\""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decodeResponse(b)
		if err != nil {
			requireRefusal(t, err)
			return
		}
		again, err := decodeResponse(encode(p))
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func requireRefusal(t *testing.T, err error) {
	var bad *refusal
	require.True(t, errors.As(err, &bad), "%T: %v", err, err)
	require.Equal(t, closeBadMessage, bad.code)
}

// messages cuts fuzz data into messages: a byte for the kind, two for the
// length, and so many bytes.
func messages(b []byte, each func(kind int, b []byte) error) {
	for len(b) >= 3 {
		kind, n := websocket.TextMessage+int(b[0]&1), int(binary.BigEndian.Uint16(b[1:]))
		n = min(n, len(b)-3)
		if each(kind, b[3:3+n]) != nil {
			return
		}
		b = b[3+n:]
	}
}

// conversation is the inverse of messages.
func conversation(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		kind := byte(0)
		if p[0] != '{' {
			kind = 1
		}
		out = append(out, kind, byte(len(p)>>8), byte(len(p)))
		out = append(out, p...)
	}
	return out
}

// FuzzServerMessages plays a server to a client that downloads one file: it
// may do anything but make the client hold a wrong piece or reserve memory
// past the limits.
func FuzzServerMessages(f *testing.F) {
	m := newMemory(1<<10, map[string]int{"lecture.bin": 2<<10 + 1})
	for _, talk := range serverTalks(m) {
		f.Add(talk)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		seen := newArrivals()
		cat, err := newCatalog(m, m, 1, seen)
		require.NoError(t, err)
		s, d := newReceiver(cat, "lecture.bin")
		messages(b, func(kind int, b []byte) error { return s.receive(kind, bytes.NewReader(b)) })
		assert.LessOrEqual(t, seen.verified, 2<<10+1)
		assert.LessOrEqual(t, s.partial, maxPartial)
		assert.LessOrEqual(t, len(s.spare), 1<<10)
		select {
		case <-d.done:
			assert.Equal(t, d.err == nil, cat.Store("home-1").Complete("lecture.bin"))
		default:
			assert.False(t, cat.Store("home-1").Complete("lecture.bin"))
		}
	})
}

// newReceiver returns a session that has opened a file for the first client, and
// is fed by hand.
func newReceiver(cat *catalog, file string) (*session, *download) {
	c := &client{node: "home-1", server: "origin", store: cat.Store("home-1"), event: func(string, string) {}}
	r := &run{client: c, wake: make(chan struct{}, 1), downloads: map[string]*download{}}
	d := r.join(file)
	s := &session{owner: r, wire: &wire{wake: make(chan struct{}, 1)}, streams: map[uint32]*stream{}}
	r.session = s
	s.admit()
	return s, d
}

// A piece that has come whole is kept if the connection breaks before the end of
// its message, which tells nothing more of it; a message that goes on is refused.
func TestPieceBeforeTheBreak(t *testing.T) {
	const piece = 1 << 10
	m := newMemory(piece, map[string]int{"lecture.bin": 3 * piece})
	seen := newArrivals()
	cat, err := newCatalog(m, m, 1, seen)
	require.NoError(t, err)
	s, d := newReceiver(cat, "lecture.bin")
	talk := serverTalks(m)["whole-file"]
	var parts [][]byte
	messages(talk, func(_ int, b []byte) error {
		parts = append(parts, b)
		return nil
	})
	require.NoError(t, s.receive(websocket.TextMessage, bytes.NewReader(parts[0])))
	require.NoError(t, s.receive(websocket.BinaryMessage, bytes.NewReader(parts[1])))
	broken := func(b []byte) io.Reader {
		return io.MultiReader(bytes.NewReader(b), iotest.ErrReader(io.ErrClosedPipe))
	}

	require.NoError(t, s.receive(websocket.BinaryMessage, bytes.NewReader(parts[2])))
	require.ErrorIs(t, s.receive(websocket.BinaryMessage, broken(parts[3])), io.ErrClosedPipe)
	assert.Equal(t, piece, seen.verified, "the whole of piece 0 had come")

	require.ErrorIs(t, s.receive(websocket.BinaryMessage, broken(parts[4])), io.ErrClosedPipe)
	assert.Equal(t, piece, seen.verified, "half of piece 1 had come")

	var refused *refusal
	require.ErrorAs(t, s.receive(websocket.BinaryMessage, bytes.NewReader(append(parts[5], 0))), &refused)
	assert.Equal(t, piece, seen.verified, "more than piece 1 came")

	s.discard(s.streams[1], "connection lost")
	assert.Equal(t, piece, seen.wasted["connection lost"])
	select {
	case <-d.done:
		assert.Fail(t, "ended", "%v", d.err)
	default:
	}
}

// serverTalks are conversations from which fuzzing starts.
func serverTalks(m *memory) map[string][]byte {
	f := m.manifests["lecture.bin"]
	manifest := encode(response{
		Type: typeManifest, Handle: 1, File: "lecture.bin", Size: f.Size, PieceSize: f.PieceSize,
		Pieces: f.NumPieces(), SHA256: hexOf(f.SHA256), Digests: true,
	})
	h := header{kind: frameDigests, handle: 1}.encode()
	digests := h[:]
	for _, d := range f.Pieces {
		digests = append(digests, d[:]...)
	}
	parts := [][]byte{manifest, digests}
	for i := range f.NumPieces() {
		b, _ := m.Piece("lecture.bin", i) // memory does not fail
		half := len(b) / 2
		for _, at := range [][2]int{{0, half}, {half, len(b)}} {
			if at[0] < at[1] {
				h := header{kind: framePiece, handle: 1, index: uint32(i), offset: uint32(at[0])}.encode()
				parts = append(parts, append(h[:], b[at[0]:at[1]]...))
			}
		}
	}
	wrong := bytes.Clone(parts[len(parts)-1])
	wrong[len(wrong)-1] ^= 1
	return map[string][]byte{
		"whole-file": conversation(parts...),
		"corrupt":    conversation(append(append([][]byte{}, parts[:len(parts)-1]...), wrong, wrong, wrong)...),
		"refused":    conversation(encode(response{Type: typeError, Handle: 1, Code: codeUnknownFile})),
		"late":       conversation(append([][]byte{encode(response{Type: typeError, Handle: 1, Code: codeChanged})}, parts...)...),
	}
}

// FuzzClientMessages plays a client to a server: what is outstanding stays
// bounded, and is inside the file.
func FuzzClientMessages(f *testing.F) {
	m := newMemory(1<<10, map[string]int{"lecture.bin": 5 << 10})
	for _, talk := range clientTalks() {
		f.Add(talk)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		cat, err := newCatalog(m, m, 0, newArrivals())
		require.NoError(t, err)
		d := newDelivery(cat.stores["origin"], &wire{wake: make(chan struct{}, 1)}, func(string) {})
		messages(b, func(kind int, b []byte) error {
			for len(d.replies) > 0 { // as the writer would
				var p response
				require.NoError(t, json.Unmarshal(<-d.replies, &p))
			}
			return d.receive(kind, bytes.NewReader(b))
		})
		assert.LessOrEqual(t, len(d.transfers), maxOpen)
		for _, tr := range d.transfers {
			last, _ := tr.wanted.PreviousSet(1 << 20)
			assert.Less(t, last, uint(5))
		}
	})
}

func clientTalks() map[string][]byte {
	open := encode(request{Type: typeOpen, Handle: 1, File: "lecture.bin", Ranges: []span{{0, 1}, {4, 4}}})
	return map[string][]byte{
		"open-get-close": conversation(open,
			encode(request{Type: typeGet, Handle: 1, Ranges: []span{{2, 3}}}),
			encode(request{Type: typeClose, Handle: 1})),
		"bad-range": conversation(open, encode(request{Type: typeGet, Handle: 1, Ranges: []span{{5, 5}}})),
		"unknown":   conversation(encode(request{Type: typeOpen, Handle: 3, File: "nothing", All: true}), open),
	}
}
