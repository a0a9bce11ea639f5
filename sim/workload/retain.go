package workload

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// Retain makes an empty store keep each piece as it arrived, instead of a
// reference to the canonical copy, and serve that: what a real disk does, at the
// price of its memory. A check that must not trust the hashing of pieces needs
// it. It must be called before the store is used.
func (s *Store) Retain() { s.retains = true }

// retain keeps a copy of a piece, if the store is one that does; mu is held.
func (s *Store) retain(h *holding, i int, data []byte) {
	if !s.retains {
		return
	}
	if h.own == nil {
		h.own = map[int][]byte{}
	}
	h.own[i] = slices.Clone(data)
}

// held returns the bytes of a held piece, as they are on this node.
func (s *Store) held(file string, i int) ([]byte, error) {
	if s.retains {
		s.mu.Lock()
		var own []byte
		if h := s.files[file]; h != nil {
			own = h.own[i]
		}
		s.mu.Unlock()
		if own != nil {
			return own, nil
		}
	}
	return s.content.Piece(file, i)
}

// Audit reads everything that the node has and compares it with what was
// published: each held piece with its digest and, where the store says that the
// file is complete, the file with its hash. It returns the first difference. Only
// of a store that retains its pieces does that say more than Add did.
func (s *Store) Audit() error {
	s.mu.Lock()
	files := slices.Sorted(maps.Keys(s.files))
	s.mu.Unlock()
	for _, file := range files {
		if err := s.audit(file); err != nil {
			return fmt.Errorf("%s on %s: %w", file, s.node, err)
		}
	}
	return nil
}

func (s *Store) audit(file string) error {
	m := s.Manifest(file)
	if m == nil {
		return ErrUnknownFile
	}
	complete := s.Complete(file)
	whole, size := sha256.New(), int64(0)
	for i := range m.NumPieces() {
		if !s.Has(file, i) {
			if complete {
				return fmt.Errorf("complete, but without piece %d of %d: %w", i, m.NumPieces(), ErrNotHeld)
			}
			continue
		}
		data, err := s.held(file, i)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); sum != m.Pieces[i] {
			return fmt.Errorf("piece %d of %d has SHA-256 %x, published was %x", i, m.NumPieces(), sum, m.Pieces[i])
		}
		size += int64(len(data))
		_, _ = whole.Write(data) // never fails
	}
	if got := whole.Sum(nil); complete && (size != m.Size || !bytes.Equal(got, m.SHA256[:])) {
		return fmt.Errorf("%d bytes with SHA-256 %x, published were %d with %x", size, got, m.Size, m.SHA256)
	}
	return nil
}
