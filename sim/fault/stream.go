package fault

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"versus/sim/scenario"
)

// streams are the named sub-streams of one fault. Its name says what the fault
// does, to whom and when, but not to how many: so a fault that is added shifts
// no other one, and a greater share hits those whom a smaller one hits, and
// more.
type streams struct {
	seed uint64
	name string
}

// stream returns a sub-stream from its beginning.
func (s streams) stream(purpose string) *rand.Rand {
	return rand.New(rand.NewChaCha8(s.key(purpose)))
}

func (s streams) key(purpose string) [32]byte {
	b := append(make([]byte, 0, 128), "versus/fault/v1\x00"...)
	b = binary.BigEndian.AppendUint64(b, s.seed)
	b = append(b, s.name...)
	b = append(b, 0)
	return sha256.Sum256(append(b, purpose...))
}

// lots returns the lot of each node in one draw: whoever has the lowest is
// chosen first. A node's lot depends on its name alone, not on who else there
// is.
func (s streams) lots(draw string) func(node string) uint64 {
	key := s.key(draw)
	return func(node string) uint64 {
		h := fnv.New64a()
		h.Write(key[:])
		h.Write([]byte(node))
		return mix(h.Sum64())
	}
}

// mix spreads the bits of x: the finalizer of splitmix64 (Steele, Lea and Flood,
// Fast splittable pseudorandom number generators, OOPSLA 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// streamName is the name of a fault's streams. Faults of equal names are told
// apart by their order.
func streamName(f scenario.Fault) string {
	parts := []string{f.Action, f.At.String(), f.Every.String(), f.When.String()}
	whom := func(s scenario.Selection) {
		for _, one := range s {
			parts = append(parts, one.Role+"/"+one.Of)
		}
	}
	whom(f.Nodes)
	for _, side := range f.Sides {
		parts = append(parts, "|")
		whom(side)
	}
	if c := f.Churn; c != nil {
		parts = append(parts, "churn")
		whom(c.Nodes)
	}
	if f.Script != "" {
		parts = append(parts, "script", base(f.Script))
	}
	return strings.Join(parts, " ")
}

// nameStreams gives every fault its streams.
func nameStreams(faults []scenario.Fault, seed uint64) []streams {
	named, seen := make([]streams, len(faults)), map[string]int{}
	for i, f := range faults {
		name := streamName(f)
		seen[name]++
		named[i] = streams{seed: seed, name: fmt.Sprintf("%s #%d", name, seen[name])}
	}
	return named
}
