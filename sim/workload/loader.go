package workload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"versus/sim/scenario"
)

// Loader prepares the workloads of a run in the process that starts its trials:
// manifests and schedules, which are handed to the trials as data. It remembers
// what it hashed and read, so a file on disk is hashed once per run and every
// trial sees the same trace. The zero value is ready for use. Methods are safe
// for concurrent use and run one at a time. They may start goroutines, so call
// none of them inside virtual time.
type Loader struct {
	mu        sync.Mutex
	manifests map[manifestKey]*Manifest // guarded by mu
	traces    map[string][]byte         // by path; guarded by mu
	inputs    map[string]Input          // by path; guarded by mu
}

// manifestKey holds all that a manifest depends on. A file on disk leaves size
// and seed 0.
type manifestKey struct {
	entry
	seed      uint64
	pieceSize int
}

// Input is an external file that a workload was made from.
type Input struct {
	Path      string
	SizeBytes int64
	SHA256    string // hex
}

// Manifests returns the manifests of the workload's files in the order of
// Catalog. Callers share them and must not change them. Generated files depend
// on the seed. Errors name the file: one that cannot be read, is not a regular
// file, is empty, has more than MaxPieces pieces, or changes while it is read.
// It returns ctx's error soon after ctx ends.
func (l *Loader) Manifests(ctx context.Context, w scenario.Workload, seed uint64) ([]*Manifest, error) {
	entries, err := checkCatalog(w)
	if err != nil {
		return nil, err
	}
	if w.PieceSize < MinPieceSize || w.PieceSize > MaxPieceSize {
		return nil, fmt.Errorf("workload.piece_size: %d bytes is outside %d to %d", int64(w.PieceSize), MinPieceSize, MaxPieceSize)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]*Manifest, len(entries))
	for i, e := range entries {
		if out[i], err = l.manifest(ctx, e, seed, int(w.PieceSize)); err != nil {
			return nil, fmt.Errorf("workload.files: %s: %w", e.name, err)
		}
	}
	return out, nil
}

func (l *Loader) manifest(ctx context.Context, e entry, seed uint64, pieceSize int) (*Manifest, error) {
	key := manifestKey{e, seed, pieceSize}
	if e.path != "" {
		key.size, key.seed = 0, 0
	}
	if m := l.manifests[key]; m != nil {
		return m, nil
	}
	m := &Manifest{File: e.name, Size: e.size, PieceSize: pieceSize}
	var err error
	if e.path == "" {
		err = hashGenerated(ctx, m, seed)
	} else {
		err = l.hashDisk(ctx, m, e.path)
	}
	if err != nil {
		return nil, err
	}
	if l.manifests == nil {
		l.manifests = map[manifestKey]*Manifest{}
	}
	l.manifests[key] = m
	return m, nil
}

func hashGenerated(ctx context.Context, m *Manifest, seed uint64) error {
	if err := m.checkShape(); err != nil {
		return err
	}
	return hashInto(ctx, m, generated{seed, m.File})
}

func (l *Loader) hashDisk(ctx context.Context, m *Manifest, path string) error {
	f, before, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if before.Size() == 0 {
		return fmt.Errorf("%s: the file is empty", path)
	}
	m.Size = before.Size()
	if err := m.checkShape(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := hashInto(ctx, m, onDisk{path, f}); err != nil {
		return err
	}
	if err := unchanged(path, f, before); err != nil {
		return err
	}
	return l.remember(Input{path, m.Size, hex.EncodeToString(m.SHA256[:])})
}

// Schedule is the package's Schedule, with traces read once. A trace is a CSV
// file with the header t_s,node,file: seconds (0 to MaxTraceTime, on a clock of
// its own), the name of a peer, the name of a file. A file that is unreadable or
// above MaxTraceBytes, a line that does not parse, an unknown node or file, and
// a second request of one node for one file are errors that name path and line.
func (l *Loader) Schedule(w scenario.Workload, nodes []string, seed uint64) ([]Request, error) {
	if len(nodes) == 0 {
		return nil, errors.New("workload.requests: there is no peer to ask for anything")
	}
	if _, err := checkCatalog(w); err != nil {
		return nil, err
	}
	var reqs []Request
	var err error
	if w.Requests.Pattern == scenario.Trace {
		var data []byte
		if data, err = l.trace(w.Requests.Path); err == nil {
			reqs, err = parseTrace(w.Requests.Path, data, nodes, Catalog(w))
		}
	} else {
		reqs, err = draw(w, nodes, seed)
	}
	if err != nil {
		return nil, err
	}
	order(reqs)
	visits(w.Requests, reqs, seed)
	return reqs, nil
}

func (l *Loader) trace(path string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if data, ok := l.traces[path]; ok {
		return data, nil
	}
	data, err := readTrace(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	if err := l.remember(Input{path, int64(len(data)), hex.EncodeToString(sum[:])}); err != nil {
		return nil, err
	}
	if l.traces == nil {
		l.traces = map[string][]byte{}
	}
	l.traces[path] = data
	return data, nil
}

// remember notes an input; a path read twice must have the same content.
func (l *Loader) remember(in Input) error {
	if before, ok := l.inputs[in.Path]; ok && before != in {
		return fmt.Errorf("%s: the file changed since this run first read it (%d bytes then, %d now)", in.Path, before.SizeBytes, in.SizeBytes)
	}
	if l.inputs == nil {
		l.inputs = map[string]Input{}
	}
	l.inputs[in.Path] = in
	return nil
}

// Inputs lists the external files that were read so far, sorted by path.
func (l *Loader) Inputs() []Input {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Input, 0, len(l.inputs))
	for _, in := range l.inputs {
		out = append(out, in)
	}
	slices.SortFunc(out, func(a, b Input) int { return strings.Compare(a.Path, b.Path) })
	return out
}
