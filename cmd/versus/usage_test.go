package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/run"
)

// Everything that a user can get wrong gets exit code 2 and a message that
// names the place, the value and the limit, and nothing is written.
func TestBadUsage(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o666))
	full := filepath.Join(dir, "full")
	require.NoError(t, os.Mkdir(full, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(full, "thesis.tex"), []byte("x"), 0o666))
	broken := writeScenario(t, "name: x\ncolour: red\nnetwork:\n  origin: {uplink: 5}\n")

	for _, tc := range []struct {
		name string
		args []string
		want []string
	}{
		{name: "unknown command", args: []string{"rnu"}, want: []string{`"versus rnu"`, `did you mean "versus run"?`}},
		{name: "unknown flag", args: []string{"run", "--colour"}, want: []string{"--colour", "versus run --help"}},
		{name: "no scenario", args: []string{"run"}, want: []string{"one scenario", "0 arguments"}},
		{name: "unknown scenario", args: []string{"run", "flash-crowds"}, want: []string{`"flash-crowds"`, "did you mean flash-crowd?", "textbook"}},
		{name: "scenario file that is not there", args: []string{"run", "./nope.yaml"}, want: []string{"./nope.yaml"}},
		{name: "scenario that is a folder", args: []string{"run", dir + "/"}, want: []string{"is a folder"}},
		{name: "all problems of a scenario", args: []string{"run", broken},
			want: []string{"scenario.yaml:2:", "colour", "scenario.yaml:4:", `"5" has no unit`}},
		{name: "unknown architecture", args: []string{"run", "flash-crowd", "--arch", "p3p"}, want: []string{`"p3p"`, "client-server, p2p"}},
		{name: "zero peers", args: []string{"run", "flash-crowd", "--set", "peers=0"}, want: []string{"peers=0", "0 is below 1"}},
		{name: "missing unit", args: []string{"run", "flash-crowd", "--set", "network.origin.uplink=25"}, want: []string{`"25" has no unit`, "Mbit/s"}},
		{name: "negative rate", args: []string{"run", "flash-crowd", "--set", "network.origin.uplink=-1Mbit/s"}, want: []string{"-1Mbit/s"}},
		{name: "absurd size", args: []string{"run", "flash-crowd", "--set", "workload.files.0.size=9000000TB"}, want: []string{"workload.files.0.size"}},
		{name: "unknown key", args: []string{"run", "flash-crowd", "--set", "network.orign.uplink=1Mbit/s"}, want: []string{"orign", "origin"}},
		{name: "repeat", args: []string{"run", "flash-crowd", "--repeat", "0"}, want: []string{"repeat", "below 1"}},
		{name: "jobs", args: []string{"run", "flash-crowd", "--jobs", "-1"}, want: []string{"--jobs: -1 is below 0"}},
		{name: "format", args: []string{"run", "flash-crowd", "--format", "xml"}, want: []string{"--format", `"xml"`, "markdown"}},
		{name: "network", args: []string{"run", "flash-crowd", "--network", "moon"}, want: []string{`"moon"`, "loopback"}},
		{name: "empty file", args: []string{"run", "flash-crowd", "--file", empty}, want: []string{empty, "empty"}},
		{name: "file that is not there", args: []string{"run", "flash-crowd", "--file", dir + "/nope.mp4"}, want: []string{"nope.mp4", "no such file"}},
		{name: "file that is a folder", args: []string{"run", "flash-crowd", "--file", dir}, want: []string{dir}},
		{name: "folder that is not empty", args: []string{"run", "flash-crowd", "--out", full}, want: []string{full, "not empty", "thesis.tex"}},
		{name: "resume without a folder", args: []string{"run", "flash-crowd", "--resume"}, want: []string{"--out"}},
		{name: "resume of what is no run", args: []string{"run", "flash-crowd", "--resume", "--out", full}, want: []string{full}},
		{name: "report of nothing", args: []string{"report", dir + "/nope"}, want: []string{"there is no folder"}},
		{name: "report of what is no run", args: []string{"report", full}, want: []string{full}},
		{name: "report without a folder", args: []string{"report"}, want: []string{"result folders"}},
		{name: "export format", args: []string{"report", full, "--export", "xlsx"}, want: []string{"--export", `"xlsx"`, "parquet, csv, jsonl"}},
		{name: "export of what is no run", args: []string{"report", full, "--export", "csv"}, want: []string{full}},
		{name: "folder without an export", args: []string{"report", full, "--out", "x"}, want: []string{"--out", "--export"}},
		{name: "comparison of one", args: []string{"compare", full}, want: []string{"two result folders"}},
		{name: "comparison with nothing", args: []string{"compare", full, dir + "/nope"}, want: []string{full}},
		{name: "validate", args: []string{"scenarios", "validate", broken, "flash-crowd"}, want: []string{"scenario.yaml:2:"}},
		{name: "new with a bad name", args: []string{"scenarios", "new", "../x"}, want: []string{"name"}},
		{name: "version with an argument", args: []string{"version", "now"}, want: []string{"no argument"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			got := versus(tc.args...)
			assert.Equal(t, run.CodeUsage, got.code, got.stderr)
			for _, want := range tc.want {
				assert.Contains(t, got.stderr, want)
			}
			assert.NotContains(t, got.stderr, "goroutine")
			if tc.name != "validate" {
				assert.Empty(t, got.stdout)
			}
			left, err := os.ReadDir(".")
			require.NoError(t, err)
			assert.Empty(t, left, "nothing is written")
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--help"}, {"run", "--help"}, {"scenarios"}, {"scenarios", "list", "--help"}, {"scenarios", "show", "--help"},
		{"scenarios", "validate", "--help"}, {"scenarios", "new", "--help"}, {"report", "--help"}, {"version", "--help"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			got := versus(args...)
			assert.Zero(t, got.code)
			assert.Contains(t, got.stdout, "Examples:\n  versus ")
			for _, line := range strings.Split(got.stdout, "\n") {
				assert.LessOrEqual(t, len(line), 80, line)
			}
		})
	}
}

