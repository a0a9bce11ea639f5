package workload

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Verdict is what a store thinks of a piece that arrived.
type Verdict int

// Verdicts of Store.Add.
const (
	Accepted  Verdict = iota // verified and new
	Duplicate                // verified, but already held: wasted
	Corrupt                  // refused: wrong length or wrong digest
)

// Errors that callers branch on.
var (
	ErrUnknownFile = errors.New("file is not in the catalog")
	ErrNotHeld     = errors.New("piece is not held")
)

// Sink is told what arrives in a store. It is called outside the store's lock,
// from the goroutine that called Add or Waste, before that call returns. Another
// goroutine can see a piece in the store a moment before the sink hears of it.
// Methods must be safe for concurrent use.
type Sink interface {
	Verified(node, file string, piece, bytes int, from string)
	Wasted(node, file string, bytes int, from, reason string)
}

// Pieces is the canonical content: what a file's pieces really are.
type Pieces interface {
	// Manifest returns the file's manifest, or ErrUnknownFile.
	Manifest(file string) (*Manifest, error)
	// Piece returns the bytes of piece i, which nobody may change.
	Piece(file string, i int) ([]byte, error)
}

// Store is one node's disk: the manifests it has learned and the pieces it has
// verified. A held piece is a reference to the canonical copy, so N stores of a
// file of F bytes cost O(F). Methods are safe for concurrent use.
type Store struct {
	node    string
	content Pieces
	sink    Sink

	corrupt atomic.Pointer[corruption] // nil: what it serves is right
	selfish atomic.Bool
	retains bool     // set before it is used
	hashing *Hashing // nil for none; set before it is used

	mu    sync.Mutex
	files map[string]*holding // guarded by mu
}

// holding is what a store has of one file. Once made, it stays in the store
// until a wipe, and manifest and len(have) never change: they may be read
// without the lock.
type holding struct {
	manifest *Manifest
	have     []bool         // elements guarded by Store.mu
	count    int            // of true in have; guarded by Store.mu
	own      map[int][]byte // pieces as they arrived, of a store that retains them; guarded by Store.mu
}

func newHolding(m *Manifest) *holding {
	return &holding{manifest: m, have: make([]bool, m.NumPieces())}
}

// NewStore returns an empty store of the node. sink may be nil.
func NewStore(node string, content Pieces, sink Sink) *Store {
	return &Store{node: node, content: content, sink: sink, files: map[string]*holding{}}
}

