package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzParse checks that no file and no flag makes Load panic, that a refusal
// names its problems, and that what is accepted survives a round trip.
func FuzzParse(f *testing.F) {
	f.Add(base, "workload.files.1.size=4MiB", "peers=10,20")
	f.Add(full, "p2p.upload_slots=2", "")
	f.Add(string(New("mine")), "workload.requests={pattern: uniform, over: 1m}", "piece_size=64KiB")
	f.Add(faulty, "faults.0.kill=2 fastest of home", "faults.1.for=5s,{exponential: {mean: 1s}}")
	f.Add("name: x\nworkload: &w\n  files: [*w]\n", "a.b.c=[1", "sweep=1")
	bad, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(f, err)
	for _, file := range bad {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(data), "seed=1", "network.peers.0.count=1,2")
	}
	f.Fuzz(func(t *testing.T, data, set, vary string) {
		if strings.Count(data, ",") > 500 {
			return // a sweep of thousands of points is right, and slow to check twice
		}
		var ov Overrides
		if set != "" {
			ov.Sets = []string{set}
		}
		if vary != "" {
			ov.Varies = []string{vary}
		}
		s, err := Load("/fuzz/x.yaml", []byte(data), ov, testKinds())
		if err != nil {
			var problems Problems
			require.ErrorAs(t, err, &problems)
			require.NotEmpty(t, problems)
			for _, p := range problems {
				require.NotEmpty(t, p.Message)
				require.NotEmpty(t, p.File)
			}
			return
		}
		y, err := s.YAML()
		require.NoError(t, err)
		again, err := Load("/fuzz/x.yaml", y, Overrides{}, testKinds())
		require.NoError(t, err, "%s", y)
		require.Equal(t, s, again)
	})
}
