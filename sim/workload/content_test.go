package workload_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/sim/scenario"
	"versus/sim/workload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// goldenContent is the SHA-256 of 8 KiB of a.bin with seed 1 in pieces of 1 KiB.
const goldenContent = "ca037e574a101d93d3041f3ee9f6c4a3e3d1e747921df0e87ba1e8615f76c80e"

// disk is a workload of one file on disk in pieces of 1 KiB.
func disk(path string) scenario.Workload {
	return generated(scenario.File{Name: "disk.bin", Path: path})
}

// pattern returns n bytes whose pieces differ.
func pattern(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i>>10) ^ byte(i)
	}
	return out
}

func TestGeneratedContent(t *testing.T) {
	w := generated(scenario.File{Name: "a.bin", Size: 8 << 10}, scenario.File{Name: "b.bin", Size: 8 << 10})
	first, again, other := open(t, w, 1), open(t, w, 1), open(t, w, 2)
	a := bytes.Join(pieces(t, first, "a.bin"), nil)
	assert.Equal(t, a, bytes.Join(pieces(t, again, "a.bin"), nil), "the same seed gives the same bytes")
	assert.NotEqual(t, a, bytes.Join(pieces(t, other, "a.bin"), nil), "another seed gives others")
	assert.NotEqual(t, a, bytes.Join(pieces(t, first, "b.bin"), nil), "another file has others")

	var z bytes.Buffer
	f, err := flate.NewWriter(&z, flate.BestCompression)
	require.NoError(t, err)
	_, err = f.Write(a)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Greater(t, z.Len(), len(a), "the bytes compress")

	// Published digests depend on these bytes: changing them changes results.
	m, err := first.Manifest("a.bin")
	require.NoError(t, err)
	assert.Equal(t, goldenContent, hex.EncodeToString(m.SHA256[:]))
	assert.Equal(t, []string{"a.bin", "b.bin"}, first.Files())
}

func TestDiskContent(t *testing.T) {
	for _, size := range []int{1, 1023, 1024, 1025, 10000} {
		data := pattern(size)
		path := write(t, "x", data)
		c := open(t, disk(path), 1)
		assert.Equal(t, data, bytes.Join(pieces(t, c, "disk.bin"), nil), "%d bytes", size)
		m, err := c.Manifest("disk.bin")
		require.NoError(t, err)
		assert.Equal(t, workload.Digest(sha256.Sum256(data)), m.SHA256, "%d bytes", size)
		assert.NoError(t, c.Err())
	}
}

func TestContentBounds(t *testing.T) {
	c := open(t, oneFile(), 1)
	tests := []struct {
		name  string
		file  string
		piece int
		want  string
	}{
		{name: "below", file: "a.bin", piece: -1, want: "piece -1 of a.bin: the file has 3"},
		{name: "one past", file: "a.bin", piece: 3, want: "piece 3 of a.bin: the file has 3"},
		{name: "unknown", file: "b.bin", want: `piece 0 of "b.bin": file is not in the catalog`},
	}
	for _, tt := range tests {
		_, err := c.Piece(tt.file, tt.piece)
		assert.EqualError(t, err, tt.want, tt.name)
	}
	_, err := c.Manifest("b.bin")
	assert.ErrorIs(t, err, workload.ErrUnknownFile)
	assert.NoError(t, c.Err(), "a caller's mistake is not the content's")
}

