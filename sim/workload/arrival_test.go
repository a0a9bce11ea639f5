package workload_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// A piece that arrives in parts gets the verdict of Add, whoever hashes it, and
// however its buffer was used before.
func TestArrival(t *testing.T) {
	const pieces, pieceSize = 4, 100_000
	w := generated(scenario.File{Name: "a.bin", Size: pieces * pieceSize, Count: 1})
	w.PieceSize = pieceSize
	content := open(t, w, 1)
	for _, tt := range []struct {
		name            string
		hashing, helped bool
	}{
		{"without help", false, false},
		{"counted", true, false},
		{"with help", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var hashing *workload.Hashing
			if tt.hashing {
				hashing = &workload.Hashing{}
			}
			if tt.helped {
				hashing.Start()
				defer hashing.Stop()
			}
			rapid.Check(t, func(t *rapid.T) {
				s := workload.NewStore("peer", content, nil)
				s.HashWith(hashing)
				m, err := content.Manifest("a.bin")
				require.NoError(t, err)
				require.NoError(t, s.Learn(m))
				var before uint64
				if tt.hashing {
					before = hashing.Hashed()
				}
				var added uint64
				var a workload.Arrival
				buf := make([]byte, pieceSize)
				for range rapid.IntRange(1, 6).Draw(t, "arrivals") {
					i := rapid.IntRange(0, pieces-1).Draw(t, "piece")
					whole := rapid.Float64Range(0, 1).Draw(t, "whole") < 0.7
					spoilt := rapid.IntRange(-1, pieceSize-1).Draw(t, "spoilt")
					data, err := content.Piece("a.bin", i)
					require.NoError(t, err)
					a.Begin(s, buf)
					for got := 0; got < pieceSize; {
						n := rapid.IntRange(1, pieceSize-got).Draw(t, "part")
						copy(buf[got:got+n], data[got:])
						if got <= spoilt && spoilt < got+n {
							buf[spoilt] ^= 1
						}
						got += n
						a.Grow(got)
						if !whole && got > pieceSize/2 {
							break
						}
					}
					if whole {
						want := workload.Accepted
						switch {
						case spoilt >= 0:
							want = workload.Corrupt
						case s.Has("a.bin", i):
							want = workload.Duplicate
						}
						verdict, err := s.AddArrival("a.bin", i, &a, "origin")
						require.NoError(t, err)
						assert.Equal(t, want, verdict)
						added += pieceSize
					}
					a.End()
					clear(buf) // it is ours again
				}
				if tt.hashing {
					assert.Equal(t, before+added, hashing.Hashed())
				}
			})
		})
	}
}

// A helper that starts and stops amid arrivals changes nothing but who hashes.
func TestHashingStartsAndStops(t *testing.T) {
	const size = 64 << 10
	w := generated(scenario.File{Name: "a.bin", Size: size, Count: 1})
	w.PieceSize = size
	content := open(t, w, 1)
	m, err := content.Manifest("a.bin")
	require.NoError(t, err)
	data, err := content.Piece("a.bin", 0)
	require.NoError(t, err)
	h := &workload.Hashing{}
	var peers sync.WaitGroup
	for range 8 {
		peers.Go(func() {
			var a workload.Arrival
			buf := make([]byte, size)
			for range 50 {
				s := workload.NewStore("peer", content, nil)
				s.HashWith(h)
				assert.NoError(t, s.Learn(m))
				a.Begin(s, buf)
				for got := 0; got < size; got += size / 8 {
					copy(buf[got:], data[got:got+size/8])
					a.Grow(got + size/8)
				}
				verdict, err := s.AddArrival("a.bin", 0, &a, "origin")
				assert.NoError(t, err)
				assert.Equal(t, workload.Accepted, verdict)
				a.End()
				clear(buf)
			}
		})
	}
	for range 20 {
		h.Start()
		h.Stop()
	}
	peers.Wait()
	assert.EqualValues(t, 8*50*size, h.Hashed())
}
