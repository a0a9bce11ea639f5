package sim

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// backlog is how many connections may wait for Accept, as Linux limits it.
const backlog = 4096

// Dial connects from the node to an address that Addr returned. It takes a
// round trip. It fails with ECONNREFUSED where nobody listens, with ETIMEDOUT
// after two minutes without an answer, or with ctx's error.
func (b *Bench) Dial(ctx context.Context, name, address string) (net.Conn, error) {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	fail := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(target), Err: err}
	}
	if err := ctx.Err(); err != nil {
		return nil, fail(err)
	}
	b.mu.Lock()
	from, to := b.mustNode(name), b.byAddr[target.Addr()]
	if b.closed {
		b.mu.Unlock()
		return nil, fail(net.ErrClosed)
	}
	if to == nil || target.Port() != port {
		b.mu.Unlock()
		return nil, fail(os.NewSyscallError("connect", syscall.EHOSTUNREACH))
	}
	b.progress.Add(1)
	dialer, acceptor := b.newConnPair(from, to)
	dialer.dialing = make(chan error, 1)
	(&handshake{from: dialer, to: acceptor, there: route(from, to), back: route(to, from)}).try(b)
	b.mu.Unlock()

	select {
	case err = <-dialer.dialing:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		b.mu.Lock()
		dialer.reset(b)
		b.mu.Unlock()
		if no, ok := err.(syscall.Errno); ok {
			err = os.NewSyscallError("connect", no)
		}
		return nil, fail(err)
	}
	return dialer, nil
}

// Retries of a SYN, as Linux does: after 1 s, then doubling.
const (
	synTimeout = int64(1e9) // nanoseconds
	synRetries = 6
)

// handshake is the opening of a connection.
type handshake struct {
	from, to    *conn
	there, back []leg
	tries       int
	established bool // for the dialer
	answered    bool // the other side has seen a SYN
}

// try sends a SYN, and another one if nothing comes back in time.
func (s *handshake) try(b *Bench) {
	if s.established || s.from.err != nil {
		return
	}
	if s.tries > synRetries {
		s.from.fail(syscall.ETIMEDOUT)
		s.to.fail(syscall.ETIMEDOUT)
		return
	}
	b.send(s.there, 1, call(func() { s.syn(b) }))
	b.at(b.now()+synTimeout<<s.tries, call(func() { s.try(b) }))
	s.tries++
}

// syn is a SYN that arrives. A node that accepts no connections lets it pass
// unanswered, as a NAT does.
func (s *handshake) syn(b *Bench) {
	n := s.to.node
	switch l := n.listener; {
	case !n.inbound:
	case l == nil || len(l.waiting) >= backlog:
		b.send(s.back, 1, call(func() {
			s.from.fail(syscall.ECONNREFUSED)
			s.to.fail(syscall.ECONNREFUSED)
		}))
	case !s.answered:
		s.answered = true
		s.answer(b, 0)
	}
}

// answer sends a SYN-ACK, and another one if nothing comes back in time.
func (s *handshake) answer(b *Bench, try int) {
	if s.to.established || s.to.err != nil || try > synRetries {
		return
	}
	b.send(s.back, 1, call(func() { s.synAck(b) }))
	b.at(b.now()+synTimeout<<try, call(func() { s.answer(b, try+1) }))
}

// synAck is a SYN-ACK that arrives: the dialer has its connection. Its ACK, or
// if that is lost its first data, gives the other side the same.
func (s *handshake) synAck(b *Bench) {
	if s.from.err != nil {
		return
	}
	if !s.established {
		s.established = true
		s.from.dialing <- nil
	}
	b.send(s.there, 1, call(func() { s.to.establish(b) }))
}

// establish hands an accepted connection to its listener.
func (c *conn) establish(b *Bench) {
	if c.established || c.err != nil {
		return
	}
	c.established = true
	l := c.node.listener
	if l == nil {
		c.closed = true
		c.reset(b)
		return
	}
	l.waiting = append(l.waiting, c)
	l.arrived.Signal()
}

// Listen accepts connections at the node's address. It fails with EADDRINUSE
// while another listener of the node is open, and with EADDRNOTAVAIL on a node
// that accepts no connections.
func (b *Bench) Listen(name string) (net.Listener, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.mustNode(name)
	address := net.TCPAddrFromAddrPort(netip.AddrPortFrom(n.addr, port))
	if b.closed {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address, Err: net.ErrClosed}
	}
	if !n.inbound {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address,
			Err: fmt.Errorf("node %s: %w", name, os.NewSyscallError("bind", syscall.EADDRNOTAVAIL))}
	}
	if n.listener != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address,
			Err: fmt.Errorf("node %s: %w", name, os.NewSyscallError("bind", syscall.EADDRINUSE))}
	}
	l := &listener{bench: b, node: n, address: address}
	l.arrived.L = &b.mu
	n.listener = l
	return l, nil
}

// listener implements net.Listener.
type listener struct {
	bench   *Bench
	node    *node
	address net.Addr
	waiting []*conn
	closed  bool
	arrived sync.Cond
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	b := l.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	for !l.closed {
		if len(l.waiting) > 0 {
			c := l.waiting[0]
			l.waiting = l.waiting[1:]
			return c, nil
		}
		l.arrived.Wait()
	}
	return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.address, Err: net.ErrClosed}
}

// Close implements net.Listener. Connections that wait for Accept are reset.
func (l *listener) Close() error {
	b := l.bench
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	if l.closed {
		return &net.OpError{Op: "close", Net: "tcp", Addr: l.address, Err: net.ErrClosed}
	}
	l.shut()
	for _, c := range l.waiting {
		c.closed = true
		c.reset(b)
	}
	l.waiting = nil
	return nil
}

// shut stops accepting; mu is held.
func (l *listener) shut() {
	l.closed = true
	if l.node.listener == l {
		l.node.listener = nil
	}
	l.arrived.Broadcast()
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return l.address }
