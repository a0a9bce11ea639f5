package measure

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func key(arch string, seed uint64) TrialKey {
	return TrialKey{Architecture: arch, Seed: seed, Point: map[string]any{"peers": 40}}
}

func head(missing ...TrialKey) *Result {
	return &Result{Schema: Schema, ScenarioSHA256: "00", Missing: missing}
}

func trialOf(k TrialKey) *Trial { return &Trial{TrialKey: k, Network: "virtual"} }

func begun(t *testing.T, missing ...TrialKey) (*Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new", "out")
	f, err := CreateFolder(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	require.NoError(t, f.Begin(head(missing...)))
	return f, dir
}

func architectures(trials []Trial) (out []string) {
	for i := range trials {
		out = append(out, trials[i].Architecture)
	}
	return out
}

func TestFolderKeepsFinishedTrials(t *testing.T) {
	f, dir := begun(t, key("a", 1), key("b", 1), key("c", 1))
	require.NoError(t, f.Append(trialOf(key("c", 1)), []Event{{TS: 1, Kind: "x", Node: "n"}}))
	require.NoError(t, f.Append(trialOf(key("a", 1)), nil))

	// As after kill -9: nobody called Finish.
	got, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "c"}, architectures(got.Trials), "in the planned order")
	require.Len(t, got.Missing, 1)
	assert.Equal(t, key("b", 1).ID(), got.Missing[0].ID())

	res := head(key("b", 1))
	res.Trials = got.Trials
	require.NoError(t, f.Finish(res))
	assert.NoFileExists(t, filepath.Join(dir, JournalFile))
	again, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, got, again)
}

func TestFolderToleratesTornLines(t *testing.T) {
	f, dir := begun(t, key("a", 1), key("b", 1))
	require.NoError(t, f.Append(trialOf(key("a", 1)), []Event{{Kind: "kept", Node: "n"}}))
	tear := func(name, text string) {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}
	tear(EventsFile, `{"architecture":"b","seed":1,"point":{"peers":40},"t_s":0,"kind":"of an unfinished trial","node":"n"}`+"\n"+`{"arch`)
	tear(JournalFile, `{"architecture":"b","seed":1,"poi`)

	got, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, architectures(got.Trials))

	// Going on leaves whole lines only.
	g, got, err := ReopenFolder(dir)
	require.NoError(t, err)
	defer g.Close()
	require.NoError(t, g.Begin(got))
	require.NoError(t, g.Append(trialOf(key("b", 1)), []Event{{Kind: "new", Node: "n"}}))
	got, err = Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, architectures(got.Trials))
	var kinds []string
	require.NoError(t, ReadEvents(dir, got, func(e Event) error {
		kinds = append(kinds, e.Architecture+" "+e.Kind)
		return nil
	}))
	assert.Equal(t, []string{"a kept", "b new"}, kinds)
}

func TestReadRefusesADamagedJournal(t *testing.T) {
	f, dir := begun(t, key("a", 1))
	require.NoError(t, f.Append(trialOf(key("a", 1)), nil))
	path := filepath.Join(dir, JournalFile)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append([]byte("not json\n"), data...), 0o600))
	_, err = Read(dir)
	require.ErrorContains(t, err, path+":1: ")
}

func TestCreateFolderRefusesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := CreateFolder(dir)
	require.ErrorIs(t, err, ErrNotEmpty)
	assert.ErrorContains(t, err, dir)
	assert.ErrorContains(t, err, "notes.txt")
	_, err = CreateFolder(file)
	require.ErrorContains(t, err, file)
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		sub := filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(sub, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(sub, ResultFile), []byte(text), 0o600))
		return sub
	}
	empty := filepath.Join(dir, "nothing")
	require.NoError(t, os.Mkdir(empty, 0o700))
	tests := map[string]struct{ path, want string }{
		"no folder":      {filepath.Join(dir, "absent"), "there is no folder " + filepath.Join(dir, "absent")},
		"not a folder":   {filepath.Join(write("file", "{}"), ResultFile), "is a file, not a result folder"},
		"no result":      {empty, "is not a result folder, it has no result.json"},
		"empty file":     {write("empty", "\n"), "the file is empty"},
		"cut off":        {write("cut", `{"schema": "versus/result/v1", "trials": [`), "the JSON is cut off after 42 bytes"},
		"not JSON":       {write("text", "{\n\n  oops"), "line 3: not JSON"},
		"another JSON":   {write("other", `{"name": "x"}`), "not a result: it has no field schema"},
		"newer version":  {write("newer", `{"schema": "versus/result/v2"}`), `its schema is "versus/result/v2", this program reads "versus/result/v1"`},
		"wrong type":     {write("type", `{"schema": "versus/result/v1", "trials": 3}`), "trials"},
		"schema, number": {write("number", `{"schema": 1}`), "schema"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Read(tt.path)
			require.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, dir)
		})
	}
}

