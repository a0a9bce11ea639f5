package sim

import (
	"net"
	"syscall"
)

// lingerTimeout is how long a node remembers a connection that it has closed
// and whose other side has not: Linux's tcp_fin_timeout, in nanoseconds.
const lingerTimeout = int64(60e9)

// Close implements net.Conn. Data in the send buffer is still sent; if data
// was received and not read, the other side is reset, as on Linux. It returns
// at once on a node that is paused, and the other side learns of it on Resume.
func (c *conn) Close() error {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.in.canRead.Broadcast()
	c.out.canWrite.Broadcast()
	if n := c.node; n.paused {
		n.held = append(n.held, c)
		n.resumed.Broadcast()
		return nil
	}
	c.abandon(b)
	return nil
}

// abandon lets the network know that the connection was closed.
func (c *conn) abandon(b *Bench) {
	c.abandoned = true
	switch {
	case c.err != nil, c.in.readable() > 0:
		c.drop(b)
	default:
		c.out.closing = true
		c.out.push(b)
		c.settle(b)
	}
}

// CloseWrite ends the stream to the other side, which reads io.EOF after the
// data; this side can still read.
func (c *conn) CloseWrite() error {
	b := c.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	if c.err == nil {
		c.out.closing = true
		c.out.push(b)
	}
	return nil
}

// settle looks whether a closed connection is over: each side has everything
// that the other sent, as far as this one knows.
func (c *conn) settle(b *Bench) {
	if !c.abandoned || c.err != nil || !c.out.finished() || c.out.sender.una <= c.out.written {
		return
	}
	if c.in.finished() {
		c.forget()
	} else if !c.lingering {
		c.lingering = true
		b.at(b.now()+lingerTimeout, call(func() {
			if !c.in.finished() {
				c.fail(syscall.ETIMEDOUT)
			}
		}))
	}
}

// forget drops what the bench keeps of an end that is over. One that failed in
// the hands of its process stays until that closes it, or is killed.
func (c *conn) forget() {
	if c.established && !c.closed {
		return
	}
	delete(c.node.conns, c)
	if c.closed {
		c.in.buf.drop()
		c.in.read += c.in.readable()
	}
}

// reset ends the connection at once and tells the other side.
func (c *conn) reset(b *Bench) {
	if c.err == nil {
		c.fail(syscall.ECONNRESET)
		c.sendReset(b)
	}
}

// drop closes an end that no process has or wants.
func (c *conn) drop(b *Bench) {
	c.closed, c.abandoned = true, true
	if c.err != nil {
		c.forget()
	}
	c.reset(b)
}

// sendReset sends a reset, because this end has just ended or because a packet
// arrived for it that the machine knows no connection for. None is sent while
// one is on its way, or if the other side has no connection either.
func (c *conn) sendReset(b *Bench) {
	peer := c.peer
	if c.resetting || peer.err != nil || !c.out.forth.open() {
		return
	}
	c.resetting = true
	b.sendSurely(c.out.forth, call(func() {
		c.resetting = false
		peer.fail(syscall.ECONNRESET)
	}))
}

// fail ends this side: what arrived stays readable, everything else returns
// err. Packets that arrive for it from now on are answered by a reset.
func (c *conn) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.in.canRead.Broadcast()
	c.out.canWrite.Broadcast()
	if c.dialing != nil {
		select {
		case c.dialing <- err:
		default: // Dial has its answer
		}
	}
	c.forget()
}

// kill ends this side when its process has ended: calls fail with net.ErrClosed.
func (c *conn) kill() {
	c.closed, c.abandoned = true, true
	c.fail(net.ErrClosed)
}
