package clientserver

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// liveConn is a connection whose reads fail once nothing has arrived for idle.
// Any byte counts, so a slow link that takes long over one frame is not taken
// for a dead one. Read is for one goroutine at a time.
type liveConn struct {
	net.Conn
	idle  time.Duration
	armed time.Time // when the deadline was last set; owned by the reading goroutine
	lent  []byte    // never changes; owned by the writing goroutine

	heard atomic.Int64 // when a byte arrived last, in Unix nanoseconds; 0 before the first
}

func (c *liveConn) Read(p []byte) (int, error) {
	// A fraction late is close enough, and spares a timer for every read.
	if now := time.Now(); now.Sub(c.armed) > c.idle/16 {
		if err := c.SetReadDeadline(now.Add(c.idle)); err != nil {
			return 0, err
		}
		c.armed = now
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard.Store(time.Now().UnixNano())
	}
	return n, err
}

// constWriter is a connection that takes bytes which never change without
// copying them.
type constWriter interface {
	WriteConst(p []byte) (int, error)
}

// lend says of the slice that is written next that its bytes never change, nil
// of none. It is for the writing goroutine.
func (c *liveConn) lend(p []byte) { c.lent = p }

// Write implements net.Conn. The layers above pass on a large slice as it is, but
// TLS, so one that was lent is known by its address.
func (c *liveConn) Write(p []byte) (int, error) {
	if len(p) > 0 && len(p) == len(c.lent) && &p[0] == &c.lent[0] {
		if w, ok := c.Conn.(constWriter); ok {
			return w.WriteConst(p)
		}
	}
	return c.Conn.Write(p)
}

// lastHeard returns when a byte arrived last. It is safe for concurrent use.
func (c *liveConn) lastHeard() time.Time { return time.Unix(0, c.heard.Load()) }

// SetDeadline also forgets the idle deadline: both handshakes clear all
// deadlines when they are done, and the next Read must set it anew.
func (c *liveConn) SetDeadline(t time.Time) error {
	c.armed = time.Time{}
	return c.Conn.SetDeadline(t)
}

// guard closes conn when ctx ends. release stops that and waits for its
// goroutine.
func guard(ctx context.Context, conn net.Conn) (release func()) {
	stop, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			conn.Close()
		case <-stop:
		}
	}()
	return func() {
		close(stop)
		<-gone
	}
}
