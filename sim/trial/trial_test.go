package trial_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crowd is a scenario of n equal peers that ask for one file at once.
func crowd(n int, size scenario.Bytes) *scenario.Scenario {
	return &scenario.Scenario{
		Name: "test", Seed: 1, Repeat: 1, TimeLimit: scenario.Duration(10 * time.Minute),
		Workload: scenario.Workload{
			Files:      []scenario.File{{Name: "a.bin", Size: size}},
			PieceSize:  64 << 10,
			Requests:   scenario.Requests{Pattern: scenario.AllAtOnce},
			Popularity: scenario.Popularity{Pattern: scenario.UniformPopularity},
		},
		Network: scenario.Network{
			Origin: link(50, 10*time.Millisecond),
			Peers:  []scenario.Group{{Name: "home", Count: n, Link: link(20, 5*time.Millisecond)}},
		},
	}
}

func link(mbit int64, delay time.Duration) scenario.Link {
	rate := scenario.Bandwidth(mbit * 1_000_000)
	return scenario.Link{Uplink: rate, Downlink: rate, Delay: scenario.Duration(delay)}
}

// spec prepares a trial of the scenario.
func spec(t testing.TB, s *scenario.Scenario, network string, r trialtest.Relay) trial.Spec {
	t.Helper()
	prepared, closeContent, err := trialtest.Prepare(s, r.Kind(), s.Seed)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, closeContent()) })
	prepared.Network, prepared.Options = network, nil
	prepared.Key.Architecture = "relay"
	prepared.Key.Point = map[string]any{"peers": float64(len(s.Nodes()) - 1)}
	return prepared
}

func TestRunMeasures(t *testing.T) {
	const size = 1 << 20
	for _, network := range []string{trial.Virtual, trial.LoopbackNet} {
		t.Run(network, func(t *testing.T) {
			s := spec(t, crowd(3, size), network, trialtest.Relay{})
			s.Monitor = &trial.Monitor{}
			got, events := trial.Run(s)

			require.Nil(t, got.Error)
			assert.Equal(t, s.Key, got.TrialKey)
			assert.Equal(t, network, got.Network)
			assert.Equal(t, 3, got.Summary.Requested)
			assert.Equal(t, 3, got.Summary.Completed)
			assert.EqualValues(t, 1, *got.Summary.SuccessRate)
			require.Len(t, got.Requests, 3)
			for i, r := range got.Requests {
				assert.Equal(t, i, r.ID)
				assert.Equal(t, fmt.Sprintf("home-%d", i+1), r.Node)
				assert.Equal(t, measure.Complete, r.Outcome)
				assert.True(t, r.SHA256OK)
				assert.Empty(t, r.Error)
				assert.GreaterOrEqual(t, *r.FirstByteS, r.StartedS)
				assert.GreaterOrEqual(t, *r.FinishedS, *r.FirstByteS)
			}
			require.Len(t, got.Nodes, 4)
			assert.Equal(t, measure.RoleOrigin, got.Nodes[0].Role)
			assert.Equal(t, "home", got.Nodes[1].Group)
			assert.Equal(t, measure.RoleDownloader, got.Nodes[1].Role)
			assert.Greater(t, got.Summary.OriginSentBytes, int64(3*size))
			assert.InDelta(t, 1.0, *got.Summary.OverheadRatio, 0.01)
			assert.Greater(t, *got.Summary.OverheadRatio, 1.0)
			assert.Zero(t, got.Summary.WastedBytes)

			last := got.Timeline[len(got.Timeline)-1]
			assert.EqualValues(t, 3*size, last.DeliveredBytes)
			assert.Equal(t, 3, last.Complete)
			assert.Equal(t, 4, last.Online)
			assert.LessOrEqual(t, len(got.Timeline), measure.MaxTicks)
			assert.Equal(t, trial.Progress{VirtualS: s.Monitor.Progress().VirtualS, Fraction: 1, Complete: 3}, s.Monitor.Progress())

			kinds := map[string]int{}
			for _, e := range events {
				kinds[e.Kind]++
			}
			assert.Equal(t, map[string]int{
				measure.EventRequest: 3, measure.EventFirstPiece: 3, measure.EventProgress: 3 * 16, measure.EventComplete: 3,
			}, kinds) // 16 pieces: a step of 0.05 or more each
			if network == trial.Virtual {
				// 3 MiB over 50 Mbit/s, headers, and a few round trips of 30 ms.
				assert.InDelta(t, 3*size*8/50e6, *got.Bounds.FluidS, 1e-9)
				assert.InDelta(t, *got.Bounds.FluidS / *got.MakespanS, *got.Efficiency, 1e-12)
				assert.Less(t, *got.Efficiency, 1448.0/1500)
				assert.Greater(t, *got.Efficiency, 0.6)
				assert.InDelta(t, 3*size*8 / *got.MakespanS, *got.Summary.GoodputBPS, 1)
				assert.Empty(t, got.Warnings)
			} else {
				assert.Nil(t, got.Bounds.FluidS)
				assert.Nil(t, got.Efficiency)
				assert.Nil(t, got.Summary.Slowdown.Max)
				require.Len(t, got.Warnings, 1)
				assert.Contains(t, got.Warnings[0], "unshaped")
			}
			assert.Nil(t, got.Bounds.PiecesS) // the relay does not share
		})
	}
}

