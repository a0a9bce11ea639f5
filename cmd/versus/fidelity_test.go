package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fidelity"
)

func TestFidelity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	got := versus("fidelity", "--short", "--kernel", "off", "--out", dir, "--format", "json")
	require.Equal(t, 0, got.code, got.stderr)
	assert.Empty(t, got.stderr)
	var res fidelity.Result
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &res))
	assert.Equal(t, "versus/fidelity/v1", res.Schema)
	assert.Equal(t, "switched off", res.KernelSkipped)
	assert.NotEmpty(t, res.Rows)

	for _, name := range []string{"fidelity.json", "fidelity.csv", "fidelity.txt", "deviation.svg", "loss.svg", "queueing.svg"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.NotEmpty(t, content, name)
	}
	text, err := os.ReadFile(filepath.Join(dir, "fidelity.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "The kernel's TCP was not measured: switched off.")
}

func TestFidelityUsage(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{name: "scope", args: []string{"--full", "--short"}, want: "exclude each other"},
		{name: "kernel", args: []string{"--kernel", "maybe"}, want: `"maybe" is unknown; use auto, required or off`},
		{name: "format", args: []string{"--format", "xml"}, want: `"xml" is unknown; use text, json or csv`},
		{name: "jobs", args: []string{"--jobs", "-1"}, want: "-1 is below 0"},
		{name: "argument", args: []string{"everything"}, want: "takes no argument"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := versus(append([]string{"fidelity"}, tc.args...)...)
			assert.Equal(t, 2, got.code)
			assert.Contains(t, got.stderr, tc.want)
			assert.Empty(t, got.stdout)
		})
	}
}
