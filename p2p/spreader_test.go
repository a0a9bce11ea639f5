package p2p

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func hasNone(int) bool { return false }

func TestSpreaderGivesEveryPieceOnce(t *testing.T) {
	s := newSpreader[string](50, rand.New(rand.NewPCG(1, 2)))
	got := map[int]bool{}
	for !s.done() {
		i, ok := s.give("a", hasNone)
		require.True(t, ok)
		assert.False(t, got[i], "piece %d is given twice", i)
		got[i] = true
	}
	assert.Len(t, got, 50)
	_, ok := s.give("a", hasNone)
	assert.False(t, ok)
}

func TestSpreaderPrefersWhoPassesOn(t *testing.T) {
	s := newSpreader[string](10, rand.New(rand.NewPCG(1, 2)))
	assert.False(t, s.better("a", "b"), "equal")
	first, _ := s.give("a", hasNone)
	assert.True(t, s.better("b", "a"), "a holds a piece that nobody else has shown")
	s.seen(first, "a")
	assert.True(t, s.better("b", "a"), "a's own announcement says nothing")
	s.seen(first, "c")
	second, _ := s.give("b", hasNone)
	assert.True(t, s.better("a", "b"), "a passed its piece on, b did not")
	s.dismissed(second, "b")
	assert.False(t, s.better("a", "b"), "b got it from somewhere else: both gave out one")
}

func TestSpreaderSkipsWhatIsThere(t *testing.T) {
	s := newSpreader[string](3, rand.New(rand.NewPCG(1, 2)))
	s.seen(1, "b") // a restarted peer brought it
	has2 := func(i int) bool { return i == 2 }
	i, ok := s.give("a", has2)
	assert.True(t, ok)
	assert.Equal(t, 0, i)
	_, ok = s.give("a", has2)
	assert.False(t, ok, "only piece 2 is left, which a holds")
	assert.False(t, s.done())
}

func TestSpreaderTakesBackWhatWasLost(t *testing.T) {
	s := newSpreader[string](3, rand.New(rand.NewPCG(1, 2)))
	var a []int
	for range 2 {
		i, _ := s.give("a", hasNone)
		a = append(a, i)
	}
	b, _ := s.give("b", hasNone)
	s.seen(a[0], "b")
	assert.True(t, s.done())
	s.left("a")
	again, ok := s.give("b", hasNone)
	assert.True(t, ok)
	assert.Equal(t, a[1], again, "what only a had is given out again")
	assert.True(t, s.done())
	s.returned(b)
	assert.False(t, s.done())
}

func TestSpreaderPrefersFastUplinks(t *testing.T) {
	s := newSpreader[string](100, rand.New(rand.NewPCG(1, 2)))
	s.carries("fast", 4000)
	s.carries("slow", 1000)
	assert.True(t, s.better("fast", "unknown"), "who has shown nothing is not taken for the fastest")
	next := func(among ...string) (best string) {
		for _, n := range among {
			if best == "" || s.better(n, best) {
				best = n
			}
		}
		s.give(best, hasNone)
		return best
	}
	got := map[string]int{}
	for range 20 { // nobody passes anything on
		got[next("fast", "slow")]++
	}
	assert.Equal(t, 16, got["fast"], "in proportion to the rates")
}
