package sim

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is one end of a connection; it implements net.Conn with the errors that
// a TCP connection of package net returns. Reads and writes may run
// concurrently with each other and with everything else.
type conn struct {
	bench         *Bench
	node          *node
	local, remote netip.AddrPort
	peer          *conn
	in, out       *pipe

	dialing        chan error // buffered; where Dial waits, nil on the accepting side
	established    bool       // the accepting side has been handed to its listener
	closed         bool       // by this side
	abandoned      bool       // closed, as far as the network can see
	resetting      bool       // a reset is on its way to the other side
	lingering      bool       // waits for the other side to close, not for ever
	err            error      // why reads (once drained) and writes fail, and nothing is sent or taken; nil while open
	readBy, sendBy deadline
}

var _ net.Conn = (*conn)(nil)

// newConnPair makes the two ends of a connection, of which the accepting node
// knows nothing yet; mu is held.
func (b *Bench) newConnPair(from, to *node) (dialer, acceptor *conn) {
	from.nextPort++
	if from.nextPort < firstEphemeral {
		from.nextPort = firstEphemeral
	}
	client := netip.AddrPortFrom(from.addr, from.nextPort)
	server := netip.AddrPortFrom(to.addr, port)
	dialer = &conn{bench: b, node: from, local: client, remote: server}
	acceptor = &conn{bench: b, node: to, local: server, remote: client}
	dialer.peer, acceptor.peer = acceptor, dialer
	dialer.out = newPipe(b, dialer, acceptor)
	acceptor.out = newPipe(b, acceptor, dialer)
	dialer.in, acceptor.in = acceptor.out, dialer.out
	for _, c := range []*conn{dialer, acceptor} {
		c.readBy.wake, c.sendBy.wake = &c.in.canRead, &c.out.canWrite
	}
	from.conns[dialer] = struct{}{}
	return dialer, acceptor
}

// firstEphemeral is the first port that a node dials from, as on Linux.
const firstEphemeral = 32768

// Read implements net.Conn. Data that arrived before a reset is still read.
func (c *conn) Read(p []byte) (int, error) {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	in := c.in
	for {
		if c.stopped() {
			continue
		}
		available := in.readable()
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case c.readBy.passed(b):
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		case available > 0:
			n := int(min(available, int64(len(p))))
			in.buf.read(p[:n])
			in.read += int64(n)
			if c.err == nil && !in.finished() && in.read+receiveBuffer-in.offered >= receiveBuffer/4 {
				in.acknowledge(b, 1, burst{order: in.sender.order, sentAt: b.now()})
			}
			return n, nil
		case c.err != nil:
			return 0, c.opError("read", c.err)
		case in.finished():
			return 0, io.EOF
		}
		in.canRead.Wait()
	}
}

// Write implements net.Conn: it returns when all of p is in the send buffer.
func (c *conn) Write(p []byte) (int, error) { return c.write(p, (*buffer).write) }

// WriteConst is Write for bytes that never change again, by anybody. They are
// not copied into the send buffer, which may hold on to p for as long as the
// connection exists, as a page of a file that sendfile sends.
func (c *conn) WriteConst(p []byte) (int, error) { return c.write(p, (*buffer).borrow) }

// write is Write with a method of the send buffer that appends to it.
func (c *conn) write(p []byte, put func(*buffer, []byte)) (written int, err error) {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	out := c.out
	defer func() {
		if out.blocked { // gave up: what is there is all there is
			out.blocked = false
			out.push(b)
		}
	}()
	for {
		if c.stopped() {
			continue
		}
		switch {
		case c.closed:
			return written, c.opError("write", net.ErrClosed)
		case c.err != nil:
			return written, c.opError("write", c.err)
		case out.closing: // by CloseWrite
			return written, c.opError("write", syscall.EPIPE)
		case c.sendBy.passed(b):
			return written, c.opError("write", os.ErrDeadlineExceeded)
		case written == len(p):
			return written, nil
		}
		if room := out.room(); room > 0 {
			n := int(min(room, int64(len(p)-written)))
			put(&out.buf, p[written:written+n])
			out.written += int64(n)
			written += n
			out.blocked = written < len(p)
			out.push(b)
			continue
		}
		out.canWrite.Wait()
	}
}

// SetUnsentLimit makes Write block while more than n bytes wait that were not
// sent once, as the option TCP_NOTSENT_LOWAT does; 0 means no such limit. What
// is written next then never waits behind much of what was written before.
func (c *conn) SetUnsentLimit(n int) error {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.out.unsentLimit = int64(max(n, 0))
	c.out.canWrite.Broadcast()
	return nil
}

// SenderStats returns what this end's sender went through so far.
func (c *conn) SenderStats() SenderStats {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	s := c.out.sender.stats
	s.Window = c.out.sender.congestion.window()
	return s
}

// LocalAddr implements net.Conn; the address is a *net.TCPAddr.
func (c *conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr implements net.Conn; the address is a *net.TCPAddr.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.readBy, t) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.sendBy, t) }

func (c *conn) setDeadline(d *deadline, t time.Time) error {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	d.set(b, t)
	return nil
}

// opError dresses an error as package net does.
func (c *conn) opError(op string, err error) error {
	if no, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, no)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// deadline is the instant after which a call must not block.
type deadline struct {
	movable
	wake *sync.Cond
}

func (d *deadline) set(b *Bench, t time.Time) {
	if t.IsZero() {
		d.at = 0
		return
	}
	d.at = max(int64(t.Sub(b.start)), 1)
	if d.at <= b.now() {
		d.wake.Broadcast()
	} else {
		d.schedule(b, d)
	}
}

func (d *deadline) passed(b *Bench) bool { return d.at != 0 && d.at <= b.now() }

// run looks whether the deadline has come; most are moved on before they do.
func (d *deadline) run(b *Bench) {
	now := b.now()
	switch at := d.due(now); at {
	case now:
		d.pending = 0
		d.wake.Broadcast()
	case never:
	default:
		b.at(at, d)
	}
}

// call is a function as an action.
type call func()

func (f call) run(*Bench) { f() }
