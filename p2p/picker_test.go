package p2p

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// setOf returns the set of the given pieces of n.
func setOf(n int, pieces ...int) *bitfield {
	f := newBitfield(n)
	for _, i := range pieces {
		f.set(i)
	}
	return f
}

func TestPickerPick(t *testing.T) {
	const n = 130 // more than two words
	tests := []struct {
		name     string
		order    order
		have     []int
		inflight []int
		seen     map[int]int // copies among the neighbours
		theirs   []int
		want     []int // any of these; none for nothing
	}{
		{name: "nothing offered", order: rarestFirst},
		{name: "held already", order: rarestFirst, have: []int{5}, theirs: []int{5}},
		{name: "asked for already", order: rarestFirst, inflight: []int{5}, theirs: []int{5}},
		{name: "the rarest", order: rarestFirst, theirs: []int{1, 64, 129}, seen: map[int]int{1: 3, 64: 1, 129: 2}, want: []int{64}},
		{name: "the rarest that is free", order: rarestFirst, inflight: []int{64}, theirs: []int{1, 64, 129},
			seen: map[int]int{1: 3, 64: 1, 129: 2}, want: []int{129}},
		{name: "ties", order: rarestFirst, theirs: []int{1, 2, 3}, seen: map[int]int{1: 2, 2: 2, 3: 4}, want: []int{1, 2}},
		{name: "random takes any", order: randomOrder, theirs: []int{1, 2, 3}, seen: map[int]int{1: 2, 2: 2, 3: 4}, want: []int{1, 2, 3}},
		{name: "sequential takes the first", order: sequentially, have: []int{0}, theirs: []int{0, 128, 70},
			seen: map[int]int{70: 9, 128: 1}, want: []int{70}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPicker(n, tt.order, rand.New(rand.NewPCG(1, 2)))
			p.have, p.inflight = setOf(n, tt.have...), setOf(n, tt.inflight...)
			for i, k := range tt.seen {
				for range k {
					p.seen(i)
				}
			}
			theirs := setOf(n, tt.theirs...)
			assert.Equal(t, len(tt.want) > 0, p.wants(theirs))
			got := map[int]int{}
			for range 300 {
				if i, ok := p.pick(theirs); ok {
					got[i]++
				}
			}
			assert.Len(t, got, len(tt.want))
			for _, i := range tt.want {
				assert.InDelta(t, 300/len(tt.want), got[i], 50, "piece %d should be picked as often as its ties", i)
			}
		})
	}
}

func TestPickerGone(t *testing.T) {
	p := newPicker(4, rarestFirst, rand.New(rand.NewPCG(1, 2)))
	for _, i := range []int{0, 1, 1, 2} {
		p.seen(i)
	}
	p.gone(setOf(4, 1, 2))
	assert.Equal(t, []uint16{1, 1, 0, 0}, p.copies)
}
