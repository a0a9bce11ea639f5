package workload

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"versus/sim/scenario"
)

// CacheBytes bounds the pieces that a Content keeps in memory. A catalog that
// fits is generated or read once; of a larger one, the pieces used last stay.
const CacheBytes = 256 << 20

// Content is the canonical content of one trial's catalog. Pieces are generated
// from the seed or read from disk on demand, compared with their digest when
// they are loaded, and kept in a bounded cache. Methods are safe for concurrent
// use. They are plain synchronous code without channels, goroutines or timers,
// so a Content made outside virtual time may be used inside it.
type Content struct {
	names []string
	files map[string]*contentFile // neither the map nor its values change

	mu     sync.Mutex
	cache  *simplelru.LRU[pieceKey, []byte] // guarded by mu
	bytes  int64                            // in cache; guarded by mu
	budget int64
	closed bool  // guarded by mu
	err    error // the first that Piece met; guarded by mu
}

type contentFile struct {
	manifest *Manifest
	path     string // empty for a generated file
	source   source
}

type pieceKey struct {
	file  string
	piece int
}

var _ Pieces = (*Content)(nil)

// Open returns the content of the workload from the manifests that
// Loader.Manifests made of the same workload and seed; nothing is hashed again
// until it is used. Files on disk are opened now and stay open until Close, so
// one that vanished or has another size is an error here.
func Open(w scenario.Workload, seed uint64, manifests []*Manifest) (*Content, error) {
	return open(w, seed, manifests, CacheBytes)
}

func open(w scenario.Workload, seed uint64, manifests []*Manifest, budget int64) (*Content, error) {
	entries, err := checkCatalog(w)
	if err != nil {
		return nil, err
	}
	if len(manifests) != len(entries) {
		return nil, fmt.Errorf("opening the catalog: %d manifests for %d files", len(manifests), len(entries))
	}
	cache, err := simplelru.NewLRU[pieceKey, []byte](math.MaxInt, nil) // bounded by bytes in keep
	if err != nil {
		return nil, err
	}
	c := &Content{files: make(map[string]*contentFile, len(entries)), cache: cache, budget: budget}
	for i, e := range entries {
		f, err := openFile(e, seed, int(w.PieceSize), manifests[i])
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening %s: %w", e.name, err), c.Close())
		}
		c.names = append(c.names, e.name)
		c.files[e.name] = f
	}
	return c, nil
}

func openFile(e entry, seed uint64, pieceSize int, m *Manifest) (*contentFile, error) {
	if m == nil {
		return nil, errors.New("its manifest is missing")
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	if m.File != e.name || m.PieceSize != pieceSize || e.path == "" && m.Size != e.size {
		return nil, fmt.Errorf("its manifest is of another file: %s, %d bytes in pieces of %d", m.File, m.Size, m.PieceSize)
	}
	if e.path == "" {
		return &contentFile{manifest: m, source: generated{seed, e.name}}, nil
	}
	f, info, err := openRegular(e.path)
	if err != nil {
		return nil, err
	}
	if info.Size() != m.Size {
		f.Close()
		return nil, fmt.Errorf("%s: the file has %d bytes, had %d when it was hashed", e.path, info.Size(), m.Size)
	}
	return &contentFile{manifest: m, path: e.path, source: onDisk{e.path, f}}, nil
}

// Files returns the names of the catalog in order of popularity rank.
func (c *Content) Files() []string { return append([]string(nil), c.names...) }

// Manifest returns the file's manifest, which the caller must not change, or
// ErrUnknownFile.
func (c *Content) Manifest(file string) (*Manifest, error) {
	if f := c.files[file]; f != nil {
		return f.manifest, nil
	}
	return nil, fmt.Errorf("%q: %w", file, ErrUnknownFile)
}

// Piece returns the bytes of piece i, which the caller must not change. A file
// on disk that shrank, changed or cannot be read is an error that names its
// path, the piece and the offset in bytes. After Close the error is
// os.ErrClosed.
func (c *Content) Piece(file string, i int) ([]byte, error) {
	f := c.files[file]
	if f == nil {
		return nil, fmt.Errorf("piece %d of %q: %w", i, file, ErrUnknownFile)
	}
	if i < 0 || i >= len(f.manifest.Pieces) {
		return nil, fmt.Errorf("piece %d of %s: the file has %d", i, file, len(f.manifest.Pieces))
	}
	key := pieceKey{file, i}
	c.mu.Lock()
	data, ok := c.cache.Get(key)
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return nil, fmt.Errorf("piece %d of %s: the catalog: %w", i, file, os.ErrClosed)
	}
	if ok {
		return data, nil
	}
	// Two callers may load a piece at once; keep makes them share one copy.
	data, err := f.load(i)
	return c.keep(key, data, err)
}

// Err returns the first error that loading a piece met, or nil. A trial whose
// content failed has measured nothing, whatever its nodes made of the error.
func (c *Content) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close closes the files on disk and drops the cache. It may be called twice.
func (c *Content) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.cache.Purge()
	c.bytes = 0
	var errs []error
	for _, name := range c.names {
		errs = append(errs, c.files[name].source.Close())
	}
	return errors.Join(errs...)
}

// keep adds a loaded piece to the cache and drops the ones used longest ago
// until the rest fit. The newest stays even if it alone is above the budget.
func (c *Content) keep(key pieceKey, data []byte, err error) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if c.err == nil && !c.closed {
			c.err = err
		}
		return nil, err
	}
	if first, ok := c.cache.Get(key); ok {
		return first, nil
	}
	if c.closed {
		return data, nil
	}
	c.cache.Add(key, data)
	c.bytes += int64(len(data))
	for c.bytes > c.budget && c.cache.Len() > 1 {
		if _, old, ok := c.cache.RemoveOldest(); ok {
			c.bytes -= int64(len(old))
		}
	}
	return data, nil
}

// load makes or reads piece i and compares it with the manifest.
func (f *contentFile) load(i int) ([]byte, error) {
	m := f.manifest
	offset := int64(i) * int64(m.PieceSize)
	data := make([]byte, m.PieceLen(i))
	if err := f.source.read(i, offset, data); err != nil {
		return nil, err
	}
	if sha256.Sum256(data) == m.Pieces[i] {
		return data, nil
	}
	if f.path == "" {
		return nil, fmt.Errorf("%s: piece %d at offset %d: the generated bytes do not match the manifest, which was made from another seed", m.File, i, offset)
	}
	return nil, fmt.Errorf("%s: piece %d at offset %d: the file changed since it was hashed", f.path, i, offset)
}
