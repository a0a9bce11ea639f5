package p2p

import (
	"math/bits"
	"math/rand/v2"
)

// order is how a picker chooses among the pieces that it could ask for.
type order int

const (
	rarestFirst  order = iota // the piece that the fewest neighbours hold, ties at random
	randomOrder               // any
	sequentially              // the first
)

// picker decides which piece of one file a downloader asks for next. It knows
// what is held, what is asked for already, and what the neighbours hold. It
// does no I/O and is not safe for concurrent use.
type picker struct {
	order    order
	rng      *rand.Rand
	have     *bitfield
	inflight *bitfield // asked for, from at least one neighbour
	copies   []uint16  // neighbours known to hold the piece
}

func newPicker(n int, o order, rng *rand.Rand) *picker {
	return &picker{order: o, rng: rng, have: newBitfield(n), inflight: newBitfield(n), copies: make([]uint16, n)}
}

// seen counts one more neighbour that holds piece i.
func (p *picker) seen(i int) { p.copies[i]++ }

// gone takes back what seen counted for a neighbour that holds these.
func (p *picker) gone(held *bitfield) {
	for i := range held.n {
		if held.has(i) {
			p.copies[i]--
		}
	}
}

// wants says whether pick would return a piece.
func (p *picker) wants(theirs *bitfield) bool {
	for w, held := range theirs.words {
		if held&^p.have.words[w]&^p.inflight.words[w] != 0 {
			return true
		}
	}
	return false
}

// pick returns the piece to ask of a neighbour that holds theirs.
func (p *picker) pick(theirs *bitfield) (piece int, ok bool) {
	best, ties := -1, 0
	for w, held := range theirs.words {
		for free := held &^ p.have.words[w] &^ p.inflight.words[w]; free != 0; free &= free - 1 {
			i := w*64 + bits.TrailingZeros64(free)
			switch {
			case best < 0 || p.order == rarestFirst && p.copies[i] < p.copies[best]:
				best, ties = i, 1
			case p.order == sequentially || p.order == rarestFirst && p.copies[i] > p.copies[best]:
			default: // as good: each of n ties is kept with probability 1/n
				if ties++; p.rng.IntN(ties) == 0 {
					best = i
				}
			}
			if p.order == sequentially {
				return best, true
			}
		}
	}
	return best, best >= 0
}
