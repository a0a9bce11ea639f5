package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
)

var kills = flag.Int("kills", 3, "kill a run without warning `N` times")

// swept is a sweep of many short trials, with baselines.
const swept = tiny + `
sweep: {peers: [2, 3, 4]}
repeat: 2
faults: [{at: 50ms, kill: 1 of peers, for: 200ms}]
`

// tolerance is how far the makespans of repeated trials may be apart, as a share:
// goroutines take turns as they like, and a swarm's choices amplify that.
var tolerance = map[string]float64{"client-server": 0.02, "p2p": 0.5}

// TestKilledInTheMiddle kills a run with SIGKILL at random moments of a sweep:
// what was finished stays readable, --resume does the rest and only that, and the
// result is that of an undisturbed run.
func TestKilledInTheMiddle(t *testing.T) {
	wholeRuns(t)
	scenario := writeScenario(t, swept)
	calm := filepath.Join(t.TempDir(), "calm")
	got := versus("run", scenario, "--out", calm, "-q")
	require.Zero(t, got.code, got.stderr)
	want, err := measure.Read(calm)
	require.NoError(t, err)
	planned := len(want.Trials) + len(want.Baselines)
	require.Greater(t, planned, 15)

	r := rand.New(rand.NewPCG(1, uint64(*kills)))
	for i := range *kills {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			killWhen(t, out, 1+r.IntN(planned-1), time.Duration(r.IntN(20_000))*time.Microsecond, "run", scenario, "--out", out, "-q")
			kept, err := measure.Read(out)
			require.NoError(t, err)
			finished := trialsOf(t, kept)
			assert.Equal(t, planned, len(finished)+len(kept.Missing)+len(kept.MissingBaselines))
			for _, trial := range finished {
				assert.Nil(t, trial.Error)
			}

			again := versus("run", scenario, "--out", out, "--resume", "-q")
			require.Zero(t, again.code, again.stderr)
			res, err := measure.Read(out)
			require.NoError(t, err)
			assert.Empty(t, res.Missing)
			assert.Empty(t, res.MissingBaselines)
			all, undisturbed := trialsOf(t, res), trialsOf(t, want)
			require.Len(t, all, planned)
			for id, trial := range all {
				if before, ok := finished[id]; ok {
					// Not run again: even what differs each time is as it was. What
					// compares it with its baseline may have become known.
					assert.Equal(t, before.WallS, trial.WallS, id)
					assert.Equal(t, before.Requests, trial.Requests, id)
				}
				same, ok := undisturbed[id]
				if assert.True(t, ok, "%s is no trial of the undisturbed run", id) && assert.NotNil(t, trial.MakespanS, id) {
					assert.InEpsilon(t, *same.MakespanS, *trial.MakespanS, tolerance[trial.Architecture], id)
				}
			}
		})
	}
}

// killWhen starts the program and kills it as soon as so many trials are
// finished, and a little later.
func killWhen(t *testing.T, out string, finished int, later time.Duration, args ...string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	var stderr bytes.Buffer
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		data, _ := os.ReadFile(filepath.Join(out, measure.JournalFile)) // not there at first
		if bytes.Count(data, []byte("\n")) >= finished {
			break
		}
		select {
		case <-ended:
			require.Equal(t, run.CodeOK, cmd.ProcessState.ExitCode(), "the run ended by itself: %s", stderr.String())
			return
		case <-look.C:
		}
	}
	wait := time.NewTimer(later)
	defer wait.Stop()
	<-wait.C
	_ = cmd.Process.Kill() // SIGKILL
	<-ended
}

// trialsOf returns the trials and baselines of a result by what they are. None
// may be there twice.
func trialsOf(t *testing.T, res *measure.Result) map[string]measure.Trial {
	t.Helper()
	all := map[string]measure.Trial{}
	add := func(kind string, trials []measure.Trial) {
		for _, trial := range trials {
			id := kind + " " + trial.ID()
			assert.NotContains(t, all, id)
			all[id] = trial
		}
	}
	add("trial", res.Trials)
	add("baseline", res.Baselines)
	return all
}
