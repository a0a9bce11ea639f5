package workload_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// traced is a workload of a.bin and b.bin asked for by the trace.
func traced(path string) scenario.Workload {
	w := generated(scenario.File{Name: "a.bin", Size: 1}, scenario.File{Name: "b.bin", Size: 1})
	w.Requests = scenario.Requests{Pattern: scenario.Trace, Path: path}
	return w
}

func TestTrace(t *testing.T) {
	const text = "t_s,node,file\n" +
		"3.5,home-2,a.bin\n" +
		"\n" +
		"1.25,home-1,b.bin\n" +
		"3.5,home-1,\"a.bin\"\n"
	want := []workload.Request{
		{ID: 0, Node: "home-1", File: "b.bin"},
		{ID: 1, Node: "home-2", File: "a.bin", At: 2250 * time.Millisecond},
		{ID: 2, Node: "home-1", File: "a.bin", At: 2250 * time.Millisecond},
	}
	for name, data := range map[string]string{
		"unix lines":    text,
		"windows lines": strings.ReplaceAll(text, "\n", "\r\n"),
		"no final line": strings.TrimSuffix(text, "\n"),
		"byte order":    "\xef\xbb\xbf" + text,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := workload.Schedule(traced(write(t, "t.csv", []byte(data))), peers(2), 1)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestTraceRefuses(t *testing.T) {
	const head = "t_s,node,file\n"
	tests := []struct {
		name string
		text string
		want string // after the path
	}{
		{name: "empty", text: "", want: ":1: the trace is empty; its first line must be t_s,node,file"},
		{name: "header only", text: head, want: ": the trace has a header but no request"},
		{name: "no header", text: "0,home-1,a.bin\n", want: `:1: the header is "0,home-1,a.bin", must be t_s,node,file`},
		{name: "another order", text: "node,t_s,file\n", want: `:1: the header is "node,t_s,file", must be t_s,node,file`},
		{name: "one column more", text: "t_s,node,file,size\n", want: `:1: the header is "t_s,node,file,size", must be t_s,node,file`},
		{name: "missing field", text: head + "0,home-1\n", want: ":2: wrong number of fields"},
		{name: "open quote", text: head + "0,\"home-1,a.bin\n", want: `:2: extraneous or missing " in quoted-field`},
		{name: "not a number", text: head + "soon,home-1,a.bin\n", want: `:2: t_s: "soon" is not a finite number of seconds`},
		{name: "not finite", text: head + "inf,home-1,a.bin\n", want: `:2: t_s: "inf" is not a finite number of seconds`},
		{name: "NaN", text: head + "NaN,home-1,a.bin\n", want: `:2: t_s: "NaN" is not a finite number of seconds`},
		{name: "overflow", text: head + "1e999,home-1,a.bin\n", want: `:2: t_s: "1e999" is not a finite number of seconds`},
		{name: "negative", text: head + "-0.5,home-1,a.bin\n", want: ":2: t_s: -0.5 is below 0"},
		{name: "too late", text: head + "31536000.1,home-1,a.bin\n", want: ":2: t_s: 31536000.1 is above 31536000"},
		{name: "space", text: head + "0, home-1,a.bin\n", want: `:2: node: " home-1" is not a peer of this scenario`},
		{name: "unknown node", text: head + "\n0,home-3,a.bin\n", want: `:3: node: "home-3" is not a peer of this scenario`},
		{name: "the origin", text: head + "0,origin,a.bin\n", want: `:2: node: "origin" is not a peer of this scenario`},
		{name: "unknown file", text: head + "0,home-1,c.bin\n", want: `:2: file: "c.bin" is not in the catalog`},
		{name: "asked twice", text: head + "0,home-1,a.bin\n1,home-2,a.bin\n2,home-1,a.bin\n", want: ":4: home-1 already asked for a.bin in line 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "t.csv", []byte(tt.text))
			_, err := workload.Schedule(traced(path), peers(2), 1)
			require.EqualError(t, err, path+tt.want)
		})
	}

	t.Run("several problems", func(t *testing.T) {
		path := write(t, "t.csv", []byte(head+"-1,home-1,a.bin\n0,home-9,a.bin\n0,home-1\n0,home-1,a.bin\n"))
		_, err := workload.Schedule(traced(path), peers(2), 1)
		require.EqualError(t, err, path+":2: t_s: -1 is below 0\n"+
			path+":3: node: \"home-9\" is not a peer of this scenario\n"+
			path+":4: wrong number of fields")
	})
	t.Run("very many problems", func(t *testing.T) {
		path := write(t, "t.csv", []byte(head+strings.Repeat("0,nobody,a.bin\n", 5000)))
		_, err := workload.Schedule(traced(path), peers(2), 1)
		require.ErrorContains(t, err, path+": reading stopped after 10 problems")
		assert.Equal(t, 11, strings.Count(err.Error(), "\n")+1)
	})
	t.Run("missing file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "none.csv")
		_, err := workload.Schedule(traced(path), peers(2), 1)
		require.ErrorContains(t, err, "workload.requests.path: stat "+path)
	})
	t.Run("directory", func(t *testing.T) {
		_, err := workload.Schedule(traced(t.TempDir()), peers(2), 1)
		require.ErrorContains(t, err, "is a directory, must be a file")
	})
	t.Run("too large", func(t *testing.T) {
		path := write(t, "t.csv", nil)
		require.NoError(t, os.Truncate(path, workload.MaxTraceBytes+1))
		_, err := workload.Schedule(traced(path), peers(2), 1)
		require.EqualError(t, err, "workload.requests.path: "+path+": the trace has 67108865 bytes, allowed are 67108864")
	})
}

// Every trial of a run sees the trace that the first one read.
func TestLoaderReadsATraceOnce(t *testing.T) {
	text := []byte("t_s,node,file\n0,home-1,a.bin\n")
	path := write(t, "t.csv", text)
	var l workload.Loader
	first, err := l.Schedule(traced(path), peers(2), 1)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("rubbish"), 0o600))
	second, err := l.Schedule(traced(path), peers(2), 2)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	sum := sha256.Sum256(text)
	assert.Equal(t, []workload.Input{{Path: path, SizeBytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}}, l.Inputs())
}
