package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
)

// The main job, from the scenario to the charts, with both real architectures
// in worker processes.
func TestRunEndToEnd(t *testing.T) {
	scenario := writeScenario(t, tiny+"expect: [p2p.success_rate >= 1, client-server.success_rate >= 1]\n")
	out := filepath.Join(t.TempDir(), "out")
	got := versus("run", scenario, "--out", out)
	require.Zero(t, got.code, got.stderr)

	assert.Contains(t, got.stdout, "tiny: Four peers, one small file")
	assert.Contains(t, got.stdout, "client-server")
	assert.Contains(t, got.stdout, "makespan / bound")
	assert.Contains(t, got.stdout, "only p2p (security: noise) encrypts", "what else differs is said")
	for _, line := range strings.Split(strings.ReplaceAll(got.stdout, out, "OUT"), "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 80, line)
	}
	assert.Contains(t, got.stderr, "1/2 ")
	assert.Contains(t, got.stderr, "2/2 ")

	for _, name := range []string{"result.json", "events.jsonl", "scenario.yaml",
		"charts/completion.svg", "charts/delivered.png", "charts/sent.svg"} {
		info, err := os.Stat(filepath.Join(out, name))
		if assert.NoError(t, err) {
			assert.Positive(t, info.Size(), name)
		}
	}
	res, err := measure.Read(out)
	require.NoError(t, err)
	require.Len(t, res.Trials, 2)
	for _, trial := range res.Trials {
		require.Nil(t, trial.Error)
		assert.Equal(t, 4, trial.Summary.Completed)
		assert.GreaterOrEqual(t, *trial.MakespanS, *trial.Bounds.FluidS)
		for _, r := range trial.Requests {
			assert.True(t, r.SHA256OK)
		}
		// 4 copies of 512 KiB went somewhere, and nothing was invented.
		total := trial.Summary.OriginSentBytes + trial.Summary.PeersSentBytes
		assert.GreaterOrEqual(t, total, int64(4*512<<10))
		assert.Less(t, total, int64(5*512<<10))
	}

	t.Run("the stored scenario runs again", func(t *testing.T) {
		assert.Zero(t, versus("scenarios", "validate", filepath.Join(out, "scenario.yaml")).code)
	})
	t.Run("report draws the same again", func(t *testing.T) {
		svg := filepath.Join(out, "charts", "completion.svg")
		before, err := os.ReadFile(svg)
		require.NoError(t, err)
		require.NoError(t, os.RemoveAll(filepath.Join(out, "charts")))
		again := versus("report", out)
		require.Zero(t, again.code, again.stderr)
		assert.Equal(t, got.stdout, again.stdout)
		after, err := os.ReadFile(svg)
		require.NoError(t, err)
		assert.Equal(t, before, after)
	})
	t.Run("formats", func(t *testing.T) {
		rows, err := csv.NewReader(strings.NewReader(versus("report", out, "--format", "csv").stdout)).ReadAll()
		require.NoError(t, err)
		assert.Len(t, rows, 3)
		assert.True(t, json.Valid([]byte(versus("report", out, "--format", "json").stdout)))
		assert.Contains(t, versus("report", out, "--format", "markdown").stdout, "| client-server |")
	})
	t.Run("tables", func(t *testing.T) {
		got := versus("report", out, "--export", "parquet")
		require.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, filepath.Join(out, "data", "trials.parquet")+"\n")
		both := filepath.Join(t.TempDir(), "tables")
		got = versus("report", out, out, "--export", "csv", "--out", both)
		require.Zero(t, got.code, got.stderr)
		data, err := os.ReadFile(filepath.Join(both, "requests.csv"))
		require.NoError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		require.NoError(t, err)
		assert.Len(t, rows, 1+2*8)
		assert.Equal(t, []string{"run", "scenario", "architecture", "seed", "id"}, rows[0][:5])
		assert.Equal(t, out, rows[1][0])
		assert.Equal(t, 2, strings.Count(versus("report", out, "--format", "jsonl").stdout, "\n"))
	})
	t.Run("a second run does not overwrite", func(t *testing.T) {
		again := versus("run", scenario, "--out", out)
		assert.Equal(t, run.CodeUsage, again.code)
		assert.Contains(t, again.stderr, "--out")
	})
	t.Run("resume has nothing to do", func(t *testing.T) {
		again := versus("run", scenario, "--out", out, "--resume", "-q")
		assert.Zero(t, again.code, again.stderr)
		assert.Empty(t, again.stderr)
	})
}