func TestRunIsDeterministic(t *testing.T) {
	first, firstEvents := trial.Run(spec(t, crowd(5, 1<<20), trial.Virtual, trialtest.Relay{}))
	second, secondEvents := trial.Run(spec(t, crowd(5, 1<<20), trial.Virtual, trialtest.Relay{}))
	require.Nil(t, first.Error)
	assert.InEpsilon(t, *first.MakespanS, *second.MakespanS, 0.001)
	assert.Equal(t, first.Bounds, second.Bounds)
	assert.Len(t, secondEvents, len(firstEvents))
	// Which of equal peers is served first is left to the scheduler.
	stalls := func(tr *measure.Trial) (all []float64) {
		for i := range tr.Nodes[1:] {
			all = append(all, *tr.Nodes[i+1].LongestStallS)
			tr.Nodes[i+1].LongestStallS = nil
		}
		slices.Sort(all)
		return all
	}
	assert.InDeltaSlice(t, stalls(first), stalls(second), 0.001)
	assert.Equal(t, first.Nodes, second.Nodes)
}

func TestRunCutsAtTimeLimit(t *testing.T) {
	s := crowd(3, 4<<20) // 2 s at least
	s.TimeLimit = scenario.Duration(time.Second)
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.Zero(t, got.Summary.Completed)
	assert.Zero(t, *got.Summary.SuccessRate)
	assert.Nil(t, got.MakespanS)
	assert.Nil(t, got.Efficiency)
	assert.Nil(t, got.Bounds.FluidS)
	assert.Nil(t, got.Summary.CompletionS.Max)
	assert.Nil(t, got.Summary.GoodputBPS)
	assert.InDelta(t, 1, got.VirtualS, 0.01)
	for _, r := range got.Requests {
		assert.Equal(t, measure.Incomplete, r.Outcome)
		assert.Nil(t, r.FinishedS)
		assert.False(t, r.SHA256OK)
		assert.Regexp(t, `^\d+ of 64 pieces verified: time limit reached: 1s \(`, r.Error)
	}
	require.Len(t, got.Warnings, 1)
	assert.Contains(t, got.Warnings[0], "3 of 3 requests did not complete")
}

func TestRunRequestAfterTimeLimit(t *testing.T) {
	s := crowd(2, 64<<10)
	sp := spec(t, s, trial.Virtual, trialtest.Relay{})
	sp.Requests[1].At = time.Hour
	got, _ := trial.Run(sp)
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Complete, got.Requests[0].Outcome)
	assert.Equal(t, measure.Incomplete, got.Requests[1].Outcome)
	assert.Equal(t, "time limit reached: 10m before the request was made", got.Requests[1].Error)
	assert.EqualValues(t, 3600, got.Requests[1].StartedS)
	assert.Nil(t, got.MakespanS)
}

