package p2p

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func hasNone(int) bool { return false }

const pieceOfTest = 1000 // bytes

func newTestSpreader(pieces int) *spreader[string] {
	return newSpreader[string](pieces, pieceOfTest, rand.New(rand.NewPCG(1, 2)))
}

// next gives a piece to the best of some neighbours.
func (s *spreader[N]) next(now time.Time, among ...N) N {
	best := among[0]
	for _, n := range among[1:] {
		if s.better(n, best, now) {
			best = n
		}
	}
	s.give(best, hasNone)
	return best
}

func TestSpreaderGivesEveryPieceOnce(t *testing.T) {
	s := newTestSpreader(50)
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
	s := newTestSpreader(10)
	now := time.Unix(1000, 0)
	assert.False(t, s.better("a", "b", now), "equal")
	first, _ := s.give("a", hasNone)
	assert.True(t, s.better("b", "a", now), "a holds a piece that nobody else has shown")
	s.seen(first, "a", now)
	assert.True(t, s.better("b", "a", now), "a's own announcement says nothing")
	now = now.Add(100 * time.Millisecond)
	s.seen(first, "c", now)
	second, _ := s.give("b", hasNone)
	assert.True(t, s.better("a", "b", now), "a passed its piece on, b did not")
	s.dismissed(second, "b")
	assert.True(t, s.better("a", "b", now), "b got it from somewhere else, and has shown nothing")
}

// passOn has a peer be given a piece at an instant and take so long to pass it on.
func passOn(s *spreader[string], n string, at time.Time, took time.Duration) {
	i, _ := s.give(n, hasNone)
	s.seen(i, n, at)
	s.seen(i, "other", at.Add(took))
}

// TestSpreaderLearnsHowLongItTakes: pieces go in proportion to how fast earlier
// ones were passed on.
func TestSpreaderLearnsHowLongItTakes(t *testing.T) {
	s := newTestSpreader(100)
	now := time.Unix(1000, 0)
	took := map[string]time.Duration{"fast": 100 * time.Millisecond, "slow": 400 * time.Millisecond}
	for _, n := range []string{"fast", "slow"} {
		passOn(s, n, now, took[n])
	}
	now = now.Add(time.Second)
	got := map[string]int{}
	for range 20 { // nobody passes anything on
		got[s.next(now, "fast", "slow")]++
	}
	assert.Equal(t, 16, got["fast"])
}

// TestSpreaderNoticesWhoIsStuck: a piece that is held for long says as much as one
// that took so long.
func TestSpreaderNoticesWhoIsStuck(t *testing.T) {
	s := newTestSpreader(100)
	now := time.Unix(1000, 0)
	for _, n := range []string{"a", "b"} {
		passOn(s, n, now, 100*time.Millisecond)
	}
	i, _ := s.give("a", hasNone)
	j, _ := s.give("b", hasNone)
	s.give("b", hasNone)
	s.seen(i, "a", now)
	s.seen(j, "b", now.Add(900*time.Millisecond))
	assert.True(t, s.better("a", "b", now.Add(50*time.Millisecond)), "a has fewer that nobody has shown")
	assert.True(t, s.better("b", "a", now.Add(time.Second)), "but has kept one for long")
}

// TestSpreaderTriesTheUnknown: one that has shown nothing is tried when those that
// have are slower than average or have something to do, and not if its uplink says
// that it would take longer.
func TestSpreaderTriesTheUnknown(t *testing.T) {
	s := newTestSpreader(100)
	now := time.Unix(1000, 0)
	for _, n := range []string{"a", "b"} {
		passOn(s, n, now, 100*time.Millisecond)
	}
	assert.True(t, s.better("a", "unknown", now), "it is not taken for the fastest")
	s.give("a", hasNone)
	s.give("a", hasNone)
	assert.True(t, s.better("unknown", "a", now), "but a has to pass two on first")
	s.carries("unknown", 2*pieceOfTest) // half a second for each piece
	assert.True(t, s.better("a", "unknown", now))
}

// TestSpreaderAmongEquals: where most uplinks carry the same, who has nothing to pass on
// comes before who would have to do it besides.
func TestSpreaderAmongEquals(t *testing.T) {
	s := newTestSpreader(100)
	now := time.Unix(1000, 0)
	passOn(s, "a", now, 400*time.Millisecond)
	later := now.Add(typicalFor)
	assert.True(t, s.better("a", "b", now), "nobody has told anything")
	s.carries("a", 10*pieceOfTest)
	s.carries("b", 9*pieceOfTest)
	assert.True(t, s.better("b", "a", later))
	for _, n := range []string{"c", "d"} {
		s.of(n)
	}
	later = later.Add(typicalFor)
	assert.True(t, s.better("a", "b", later), "half of them have told nothing")
	s.carries("c", 11*pieceOfTest)
	later = later.Add(typicalFor)
	assert.True(t, s.better("b", "a", later))
	s.carries("d", 30*pieceOfTest)
	later = later.Add(typicalFor)
	assert.True(t, s.better("a", "b", later), "there are faster ones")
}

// TestSpreaderWaitsForProof: who has just got its first piece has not shown that it
// passes it on soon, and what many keep makes those less likely to that are unknown.
func TestSpreaderWaitsForProof(t *testing.T) {
	s := newTestSpreader(100)
	now := time.Unix(1000, 0)
	passOn(s, "a", now, 100*time.Millisecond)
	i, _ := s.give("new", hasNone)
	s.seen(i, "new", now)
	now = now.Add(10 * time.Millisecond)
	assert.True(t, s.better("unknown", "new", now), "new may keep it for long")
	s.give("a", hasNone)
	s.give("a", hasNone)
	assert.True(t, s.better("unknown", "a", now), "a has two to pass on first")
	for _, n := range []string{"b", "c", "d"} {
		i, _ := s.give(n, hasNone)
		s.seen(i, n, now)
	}
	assert.True(t, s.better("a", "unknown", now.Add(time.Second)), "most keep what they got")
}

func TestSpreaderSkipsWhatIsThere(t *testing.T) {
	s := newTestSpreader(3)
	s.seen(1, "b", time.Unix(1000, 0)) // a restarted peer brought it
	has2 := func(i int) bool { return i == 2 }
	i, ok := s.give("a", has2)
	assert.True(t, ok)
	assert.Equal(t, 0, i)
	_, ok = s.give("a", has2)
	assert.False(t, ok, "only piece 2 is left, which a holds")
	assert.False(t, s.done())
}

func TestSpreaderTakesBackWhatWasLost(t *testing.T) {
	s := newTestSpreader(3)
	var a []int
	for range 2 {
		i, _ := s.give("a", hasNone)
		a = append(a, i)
	}
	b, _ := s.give("b", hasNone)
	s.seen(a[0], "b", time.Unix(1000, 0))
	assert.True(t, s.done())
	s.left("a")
	again, ok := s.give("b", hasNone)
	assert.True(t, ok)
	assert.Equal(t, a[1], again, "what only a had is given out again")
	assert.True(t, s.done())
	s.returned(b)
	assert.False(t, s.done())
}