func TestDecodeIgnoresNewFields(t *testing.T) {
	res, err := Decode([]byte(`{"schema": "versus/result/v1", "added_later": {"x": 1}}`))
	require.NoError(t, err)
	assert.NotNil(t, res.Trials)
}

func TestEncodeHasNoNullLists(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Encode(&b, &Result{Schema: Schema, Trials: []Trial{{}}, Missing: []TrialKey{{}}, Expectations: []Expectation{{}}}))
	for _, name := range []string{"inputs", "command", "trials", "missing", "baselines", "expectations", "point", "requests", "nodes", "timeline", "faults", "warnings", "modules"} {
		assert.NotContains(t, b.String(), `"`+name+`": null`)
	}
}

func TestWriteFile(t *testing.T) {
	noSpace := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	tests := map[string]struct {
		write func(io.Writer) error
		want  error
	}{
		"whole":              {func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }, nil},
		"disk full at once":  {func(io.Writer) error { return noSpace }, syscall.ENOSPC},
		"disk full half-way": {func(w io.Writer) error { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)); return noSpace }, syscall.ENOSPC},
		"encoder gives up":   {func(io.Writer) error { return io.ErrUnexpectedEOF }, io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "result.json")
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
			err := WriteFile(path, tt.write)
			data, readErr := os.ReadFile(path)
			require.NoError(t, readErr)
			if tt.want == nil {
				require.NoError(t, err)
				assert.Equal(t, "new", string(data))
			} else {
				require.ErrorIs(t, err, tt.want)
				assert.ErrorContains(t, err, path)
				assert.Equal(t, "old", string(data), "the file before stays")
			}
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 1, "no temporary file is left")
		})
	}
	err := WriteFile(filepath.Join(t.TempDir(), "no", "such", "folder"), func(io.Writer) error { return nil })
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestJournalOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	j := &journal{f: full}
	err = appendLines(j, Event{Kind: "x"})
	require.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, "/dev/full")
	// A device cannot be cut: what follows would follow half a line.
	assert.ErrorIs(t, appendLines(j, Event{Kind: "y"}), os.ErrClosed)
}

// unencodable has a field that JSON cannot express.
type unencodable struct{ Fail func() }

func TestJournalTakesBackWhatItCouldNotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j, err := openJournal(path)
	require.NoError(t, err)
	defer j.close()
	require.NoError(t, appendLines[any](j, Event{Kind: "first"}))
	require.Error(t, appendLines[any](j, Event{Kind: strings.Repeat("x", 200<<10)}, unencodable{}))
	require.NoError(t, appendLines[any](j, Event{Kind: "second"}))
	var kinds []string
	require.NoError(t, readLines(path, func(e Event) error { kinds = append(kinds, e.Kind); return nil }))
	assert.Equal(t, []string{"first", "second"}, kinds)
}

func TestReopenRemovesUnfinishedFiles(t *testing.T) {
	f, dir := begun(t, key("a", 1))
	require.NoError(t, f.Close())
	leftover := filepath.Join(dir, tempPrefix+"result.json-0123")
	require.NoError(t, os.WriteFile(leftover, []byte("{"), 0o600))
	g, _, err := ReopenFolder(dir)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	require.NoError(t, g.Close())
	assert.NoFileExists(t, leftover)
}

func TestWriteDump(t *testing.T) {
	f, dir := begun(t)
	path, err := f.WriteDump("stalls", key("p2p", 3).FileName(), []byte("goroutine 1"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Join("stalls", "p2p-3-peers-40.txt"), path)
	data, err := os.ReadFile(filepath.Join(dir, path))
	require.NoError(t, err)
	assert.Equal(t, "goroutine 1", string(data))
}

func TestTrialKey(t *testing.T) {
	asInt := TrialKey{Architecture: "p2p", Seed: 1, Point: map[string]any{"peers": 40, "b": "x"}}
	asFloat := TrialKey{Architecture: "p2p", Seed: 1, Point: map[string]any{"b": "x", "peers": 40.0}}
	assert.Equal(t, asInt.ID(), asFloat.ID())
	assert.Equal(t, TrialKey{}.ID(), TrialKey{Point: map[string]any{}}.ID())
	other := asInt
	other.Seed = 2
	assert.NotEqual(t, asInt.ID(), other.ID())

	long := TrialKey{Architecture: "p2p", Point: map[string]any{"workload.files.0.path": "/" + strings.Repeat("../x", 99)}}
	assert.LessOrEqual(t, len(long.FileName()), maxFileName+9)
	assert.NotContains(t, long.FileName(), "/")
	longer := TrialKey{Architecture: "p2p", Point: map[string]any{"workload.files.0.path": "/" + strings.Repeat("../x", 100)}}
	assert.NotEqual(t, long.FileName(), longer.FileName())
}

func TestFinite(t *testing.T) {
	zero := 0.0
	assert.Equal(t, &zero, Finite(0))
	assert.Nil(t, Finite(zero/zero))
	assert.Nil(t, Finite(1/zero))
	assert.Nil(t, Finite(-1/zero))
}
