package workload_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/workload"
)

func fullStore(t *testing.T, w scenario.Workload) (*workload.Store, [][]byte) {
	t.Helper()
	c := open(t, w, 1)
	s := workload.NewStore("n", c, nil)
	require.NoError(t, s.Fill(c.Files()...))
	return s, pieces(t, c, c.Files()[0])
}

func TestStoreWipe(t *testing.T) {
	c := open(t, oneFile(), 1)
	good := pieces(t, c, "a.bin")
	told := &sink{}
	s := workload.NewStore("n", c, told)
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	require.NoError(t, s.Learn(m))
	_, err = s.Add("a.bin", 0, good[0], "x")
	require.NoError(t, err)

	s.Wipe()
	assert.Nil(t, s.Manifest("a.bin"))
	assert.False(t, s.Has("a.bin", 0))
	assert.Zero(t, s.Count("a.bin"))
	_, err = s.Piece("a.bin", 0)
	assert.ErrorIs(t, err, workload.ErrNotHeld)
	_, err = s.Add("a.bin", 0, good[0], "x")
	assert.ErrorIs(t, err, workload.ErrUnknownFile)

	require.NoError(t, s.Learn(m))
	v, err := s.Add("a.bin", 0, good[0], "x")
	require.NoError(t, err)
	assert.Equal(t, workload.Accepted, v, "what was wiped is new again")
	assert.Equal(t, []string{"verified n/a.bin 0: 1024 from x", "verified n/a.bin 0: 1024 from x"}, told.calls)
}

func TestStoreCorrupt(t *testing.T) {
	big := generated(scenario.File{Name: "a.bin", Size: 200 << 10})
	tests := map[string]struct {
		share    float64
		low, top int // pieces of 200 that are wrong
	}{
		"none":    {0, 0, 0},
		"a fifth": {0.2, 25, 55}, // 40 expected, 2.7 standard deviations of 5.7
		"all":     {1, 200, 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, good := fullStore(t, big)
			s.Corrupt(tt.share, rand.New(rand.NewPCG(7, 7)))
			wrong := 0
			for i := range good {
				got, err := s.Piece("a.bin", i)
				require.NoError(t, err)
				require.Len(t, got, len(good[i]))
				if !bytes.Equal(got, good[i]) {
					wrong++
				}
			}
			assert.GreaterOrEqual(t, wrong, tt.low)
			assert.LessOrEqual(t, wrong, tt.top)
		})
	}
}

func TestStoreCorruptIsDrawnFromItsRandomnessAlone(t *testing.T) {
	big := generated(scenario.File{Name: "a.bin", Size: 64 << 10})
	serve := func(seed uint64, order func(i int) int) (wrong [2][64]bool) {
		s, good := fullStore(t, big)
		s.Corrupt(0.5, rand.New(rand.NewPCG(seed, 0)))
		for round := range wrong {
			for i := range good {
				i = order(i)
				got, err := s.Piece("a.bin", i)
				require.NoError(t, err)
				wrong[round][i] = !bytes.Equal(got, good[i])
			}
		}
		return wrong
	}
	first := serve(1, func(i int) int { return i })
	assert.Equal(t, first, serve(1, func(i int) int { return 63 - i }), "the order of pieces")
	assert.NotEqual(t, first, serve(2, func(i int) int { return i }), "another seed")
	assert.NotEqual(t, first[0], first[1], "a piece served again is drawn again")
}

func TestStoreCorruptLeavesTheRestRight(t *testing.T) {
	c := open(t, oneFile(), 1)
	want := bytes.Clone(pieces(t, c, "a.bin")[2])
	liar, honest := workload.NewStore("l", c, nil), workload.NewStore("h", c, nil)
	for _, s := range []*workload.Store{liar, honest} {
		require.NoError(t, s.Fill("a.bin"))
	}
	liar.Corrupt(1, rand.New(rand.NewPCG(1, 1)))
	lie, err := liar.Piece("a.bin", 2)
	require.NoError(t, err)
	assert.NotEqual(t, want, lie)
	assert.NotEqual(t, want[:1], lie[:1], "a part of a piece is wrong, too")
	assert.True(t, liar.Complete("a.bin"))
	truth, err := honest.Piece("a.bin", 2)
	require.NoError(t, err)
	assert.Equal(t, want, truth)
	liar.Corrupt(0, nil)
	cured, err := liar.Piece("a.bin", 2)
	require.NoError(t, err)
	assert.Equal(t, want, cured)
}

func TestStoreSharing(t *testing.T) {
	s := workload.NewStore("n", open(t, oneFile(), 1), nil)
	assert.True(t, s.Sharing())
	s.SetSharing(false)
	assert.False(t, s.Sharing())
	s.SetSharing(true)
	assert.True(t, s.Sharing())
}

func TestStoreFaultsWhileServing(t *testing.T) {
	c := open(t, oneFile(), 1)
	good := pieces(t, c, "a.bin")
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	s := workload.NewStore("n", c, nil)
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for i := range 200 {
				_ = s.Learn(m)
				_, _ = s.Add("a.bin", i%3, good[i%3], "x")
				_, _ = s.Piece("a.bin", i%3)
				if i%10 == 0 {
					s.Wipe()
				}
				s.Corrupt(float64(i%2), rand.New(rand.NewPCG(1, 1)))
				s.SetSharing(i%2 == 0)
				_ = s.Sharing()
			}
		})
	}
	users.Wait()
	s.Wipe()
	assert.Zero(t, s.Count("a.bin"))
}
