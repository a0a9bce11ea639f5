package run

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

// oneJob is a trial of one peer and the architecture "relay".
func oneJob(t *testing.T) *job {
	t.Helper()
	link := scenario.Link{Uplink: 50_000_000, Downlink: 50_000_000}
	s := &scenario.Scenario{
		Name: "test", Seed: 1, Repeat: 1, TimeLimit: scenario.Duration(1000 * time.Hour),
		Workload: scenario.Workload{
			Files:      []scenario.File{{Name: "a.bin", Size: 256 << 10, Count: 1}},
			PieceSize:  64 << 10,
			Requests:   scenario.Requests{Pattern: scenario.AllAtOnce},
			Popularity: scenario.Popularity{Pattern: scenario.UniformPopularity},
		},
		Network:       scenario.Network{Origin: link, Peers: []scenario.Group{{Name: "home", Count: 1, Link: link}}},
		Architectures: scenario.Architectures{{Name: "relay", Options: scenario.Options{}}},
	}
	r := &runner{plan: Plan{Network: trial.Virtual}}
	j, err := r.job(context.Background(), task{key: measure.TrialKey{Architecture: "relay", Seed: 1}, point: s})
	require.NoError(t, err)
	return j
}

func encoded(t *testing.T, j *job) []byte {
	t.Helper()
	data, err := json.Marshal(j)
	require.NoError(t, err)
	return append(data, '\n')
}

func messages(t *testing.T, out io.Reader) (trials []*measure.Trial, events []measure.Event, progress int) {
	t.Helper()
	require.NoError(t, readLines(out, maxLine, func(m message) error {
		switch {
		case m.Trial != nil:
			trials = append(trials, m.Trial)
		case m.Progress != nil:
			progress++
		default:
			assert.Empty(t, trials, "the trial comes last")
			events = append(events, m.Events...)
		}
		return nil
	}))
	return trials, events, progress
}

func TestWorker(t *testing.T) {
	stdin, parent := io.Pipe()
	go func() {
		_, _ = parent.Write(encoded(t, oneJob(t)))
	}()
	var out bytes.Buffer
	w := &worker{out: json.NewEncoder(writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte(`{"trial":`)) {
			_ = parent.Close() // as the run does
		}
		return out.Write(p)
	})), exit: func(int) { t.Error("the worker left by itself") }}
	require.NoError(t, w.run(stdin, []trial.Kind{trialtest.Relay{}.Kind()}))
	trials, events, _ := messages(t, &out)
	require.Len(t, trials, 1)
	assert.Nil(t, trials[0].Error)
	assert.Equal(t, 1, trials[0].Summary.Completed)
	assert.NotEmpty(t, events)
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestWorkerStopsWhenStdinEnds(t *testing.T) {
	stdin, parent := io.Pipe()
	begun := make(chan struct{}, 1)
	go func() {
		_, _ = parent.Write(encoded(t, oneJob(t)))
		<-begun
		_ = parent.Close()
	}()
	endless := trialtest.Relay{Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, _ func() error) error {
		// Half the time limit of virtual time is seconds of real time.
		for ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		return ctx.Err()
	}}
	var out bytes.Buffer
	w := &worker{out: json.NewEncoder(writerFunc(func(p []byte) (int, error) {
		select {
		case begun <- struct{}{}: // at the first progress
		default:
		}
		return out.Write(p)
	})), exit: func(int) {}}
	require.NoError(t, w.run(stdin, []trial.Kind{endless.Kind()}))
	trials, _, progress := messages(t, &out)
	require.Len(t, trials, 1)
	assert.Equal(t, "interrupted", *trials[0].Error)
	assert.Positive(t, progress)
}

func TestWorkerRefusesBadJobs(t *testing.T) {
	tests := map[string]struct {
		stdin string
		want  string
	}{
		"nothing":        {"", "reading a job: EOF"},
		"not JSON":       {"hello\n", "reading a job: invalid character"},
		"no end of line": {"{}", "reading a job: EOF"},
		"no scenario":    {"{}\n", "it has no scenario"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := Worker(strings.NewReader(tt.stdin), io.Discard, []trial.Kind{trialtest.Relay{}.Kind()})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestWorkerReportsWhatItCannotRun(t *testing.T) {
	good := string(encoded(t, oneJob(t)))
	tests := map[string]struct{ from, to, want string }{
		"unknown architecture": {`"architecture":"relay"`, `"architecture":"moon"`, `there is no architecture "moon"`},
		"other content":        {`"size":"256KiB"`, `"size":"128KiB"`, "opening a.bin: its manifest is of another file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			stdin := strings.NewReader(strings.Replace(good, tt.from, tt.to, 1))
			require.NoError(t, Worker(stdin, &out, []trial.Kind{trialtest.Relay{}.Kind()}))
			trials, _, _ := messages(t, &out)
			require.Len(t, trials, 1)
			assert.Contains(t, *trials[0].Error, tt.want)
		})
	}
}

func TestReadLinesBoundsALine(t *testing.T) {
	line := `{"progress":{"virtual_s":1}}` + "\n"
	tests := map[string]struct {
		limit int
		want  string
	}{
		"at the limit": {len(line), ""},
		"above it":     {len(line) - 1, "a line is longer than 28 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := 0
			err := readLines(strings.NewReader(line), tt.limit, func(message) error { n++; return nil })
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, 1, n)
		})
	}
}

