package reports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
)

// exported are results with everything that a table may hold: a sweep, a failed
// trial, undefined figures, odd text and a seed beyond a signed number.
func exported() []*measure.Result {
	c := flashCrowd()
	c.peers = []int{2, 5}
	c.seeds = []uint64{1, 2}
	swept := c.result()
	failed := failedResult()
	failed.Trials[0].Requests[0].Error = "quote \" comma , line\nbreak"
	failed.Trials[0].Seed = 1 << 63
	failed.Trials[0].Links = []measure.Link{{Link: "campus", UpBytes: 1 << 60}}
	failed.Trials[0].Faults = []measure.Fault{{TS: 1.5, Action: "kill", Target: "home-1"}}
	failed.Trials[0].Bans = []measure.Ban{{Node: "home-2", Target: "home-3", TS: 2, Strikes: 3, Honest: true}}
	failed.Trials[0].Nodes = []measure.Node{{Node: "origin", Group: "origin", Role: measure.RoleOrigin, SentBytes: 7}}
	return []*measure.Result{swept, failed}
}

var tableNames = []string{"trials", "requests", "nodes", "links", "timeline", "faults", "bans"}

// The three formats hold the same values, and those of the result.
func TestExportsAgree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	results, runs := exported(), []string{"results/a", "results/b"}
	for _, f := range ExportFormats() {
		paths, err := Export(dir, f, results, runs)
		require.NoError(t, err)
		var want []string
		for _, name := range tableNames {
			want = append(want, filepath.Join(dir, name+"."+string(f)))
		}
		assert.Equal(t, want, paths)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 3*len(tableNames), "no unfinished file is left")

	for i, d := range datasets(results, runs) {
		t.Run(d.name, func(t *testing.T) {
			require.Equal(t, tableNames[i], d.name)
			require.NotEmpty(t, d.rows)
			assert.Equal(t, "run", d.columns[0].name)
			fromCSV := readCSV(t, filepath.Join(dir, d.name+".csv"))
			fromLines := readLines(t, filepath.Join(dir, d.name+".jsonl"))
			names, fromParquet := readParquet(t, filepath.Join(dir, d.name+".parquet"))
			require.Len(t, fromCSV, len(d.rows)+1)
			require.Len(t, fromLines, len(d.rows))
			require.Len(t, fromParquet, len(d.rows))
			assert.Equal(t, fromCSV[0], names)
			for j, row := range d.rows {
				for k, c := range d.columns {
					assert.Equal(t, cellText(row[k]), fromCSV[j+1][k], "CSV row %d, %s", j, c.name)
					assert.Equal(t, row[k], c.kind.parse(t, fromLines[j][c.name]), "JSON Lines row %d, %s", j, c.name)
					assert.Equal(t, row[k], fromParquet[j][k], "Parquet row %d, %s", j, c.name)
				}
			}
		})
	}
}

// parse reads a JSON value as the column's type.
func (k valueKind) parse(t *testing.T, x any) any {
	t.Helper()
	n, number := x.(json.Number)
	if !number {
		return x // text, a truth or null
	}
	switch k {
	case integer:
		v, err := n.Int64()
		require.NoError(t, err)
		return v
	case unsigned:
		v, err := strconv.ParseUint(n.String(), 10, 64)
		require.NoError(t, err)
		return v
	}
	v, err := n.Float64()
	require.NoError(t, err)
	return v
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	return rows
}

func readLines(t *testing.T, path string) []map[string]any {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	var out []map[string]any
	for lines := bufio.NewScanner(file); lines.Scan(); {
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.UseNumber()
		var row map[string]any
		require.NoError(t, d.Decode(&row))
		out = append(out, row)
	}
	return out
}

