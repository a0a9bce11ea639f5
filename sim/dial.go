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
// round trip, and fails with ECONNREFUSED where nobody listens, or with ctx's
// error.
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
	b.at(b.express(from, to, 1), &handshake{from: dialer, to: acceptor})
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

// handshake is the opening of a connection: its steps are SYN, SYN-ACK (or
// RST) and ACK, each of which runs where it arrives.
type handshake struct {
	from, to *conn
	step     int
	refused  bool
}

func (s *handshake) run(b *Bench) {
	s.step++
	dialer, acceptor := s.from, s.to
	switch {
	case s.step == 1:
		l := acceptor.node.listener
		s.refused = l == nil || len(l.waiting) >= backlog
		b.at(b.express(acceptor.node, dialer.node, 1), s)
	case s.step == 2 && s.refused:
		dialer.fail(syscall.ECONNREFUSED)
		acceptor.fail(syscall.ECONNREFUSED)
	case s.step == 2 && dialer.err != nil: // given up
	case s.step == 2:
		dialer.dialing <- nil
		b.at(b.express(dialer.node, acceptor.node, 1), s)
	default:
		l := acceptor.node.listener
		if l == nil || acceptor.err != nil {
			acceptor.closed = true
			acceptor.reset(b)
			return
		}
		l.waiting = append(l.waiting, acceptor)
		l.arrived.Signal()
	}
}

// Listen accepts connections at the node's address. It fails with EADDRINUSE
// while another listener of the node is open.
func (b *Bench) Listen(name string) (net.Listener, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.mustNode(name)
	address := net.TCPAddrFromAddrPort(netip.AddrPortFrom(n.addr, port))
	if b.closed {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address, Err: net.ErrClosed}
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
