package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/run"
)

// A few schedules through both real architectures, in worker processes.
func TestSoak(t *testing.T) {
	wholeRuns(t)
	out := filepath.Join(t.TempDir(), "out")
	got := versus("soak", "--schedules", "6", "--seed", "1", "--out", out)
	require.Zero(t, got.code, got.stdout+got.stderr)
	assert.Contains(t, got.stdout, "schedules   6 of 6, seed 1")
	assert.Contains(t, got.stdout, "violations  0")
	assert.Regexp(t, `faults      .*kill \d`, got.stdout)
	assert.Contains(t, got.stderr, "/6 schedules")
	assert.NoDirExists(t, out, "nothing to keep")
}

func TestSoakReplay(t *testing.T) {
	wholeRuns(t)
	got := versus("soak", "--replay", writeScenario(t, tiny+"faults: [{at: 50ms, kill: 1 of peers, for: 200ms}]\n"), "--tries", "2")
	require.Zero(t, got.code, got.stdout+got.stderr)
	assert.Contains(t, got.stdout, "violations  in 0 of 2 tries")
	assert.Contains(t, got.stdout, "trials      4")
}

// Schedules that found bugs of the program once.
func TestSoakRegressions(t *testing.T) {
	wholeRuns(t)
	paths, err := filepath.Glob("testdata/soak/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got := versus("soak", "--replay", path, "--tries", "3")
			assert.Zero(t, got.code, got.stdout+got.stderr)
		})
	}
}

func TestSoakInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got := cli{interrupt: ctx}.run("soak", "-q")
	assert.Equal(t, run.CodeInterrupted, got.code)
	assert.Contains(t, got.stdout, "schedules   0 of 300, seed 1")
}

func TestSoakUsage(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain.txt")
	require.NoError(t, os.WriteFile(plain, nil, 0o666))
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{name: "no schedules", args: []string{"--schedules", "0"}, want: "--schedules: 0 is below 1"},
		{name: "no tries", args: []string{"--replay", "x.yaml", "--tries", "0"}, want: "--tries: 0 is below 1"},
		{name: "jobs", args: []string{"--jobs", "-1"}, want: "--jobs: -1 is below 0"},
		{name: "both", args: []string{"--replay", "x.yaml", "--seed", "2"}, want: "--replay plays one schedule"},
		{name: "tries alone", args: []string{"--tries", "3"}, want: "--tries has no meaning without --replay"},
		{name: "no such file", args: []string{"--replay", "none.yaml"}, want: "there is no scenario file none.yaml"},
		{name: "not YAML", args: []string{"--replay", plain}, want: "is no YAML file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := versus(append([]string{"soak"}, tc.args...)...)
			assert.Equal(t, run.CodeUsage, got.code)
			assert.Contains(t, got.stderr, tc.want)
		})
	}
}
