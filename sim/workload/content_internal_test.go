package workload

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
)

// The cache holds what fits, drops what was used longest ago, and gives the
// same bytes after they were dropped.
func TestCacheIsBounded(t *testing.T) {
	w := scenario.Workload{Files: []scenario.File{{Name: "a", Size: 8<<10 + 100}}, PieceSize: 1 << 10}
	ms, err := new(Loader).Manifests(t.Context(), w, 1)
	require.NoError(t, err)
	tests := []struct {
		name   string
		budget int64
		kept   []int // after reading pieces 0 to 8 in order
		bytes  int64
	}{
		{name: "everything fits", budget: 8<<10 + 100, kept: []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, bytes: 8<<10 + 100},
		{name: "one byte less", budget: 8<<10 + 99, kept: []int{1, 2, 3, 4, 5, 6, 7, 8}, bytes: 7<<10 + 100},
		{name: "two pieces", budget: 2 << 10, kept: []int{7, 8}, bytes: 1<<10 + 100},
		{name: "nothing fits", budget: 1, kept: []int{8}, bytes: 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := open(w, 1, ms, tt.budget)
			require.NoError(t, err)
			defer c.Close()
			for range 2 {
				for i := range ms[0].NumPieces() {
					_, err := c.Piece("a", i)
					require.NoError(t, err)
				}
			}
			var kept []int
			for _, k := range c.cache.Keys() {
				kept = append(kept, k.piece)
			}
			assert.ElementsMatch(t, tt.kept, kept)
			assert.Equal(t, tt.bytes, c.bytes)
		})
	}
}

func TestUnchanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))
	f, info, err := openRegular(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, unchanged(path, f, info))

	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime().Add(1e9)))
	require.ErrorContains(t, unchanged(path, f, info), path+": the file changed while it was being hashed (6 bytes before, 6 after)")

	require.NoError(t, os.Truncate(path, 3))
	require.ErrorContains(t, unchanged(path, f, info), "(6 bytes before, 3 after)")
}
