package sim

// Carried is what one direction of a link has carried.
type Carried struct {
	Bytes          int64 // of streams, whatever protocol they carry, bytes sent again included; a stream's end counts as one
	WireBytes      int64 // of packets: the same with their headers, and those that carry no data
	DroppedPackets int64 // that found its queue full
}

// Carried returns what the shared link has carried so far. It panics if there
// is no such link.
func (b *Bench) Carried(shared string) (up, down Carried) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shared[shared]
	if s == nil {
		panic("sim: no shared link " + shared)
	}
	return s.up.account(), s.down.account()
}

// SentWireBytes returns the bytes of all packets that have left on the node's
// uplink: headers, acknowledgements and what TCP sent again included. It panics
// if there is no such node.
func (b *Bench) SentWireBytes(node string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mustNode(node).up.carried.WireBytes
}

func (l *link) account() Carried {
	c := l.carried
	c.DroppedPackets = l.droppedPackets
	return c
}

// count adds a burst that has left the link.
func (c *Carried) count(b *burst) {
	wire := b.wire()
	c.WireBytes += wire
	if b.bytes > 0 {
		c.Bytes += wire - (b.packets()-int64(len(b.lost)))*HeaderBytes
	}
}
