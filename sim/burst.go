package sim

import "time"

// burst is a run of packets of one flow on its way: bytes of a pipe, small
// packets that carry none, or one packet from outside.
type burst struct {
	seq, bytes int64   // the offsets seq <= offset < seq + bytes of a pipe
	lost       []int64 // indices of its packets that were lost on the way, in order
	first      int64   // instant when its first packet arrived where it now is
	again      bool    // it was sent before
	order      int64   // of the sender when it was sent
	sentAt     int64   // instant when its last packet left the first link

	small  int64   // number of packets without data, if that is what it is
	packet *packet // one from outside, if that is what it is
}

// packet is one packet that was made outside the bench.
type packet struct {
	size    int64                    // wire bytes
	deliver func(late time.Duration) // called when it arrives, with the bench's lock held
}

// packets returns how many packets it began with.
func (b *burst) packets() int64 {
	switch {
	case b.packet != nil:
		return 1
	case b.small > 0:
		return b.small
	}
	return max((b.bytes+MSS-1)/MSS, 1)
}

// size returns the wire bytes of packet i.
func (b *burst) size(i int64) int64 {
	switch {
	case b.packet != nil:
		return b.packet.size
	case b.small > 0:
		return HeaderBytes
	}
	return min(b.bytes-i*MSS, MSS) + HeaderBytes
}

// wire returns the link bytes that it occupies.
func (b *burst) wire() int64 {
	var n int64
	switch {
	case b.packet != nil:
		n = b.packet.size
	case b.small > 0:
		n = b.small * HeaderBytes
	default:
		n = b.bytes + b.packets()*HeaderBytes
	}
	for _, i := range b.lost {
		n -= b.size(i)
	}
	return n
}

// empty says whether nothing is left of it.
func (b *burst) empty() bool {
	return int64(len(b.lost)) == b.packets() || b.bytes == 0 && b.small == 0 && b.packet == nil
}

// drop loses the packets of the given indices and returns how many of them were
// not lost before.
func (b *burst) drop(indices []int64) (dropped int64) {
	for _, i := range indices {
		before := len(b.lost)
		b.lost = insertSorted(b.lost, i)
		dropped += int64(len(b.lost) - before)
	}
	return dropped
}

// dropTail loses its latest packets until excess wire bytes are saved or
// nothing is left, and returns how many packets that were.
func (b *burst) dropTail(excess int64) (dropped int64) {
	for i := b.packets() - 1; i >= 0 && excess > 0; i-- {
		if n := len(b.lost); n > 0 && b.lost[n-1] == i {
			b.lost = b.lost[:n-1]
		} else {
			excess -= b.size(i)
			dropped++
		}
		switch {
		case b.packet != nil:
			b.packet = nil
		case b.small > 0:
			b.small--
		default:
			b.bytes = i * MSS
		}
	}
	return dropped
}

// split cuts it after n bytes, a whole number of packets.
func (b *burst) split(n int64) (head, rest burst) {
	head, rest = *b, *b
	head.bytes = n
	rest.seq += n
	rest.bytes -= n
	head.lost, rest.lost = nil, nil
	for _, i := range b.lost {
		if i < n/MSS {
			head.lost = append(head.lost, i)
		} else {
			rest.lost = append(rest.lost, i-n/MSS)
		}
	}
	return head, rest
}

// each calls fn with every run of bytes that was not lost.
func (b *burst) each(fn func(span)) {
	at := b.seq
	for _, i := range b.lost {
		hole := b.seq + i*MSS
		if hole > at {
			fn(span{at, hole})
		}
		at = min(hole+MSS, b.seq+b.bytes)
	}
	if end := b.seq + b.bytes; end > at {
		fn(span{at, end})
	}
}
