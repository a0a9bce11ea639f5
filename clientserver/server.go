package clientserver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"versus/sim/workload"
)

// acceptPause is the pause after an accept that failed for want of resources.
const acceptPause = 50 * time.Millisecond

// server is the central server on its node.
type server struct {
	store  *workload.Store
	listen func() (net.Listener, error)
	tls    *tls.Config // nil: plain
	idle   time.Duration
	event  func(kind, detail string)
}

// run accepts and serves connections until ctx ends, and returns when all of
// them are closed. The accept loop is our own because http.Server neither
// waits for connections in mid-handshake nor closes TLS ones without a lock.
func (s *server) run(ctx context.Context) error {
	l, err := s.listen()
	if err != nil {
		return fmt.Errorf("central server: %w", err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		<-ctx.Done()
		l.Close()
	})
	for {
		raw, err := l.Accept()
		if err == nil {
			wg.Go(func() { s.serve(ctx, raw) })
			continue
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			break
		}
		select {
		case <-time.After(acceptPause):
		case <-ctx.Done():
		}
	}
	<-ctx.Done() // the wire may be cut first
	return nil
}

// serve owns one accepted connection.
func (s *server) serve(ctx context.Context, raw net.Conn) {
	live := &liveConn{Conn: raw, idle: s.idle}
	ws, err := s.handshake(ctx, live)
	if err != nil {
		raw.Close()
		return
	}
	w := newWire(ws, live, s.idle, websocket.CloseGoingAway, maxRequest)
	err = w.run(ctx, newDelivery(s.store, w, func(detail string) { s.event("unreadable-piece", detail) }))
	var bad *refusal
	if errors.As(err, &bad) {
		s.event("bad-message", fmt.Sprintf("%s: %v", raw.RemoteAddr(), err))
	}
}

// handshake does TLS, reads the HTTP request and upgrades it. On an error the
// refusal, if one was due, has been sent.
func (s *server) handshake(ctx context.Context, live *liveConn) (*websocket.Conn, error) {
	conn := net.Conn(live)
	if s.tls != nil {
		conn = tls.Server(live, s.tls) // the first read does the handshake
	}
	br := bufio.NewReaderSize(io.LimitReader(conn, maxHandshake), readBuffer)
	req, err := readRequest(ctx, live.Conn, br)
	if err != nil {
		return nil, err
	}
	// Nothing cuts the connection from here on: who has been accepted is owed
	// a close frame, also by a server that stops right now.
	reply := &hijacker{conn: conn, br: br, header: http.Header{}}
	ws, err := upgrade(reply, req)
	if err != nil {
		_ = conn.SetWriteDeadline(time.Now().Add(closeTimeout)) // fails on a closed connection alone, as the flush does
		reply.flush()
		conn.Close()
		return nil, err
	}
	return ws, nil
}

// readRequest reads the upgrade request from br, which reads from raw, and
// gives up when ctx ends or after handshakeTimeout.
func readRequest(ctx context.Context, raw net.Conn, br *bufio.Reader) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	release := guard(ctx, raw)
	defer release()
	req, err := http.ReadRequest(br)
	if err != nil {
		return nil, fmt.Errorf("reading the upgrade request: %w", err)
	}
	return req, nil
}

func upgrade(reply *hijacker, req *http.Request) (*websocket.Conn, error) {
	if req.URL.Path != Path {
		http.Error(reply, "the WebSocket endpoint is "+Path, http.StatusNotFound)
		return nil, fmt.Errorf("upgrade request for path %.100q", req.URL.Path)
	}
	if offered := websocket.Subprotocols(req); websocket.IsWebSocketUpgrade(req) && !slices.Contains(offered, Subprotocol) {
		http.Error(reply, "this server speaks the WebSocket subprotocol "+Subprotocol+" only", http.StatusBadRequest)
		return nil, fmt.Errorf("upgrade request with subprotocols %.100q", offered)
	}
	u := websocket.Upgrader{
		Subprotocols:     []string{Subprotocol},
		HandshakeTimeout: closeTimeout, // for the answer to leave
		// Without buffer sizes it takes over those of the hijacker.
		// No cookies, no ambient rights: pages of any origin may connect.
		CheckOrigin: func(*http.Request) bool { return true },
	}
	return u.Upgrade(reply, req, nil)
}

// hijacker is the http.ResponseWriter that Upgrade needs: it hands over the
// connection, or collects a refusal.
type hijacker struct {
	conn   net.Conn
	br     *bufio.Reader
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *hijacker) Header() http.Header         { return h.header }
func (h *hijacker) WriteHeader(status int)      { h.status = status }
func (h *hijacker) Write(b []byte) (int, error) { return h.body.Write(b) }

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(h.br, bufio.NewWriterSize(h.conn, writeBuffer)), nil
}

// flush sends the refusal, if there is one.
func (h *hijacker) flush() {
	if h.status == 0 {
		return
	}
	resp := http.Response{
		StatusCode: h.status, ProtoMajor: 1, ProtoMinor: 1, Header: h.header, Close: true,
		Body: io.NopCloser(&h.body), ContentLength: int64(h.body.Len()),
	}
	_ = resp.Write(h.conn) // the connection is closed next, whatever came of it
}
