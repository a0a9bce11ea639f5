package clientserver

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// liveConn is a connection whose reads fail once there was no sign of life for
// idle. Any byte that arrives is one, so a slow link that takes long over one
// frame is not taken for a dead one; so is what progress reports. Read is for
// one goroutine at a time.
type liveConn struct {
	net.Conn
	idle  time.Duration
	armed time.Time // the sign of life that the deadline counts from; owned by the reading goroutine
	lent  []byte    // never changes; owned by the writing goroutine

	heard atomic.Int64 // when a byte arrived last, in Unix nanoseconds; 0 before the first
	moved atomic.Int64 // when progress was called last, alike
}

func (c *liveConn) Read(p []byte) (int, error) {
	// A deadline for every read would be a timer for every read. What one that
	// is somewhat old lacks is given when it is over.
	if now := time.Now(); now.Sub(c.armed) > c.idle/4 {
		if err := c.arm(now); err != nil {
			return 0, err
		}
	}
	for {
		n, err := c.Conn.Read(p)
		if n > 0 {
			c.heard.Store(time.Now().UnixNano())
			return n, err
		}
		life := time.Unix(0, max(c.heard.Load(), c.moved.Load()))
		early := time.Since(c.armed) < c.idle // somebody else's deadline stays
		if !errors.Is(err, os.ErrDeadlineExceeded) || early || !life.After(c.armed) {
			return n, err
		}
		if err := c.arm(life); err != nil {
			return 0, err
		}
	}
}

// arm lets reads wait until idle after a sign of life.
func (c *liveConn) arm(life time.Time) error {
	c.armed = life
	return c.SetReadDeadline(life.Add(c.idle))
}

// progress is a sign of life other than bytes: the other side makes room for
// more. It is safe for concurrent use.
func (c *liveConn) progress() { c.moved.Store(time.Now().UnixNano()) }

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
