package workload_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// generated is a workload of these files in pieces of 1 KiB, asked for at once.
func generated(files ...scenario.File) scenario.Workload {
	return scenario.Workload{
		Files:      files,
		PieceSize:  1 << 10,
		Requests:   scenario.Requests{Pattern: scenario.AllAtOnce},
		Popularity: scenario.Popularity{Pattern: scenario.UniformPopularity},
	}
}

// manifests hashes the workload.
func manifests(t *testing.T, w scenario.Workload, seed uint64) []*workload.Manifest {
	t.Helper()
	ms, err := new(workload.Loader).Manifests(t.Context(), w, seed)
	require.NoError(t, err)
	return ms
}

// open hashes and opens the workload until the test ends.
func open(t *testing.T, w scenario.Workload, seed uint64) *workload.Content {
	t.Helper()
	c, err := workload.Open(w, seed, manifests(t, w, seed))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// write puts data into a new file of a temporary folder and returns its path.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
