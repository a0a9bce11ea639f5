package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the named sub-stream of a trial's root seed. The same seed and
// name always give the same sequence, on every platform, and different names
// give unrelated ones, so a new draw in one place shifts nothing elsewhere.
//
// Name a stream after its purpose, with parts separated by slashes and what it
// belongs to last: "workload/arrivals", "p2p/picker/home-17". Every call starts
// the sequence from its beginning. The returned generator is not safe for
// concurrent use.
func Stream(seed uint64, name string) *rand.Rand {
	return rand.New(rand.NewChaCha8(streamKey(seed, name)))
}

// streamKey is SHA-256 over a label, the seed (8 bytes, big endian) and the
// name: seeds that differ by one, as repeats do, must not give related keys.
func streamKey(seed uint64, name string) [32]byte {
	b := append(make([]byte, 0, 64), "versus/stream/v1\x00"...)
	b = binary.BigEndian.AppendUint64(b, seed)
	return sha256.Sum256(append(b, name...))
}