// readParquet reads a file by its own schema alone.
func readParquet(t *testing.T, path string) (names []string, rows [][]any) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for _, column := range file.Schema().Columns() {
		require.Len(t, column, 1)
		names = append(names, column[0])
	}
	for _, group := range file.RowGroups() {
		reader := group.Rows()
		buffer := make([]parquet.Row, 64)
		for {
			n, err := reader.ReadRows(buffer)
			for _, row := range buffer[:n] {
				var values []any
				for i, v := range row {
					leaf, _ := file.Schema().Lookup(names[i])
					values = append(values, goValue(v, leaf.Node.Type().String()))
				}
				rows = append(rows, values)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
		require.NoError(t, reader.Close())
	}
	return names, rows
}

func goValue(v parquet.Value, kind string) any {
	switch {
	case v.IsNull():
		return nil
	case v.Kind() == parquet.Boolean:
		return v.Boolean()
	case v.Kind() == parquet.Double:
		return v.Double()
	case v.Kind() == parquet.ByteArray:
		return string(v.ByteArray())
	case strings.HasPrefix(kind, "INT(64,false)"):
		return v.Uint64()
	}
	return v.Int64()
}

func TestExportIsRepeatable(t *testing.T) {
	dir := t.TempDir()
	read := func() map[string]string {
		out := map[string]string{}
		for _, f := range ExportFormats() {
			paths, err := Export(dir, f, exported(), []string{"a", "b"})
			require.NoError(t, err)
			for _, path := range paths {
				data, err := os.ReadFile(path)
				require.NoError(t, err)
				out[path] = string(data)
			}
		}
		return out
	}
	assert.Equal(t, read(), read())
}

func TestExportOfNothing(t *testing.T) {
	dir := t.TempDir()
	for _, f := range ExportFormats() {
		paths, err := Export(dir, f, []*measure.Result{{}}, []string{"a"})
		require.NoError(t, err)
		assert.Len(t, paths, len(tableNames))
	}
	assert.Len(t, readCSV(t, filepath.Join(dir, "requests.csv")), 1, "a header")
	names, rows := readParquet(t, filepath.Join(dir, "requests.parquet"))
	assert.Contains(t, names, "finished_s")
	assert.Empty(t, rows)
}

func TestExportErrors(t *testing.T) {
	_, err := Export(t.TempDir(), "xml", nil, nil)
	assert.ErrorContains(t, err, `"xml" is unknown; use one of parquet, csv, jsonl`)
	_, err = Export(t.TempDir(), ExportCSV, exported(), []string{"one"})
	assert.ErrorContains(t, err, "2 results with 1 names")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err = Export(filepath.Join(file, "data"), ExportCSV, exported(), []string{"a", "b"})
	assert.ErrorContains(t, err, file)
}

// A key that one result sweeps as a number and another as text is text.
func TestPointColumns(t *testing.T) {
	of := func(values ...any) *view {
		r := &measure.Result{}
		for i, x := range values {
			r.Trials = append(r.Trials, measure.Trial{TrialKey: measure.TrialKey{Architecture: "p2p", Seed: uint64(i), Point: map[string]any{"k": x}}})
		}
		return newView(r)
	}
	for _, tt := range []struct {
		name string
		in   []*view
		kind valueKind
		text string // of the first trial
	}{
		{"whole", []*view{of(10, 20.0)}, integer, "10"},
		{"large", []*view{of(2000000.0)}, integer, "2000000"},
		{"parts", []*view{of(10, 0.5)}, floating, "10"},
		{"quantity", []*view{of("25Mbit/s")}, textual, "25Mbit/s"},
		{"mixed", []*view{of(10.0), of("rarest")}, textual, "10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			columns := pointColumns(tt.in)
			assert.Equal(t, []dataColumn{{"point.k", tt.kind}}, columns)
			assert.Equal(t, tt.text, cellText(pointCells(columns, &tt.in[0].result.Trials[0])[0]))
			other := &measure.Trial{}
			assert.Equal(t, []any{nil}, pointCells(columns, other))
		})
	}
}

func TestJSONLines(t *testing.T) {
	for name, r := range cases() {
		text := written(t, JSONL, r, Options{})
		assert.Equal(t, len(r.Trials), strings.Count(text, "\n"), name)
		for line := range strings.Lines(text) {
			assert.True(t, json.Valid([]byte(line)), name)
			assert.True(t, strings.HasPrefix(line, `{"scenario":`), name)
		}
	}
}

// Every single figure of a trial, of its bounds and of its summary is a column.
func TestTrialsHaveEveryFigure(t *testing.T) {
	var names []string
	var leaves func(reflect.Type, string)
	leaves = func(of reflect.Type, prefix string) {
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if _, single := kindOfType(inner); single {
				names = append(names, prefix+name)
			} else if inner.Kind() == reflect.Struct {
				leaves(inner, prefix+name+"_")
			}
		}
	}
	leaves(reflect.TypeFor[measure.Bounds](), "")
	leaves(reflect.TypeFor[measure.Summary](), "")
	require.Greater(t, len(names), 40)
	var columns []string
	for _, f := range fields() {
		columns = append(columns, f.name)
	}
	assert.Subset(t, columns, names)

	r := bounded(flashCrowd().result(), map[string]string{"p2p": "all uplinks"})
	table := trialsOf([]*view{newView(r)}, nil)
	at := slices.Index(columns, "fluid_by")
	assert.Nil(t, table.rows[0][at], "an older result does not say")
	assert.Equal(t, "all uplinks", table.rows[1][at])
}