// A file of the user's own goes through both architectures.
func TestRunOwnFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lecture.mp4")
	data := make([]byte, 300_001)
	src := rand.NewChaCha8([32]byte{1})
	_, _ = src.Read(data)
	require.NoError(t, os.WriteFile(file, data, 0o666))
	out := filepath.Join(dir, "out")
	got := versus("run", writeScenario(t, tiny), "--file", file, "--out", out, "--repeat", "2", "--seed", "7")
	require.Zero(t, got.code, got.stderr)
	res, err := measure.Read(out)
	require.NoError(t, err)
	require.Len(t, res.Trials, 4)
	assert.EqualValues(t, 8, res.Trials[3].Seed)
	require.Len(t, res.Inputs, 1)
	assert.EqualValues(t, len(data), res.Inputs[0].SizeBytes)
	for _, trial := range res.Trials {
		assert.Equal(t, 4, trial.Summary.Completed)
		assert.Equal(t, "lecture.mp4", trial.Requests[0].File)
	}
}

// The same software over this machine's own sockets.
func TestRunLoopback(t *testing.T) {
	got := versus("run", writeScenario(t, tiny), "--network", "loopback", "--out", filepath.Join(t.TempDir(), "out"))
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "4 of 4")
	assert.Contains(t, got.stdout, "loopback", "that links are unshaped is said")
}

// A sweep through a pipe: the scenario comes in, tidy rows go out.
func TestRunSweepThroughAPipe(t *testing.T) {
	got := cli{stdin: tiny}.run("run", "-", "--vary", "peers=1,3", "--format", "csv", "-q",
		"--out", filepath.Join(t.TempDir(), "out"))
	require.Zero(t, got.code, got.stderr)
	rows, err := csv.NewReader(strings.NewReader(got.stdout)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	assert.Contains(t, rows[0], "point.peers")
}

func TestRunProgressBar(t *testing.T) {
	got := cli{terminal: true}.run("run", writeScenario(t, tiny), "--arch", "client-server",
		"--out", filepath.Join(t.TempDir(), "out"))
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stderr, "\r")
	assert.NotContains(t, got.stderr, "1/1 client-server seed 1:", "no lines beside the bar")
}

// An expectation that fails is exit code 3, with everything measured and shown.
func TestRunUnmetExpectation(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	got := versus("run", writeScenario(t, tiny+"expect: [client-server.makespan_s <= 0.001]\n"),
		"--arch", "client-server", "--out", out)
	assert.Equal(t, run.CodeExpectation, got.code)
	assert.Contains(t, got.stdout, "makespan_s <= 0.001")
	assert.FileExists(t, filepath.Join(out, "charts", "sent.svg"))
}

// Who cannot finish in time is incomplete, never fast, and there is no makespan.
func TestRunTimeLimit(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	got := versus("run", writeScenario(t, tiny), "--set", "time_limit=1s", "--set", "network.origin.uplink=100kbit/s", "--out", out)
	require.Zero(t, got.code, got.stderr)
	res, err := measure.Read(out)
	require.NoError(t, err)
	for _, trial := range res.Trials {
		require.Nil(t, trial.Error)
		assert.Nil(t, trial.MakespanS)
		assert.Zero(t, trial.Summary.Completed)
		for _, r := range trial.Requests {
			assert.Equal(t, measure.Incomplete, r.Outcome)
			assert.NotEmpty(t, r.Error)
			assert.Nil(t, r.FinishedS)
		}
	}
}

// An interrupt keeps what is done, says so, and the rest can be done later.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	scenario, out := writeScenario(t, tiny), filepath.Join(t.TempDir(), "out")
	got := cli{interrupt: ctx}.run("run", scenario, "--out", out)
	assert.Equal(t, run.CodeInterrupted, got.code)
	assert.Contains(t, got.stderr, "interrupted")

	assert.Contains(t, versus("run", scenario, "--out", out).stderr, "--resume")
	again := versus("run", scenario, "--out", out, "--resume")
	assert.Zero(t, again.code, again.stderr)
}
