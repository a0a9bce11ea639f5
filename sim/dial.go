package sim

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// Dial connects from the node to an address that Addr returned. It takes a
// round trip. It fails with ECONNREFUSED where nobody listens, with ETIMEDOUT
// after two minutes without an answer, with ENETDOWN on a node that was killed
// or is off, with net.ErrClosed if that happens meanwhile, or with ctx's error.
// On a paused node it returns after Resume, or when ctx ends.
func (b *Bench) Dial(ctx context.Context, name, address string) (net.Conn, error) {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	c, err := b.dial(ctx, name, target)
	if err != nil {
		if no, ok := err.(syscall.Errno); ok {
			err = os.NewSyscallError("connect", no)
		}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(target), Err: err}
	}
	return c, nil
}

func (b *Bench) dial(ctx context.Context, name string, target netip.AddrPort) (*conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from, to := b.mustNode(name), b.byAddr[target.Addr()]
	from.awaitResume(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case b.closed:
		return nil, net.ErrClosed
	case from.state != running:
		return nil, syscall.ENETDOWN
	case to == nil || target.Port() != port:
		return nil, syscall.EHOSTUNREACH
	}
	b.progress.Add(1)
	dialer, acceptor := b.newConnPair(from, to)
	dialer.dialing = make(chan error, 1)
	(&handshake{from: dialer, to: acceptor, there: dialer.out.forth, back: dialer.out.back}).try(b)
	b.mu.Unlock()

	var err error
	select {
	case err = <-dialer.dialing:
	case <-ctx.Done():
		err = ctx.Err()
	}
	b.mu.Lock()
	from.awaitResume(ctx)
	switch {
	case err == nil && ctx.Err() != nil && from.paused:
		err = ctx.Err()
	case err == nil && dialer.closed: // killed between the handshake and here
		err = net.ErrClosed
	}
	if err == nil {
		return dialer, nil
	}
	if !dialer.established {
		dialer.fail(err) // a SYN-ACK that comes now is answered by a reset
	}
	dialer.drop(b)
	return nil, err
}

// awaitResume waits while the node is paused and ctx has not ended.
func (n *node) awaitResume(ctx context.Context) {
	if !n.paused {
		return
	}
	stop := context.AfterFunc(ctx, func() {
		n.bench.mu.Lock()
		defer n.bench.mu.Unlock()
		n.resumed.Broadcast()
	})
	defer stop()
	for n.paused && ctx.Err() == nil {
		n.resumed.Wait()
	}
}

// Retries of a SYN, as Linux does: after 1 s, then doubling.
const (
	synTimeout = int64(1e9) // nanoseconds
	synRetries = 6
)

// handshake is the opening of a connection.
type handshake struct {
	from, to    *conn
	there, back route
	tries       int // of the dialer
	round       int // how often the other side has begun to answer
}

// try sends a SYN, and another one if nothing comes back in time.
func (s *handshake) try(b *Bench) {
	if s.from.established || s.from.err != nil {
		return
	}
	if s.tries > synRetries {
		s.from.fail(syscall.ETIMEDOUT)
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
	case !n.inbound || s.to.established:
	case l == nil || len(l.waiting) >= backlog:
		b.send(s.back, 1, call(func() {
			if !s.from.established {
				s.from.fail(syscall.ECONNREFUSED)
			}
		}))
	case s.round == 0 || s.to.err != nil: // else the answer is on its way
		// A machine that has forgotten an earlier SYN answers afresh.
		s.to.err, s.to.closed, s.to.abandoned = nil, false, false
		n.conns[s.to] = struct{}{}
		s.round++
		s.answer(b, s.round, 0)
	}
}

// answer sends a SYN-ACK, and another one if nothing comes back in time.
func (s *handshake) answer(b *Bench, round, try int) {
	if round != s.round || s.to.established || s.to.err != nil {
		return
	}
	if try > synRetries {
		s.to.fail(syscall.ETIMEDOUT)
		return
	}
	b.send(s.back, 1, call(func() { s.synAck(b) }))
	b.at(b.now()+synTimeout<<try, call(func() { s.answer(b, round, try+1) }))
}

// synAck is a SYN-ACK that arrives: the dialer has its connection. Its ACK, or
// if that is lost its first data, gives the other side the same.
func (s *handshake) synAck(b *Bench) {
	if s.from.err != nil {
		s.from.sendReset(b)
		return
	}
	if !s.from.established {
		s.from.established = true
		s.from.dialing <- nil
	}
	b.send(s.there, 1, call(func() { s.to.establish(b) }))
}

// establish hands an accepted connection to its listener.
func (c *conn) establish(b *Bench) {
	switch l := c.node.listener; {
	case c.established:
	case c.err != nil: // the machine has forgotten it since its SYN-ACK
		c.sendReset(b)
	case l == nil:
		c.drop(b)
	default:
		c.established = true
		l.waiting = append(l.waiting, c)
		l.arrived.Signal()
	}
}
