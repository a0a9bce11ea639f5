package clientserver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServerRefusesMessages(t *testing.T) {
	ranges := func(n int) string {
		return strings.TrimSuffix(strings.Repeat("[0,0],", n), ",")
	}
	sum := strings.Repeat("00", 32)
	m := newMemory(1<<10, map[string]int{"lecture.bin": 4 << 10})
	lecture := hexOf(m.manifests["lecture.bin"].SHA256)
	const open = `{"type":"open","handle":1,"file":"lecture.bin"}`
	for _, tc := range []struct {
		name   string
		before []string // accepted
		kind   int      // 0 is text
		send   string
		closed int    // close code; 0: the connection stays
		want   string // in the close reason, or the error's code
	}{
		{name: "not JSON", send: "hello", closed: closeBadMessage, want: "not a JSON message"},
		{name: "empty", send: "", closed: closeBadMessage, want: "not a JSON message"},
		{name: "two values", send: `{} {}`, closed: closeBadMessage, want: "not a JSON message"},
		{name: "wrong field type", send: `{"type":"open","handle":"1"}`, closed: closeBadMessage, want: "not a JSON message"},
		{name: "unknown type", send: `{"type":"steal","handle":1}`, closed: closeBadMessage, want: `unknown message type "steal"`},
		{name: "no handle", send: `{"type":"open","file":"lecture.bin"}`, closed: closeBadMessage, want: "without a handle"},
		{name: "handle past 32 bits", send: `{"type":"open","handle":4294967296,"file":"lecture.bin"}`, closed: closeBadMessage, want: "not a JSON message"},
		{name: "no file", send: `{"type":"open","handle":1}`, closed: closeBadMessage, want: "file name has 0 bytes"},
		{name: "long file name", send: `{"type":"open","handle":1,"file":"` + strings.Repeat("x", 256) + `"}`, closed: closeBadMessage, want: "file name has 256 bytes"},
		{name: "all and ranges", send: `{"type":"open","handle":1,"file":"lecture.bin","all":true,"ranges":[[0,0]]}`, closed: closeBadMessage, want: "both all and ranges"},
		{name: "short sha256", send: `{"type":"open","handle":1,"file":"lecture.bin","sha256":"00"}`, closed: closeBadMessage, want: "sha256 has 2 digits"},
		{name: "handle again", before: []string{open}, send: open, closed: closeBadMessage, want: "handle 1 is not above the last one, 1"},
		{name: "get before open", send: `{"type":"get","handle":1,"ranges":[[0,0]]}`, closed: closeBadMessage, want: "handle 1 was never opened"},
		{name: "close before open", send: `{"type":"close","handle":7}`, closed: closeBadMessage, want: "handle 7 was never opened"},
		{name: "get of nothing", before: []string{open}, send: `{"type":"get","handle":1}`, closed: closeBadMessage, want: "get without ranges"},
		{name: "range of three", send: `{"type":"get","handle":1,"ranges":[[0,1,2]]}`, closed: closeBadMessage, want: "3 numbers"},
		{name: "most ranges", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[` + ranges(maxRanges) + `]}`, want: codeBadRange},
		{name: "one range too many", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[` + ranges(maxRanges+1) + `]}`, closed: closeBadMessage, want: "4097 ranges, allowed are 4096"},
		{name: "binary", kind: websocket.BinaryMessage, send: "x", closed: websocket.CloseUnsupportedData, want: "server to client only"},
		{name: "too long", send: strings.Repeat(" ", maxRequest+1), closed: websocket.CloseMessageTooBig},
		{name: "unknown file", send: `{"type":"open","handle":1,"file":"nothing"}`, want: codeUnknownFile},
		{name: "other content", send: `{"type":"open","handle":1,"file":"lecture.bin","sha256":"` + sum + `"}`, want: codeChanged},
		{name: "digest in capitals", before: []string{`{"type":"open","handle":1,"file":"lecture.bin","sha256":"` + strings.ToUpper(lecture) + `"}`}, send: `{"type":"get","handle":1,"ranges":[[4,4]]}`, want: codeBadRange},
		{name: "piece past the end", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[[0,4]]}`, want: codeBadRange},
		{name: "last piece index", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[[4294967295,4294967295]]}`, want: codeBadRange},
		{name: "range backwards", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[[2,1]]}`, want: codeBadRange},
		{name: "ranges that overlap", before: []string{open}, send: `{"type":"get","handle":1,"ranges":[[0,2],[2,3]]}`, want: codeBadRange},
		{name: "open past the end", send: `{"type":"open","handle":1,"file":"lecture.bin","ranges":[[4,4]]}`, want: codeBadRange},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, m, m, 0, securityNone)
			ws, err := rawDial(s.net)
			require.NoError(t, err)
			defer ws.Close()
			require.NoError(t, ws.SetReadDeadline(time.Now().Add(patience)))
			for _, b := range tc.before {
				require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(b)))
			}
			require.NoError(t, ws.WriteMessage(max(tc.kind, websocket.TextMessage), []byte(tc.send)))

			if tc.closed != 0 {
				for err == nil {
					_, _, err = ws.ReadMessage()
				}
				var ce *websocket.CloseError
				require.ErrorAs(t, err, &ce)
				assert.Equal(t, tc.closed, ce.Code)
				assert.Contains(t, ce.Text, tc.want)
				return
			}
			assert.Equal(t, tc.want, nextError(t, ws).Code)
			// The connection still serves.
			require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"open","handle":9,"file":"nothing"}`)))
			p := nextError(t, ws)
			assert.Equal(t, response{Type: typeError, Handle: 9, Code: codeUnknownFile, Message: `there is no file "nothing"`}, p)
		})
	}
}

