package workload

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
)

// flipEvery is the distance in bytes of the bits that are wrong in a corrupt
// piece: so close that any part of it an architecture may send is wrong.
const flipEvery = 1024

// corruption is what a store that lies does to the pieces it serves.
type corruption struct {
	share float64 // 0 to 1, of the pieces served
	salt  uint64

	mu     sync.Mutex       // guards served
	served map[pieceKey]int // times that a piece was served
}

// Wipe forgets every piece and every manifest, as a node does that comes back
// with an empty disk. It is for a node whose software does not run: a piece
// whose hash is being computed meanwhile is refused with ErrUnknownFile.
func (s *Store) Wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.files)
}

// Corrupt makes the given share (0 to 1) of the pieces that Piece returns wrong:
// they have the right length, and a flipped bit in every kilobyte. Each time
// that a piece is served is drawn anew, from rng alone and from how often that
// piece was served before, so the order of different pieces changes nothing.
// The store's own knowledge stays right, and so does what others hold. 0 ends
// it. rng is not kept.
func (s *Store) Corrupt(share float64, rng *rand.Rand) {
	if share <= 0 {
		s.corrupt.Store(nil)
		return
	}
	s.corrupt.Store(&corruption{share: share, salt: rng.Uint64(), served: map[pieceKey]int{}})
}

// SetSharing says whether the node gives anything to others. A new store does.
func (s *Store) SetSharing(shares bool) { s.selfish.Store(!shares) }

// Sharing is false for a free rider: an architecture in which downloaders
// upload to each other must then upload nothing from this node, and go on
// downloading.
func (s *Store) Sharing() bool { return !s.selfish.Load() }

// spoil returns data or, if the draw says so, a wrong copy of it.
func (c *corruption) spoil(file string, i int, data []byte) []byte {
	key := pieceKey{file, i}
	c.mu.Lock()
	nth := c.served[key]
	c.served[key] = nth + 1
	c.mu.Unlock()
	if c.draw(key, nth) >= c.share {
		return data
	}
	wrong := slices.Clone(data)
	for at := 0; at < len(wrong); at += flipEvery {
		wrong[at] ^= 1
	}
	return wrong
}

// draw returns a number from 0 up to 1 for the nth time that a piece is served.
func (c *corruption) draw(key pieceKey, nth int) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key.file)) // never fails
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(key.piece)))
	return rand.New(rand.NewPCG(c.salt^h.Sum64(), uint64(nth))).Float64()
}
