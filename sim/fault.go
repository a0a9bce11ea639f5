package sim

import (
	"cmp"
	"slices"
	"syscall"
)

// state is whether a node's process and its machine run.
type state int

const (
	running state = iota
	killed        // the machine runs, the process does not
	off           // neither does
)

// Kill ends the node's process. Its connections are reset: what was in their
// buffers is lost, packets that have left its uplink travel on, and the resets
// reach the other sides after the way's delay; they may overtake packets that
// wait in a queue. Its listener is gone, calls on
// its connections fail at once with net.ErrClosed, and Dial and Listen fail with
// ENETDOWN until Restart. The machine lives on: it answers whatever arrives by a
// reset, so that others' dials fail with ECONNREFUSED.
//
// Of a node that is killed or off nothing is left to kill. Kill panics if there
// is no such node, as all of the bench's faults do.
func (b *Bench) Kill(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	if n := b.mustNode(name); n.state == running {
		n.stop(killed)
	}
}

// PowerOff takes the node's machine down, without a word: nothing leaves it any
// more, what arrives is lost, and other sides find out by their own time-outs.
// For the node's own calls it is as Kill. A process that was killed before can
// still lose its machine.
func (b *Bench) PowerOff(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	if n := b.mustNode(name); n.state != off {
		n.stop(off)
	}
}

// Restart ends Kill and PowerOff: the node may dial and listen again. It knows
// none of its old connections, and answers their packets by a reset. Restart
// does nothing to a node that runs.
func (b *Bench) Restart(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	b.mustNode(name).state = running
}

// stop ends the node's process; mu is held.
func (n *node) stop(to state) {
	n.up.interrupt(n.bench)
	n.state = to
	n.wake()
	if l := n.listener; l != nil {
		l.shut()
		l.waiting = nil // they are among conns
	}
	for _, c := range n.sortedConns() {
		tell := to == killed && c.established && c.err == nil
		c.kill()
		if tell {
			c.sendReset(n.bench)
		}
	}
	n.up.purge(n.bench)
}

// sortedConns returns the node's connections in an order that no map decides.
func (n *node) sortedConns() []*conn {
	out := make([]*conn, 0, len(n.conns))
	for c := range n.conns {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *conn) int {
		return cmp.Or(a.local.Compare(b.local), a.remote.Compare(b.remote))
	})
	return out
}

// Pause stops the node's process, as SIGSTOP does, as far as the network can
// see: its Read, Write, Accept and Dial calls do not return until Resume, and a
// connection that it closes is closed on Resume. Its TCP goes on: it takes
// connections, acknowledges until its receive buffers are full, and sends what
// was written. A deadline that passes meanwhile has passed on Resume, also if
// data came in time, as the Go runtime has it.
//
// Everything else that the process does goes on: its timers fire and its
// goroutines compute. A Dial returns when its context ends, and Close, Kill,
// PowerOff and the bench's Close work as ever, so that a paused node can be taken
// down. Pausing a node twice, or one that does not run, changes nothing.
func (b *Bench) Pause(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	if n := b.mustNode(name); n.state == running {
		n.paused = true
	}
}

// Resume ends Pause; a node that is not paused it leaves alone.
func (b *Bench) Resume(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	n := b.mustNode(name)
	held := n.held
	n.wake()
	for _, c := range held {
		c.abandon(b)
	}
}

// wake lets paused calls go on; mu is held.
func (n *node) wake() {
	n.paused, n.held = false, nil
	n.resumed.Broadcast()
}

// stopped waits once for the node to be resumed, if it is paused; the caller
// then looks again. A connection that was closed does not wait.
func (c *conn) stopped() bool {
	if !c.node.paused || c.closed {
		return false
	}
	c.node.resumed.Wait()
	return true
}

// Cut loses all packets from any of the nodes in from to any in to, those apart
// that have left the sender's uplink; the other way stays open. Cuts are counted
// for each pair of nodes, so that those that overlap are undone one by one.
func (b *Bench) Cut(from, to []string) { b.count(from, to, 1) }

// Mend undoes one Cut of each pair of nodes, if there is one.
func (b *Bench) Mend(from, to []string) { b.count(from, to, -1) }

func (b *Bench) count(from, to []string, change int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	for _, f := range from {
		src := b.mustNode(f)
		for _, t := range to {
			dst := b.mustNode(t)
			if dst == src {
				continue // does not leave the machine
			}
			if count := src.cut[dst] + change; count > 0 {
				src.cut[dst] = count
			} else {
				delete(src.cut, dst)
			}
		}
	}
}

// Disconnect resets every established connection between two nodes that is not
// closed, both ends at the same instant, as something on the path can, and
// returns how many.
func (b *Bench) Disconnect(one, other string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	n, m := b.mustNode(one), b.mustNode(other)
	count := 0
	for _, c := range n.sortedConns() {
		if c.peer.node != m || !c.established || c.err != nil || c.closed && c.peer.closed {
			continue
		}
		c.fail(syscall.ECONNRESET)
		c.peer.fail(syscall.ECONNRESET)
		count++
	}
	n.up.purge(b)
	m.up.purge(b)
	return count
}