// nextError reads up to the next error message.
func nextError(t *testing.T, ws *websocket.Conn) response {
	for {
		kind, b, err := ws.ReadMessage()
		require.NoError(t, err)
		var p response
		if kind == websocket.TextMessage {
			require.NoError(t, json.Unmarshal(b, &p))
			if p.Type == typeError {
				return p
			}
		}
	}
}

func TestServerLimitsOpenFiles(t *testing.T) {
	m := newMemory(1<<10, map[string]int{"lecture.bin": 1})
	s := newSite(t, m, m, 0, securityNone)
	ws, err := rawDial(s.net)
	require.NoError(t, err)
	defer ws.Close()
	for i := range maxOpen + 1 {
		require.NoError(t, ws.WriteJSON(request{Type: typeOpen, Handle: uint32(i + 1), File: "lecture.bin"}))
	}
	p := nextError(t, ws)
	assert.Equal(t, uint32(maxOpen+1), p.Handle)
	assert.Equal(t, codeTooMany, p.Code)
	require.NoError(t, ws.WriteJSON(request{Type: typeClose, Handle: 1}))
	require.NoError(t, ws.WriteJSON(request{Type: typeOpen, Handle: maxOpen + 2, File: "lecture.bin"}))
	require.NoError(t, ws.WriteJSON(request{Type: typeOpen, Handle: maxOpen + 3, File: "lecture.bin"}))
	assert.Equal(t, uint32(maxOpen+3), nextError(t, ws).Handle)
}

func TestServerRefusesHandshakes(t *testing.T) {
	upgrade := func(path string, headers ...string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
			strings.Join(append(headers, "", ""), "\r\n")
	}
	for _, tc := range []struct {
		name string
		send string
		want int // HTTP status; 0: closed without an answer
	}{
		{name: "good", send: upgrade(Path, "Sec-WebSocket-Protocol: other, versus.v1"), want: http.StatusSwitchingProtocols},
		{name: "other subprotocol", send: upgrade(Path, "Sec-WebSocket-Protocol: versus.v2"), want: http.StatusBadRequest},
		{name: "no subprotocol", send: upgrade(Path), want: http.StatusBadRequest},
		{name: "other path", send: upgrade("/", "Sec-WebSocket-Protocol: versus.v1"), want: http.StatusNotFound},
		{name: "no upgrade", send: "GET " + Path + " HTTP/1.1\r\nHost: server\r\n\r\n", want: http.StatusBadRequest},
		{name: "other method", send: strings.Replace(upgrade(Path, "Sec-WebSocket-Protocol: versus.v1"), "GET", "PUT", 1), want: http.StatusMethodNotAllowed},
		{name: "not HTTP", send: "\x16\x03\x01\x02\r\n\r\n"},
		{name: "endless header", send: "GET " + Path + " HTTP/1.1\r\nX: " + strings.Repeat("x", maxHandshake)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newMemory(1<<10, nil)
			s := newSite(t, m, m, 0, securityNone)
			conn, err := net.Dial("tcp", s.net.addr)
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
			_, err = conn.Write([]byte(tc.send))
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if tc.want == 0 {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, tc.want, resp.StatusCode)
			if tc.want == http.StatusSwitchingProtocols {
				assert.Equal(t, Subprotocol, resp.Header.Get("Sec-WebSocket-Protocol"))
			}
		})
	}
}

// A server that stops says so.
func TestServerSaysGoodbye(t *testing.T) {
	m := newMemory(1<<10, nil)
	s := newSite(t, m, m, 0, securityNone)
	ws, err := rawDial(s.net)
	require.NoError(t, err)
	defer ws.Close()
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	_, _, err = ws.ReadMessage() // answers the close frame
	assert.True(t, websocket.IsCloseError(err, websocket.CloseGoingAway), fmt.Sprint(err))
	require.NoError(t, <-stopped)
}