// Fill makes the store hold the whole of the named files, as the origin does.
// On an error nothing is filled. The sink is not told.
func (s *Store) Fill(files ...string) error {
	full := make([]*Manifest, len(files))
	for i, f := range files {
		m, err := s.content.Manifest(f)
		if err != nil {
			return fmt.Errorf("filling the store of %s: %s: %w", s.node, f, err)
		}
		full[i] = m
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range full {
		h := s.files[m.File]
		if h == nil {
			h = newHolding(m)
			s.files[m.File] = h
		}
		for i := range h.have {
			h.have[i] = true
		}
		h.count = len(h.have)
	}
	return nil
}

// Learn takes a manifest that arrived over the network. It is refused when it
// differs from the canonical one; learning it twice changes nothing.
func (s *Store) Learn(m *Manifest) error {
	canon, err := s.content.Manifest(m.File)
	if err != nil {
		return fmt.Errorf("manifest of %q: %w", m.File, err)
	}
	if err := m.Check(); err != nil {
		return err
	}
	if m.Size != canon.Size || m.PieceSize != canon.PieceSize || m.SHA256 != canon.SHA256 {
		return fmt.Errorf("manifest of %s differs from the file that was published", m.File)
	}
	for i, d := range m.Pieces {
		if d != canon.Pieces[i] {
			return fmt.Errorf("manifest of %s: digest of piece %d differs from the file that was published", m.File, i)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files[m.File] == nil {
		s.files[m.File] = newHolding(canon)
	}
	return nil
}

// Manifest returns the manifest of a file that this node knows, else nil.
func (s *Store) Manifest(file string) *Manifest {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.files[file]; h != nil {
		return h.manifest
	}
	return nil
}

// Add hashes a piece that arrived from another node and keeps it if it is
// right; data is not retained. Of several equal pieces added at once, one is
// Accepted and the others are Duplicate. It returns an error only for a piece
// that no learned manifest has; the sink is not told then, so the caller should
// report the bytes to Waste.
func (s *Store) Add(file string, i int, data []byte, from string) (Verdict, error) {
	return s.add(file, i, len(data), data, from, func() Digest { return sha256.Sum256(data) })
}

// add is Add of a piece of n bytes with the way to hash it. Only a store that retains
// what it gets needs the data.
func (s *Store) add(file string, i, n int, data []byte, from string, digest func() Digest) (Verdict, error) {
	s.mu.Lock()
	h := s.files[file]
	s.mu.Unlock()
	if h == nil {
		return Corrupt, fmt.Errorf("piece %d of %q: %w", i, file, ErrUnknownFile)
	}
	if i < 0 || i >= len(h.have) {
		return Corrupt, fmt.Errorf("piece %d of %s: the file has %d", i, file, len(h.have))
	}
	verdict := Accepted
	if s.hashing != nil {
		s.hashing.hashed.Add(uint64(n))
	}
	if n != h.manifest.PieceLen(i) || digest() != h.manifest.Pieces[i] {
		verdict = Corrupt
	} else {
		s.mu.Lock()
		wiped := s.files[file] != h
		switch {
		case wiped:
		case h.have[i]:
			verdict = Duplicate
		default:
			h.have[i] = true
			h.count++
			s.retain(h, i, data)
		}
		s.mu.Unlock()
		if wiped {
			return Corrupt, fmt.Errorf("piece %d of %q: the store was wiped: %w", i, file, ErrUnknownFile)
		}
	}
	if s.sink != nil {
		switch verdict {
		case Accepted:
			s.sink.Verified(s.node, file, i, n, from)
		case Duplicate:
			s.sink.Wasted(s.node, file, n, from, "duplicate")
		case Corrupt:
			s.sink.Wasted(s.node, file, n, from, "corrupt")
		}
	}
	return verdict, nil
}

// AddArrival is Add of a piece that has arrived whole in its buffer.
func (s *Store) AddArrival(file string, i int, a *Arrival, from string) (Verdict, error) {
	return s.add(file, i, len(a.buf), a.buf, from, a.digest)
}

// HashWith has the store count what it hashes, and get help with it. It must be
// called before the store is used.
func (s *Store) HashWith(h *Hashing) { s.hashing = h }

// Waste records n file bytes that arrived and were thrown away before they
// made a piece.
func (s *Store) Waste(file string, n int, from, reason string) {
	if s.sink != nil && n > 0 {
		s.sink.Wasted(s.node, file, n, from, reason)
	}
}

// Has says whether piece i of the file is held.
func (s *Store) Has(file string, i int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.files[file]
	return h != nil && i >= 0 && i < len(h.have) && h.have[i]
}

// Have returns a copy of the set of held pieces, one element a piece, or nil
// for a file whose manifest is unknown.
func (s *Store) Have(file string) []bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.files[file]; h != nil {
		return append([]bool(nil), h.have...)
	}
	return nil
}

// Count returns how many pieces of the file are held.
func (s *Store) Count(file string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.files[file]; h != nil {
		return h.count
	}
	return 0
}

// Complete says whether every piece of the file's manifest is held.
func (s *Store) Complete(file string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.files[file]
	return h != nil && h.count == len(h.have)
}

// Piece returns the bytes of a held piece to serve, which the caller must not
// change, or ErrNotHeld. They are the canonical ones unless Corrupt says
// otherwise.
func (s *Store) Piece(file string, i int) ([]byte, error) {
	if !s.Has(file, i) {
		return nil, fmt.Errorf("piece %d of %q: %w", i, file, ErrNotHeld)
	}
	data, err := s.held(file, i)
	if c := s.corrupt.Load(); c != nil && err == nil {
		data = c.spoil(file, i, data)
	}
	return data, err
}
