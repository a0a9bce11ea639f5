package p2p

import (
	"fmt"
	"math/bits"
)

// bitfield is a set of the pieces 0 to n-1 of a file.
type bitfield struct {
	n     int
	count int
	words []uint64
}

func newBitfield(n int) *bitfield {
	return &bitfield{n: n, words: make([]uint64, (n+63)/64)}
}

// parseBitfield reads the wire form: bit 7 of byte 0 is piece 0. Bits past the
// last piece must be zero; no bytes at all mean the empty set.
func parseBitfield(n int, wire []byte) (*bitfield, error) {
	f := newBitfield(n)
	if len(wire) == 0 {
		return f, nil
	}
	if len(wire) != (n+7)/8 {
		return nil, fmt.Errorf("bitfield: %d bytes for %d pieces", len(wire), n)
	}
	for i, b := range wire {
		for b != 0 {
			piece := i*8 + bits.LeadingZeros8(b)
			if piece >= n {
				return nil, fmt.Errorf("bitfield: piece %d is set, the file has %d", piece, n)
			}
			f.set(piece)
			b &^= 1 << (7 - bits.LeadingZeros8(b))
		}
	}
	return f, nil
}

// wire returns the form that parseBitfield reads, nil for the empty set.
func (f *bitfield) wire() []byte {
	if f.count == 0 {
		return nil
	}
	b := make([]byte, (f.n+7)/8)
	for i := range f.n {
		if f.has(i) {
			b[i/8] |= 1 << (7 - i%8)
		}
	}
	return b
}

func (f *bitfield) has(i int) bool { return f.words[i/64]&(1<<(i%64)) != 0 }

// set adds piece i and says whether it was new.
func (f *bitfield) set(i int) bool {
	if f.has(i) {
		return false
	}
	f.words[i/64] |= 1 << (i % 64)
	f.count++
	return true
}

func (f *bitfield) clear(i int) {
	if f.has(i) {
		f.words[i/64] &^= 1 << (i % 64)
		f.count--
	}
}

func (f *bitfield) full() bool { return f.count == f.n }

// fill adds every piece.
func (f *bitfield) fill() {
	for i := range f.n {
		f.set(i)
	}
}

func (f *bitfield) clone() *bitfield {
	c := *f
	c.words = append([]uint64(nil), f.words...)
	return &c
}

// subtract removes what g holds, too.
func (f *bitfield) subtract(g *bitfield) {
	f.count = 0
	for w := range f.words {
		f.words[w] &^= g.words[w]
		f.count += bits.OnesCount64(f.words[w])
	}
}
