package fidelity_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fidelity"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/fidelity.md from docs/fidelity/fidelity.json")

// Lines of docs/fidelity.md between which the measured tables stand.
const (
	tablesBegin = "<!-- written by make golden from fidelity/fidelity.json: begin -->\n"
	tablesEnd   = "<!-- written by make golden from fidelity/fidelity.json: end -->\n"
)

// The published tables are those of the published data.
func TestGoldenPublished(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	data, err := os.ReadFile(filepath.Join(docs, "fidelity", "fidelity.json"))
	require.NoError(t, err)
	var res fidelity.Result
	require.NoError(t, json.Unmarshal(data, &res))

	table, err := res.CSV()
	require.NoError(t, err)
	pagePath := filepath.Join(docs, "fidelity.md")
	page, err := os.ReadFile(pagePath)
	require.NoError(t, err)
	before, rest, begins := strings.Cut(string(page), tablesBegin)
	_, after, ends := strings.Cut(rest, tablesEnd)
	require.True(t, begins && ends, "%s has no place for the tables", pagePath)

	for path, want := range map[string]string{
		filepath.Join(docs, "fidelity", "fidelity.txt"): res.Text(),
		filepath.Join(docs, "fidelity", "fidelity.csv"): table,
		pagePath: before + tablesBegin + res.Markdown() + tablesEnd + after,
	} {
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(want), 0o666))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), path)
	}
}