// What happens to a file on disk while a run goes on.
func TestDiskFileChanges(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, path string)
		want   string // of piece 2; empty if it is still right
	}{
		{
			name:   "overwritten",
			change: func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, make([]byte, 4096), 0o600)) },
			want:   ": piece 2 at offset 2048: the file changed since it was hashed",
		},
		{
			name:   "shrank",
			change: func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 2050)) },
			want:   ": piece 2 at offset 2048: the file shrank while it was in use (2 of 1024 bytes are left)",
		},
		{
			name:   "shrank below the piece",
			change: func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 5)) },
			want:   ": piece 2 at offset 2048: the file shrank while it was in use (0 of 1024 bytes are left)",
		},
		{
			name: "another piece changed",
			change: func(t *testing.T, path string) {
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				require.NoError(t, err)
				_, err = f.WriteAt([]byte("?"), 0)
				require.NoError(t, err)
				require.NoError(t, f.Close())
			},
		},
		{
			name:   "name removed, file still open",
			change: func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "x", pattern(4096))
			c := open(t, disk(path), 1)
			tt.change(t, path)
			_, err := c.Piece("disk.bin", 2)
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, c.Err())
				return
			}
			require.EqualError(t, err, path+tt.want)
			assert.Equal(t, err, c.Err(), "the content remembers")
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	path := write(t, "x", pattern(4096))
	gone := filepath.Join(t.TempDir(), "gone")
	tests := []struct {
		name   string
		w      scenario.Workload
		change func(ms []*workload.Manifest) []*workload.Manifest
		before func(t *testing.T)
		want   string
	}{
		{name: "no manifests", w: disk(path), change: func([]*workload.Manifest) []*workload.Manifest { return nil }, want: "0 manifests for 1 files"},
		{name: "nil manifest", w: disk(path), change: func([]*workload.Manifest) []*workload.Manifest { return make([]*workload.Manifest, 1) }, want: "its manifest is missing"},
		{
			name: "manifest of another file", w: disk(path),
			change: func(ms []*workload.Manifest) []*workload.Manifest {
				m := *ms[0]
				m.File = "other"
				return []*workload.Manifest{&m}
			},
			want: "opening disk.bin: its manifest is of another file: other, 4096 bytes in pieces of 1024",
		},
		{
			name: "manifest that is not valid", w: disk(path),
			change: func(ms []*workload.Manifest) []*workload.Manifest {
				m := *ms[0]
				m.Pieces = nil
				return []*workload.Manifest{&m}
			},
			want: "0 digests for 4 pieces",
		},
		{
			name: "file grew", w: disk(gone),
			before: func(t *testing.T) { require.NoError(t, os.WriteFile(gone, pattern(4097), 0o600)) },
			want:   gone + ": the file has 4097 bytes, had 4096 when it was hashed",
		},
		{
			name: "file vanished", w: disk(gone),
			before: func(t *testing.T) { require.NoError(t, os.Remove(gone)) },
			want:   "opening disk.bin: stat " + gone,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(gone, pattern(4096), 0o600))
			ms := manifests(t, tt.w, 1)
			if tt.change != nil {
				ms = tt.change(ms)
			}
			if tt.before != nil {
				tt.before(t)
			}
			_, err := workload.Open(tt.w, 1, ms)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestWrongSeedIsNoticed(t *testing.T) {
	c, err := workload.Open(oneFile(), 2, manifests(t, oneFile(), 1))
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Piece("a.bin", 1)
	require.ErrorContains(t, err, "a.bin: piece 1 at offset 1024: the generated bytes do not match the manifest")
}

func TestContentClose(t *testing.T) {
	c, err := workload.Open(oneFile(), 1, manifests(t, oneFile(), 1))
	require.NoError(t, err)
	_, err = c.Piece("a.bin", 0)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "closing twice is fine")
	_, err = c.Piece("a.bin", 0)
	require.ErrorIs(t, err, os.ErrClosed)
	assert.NoError(t, c.Err())
}