func TestHeadTailKeepsBothEnds(t *testing.T) {
	h := &headTail{}
	for range 1000 {
		n, err := h.Write(bytes.Repeat([]byte("x"), 1000))
		require.NoError(t, err)
		require.Equal(t, 1000, n)
	}
	_, _ = h.Write([]byte("the end"))
	got := h.String()
	assert.LessOrEqual(t, len(got), keepHead+2*keepTail+2000)
	assert.True(t, strings.HasSuffix(got, "the end"))
	assert.Contains(t, got, "\n[...]\n")

	short := &headTail{}
	_, _ = short.Write([]byte("all of it"))
	assert.Equal(t, "all of it", short.String())
}

func TestCrashReason(t *testing.T) {
	const stack = "goroutine 7 [running]:\nversus/p2p.(*node).serve(...)\n\t/somewhere/versus/p2p/node.go:12 +0x1\n"
	tests := map[string]struct{ stderr, want string }{
		"panic":       {"warning: x\npanic: boom\n\n" + stack, "the worker crashed: panic: boom (p2p/node.go:12)"},
		"fatal error": {"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1", "the worker crashed: fatal error: all goroutines are asleep - deadlock!"},
		"message":     {"\n  reading a job: EOF\nmore", "the worker ended without a result: reading a job: EOF"},
		"silence":     {"", "the worker ended without a result"},
		"long panic":  {"panic: " + strings.Repeat("x", 5000), "the worker crashed: panic: " + strings.Repeat("x", 293) + "..."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, crashReason(tt.stderr, nil, 0))
		})
	}
}

func TestDefaultJobs(t *testing.T) {
	tasks := func(n, peers int) []task {
		point := &scenario.Scenario{
			Workload: scenario.Workload{Files: []scenario.File{{Size: 1 << 20}}},
			Network:  scenario.Network{Peers: []scenario.Group{{Count: peers}}},
		}
		return slices.Repeat([]task{{point: point}}, n)
	}
	const gib = 1 << 30
	tests := map[string]struct {
		network   string
		tasks     []task
		cpus      int
		available int64
		want      int
	}{
		"as many as processors": {trial.Virtual, tasks(8, 40), 4, 64 * gib, 4},
		"no more than trials":   {trial.Virtual, tasks(2, 40), 8, 64 * gib, 2},
		"as memory allows":      {trial.Virtual, tasks(8, 1000), 8, 16 * gib, 3},
		"at least one":          {trial.Virtual, tasks(8, 1000), 8, gib, 1},
		"memory unknown":        {trial.Virtual, tasks(8, 1000), 8, 0, 8},
		"loopback one by one":   {trial.LoopbackNet, tasks(8, 40), 8, 64 * gib, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, defaultJobs(tt.network, tt.tasks, tt.cpus, tt.available))
		})
	}
}

func TestSpareProcs(t *testing.T) {
	tests := map[string]struct {
		network       string
		workers, cpus int
		want          int
	}{
		"one trial at a time":       {trial.Virtual, 1, 2, 1},
		"a processor for each":      {trial.Virtual, 2, 2, 0},
		"not one for each":          {trial.Virtual, 2, 3, 0},
		"two for each":              {trial.Virtual, 2, 4, 1},
		"never more":                {trial.Virtual, 2, 64, 1},
		"a single processor":        {trial.Virtual, 1, 1, 0},
		"loopback has them already": {trial.LoopbackNet, 1, 8, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, spareProcs(tt.network, tt.workers, tt.cpus))
		})
	}
}

func TestWorthHelp(t *testing.T) {
	assert.False(t, worthHelp(false, spareFrom-1))
	assert.True(t, worthHelp(false, spareFrom))
	assert.True(t, worthHelp(true, spareBelow), "with help there is less to do for each byte")
	assert.False(t, worthHelp(true, spareBelow-1))
}

func TestExitCode(t *testing.T) {
	assert.Equal(t, CodeOK, ExitCode(nil))
	assert.Equal(t, CodeUsage, ExitCode(usage("x")))
	assert.Equal(t, CodeUnmeasured, ExitCode(io.EOF))
	assert.ErrorIs(t, usage("x: %w", io.EOF), io.EOF)
}
