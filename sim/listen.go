package sim

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// backlog is how many connections may wait for Accept, as Linux limits it.
const backlog = 4096

// Listen accepts connections at the node's address. It fails with EADDRINUSE
// while another listener of the node is open, with EADDRNOTAVAIL on a node that
// accepts no connections, and with ENETDOWN on one that was killed or is off.
func (b *Bench) Listen(name string) (net.Listener, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.mustNode(name)
	address := net.TCPAddrFromAddrPort(netip.AddrPortFrom(n.addr, port))
	if b.closed {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address, Err: net.ErrClosed}
	}
	if n.state != running {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address,
			Err: fmt.Errorf("node %s: %w", name, os.NewSyscallError("bind", syscall.ENETDOWN))}
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
		if l.node.paused {
			l.node.resumed.Wait()
			continue
		}
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
		c.drop(b)
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
	l.node.resumed.Broadcast()
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return l.address }
