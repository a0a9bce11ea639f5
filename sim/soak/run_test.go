package soak_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/soak"
	"versus/sim/trial"
)

// What goes wrong is noticed, costs its schedule alone, and is kept.
func TestRunKeepsViolations(t *testing.T) {
	for _, tc := range []struct {
		mode, invariant string
		dump            bool
		stallAfter      time.Duration
	}{
		{mode: "panic", invariant: soak.Crashed, dump: true},
		{mode: "leak", invariant: soak.Crashed, dump: true}, // virtual time panics at its end
		{mode: "stall", invariant: soak.Stalled, dump: true, stallAfter: 100 * time.Millisecond},
		{mode: "lie", invariant: soak.Measured},
		{mode: "give up", invariant: soak.Outcome},
	} {
		t.Run(tc.mode, func(t *testing.T) {
			t.Setenv(modeName, tc.mode)
			out := filepath.Join(t.TempDir(), "out")
			o := soak.Options{Kinds: fickle(tc.mode), Jobs: 1, Out: out, StallAfter: tc.stallAfter, First: tc.mode == "stall"}
			sum, err := soak.Run(context.Background(), 1, 2, o)
			require.NoError(t, err)
			require.NotEmpty(t, sum.Found)
			found := sum.Found[0]
			assert.Equal(t, tc.invariant, found.Violations[0].Invariant, "%v", found.Violations)
			assert.Equal(t, 2, found.Shown)
			assert.Contains(t, sum.Text(), found.Folder)
			for name, want := range map[string]bool{"violations.txt": true, "schedule.yaml": true, "minimised.yaml": true, "goroutines.txt": tc.dump} {
				_, err := os.Stat(filepath.Join(found.Folder, name))
				assert.Equal(t, want, err == nil, name)
			}
			data, err := os.ReadFile(filepath.Join(found.Folder, "minimised.yaml"))
			require.NoError(t, err)
			s, err := scenario.Load("minimised.yaml", data, scenario.Overrides{}, []scenario.Kind{{Name: "fickle"}})
			require.NoError(t, err)
			assert.Empty(t, s.Faults, "it takes none")
			assert.Equal(t, 1, s.TotalPeers())

			again, err := soak.Replay(context.Background(), s, 3, o)
			require.NoError(t, err)
			assert.Equal(t, 3, again.Tries)
			assert.Equal(t, 3, again.Shown)
			assert.Contains(t, again.Text(), "violations  in 3 of 3 tries")
		})
	}
}

// A soak that is stopped returns what it did.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sum, err := soak.Run(ctx, 1, 1_000_000, soak.Options{
		Kinds: fickle("ok"), Jobs: 2, Out: t.TempDir(),
		Progress: func(s soak.Summary) {
			if s.Schedules >= 3 {
				cancel()
			}
		},
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, sum.Schedules, 3)
	assert.Less(t, sum.Schedules, 100)
	assert.Positive(t, sum.SimulatedS)
	assert.Positive(t, sum.Trials)
}

// A worker that cannot be started is an error.
func TestRunWithoutWorker(t *testing.T) {
	_, err := soak.Run(context.Background(), 1, 1, soak.Options{Kinds: fickle("ok"), Worker: []string{"/nonexistent"}})
	require.ErrorContains(t, err, "starting a worker")
	_, err = soak.Replay(context.Background(), drawn(t), 1, soak.Options{Kinds: fickle("ok"), Worker: []string{"/nonexistent"}})
	require.ErrorContains(t, err, "starting a worker")
}

func drawn(t *testing.T) *scenario.Scenario {
	t.Helper()
	s, err := soak.Draw(1, 0, []trial.Kind{fickle("ok")[0].Kind})
	require.NoError(t, err)
	return s
}
