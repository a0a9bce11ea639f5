package clientserver

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client refuses whatever a server may not send: it closes with the code and
// never keeps a byte of it.
func TestClientRefusesMessages(t *testing.T) {
	const piece = 1 << 10
	m := newMemory(piece, map[string]int{"lecture.bin": 4 * piece})
	f := m.manifests["lecture.bin"]
	manifest := string(encode(response{
		Type: typeManifest, Handle: 1, File: "lecture.bin", Size: f.Size, PieceSize: piece, Pieces: 4,
		SHA256: hexOf(f.SHA256), Digests: true,
	}))
	var digests strings.Builder
	for _, d := range f.Pieces {
		digests.Write(d[:])
	}
	frame := func(h header, payload string) string {
		b := h.encode()
		return string(b[:]) + payload
	}
	allDigests := frame(header{kind: frameDigests, handle: 1}, digests.String())
	zeros := strings.Repeat("\x00", piece)

	for _, tc := range []struct {
		name string
		send []string // text messages start with a letter or a brace
		code int
		want string
	}{
		{name: "not JSON", send: []string{"hello"}, code: closeBadMessage, want: "not a JSON message"},
		{name: "unknown type", send: []string{`{"type":"gift","handle":1}`}, code: closeBadMessage, want: `unknown message type "gift"`},
		{name: "unknown handle", send: []string{`{"type":"error","handle":2,"code":"changed"}`}, code: closeBadMessage, want: "handle 2, which was never opened"},
		{name: "error without code", send: []string{`{"type":"error","handle":1}`}, code: closeBadMessage, want: "without a code"},
		{name: "size 0", send: []string{strings.Replace(manifest, "4096", "0", 1)}, code: closeBadMessage, want: "size 0 is below 1"},
		{name: "huge", send: []string{strings.Replace(manifest, "4096", "9223372036854775807", 1)}, code: closeBadMessage, want: "more than 1048576 pieces"},
		{name: "small pieces", send: []string{strings.Replace(manifest, "1024", "1023", 1)}, code: closeBadMessage, want: "piece size 1023"},
		{name: "wrong count", send: []string{strings.Replace(manifest, `"pieces":4`, `"pieces":5`, 1)}, code: closeBadMessage, want: "5 pieces do not make 4096 bytes"},
		{name: "other file", send: []string{strings.Replace(manifest, "lecture", "picture", 1)}, code: closeBadMessage, want: "picture.bin"},
		{name: "manifest without digests", send: []string{strings.Replace(manifest, `"digests":true`, `"digests":false`, 1)}, code: closeBadMessage, want: "differs from the one that the client named"},
		{name: "manifest twice", send: []string{manifest, manifest}, code: closeBadMessage, want: "second manifest"},
		{name: "short frame", send: []string{"\x01\x00\x00"}, code: closeBadMessage, want: "shorter than its header"},
		{name: "unknown kind", send: []string{frame(header{kind: 3, handle: 1}, "x")}, code: closeBadMessage, want: "unknown kind 3"},
		{name: "reserved bytes", send: []string{"\x01\x01" + zeros[:14] + "x"}, code: closeBadMessage, want: "reserved"},
		{name: "digests unannounced", send: []string{allDigests}, code: closeBadMessage, want: "were not announced"},
		{name: "digests from elsewhere", send: []string{manifest, frame(header{kind: frameDigests, handle: 1, index: 1}, zeros[:32])}, code: closeBadMessage, want: "digests from piece 1, due was 0"},
		{name: "too many digests", send: []string{manifest, frame(header{kind: frameDigests, handle: 1}, zeros[:32*5])}, code: closeBadMessage, want: "more than the 128 bytes"},
		{name: "part of a digest", send: []string{manifest, frame(header{kind: frameDigests, handle: 1}, zeros[:33])}, code: closeBadMessage, want: "33 bytes of digests"},
		{name: "no digests", send: []string{manifest, frame(header{kind: frameDigests, handle: 1}, "")}, code: closeBadMessage, want: "without payload"},
		{name: "piece before manifest", send: []string{frame(header{kind: framePiece, handle: 1}, zeros)}, code: closeBadMessage, want: "before its manifest"},
		{name: "piece past the end", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1, index: 4}, zeros)}, code: closeBadMessage, want: "piece 4 of lecture.bin was not asked for"},
		{name: "piece from its middle", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1, offset: 1}, zeros[1:])}, code: closeBadMessage, want: "starts at offset 1"},
		{name: "piece too long", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1}, zeros+"x")}, code: closeBadMessage, want: "more than the 1024 bytes"},
		{name: "gap in a piece", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1}, "abc"), frame(header{kind: framePiece, handle: 1, offset: 4}, "e")}, code: closeBadMessage, want: "due was piece 0 at offset 3"},
		{name: "piece changed midway", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1}, "abc"), frame(header{kind: framePiece, handle: 1, index: 1}, "d")}, code: closeBadMessage, want: "due was piece 0 at offset 3"},
		{name: "message too long", send: []string{manifest, allDigests, frame(header{kind: framePiece, handle: 1}, strings.Repeat("x", maxChunk+1))}, code: websocket.CloseMessageTooBig, want: "read limit exceeded"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			net, seen := newLoopback(t), newArrivals()
			cat, err := newCatalog(m, m, 1, seen)
			require.NoError(t, err)
			d, err := deploy(net, cat, seen, securityNone)
			require.NoError(t, err)

			closed := make(chan error, 1)
			srv := &http.Server{Handler: script(tc.send, closed)}
			l, err := net.Listen("origin")
			require.NoError(t, err)
			served := make(chan error, 1)
			go func() { served <- srv.Serve(l) }()

			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			fetched := make(chan struct{})
			seen.lost = func() { // before the next attempt
				cancel()
				<-fetched
			}
			stop := boot(d, "home-1")
			err = d.Fetch(ctx, "home-1", "lecture.bin")
			close(fetched)
			got := <-closed
			require.NoError(t, stop())
			require.NoError(t, srv.Close())
			require.ErrorIs(t, <-served, http.ErrServerClosed)

			var ce *websocket.CloseError
			require.ErrorAs(t, got, &ce)
			assert.Equal(t, tc.code, ce.Code)
			require.ErrorContains(t, err, "missing: ")
			require.ErrorContains(t, err, tc.want)
			assert.Zero(t, seen.verified)
			assert.Equal(t, 1, seen.event("connection-lost"))
		})
	}
}

// script answers the first connection with messages once the client has opened
// a file, reports how the client closed, and refuses the connections after it.
func script(messages []string, closed chan<- error) http.HandlerFunc {
	first := make(chan struct{}, 1)
	first <- struct{}{}
	up := websocket.Upgrader{Subprotocols: []string{Subprotocol}}
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-first:
		default:
			http.Error(w, "no more", http.StatusServiceUnavailable)
			return
		}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			closed <- err
			return
		}
		defer ws.Close()
		_, _, err = ws.ReadMessage()
		for _, m := range messages {
			kind := websocket.BinaryMessage
			if m[0] == '{' || m[0] >= 'a' {
				kind = websocket.TextMessage
			}
			if err == nil {
				err = ws.WriteMessage(kind, []byte(m))
			}
		}
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		closed <- err
	}
}
