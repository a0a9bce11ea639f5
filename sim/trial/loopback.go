package trial

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// Loopback is a Network of this machine's own sockets on 127.0.0.1, in real
// time and with unshaped links. A node's port is bound when its address is
// first asked for, so that others may dial before the node listens. Methods
// are safe for concurrent use.
type Loopback struct {
	mu     sync.Mutex // guards everything below
	nodes  map[string]*loopNode
	conns  map[*loopConn]struct{}
	closed bool
}

type loopNode struct {
	addr     string
	refuses  bool // accepts no connections
	killed   bool
	bound    net.Listener // bound, and not handed out yet
	open     *loopListener
	sent     atomic.Int64 // stream bytes
	received atomic.Int64
}

// NewLoopback binds a port of 127.0.0.1 for each of the nodes.
func NewLoopback(nodes []string) (*Loopback, error) {
	l := &Loopback{nodes: map[string]*loopNode{}, conns: map[*loopConn]struct{}{}}
	for _, name := range nodes {
		ln, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			_ = l.Close() // never fails
			return nil, fmt.Errorf("binding a loopback port for %s: %w", name, err)
		}
		l.nodes[name] = &loopNode{addr: ln.Addr().String(), bound: ln}
	}
	return l, nil
}

// Refuse makes a node accept no connections, as one behind a NAT: what dials it
// is refused, and Listen fails with EADDRNOTAVAIL. Call it before the network is
// used.
func (l *Loopback) Refuse(node string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.mustNode(node)
	n.refuses = true
	if n.bound == nil {
		return nil
	}
	ln := n.bound
	n.bound = nil
	return ln.Close()
}

// loopback makes the trial's network of this machine's own sockets.
func (s *Spec) loopback() (*Loopback, error) {
	l, err := NewLoopback(s.nodeNames())
	if err != nil {
		return nil, err
	}
	for _, n := range s.Nodes {
		if n.NoInbound {
			if err := l.Refuse(n.Name); err != nil {
				_ = l.Close() // never fails
				return nil, fmt.Errorf("closing the port of %s: %w", n.Name, err)
			}
		}
	}
	return l, nil
}

// Addr implements Network; it panics if there is no such node.
func (l *Loopback) Addr(node string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mustNode(node).addr
}

// Listen implements Network.
func (l *Loopback) Listen(node string) (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.mustNode(node)
	switch {
	case l.closed:
		return nil, fmt.Errorf("listening on %s: %w", node, net.ErrClosed)
	case n.killed:
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: syscall.ENETDOWN}
	case n.refuses:
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)}
	case n.open != nil:
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: syscall.EADDRINUSE}
	}
	ln := n.bound
	n.bound = nil
	if ln == nil {
		var err error
		if ln, err = net.Listen("tcp4", n.addr); err != nil {
			return nil, fmt.Errorf("listening on %s again: %w", node, err)
		}
	}
	n.open = &loopListener{Listener: ln, net: l, node: n}
	return n.open, nil
}

// Dial implements Network.
func (l *Loopback) Dial(ctx context.Context, node, addr string) (net.Conn, error) {
	l.mu.Lock()
	n := l.mustNode(node)
	killed := n.killed
	l.mu.Unlock()
	if killed {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETDOWN}
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp4", addr)
	if err != nil {
		return nil, err
	}
	return l.adopt(c, n)
}

// Counters returns the stream bytes that the node has sent and received.
func (l *Loopback) Counters(node string) (sent, received int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.mustNode(node)
	return n.sent.Load(), n.received.Load()
}

// SentByOthers implements wire.
func (l *Loopback) SentByOthers(node string) (total int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, n := range l.nodes {
		if name != node {
			total += n.sent.Load()
		}
	}
	return total
}

// Kill resets every connection of the node and closes its listener. Until Restart
// the node can neither dial nor listen, and dials to it are refused.
func (l *Loopback) Kill(node string) {
	l.mu.Lock()
	n := l.mustNode(node)
	n.killed = true
	var open []interface{ Close() error }
	if n.bound != nil {
		open = append(open, n.bound)
		n.bound = nil
	}
	if n.open != nil {
		open = append(open, n.open)
	}
	for c := range l.conns {
		if c.node == n {
			c.reset()
			open = append(open, c)
		}
	}
	l.mu.Unlock()
	for _, c := range open {
		_ = c.Close() // dead either way, as a killed process leaves it
	}
}

// Restart ends Kill.
func (l *Loopback) Restart(node string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mustNode(node).killed = false
}

// Close ends every connection and listener; it may be called twice and never
// fails: a socket that its user closed before is closed.
func (l *Loopback) Close() error {
	l.mu.Lock()
	l.closed = true
	var open []interface{ Close() error }
	for _, n := range l.nodes {
		if n.bound != nil {
			open = append(open, n.bound)
			n.bound = nil
		}
		if n.open != nil {
			open = append(open, n.open)
		}
	}
	for c := range l.conns {
		open = append(open, c)
	}
	l.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
	return nil
}

func (l *Loopback) mustNode(name string) *loopNode {
	n := l.nodes[name]
	if n == nil {
		panic(fmt.Sprintf("trial: no node %q", name))
	}
	return n
}

func (l *Loopback) adopt(c net.Conn, n *loopNode) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || n.killed {
		_ = c.Close() // the caller learns of an end that came first
		return nil, net.ErrClosed
	}
	lc := &loopConn{Conn: c, net: l, node: n}
	l.conns[lc] = struct{}{}
	return lc, nil
}

type loopListener struct {
	net.Listener
	net  *Loopback
	node *loopNode
}

func (ln *loopListener) Accept() (net.Conn, error) {
	c, err := ln.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return ln.net.adopt(c, ln.node)
}

func (ln *loopListener) Close() error {
	err := ln.Listener.Close()
	ln.net.mu.Lock()
	defer ln.net.mu.Unlock()
	if ln.node.open == ln {
		ln.node.open = nil
	}
	return err
}

// loopConn counts its node's stream bytes.
type loopConn struct {
	net.Conn
	net  *Loopback
	node *loopNode
}

func (c *loopConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.node.received.Add(int64(n))
	return n, err
}

func (c *loopConn) Write(p []byte) (int, error) {
	// Counted first: the other side may have read it before Write returns.
	c.node.sent.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.node.sent.Add(int64(n - len(p)))
	return n, err
}

// reset makes Close send a reset and drop what is in the buffers.
func (c *loopConn) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // of a connection that has failed already
	}
}

func (c *loopConn) Close() error {
	c.net.mu.Lock()
	delete(c.net.conns, c)
	c.net.mu.Unlock()
	return c.Conn.Close()
}
