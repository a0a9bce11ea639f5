package workload

import (
	"crypto/sha256"
	"hash"
	"slices"
)

// Partial is what has arrived of a piece, from its start on. It is hashed as it
// arrives, so that nobody has to hold its bytes until it is whole: a swarm of 1,000
// peers has some 8,000 pieces under way. A Partial never changes.
type Partial struct {
	n    int
	sum  hash.Cloner // of the n bytes
	keep bool
	data []byte // the n bytes, if they are kept
}

// Begin returns a piece of which nothing has come. keep says that its bytes are
// wanted; a store that retains what it gets keeps them anyway.
func (s *Store) Begin(keep bool) *Partial {
	return &Partial{sum: sha256.New().(hash.Cloner), keep: keep || s.retains}
}

// Append returns the piece with the bytes that come next. They are not held.
func (p *Partial) Append(b []byte) *Partial {
	sum, err := p.sum.Clone()
	if err != nil {
		panic(err) // SHA-256 has no state that cannot be copied
	}
	sum.Write(b)
	next := &Partial{n: p.n + len(b), sum: sum, keep: p.keep}
	if p.keep {
		next.data = slices.Concat(p.data, b)
	}
	return next
}

// Bytes returns what has come, or nil if it is not kept. Nobody may change it.
func (p *Partial) Bytes() []byte { return p.data }

// Digest returns the hash of what has come.
func (p *Partial) Digest() (d Digest) {
	p.sum.Sum(d[:0])
	return d
}

// AddPartial is Add of a piece that has arrived whole, as one that Begin returned.
func (s *Store) AddPartial(file string, i int, p *Partial, from string) (Verdict, error) {
	return s.add(file, i, p.n, p.data, from, p.Digest)
}