func TestScenarioVerbs(t *testing.T) {
	t.Chdir(t.TempDir())
	list := versus("scenarios", "list")
	for _, name := range []string{"flash-crowd", "textbook", "mixed-links", "small-files", "classroom", "large-release"} {
		assert.Contains(t, list.stdout, name)
	}
	assert.Contains(t, versus("scenarios", "list", "--format", "json").stdout, `"description"`)

	shown := versus("scenarios", "show", "flash-crowd")
	assert.Contains(t, shown.stdout, "name: flash-crowd")
	assert.Contains(t, versus("scenarios", "show", "--resolved", "flash-crowd").stdout, "picker: rarest-first")

	made := versus("scenarios", "new", "mine")
	require.Zero(t, made.code, made.stderr)
	assert.Contains(t, made.stdout, "versus run ./mine.yaml")
	assert.Equal(t, run.CodeUsage, versus("scenarios", "new", "mine").code, "never overwritten")
	assert.Equal(t, "./mine.yaml: valid\nflash-crowd: valid\n", versus("scenarios", "validate", "./mine.yaml", "flash-crowd").stdout)

	piped := cli{stdin: shown.stdout}.run("scenarios", "validate", "-")
	assert.Zero(t, piped.code, piped.stderr)
}

func TestVersion(t *testing.T) {
	assert.Contains(t, versus("version").stdout, "versus "+version)
	assert.Contains(t, versus("version", "--format", "json").stdout, `"modules"`)
}

func TestCompletion(t *testing.T) {
	assert.Contains(t, versus("__complete", "run", "fl").stdout, "flash-crowd")
	assert.Contains(t, versus("__complete", "run", "--network", "").stdout, "loopback")
	assert.Contains(t, versus("completion", "bash").stdout, "versus")
}
