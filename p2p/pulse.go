package p2p

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
)

// pulse is when the peer at the other end of a connection last showed that it
// lives. A frame may take many seconds over a slow link, and says nothing before
// its last byte; the socket beneath knows of every packet.
type pulse struct {
	at   atomic.Int64 // nanoseconds since 1970
	trip atomic.Int64 // nanoseconds from a message of the handshake to what was read next, the longest; 0 if none was seen
}

func (p *pulse) beat() { p.at.Store(time.Now().UnixNano()) }

// latest returns the instant of the latest sign of life.
func (p *pulse) latest() time.Time { return time.Unix(0, p.at.Load()) }

// blockedWrite is how long a write to a socket lasts at least that had to wait
// for the peer to acknowledge something. A shorter one shows only that the send
// buffer had room.
const blockedWrite = 5 * time.Millisecond

// beatingConn feels the pulse of a socket, and measures the round trip during the
// handshake.
type beatingConn struct {
	net.Conn
	pulse *pulse

	upgraded atomic.Bool  // the handshake is over
	asked    atomic.Int64 // when its latest message left, until something is read; 0 then
}

func (c *beatingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.pulse.beat()
		if !c.upgraded.Load() {
			c.answered()
		}
	}
	return n, err
}

// answered measures the time since the latest message of the handshake, if nothing was
// read since.
func (c *beatingConn) answered() {
	if at := c.asked.Swap(0); at != 0 {
		c.pulse.trip.Store(max(c.pulse.trip.Load(), time.Now().UnixNano()-at))
	}
}

func (c *beatingConn) Write(p []byte) (int, error) {
	began := time.Now()
	if !c.upgraded.Load() {
		c.asked.Store(began.UnixNano())
	}
	n, err := c.Conn.Write(p)
	if err == nil && time.Since(began) >= blockedWrite {
		c.pulse.beat()
	}
	return n, err
}

// beatingSecurity secures connections and leaves the muxer above a way to their
// pulse.
type beatingSecurity struct{ sec.SecureTransport }

// beatingSecure is a secured connection that knows its pulse.
type beatingSecure struct {
	sec.SecureConn
	pulse *pulse
}

var _ sec.SecureTransport = beatingSecurity{}

// bindTo closes the socket when ctx ends, until release is called: libp2p's
// plaintext handshake heeds no context, and would wait for ever for a peer that
// fell silent in the middle of it.
func bindTo(ctx context.Context, c net.Conn) (release func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.Close() }) // what blocks on it gets the error
}

// SecureInbound implements sec.SecureTransport.
func (s beatingSecurity) SecureInbound(ctx context.Context, insecure net.Conn, p peer.ID) (sec.SecureConn, error) {
	c := &beatingConn{Conn: insecure, pulse: &pulse{}}
	defer bindTo(ctx, c)()
	secure, err := s.SecureTransport.SecureInbound(ctx, c, p)
	if err != nil {
		return nil, err
	}
	c.upgraded.Store(true)
	return &beatingSecure{SecureConn: secure, pulse: c.pulse}, nil
}

// SecureOutbound implements sec.SecureTransport.
func (s beatingSecurity) SecureOutbound(ctx context.Context, insecure net.Conn, p peer.ID) (sec.SecureConn, error) {
	c := &beatingConn{Conn: insecure, pulse: &pulse{}}
	defer bindTo(ctx, c)()
	secure, err := s.SecureTransport.SecureOutbound(ctx, c, p)
	if err != nil {
		return nil, err
	}
	c.upgraded.Store(true)
	return &beatingSecure{SecureConn: secure, pulse: c.pulse}, nil
}