func TestRunBadArchitectures(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		relay     trialtest.Relay
		wantError string
	}{
		"fetch says done without the file": {
			relay: trialtest.Relay{Fetch: func(context.Context, scenario.Options, *workload.Store, string, func() error) error {
				return nil
			}},
			wantError: "request \\d: the fetch of a.bin on home-\\d returned without an error, but manifest not received",
		},
		"boot fails": {
			relay: trialtest.Relay{Boot: func(_ context.Context, _ scenario.Options, node string, next func() error) error {
				if node == "home-2" {
					return broken
				}
				return next()
			}},
			wantError: "the software of home-2 ended: broken",
		},
		"boot returns early": {
			relay: trialtest.Relay{Boot: func(_ context.Context, _ scenario.Options, node string, next func() error) error {
				if node == scenario.Origin {
					return next()
				}
				return nil
			}},
			wantError: "the software of home-\\d ended: it returned before it was stopped",
		},
		"fetch outlives its context": {
			relay: trialtest.Relay{Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, _ func() error) error {
				<-ctx.Done()
				time.Sleep(90 * time.Second)
				return ctx.Err()
			}},
			wantError: "a fetch of relay still runs 1m0s after its context ended",
		},
		"boot outlives its context": {
			relay: trialtest.Relay{Boot: func(ctx context.Context, _ scenario.Options, _ string, next func() error) error {
				err := next()
				time.Sleep(90 * time.Second)
				return err
			}},
			wantError: "a node of relay still runs 1m0s after its context ended",
		},
		"fetch fails at once": {
			relay: trialtest.Relay{Fetch: func(context.Context, scenario.Options, *workload.Store, string, func() error) error {
				return broken
			}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := trial.Run(spec(t, crowd(2, 64<<10), trial.Virtual, tt.relay))
			if tt.wantError == "" {
				require.Nil(t, got.Error)
				assert.Equal(t, "manifest not received: broken", got.Requests[0].Error)
			} else {
				require.NotNil(t, got.Error)
				assert.Regexp(t, "^"+tt.wantError+"$", *got.Error)
			}
			assert.Equal(t, 2, got.Summary.Requested)
			assert.Zero(t, got.Summary.Completed) // what was not measured has no figures
			assert.Nil(t, got.MakespanS)
		})
	}
}

func TestRunStops(t *testing.T) {
	monitor := &trial.Monitor{}
	sp := spec(t, crowd(2, 16<<20), trial.Virtual, trialtest.Relay{
		Fetch: func(_ context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			monitor.Stop()
			return next()
		},
	})
	sp.Monitor = monitor
	got, _ := trial.Run(sp)
	require.NotNil(t, got.Error)
	assert.Equal(t, "interrupted", *got.Error)
	assert.Less(t, got.VirtualS, 0.3)
}

func TestRunReportsStall(t *testing.T) {
	var lock sync.Mutex // blocking on it stops virtual time
	lock.Lock()
	sp := spec(t, crowd(1, 64<<10), trial.Virtual, trialtest.Relay{
		Fetch: func(_ context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			lock.Lock()
			defer lock.Unlock()
			return next()
		},
	})
	sp.StallAfter = 100 * time.Millisecond
	var reason string
	var stacks []byte
	sp.Stuck = func(r string, s []byte) {
		reason, stacks = r, s
		lock.Unlock() // so that the test can end
	}
	got, _ := trial.Run(sp)
	assert.Contains(t, reason, "stalled: nothing happened on the network for 100ms")
	assert.Contains(t, string(stacks), "TestRunReportsStall")
	assert.Nil(t, got.Error)
}

func TestRunRefusesBadSpecs(t *testing.T) {
	tests := map[string]struct {
		change func(*trial.Spec)
		want   string
	}{
		"network":    {func(s *trial.Spec) { s.Network = "moon" }, `network "moon" is unknown`},
		"no peers":   {func(s *trial.Spec) { s.Nodes = s.Nodes[:1] }, "needs the origin as its first node, and a peer"},
		"no request": {func(s *trial.Spec) { s.Requests = nil }, "needs a request"},
		"stranger":   {func(s *trial.Spec) { s.Requests[0].Node = "mars-1" }, `there is no peer "mars-1"`},
		"origin":     {func(s *trial.Spec) { s.Requests[0].Node = "origin" }, `there is no peer "origin"`},
		"ids":        {func(s *trial.Spec) { s.Requests[1].ID = 7 }, "request 1 has id 7"},
		"limit":      {func(s *trial.Spec) { s.Scenario.TimeLimit = 0 }, "time_limit"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			sp := spec(t, crowd(2, 64<<10), trial.Virtual, trialtest.Relay{})
			tt.change(&sp)
			got, events := trial.Run(sp)
			require.NotNil(t, got.Error)
			assert.Contains(t, *got.Error, tt.want)
			assert.Empty(t, events)
			assert.NotNil(t, got.Requests) // an empty list in JSON, not null
		})
	}
}

func TestRunFailsWithItsContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shrinking.bin")
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("versus"), 100_000), 0o600))
	s := crowd(2, 0)
	s.Workload.Files = []scenario.File{{Name: "shrinking.bin", Path: path}}
	sp := spec(t, s, trial.Virtual, trialtest.Relay{
		Fetch: func(_ context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			if err := os.Truncate(path, 100_000); err != nil {
				return err
			}
			return next()
		},
	})
	got, _ := trial.Run(sp)
	require.NotNil(t, got.Error)
	assert.Contains(t, *got.Error, path)
	assert.Nil(t, got.MakespanS)
}
