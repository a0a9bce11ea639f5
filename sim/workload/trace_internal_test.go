package workload

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever parses names only known nodes and files, each pair once, at times in
// range; what does not parse says which file.
func FuzzTrace(f *testing.F) {
	f.Add([]byte("t_s,node,file\n0,n,f\n1.5,m,f\n"))
	f.Add([]byte("\xef\xbb\xbft_s,node,file\r\n0x1p3,n,\"f\"\r\n"))
	f.Add([]byte("t_s,node,file\n1e300,n,f\n0,\"n\n,f\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reqs, err := parseTrace("t.csv", data, []string{"n", "m"}, []string{"f", "g"})
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "t.csv:"), "%v", err)
			return
		}
		require.NotEmpty(t, reqs)
		seen := map[pair]bool{}
		for _, q := range reqs {
			require.Contains(t, []string{"n", "m"}, q.Node)
			require.Contains(t, []string{"f", "g"}, q.File)
			require.False(t, seen[pair{q.Node, q.File}])
			seen[pair{q.Node, q.File}] = true
			require.GreaterOrEqual(t, q.At, seconds(0))
			require.LessOrEqual(t, q.At, MaxTraceTime)
		}
	})
}
