package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports"
	"versus/sim/measure"
)

func TestPredict(t *testing.T) {
	path := writeScenario(t, tiny)
	out := filepath.Join(t.TempDir(), "r")
	r := cli{stdin: "p2p\n1.5\n"}.run("run", path, "--predict", "--out", out)
	require.Equal(t, 0, r.code, r.stderr)
	assert.Contains(t, r.stderr, "tiny: Four peers, one small file\n"+
		"origin: 10Mbit/s up; home: 4 peers, 10Mbit/s up, 50Mbit/s down; files: 512KiB; requests: all-at-once\n"+
		"Which architecture is done first, with all requests? (client-server, p2p, tie)\n"+
		"How many times as fast as the next one is it? (1 or more)\n")
	assert.NotContains(t, r.stdout, "Which architecture")
	assert.Contains(t, r.stdout, "You guessed p2p, 1.50 times as fast; measured: ")

	res, err := measure.Read(out)
	require.NoError(t, err)
	require.NotNil(t, res.Prediction)
	assert.Equal(t, "p2p", *res.Prediction.Guess.First)
	assert.EqualValues(t, 1.5, *res.Prediction.Guess.Times)
	m := res.Prediction.Measured
	require.NotNil(t, m)
	assert.Equal(t, measure.ByMakespan, m.By)
	spans := map[string]float64{}
	for _, tr := range res.Trials {
		spans[tr.Architecture] = *tr.MakespanS
	}
	if m.First != nil {
		assert.InDelta(t, spans[m.Second]/spans[*m.First], *m.Times, 1e-9)
	}

	again := versus("report", out, "--format", "markdown")
	require.Equal(t, 0, again.code, again.stderr)
	assert.Contains(t, again.stdout, "You guessed p2p, 1.50 times as fast; measured: ")
}

// What is not an answer ends the program before anything runs.
func TestPredictRefuses(t *testing.T) {
	path := writeScenario(t, tiny)
	tests := []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{name: "nonsense", stdin: "a\nb\npp2p\n", want: `--predict: no usable answer in 3 tries: "pp2p" is none of client-server, p2p, tie; did you mean p2p?`},
		{name: "nonsense as a factor", stdin: "p2p\nNaN\n-1\n1e9\n", want: `--predict: no usable answer in 3 tries: "1e9" is above 1000000`},
		{name: "no answer", stdin: "", want: "--predict: standard input ended before the answer"},
		{name: "half an answer", stdin: "p2p\n", want: "--predict: standard input ended before the answer"},
		{name: "one wrong answer and no more", stdin: "mesh\n", want: `--predict: "mesh" is none of client-server, p2p, tie`},
		{name: "nothing to compare", args: []string{"--arch", "p2p"}, want: "--predict: a guess needs two architectures to compare, and tiny runs only p2p"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "r")
			r := cli{stdin: tt.stdin}.run(append([]string{"run", path, "--predict", "--out", out}, tt.args...)...)
			assert.Equal(t, 2, r.code)
			assert.Contains(t, r.stderr, tt.want)
			assert.NoDirExists(t, out, "nothing ran")
		})
	}
}

func TestInterview(t *testing.T) {
	tests := []struct {
		name, stdin string
		first       string // guessed; empty for a tie
		times       float64
	}{
		{name: "a tie is not asked for a factor", stdin: "tie\n"},
		{name: "a beginning will do, in capitals, without an end of line", stdin: "Cl\n3x", first: "client-server", times: 3},
		{name: "third time lucky", stdin: "mesh\n\np2p\nfast\n0.5\n2 times\n", first: "p2p", times: 2},
		{name: "the least factor", stdin: "p2p\n1\n", first: "p2p", times: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := &interview{in: bufio.NewReader(strings.NewReader(tt.stdin)), out: io.Discard}
			guess, err := i.ask(reports.Question{Architectures: []string{"client-server", "p2p"}})
			require.NoError(t, err)
			if tt.first == "" {
				assert.Nil(t, guess.First)
				assert.Nil(t, guess.Times)
				return
			}
			assert.Equal(t, tt.first, *guess.First)
			assert.InDelta(t, tt.times, *guess.Times, 1e-9)
		})
	}
}

// The scenario cannot come from where the answers do.
func TestPredictNeedsStdin(t *testing.T) {
	r := cli{stdin: tiny}.run("run", "-", "--predict")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "--predict reads answers from standard input, which is the scenario here")
}

// A resumed run is not asked again; one that began without a guess gets none.
func TestPredictResumed(t *testing.T) {
	path := writeScenario(t, tiny)
	forget := func(out string) {
		t.Helper()
		res, err := measure.Read(out)
		require.NoError(t, err)
		for i := range res.Trials {
			res.Missing = append(res.Missing, res.Trials[i].TrialKey)
		}
		res.Trials = nil
		var b strings.Builder
		require.NoError(t, measure.Encode(&b, res))
		require.NoError(t, os.WriteFile(filepath.Join(out, measure.ResultFile), []byte(b.String()), 0o666))
	}
	out := filepath.Join(t.TempDir(), "guessed")
	require.Equal(t, 0, cli{stdin: "client-server\n4\n"}.run("run", path, "--predict", "--out", out).code)
	forget(out)
	for _, args := range [][]string{{}, {"--predict"}} {
		r := cli{stdin: "p2p\n9\n"}.run(append([]string{"run", path, "--out", out, "--resume"}, args...)...)
		require.Equal(t, 0, r.code, r.stderr)
		assert.Contains(t, r.stdout, "You guessed client-server, 4.00 times as fast; measured: ")
	}

	out = filepath.Join(t.TempDir(), "not")
	require.Equal(t, 0, versus("run", path, "--out", out).code)
	r := cli{stdin: "p2p\n9\n"}.run("run", path, "--out", out, "--resume", "--predict")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "was begun without a guess")

	r = cli{stdin: "p2p\n9\n"}.run("run", path, "--out", out, "--predict")
	assert.Equal(t, 2, r.code, "the folder is in use")
	assert.NotContains(t, r.stderr, "Which architecture", "nobody is asked for nothing")
}