// A content made outside virtual time serves many goroutines inside it.
func TestContentInsideVirtualTime(t *testing.T) {
	path := write(t, "x", pattern(64<<10))
	w := generated(scenario.File{Name: "a.bin", Size: 64 << 10}, scenario.File{Name: "disk.bin", Path: path})
	c := open(t, w, 1)
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		for k := range 8 {
			wg.Go(func() {
				for i := range 64 {
					for _, f := range c.Files() {
						_, err := c.Piece(f, (i+k)%64)
						assert.NoError(t, err)
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestManifestsRefuse(t *testing.T) {
	empty := write(t, "empty", nil)
	dir := t.TempDir()
	big := write(t, "big", nil)
	require.NoError(t, os.Truncate(big, workload.MaxPieces<<10+1)) // sparse; one byte past the limit
	tests := []struct {
		name string
		w    scenario.Workload
		want string
	}{
		{name: "no file", w: generated(), want: "workload.files: the catalog is empty"},
		{name: "missing", w: disk(filepath.Join(dir, "none")), want: "workload.files: disk.bin: stat " + filepath.Join(dir, "none")},
		{name: "directory", w: disk(dir), want: "workload.files: disk.bin: " + dir + ": is a directory, must be a file"},
		{name: "device", w: disk(os.DevNull), want: os.DevNull + ": is not a regular file"},
		{name: "empty", w: disk(empty), want: empty + ": the file is empty"},
		{name: "too many pieces", w: disk(big), want: "1073741825 bytes in pieces of 1024 are more than 1048576 pieces"},
		{name: "generated empty", w: generated(scenario.File{Name: "a"}), want: "size 0 is below 1"},
		{name: "negative", w: generated(scenario.File{Name: "a", Size: -1}), want: "size -1 is below 1"},
		{name: "no name", w: generated(scenario.File{Size: 1}), want: "file name has 0 bytes"},
		{name: "same name", w: generated(scenario.File{Name: "a", Size: 1}, scenario.File{Name: "a", Size: 2}), want: `the name "a" occurs twice`},
		{
			name: "same name by count",
			w:    generated(scenario.File{Name: "a.b", Size: 1, Count: 2}, scenario.File{Name: "a-2.b", Size: 2}),
			want: `the name "a-2.b" occurs twice`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := new(workload.Loader).Manifests(t.Context(), tt.w, 1)
			require.ErrorContains(t, err, tt.want)
		})
	}
	for _, size := range []scenario.Bytes{0, workload.MinPieceSize - 1, workload.MaxPieceSize + 1} {
		w := oneFile()
		w.PieceSize = size
		_, err := new(workload.Loader).Manifests(t.Context(), w, 1)
		assert.ErrorContains(t, err, "workload.piece_size", "%d", int64(size))
	}
}

func TestManifestsEndWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, size := range []scenario.Bytes{1, 1 << 20} {
		_, err := new(workload.Loader).Manifests(ctx, generated(scenario.File{Name: "a", Size: size}), 1)
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestLoaderHashesADiskFileOnce(t *testing.T) {
	path := write(t, "x", pattern(4096))
	sum := sha256.Sum256(pattern(4096))
	want := []workload.Input{{Path: path, SizeBytes: 4096, SHA256: hex.EncodeToString(sum[:])}}
	var l workload.Loader
	assert.Empty(t, l.Inputs())
	first, err := l.Manifests(t.Context(), disk(path), 1)
	require.NoError(t, err)
	assert.Equal(t, want, l.Inputs())

	// Not read again for another seed, so the removed file is not missed; Open
	// would say so.
	require.NoError(t, os.Remove(path))
	second, err := l.Manifests(t.Context(), disk(path), 2)
	require.NoError(t, err)
	assert.Same(t, first[0], second[0])

	// Another piece size needs the bytes again, and they must be the same.
	require.NoError(t, os.WriteFile(path, pattern(4097), 0o600))
	w := disk(path)
	w.PieceSize = 2048
	_, err = l.Manifests(t.Context(), w, 1)
	require.ErrorContains(t, err, path+": the file changed since this run first read it (4096 bytes then, 4097 now)")
}

// A large file is hashed with a few pieces in memory.
func TestHashingNeedsLittleMemory(t *testing.T) {
	path := write(t, "sparse", nil)
	const size = 128 << 20
	require.NoError(t, os.Truncate(path, size))
	w := disk(path)
	w.PieceSize = 256 << 10

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ms := manifests(t, w, 1)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), "bytes allocated")

	whole := sha256.New()
	_, err := io.CopyN(whole, zeros{}, size)
	require.NoError(t, err)
	assert.Equal(t, whole.Sum(nil), ms[0].SHA256[:])
	assert.Len(t, ms[0].Pieces, size/(256<<10))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func BenchmarkManifestsGenerated(b *testing.B) {
	w := generated(scenario.File{Name: "a", Size: 64 << 20})
	w.PieceSize = 256 << 10
	b.SetBytes(64 << 20)
	for b.Loop() {
		if _, err := new(workload.Loader).Manifests(b.Context(), w, 1); err != nil {
			b.Fatal(err)
		}
	}
}
