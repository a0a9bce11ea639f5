package trial_test

import (
	"context"
	"fmt"
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

// faulty is crowd(n, size) with these faults.
func faulty(t *testing.T, n int, size scenario.Bytes, faults ...string) *scenario.Scenario {
	t.Helper()
	text := "name: t\nworkload: {files: [{name: a, size: 1MiB}]}\n" +
		"network: {origin: {uplink: 1Mbit/s, downlink: 1Mbit/s}, peers: [{name: home, count: " + fmt.Sprint(n) + ", uplink: 1Mbit/s, downlink: 1Mbit/s}]}\nfaults:\n"
	for _, f := range faults {
		text += "  - " + f + "\n"
	}
	read, err := scenario.Load("test.yaml", []byte(text), scenario.Overrides{}, trial.Declarations([]trial.Kind{stubborn().Kind()}))
	require.NoError(t, err)
	s := crowd(n, size)
	s.Faults = read.Faults
	return s
}

// stubborn tries a fetch again, a tenth of a second after it failed, until its
// context ends.
func stubborn() trialtest.Relay {
	return trialtest.Relay{
		Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			for {
				err := next()
				if err == nil || ctx.Err() != nil {
					return err
				}
				t := time.NewTimer(100 * time.Millisecond)
				select {
				case <-t.C:
				case <-ctx.Done():
				}
				t.Stop()
			}
		},
	}
}

// told lists the faults of a trial in short.
func told(t *measure.Trial) []string {
	var out []string
	for _, f := range t.Faults {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%.3f %s %s %s", f.TS, f.Action, f.Target, f.Detail)))
	}
	return out
}

func outcomes(t *measure.Trial) []string {
	var out []string
	for _, r := range t.Requests {
		out = append(out, r.Outcome)
	}
	return out
}

// Each of the four peers gets a quarter of 50 Mbit/s: 4 MiB take 2.8 s.
func TestFaultsOnNodes(t *testing.T) {
	const complete, down = measure.Complete, measure.Down
	tests := map[string]struct {
		faults   []string
		told     []string
		outcomes []string
		downS    []float64 // of the origin and the peers
		check    func(t *testing.T, tr *measure.Trial)
	}{
		"killed for good": {
			faults:   []string{"{at: 1s, kill: home-2}"},
			told:     []string{"1.000 kill home-2"},
			outcomes: []string{complete, down, complete, complete},
			check: func(t *testing.T, tr *measure.Trial) {
				assert.Regexp(t, `^\d+ of 64 pieces verified: the node is down for good: kill at 1.000 s$`, tr.Requests[1].Error)
				assert.NotNil(t, tr.MakespanS, "down is no gap")
				assert.Equal(t, 3, tr.Summary.Completed)
				assert.Less(t, *tr.Summary.Availability, 1.0)
				assert.InDelta(t, tr.VirtualS-1, tr.Nodes[2].DownS, 1e-9)
			},
		},
		"killed and back": {
			faults:   []string{"{at: 1s, kill: home-2, for: 5s}"},
			told:     []string{"1.000 kill home-2", "6.000 restart home-2"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 5, 0, 0},
			check: func(t *testing.T, tr *measure.Trial) {
				assert.Zero(t, tr.Requests[1].StartedS, "the same request")
				assert.Greater(t, *tr.Requests[1].FinishedS, 6.0)
				assert.Less(t, *tr.Requests[1].FirstByteS, 1.0, "what it had before counts")
				assert.Zero(t, tr.Nodes[2].WastedBytes, "verified pieces survive")
				assert.Less(t, *tr.Nodes[2].LongestStallS, 1.0, "no clock runs while it is down")
			},
		},
		"powered off and back": {
			faults:   []string{"{at: 1s, poweroff: home-2, for: 5s}"},
			told:     []string{"1.000 poweroff home-2", "6.000 restart home-2"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 5, 0, 0},
		},
		"left and back": {
			faults:   []string{"{at: 1s, leave: home-2, for: 5s}"},
			told:     []string{"1.000 leave home-2", "6.000 restart home-2"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 5, 0, 0},
		},
		"wiped": {
			faults:   []string{"{at: 1s, wipe: home-2, for: 1s}"},
			told:     []string{"1.000 kill home-2", "1.000 wipe home-2", "2.000 restart home-2"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 1, 0, 0},
			check: func(t *testing.T, tr *measure.Trial) {
				last := tr.Timeline[len(tr.Timeline)-1]
				assert.Greater(t, last.DeliveredBytes, int64(4*4<<20), "some of it was delivered twice")
			},
		},
		"wiped after it was done": {
			faults:   []string{"{at: 3500ms, wipe: home-2, for: 1s}", "{at: 1s, kill: home-1, for: 5s}"},
			told:     []string{"1.000 kill home-1", "3.500 kill home-2", "3.500 wipe home-2", "4.500 restart home-2", "6.000 restart home-1"},
			outcomes: []string{complete, complete, complete, complete},
		},
		"killed after it was done": {
			faults:   []string{"{at: 3500ms, kill: home-2}", "{at: 1s, kill: home-1, for: 5s}"},
			told:     []string{"1.000 kill home-1", "3.500 kill home-2", "6.000 restart home-1"},
			outcomes: []string{complete, complete, complete, complete},
		},
		"the origin is killed and comes back": {
			faults:   []string{"{at: 1s, kill: origin, for: 10s}"},
			told:     []string{"1.000 kill origin", "11.000 restart origin"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{10, 0, 0, 0, 0},
			check: func(t *testing.T, tr *measure.Trial) {
				require.NotNil(t, tr.Faults[0].RecoverS)
				assert.InDelta(t, 10.2, *tr.Faults[0].RecoverS, 0.2)
				assert.Equal(t, tr.Faults[0].RecoverS, tr.Summary.RecoverS)
				for _, n := range tr.Nodes[1:] {
					assert.InDelta(t, 10.2, *n.LongestStallS, 0.2)
				}
				zero := false
				for _, tick := range tr.Timeline {
					zero = zero || *tick.RarestCopies == 0
				}
				assert.True(t, zero, "no piece was to be had for a while")
			},
		},
		"nothing to do": {
			faults:   []string{"{at: 1s, restart: home-2}", "{at: 1s, resume: home-2}"},
			outcomes: []string{complete, complete, complete, complete},
			check: func(t *testing.T, tr *measure.Trial) {
				assert.Len(t, tr.Warnings, 2)
			},
		},
		"twice over": {
			faults:   []string{"{at: 1s, kill: home-2, for: 2s}", "{at: 2s, kill: home-2, for: 5s}"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 6, 0, 0},
		},
		"paused and resumed": {
			faults:   []string{"{at: 1s, pause: home-2, for: 10s}"},
			told:     []string{"1.000 pause home-2", "11.000 resume home-2"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 0, 0, 0},
			check: func(t *testing.T, tr *measure.Trial) {
				assert.GreaterOrEqual(t, *tr.Requests[1].FinishedS, 11.0)
				assert.InDelta(t, 10, *tr.Nodes[2].LongestStallS, 0.5)
			},
		},
		"paused for ever": {
			faults:   []string{"{at: 1s, pause: home-2}"},
			told:     []string{"1.000 pause home-2"},
			outcomes: []string{complete, measure.Incomplete, complete, complete},
		},
		"paused, then killed, then back": {
			faults:   []string{"{at: 1s, pause: home-2}", "{at: 2s, kill: home-2, for: 2s}"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 2, 0, 0},
		},
		"cut off and healed": {
			faults:   []string{"{at: 1s, partition: home-2, for: 5s}"},
			outcomes: []string{complete, complete, complete, complete},
			downS:    []float64{0, 0, 0, 0, 0},
			check: func(t *testing.T, tr *measure.Trial) {
				require.Len(t, tr.Faults, 2)
				assert.Equal(t, "heal", tr.Faults[1].Action)
				assert.Greater(t, *tr.Requests[1].FinishedS, 6.0)
			},
		},
		"disconnected": {
			faults:   []string{"{at: 1s, disconnect: [home-2, origin]}"},
			told:     []string{"1.000 disconnect home-2|origin 1 connection"},
			outcomes: []string{complete, complete, complete, complete},
		},
		"a free rider": {
			faults:   []string{"{at: 0s, free-ride: home-2}"},
			told:     []string{"0.000 free-ride home-2"},
			outcomes: []string{complete, complete, complete, complete},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := faulty(t, 4, 4<<20, tt.faults...)
			got, events := trial.Run(spec(t, s, trial.Virtual, stubborn()))
			require.Nil(t, got.Error)
			if tt.told != nil {
				assert.Equal(t, tt.told, told(got))
			}
			assert.Equal(t, tt.outcomes, outcomes(got))
			for i, d := range tt.downS {
				assert.InDelta(t, d, got.Nodes[i].DownS, 1e-6, got.Nodes[i].Node)
			}
			assert.Nil(t, got.Efficiency)
			assert.Nil(t, got.Bounds.PiecesS)
			n := 0
			for _, e := range events {
				if e.Kind == measure.EventFault {
					n++
				}
			}
			assert.Equal(t, len(got.Faults), n)
			if tt.check != nil {
				tt.check(t, got)
			}
		})
	}
}

// TestTrialEndsBeforeItsFaults checks that nobody waits for faults to come.
func TestTrialEndsBeforeItsFaults(t *testing.T) {
	s := faulty(t, 2, 1<<20, "{at: 5m, kill: home}", "{every: 1s, disconnect: [home-1, origin]}")
	got, _ := trial.Run(spec(t, s, trial.Virtual, stubborn()))
	require.Nil(t, got.Error)
	assert.Less(t, got.VirtualS, 2.0)
}

// TestRequestOfANodeThatIsDown checks when a request waits for its node.
func TestRequestOfANodeThatIsDown(t *testing.T) {
	tests := map[string]struct {
		faults  []string
		limit   time.Duration
		outcome string
		why     string
		end     float64 // of the trial; 0 for any
	}{
		"back later":             {faults: []string{"{at: 0s, kill: home-1, for: 20s}"}, outcome: measure.Complete},
		"back on a condition":    {faults: []string{"{at: 0s, kill: home-1}", "{when: time >= 30s, restart: home-1}"}, outcome: measure.Complete},
		"never back":             {faults: []string{"{at: 0s, kill: home-1}"}, outcome: measure.Down, why: "the node is down for good: kill at 0.000 s", end: 0.001},
		"back after the limit":   {faults: []string{"{at: 0s, kill: home-1, for: 1h}"}, outcome: measure.Down},
		"condition never holds":  {faults: []string{"{at: 0s, kill: home-1}", "{when: progress >= 50%, restart: home-1}"}, limit: time.Minute, outcome: measure.Incomplete, why: "time limit reached: 1m (the node was down: kill at 0.000 s)", end: 60},
		"powered off by silence": {faults: []string{"{at: 0s, poweroff: home-1, for: 20s}"}, outcome: measure.Complete},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := faulty(t, 1, 1<<20, tt.faults...)
			if tt.limit > 0 {
				s.TimeLimit = scenario.Duration(tt.limit)
			}
			got, _ := trial.Run(spec(t, s, trial.Virtual, stubborn()))
			require.Nil(t, got.Error)
			assert.Equal(t, tt.outcome, got.Requests[0].Outcome)
			assert.Contains(t, got.Requests[0].Error, tt.why)
			assert.Zero(t, got.Requests[0].StartedS)
			if tt.end > 0 {
				assert.InDelta(t, tt.end, got.VirtualS, 0.01)
			}
		})
	}
}

func TestCorruptPieces(t *testing.T) {
	r := stubborn()
	strikes := 0
	inner := r.Fetch
	r.Fetch = func(ctx context.Context, o scenario.Options, store *workload.Store, file string, next func() error) error {
		return inner(ctx, o, store, file, func() error {
			err := next()
			if err != nil && err.Error() == "corrupt piece" {
				strikes++
			}
			return err
		})
	}
	s := faulty(t, 1, 1<<20, "{at: 0s, corrupt: {nodes: origin, share: 0.2}, for: 1m}")
	got, _ := trial.Run(spec(t, s, trial.Virtual, r))
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Complete, got.Requests[0].Outcome)
	assert.Greater(t, strikes, 0)
	assert.Greater(t, got.Summary.WastedBytes, int64(0))
	assert.Equal(t, []string{"0.000 corrupt origin 0.2 of the pieces that it serves"}, told(got)[:1])
	assert.Nil(t, got.Faults[0].RecoverS, "nothing flowed before")
	assert.Nil(t, got.Summary.RecoverS)
}

// TestLinkChanges checks that a changed link has effect, and that bounds take
// the highest rate.
func TestLinkChanges(t *testing.T) {
	plain, _ := trial.Run(spec(t, faulty(t, 1, 4<<20), trial.Virtual, stubborn()))
	require.Nil(t, plain.Error)
	tests := map[string]struct {
		fault string
		least float64 // makespan over the plain one
		most  float64
		bound float64 // over the plain one
	}{
		"slow":          {"{at: 0s, slow: {nodes: home, factor: 4}}", 3.5, 4.2, 1},
		"slow for long": {"{at: 500ms, slow: {nodes: home, factor: 4}, for: 2s}", 1.7, 2.2, 1},
		"degrade":       {"{at: 0s, degrade: {nodes: home, downlink: 10Mbit/s}}", 1.8, 2.1, 1},
		"better":        {"{at: 0s, degrade: {nodes: home, downlink: 40Mbit/s}}", 0.5, 0.7, 0.5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := trial.Run(spec(t, faulty(t, 1, 4<<20, tt.fault), trial.Virtual, stubborn()))
			require.Nil(t, got.Error)
			ratio := *got.MakespanS / *plain.MakespanS
			assert.GreaterOrEqual(t, ratio, tt.least)
			assert.LessOrEqual(t, ratio, tt.most)
			assert.InDelta(t, tt.bound, *got.Bounds.FluidS / *plain.Bounds.FluidS, 1e-9)
			assert.NotEmpty(t, got.Faults[0].Detail)
		})
	}
}

func TestFaultsOverLoopback(t *testing.T) {
	s := faulty(t, 2, 1<<20, "{at: 0s, kill: origin, for: 300ms}", "{at: 0s, wipe: home-1, for: 200ms}", "{at: 100ms, leave: home-2}")
	r, boots := stubborn(), 0
	r.Boot = func(ctx context.Context, _ scenario.Options, node string, next func() error) error {
		if node == scenario.Origin {
			if boots++; boots == 1 {
				// Nobody may be finished before it is killed. If it was before it
				// got here, this is the restart, which nothing ends.
				killed, stop := context.WithTimeout(ctx, 5*time.Second)
				<-killed.Done()
				stop()
				if ctx.Err() != nil {
					return nil
				}
			}
		}
		return next()
	}
	got, _ := trial.Run(spec(t, s, trial.LoopbackNet, r))
	require.Nil(t, got.Error)
	assert.Equal(t, []string{measure.Complete, measure.Down}, outcomes(got))
	assert.Greater(t, *got.Requests[0].FinishedS, 0.3)

	s = faulty(t, 2, 1<<20, "{at: 1s, kill: origin}", "{at: 2s, poweroff: origin}")
	got, _ = trial.Run(spec(t, s, trial.LoopbackNet, stubborn()))
	require.NotNil(t, got.Error)
	assert.Equal(t, "faults.1: a loopback network cannot poweroff; use --network virtual", *got.Error)
}

func TestFaultsOnVisitors(t *testing.T) {
	s := faulty(t, 3, 1<<20, "{at: 1s, kill: home-3}", "{at: 60100ms, kill: home-2, for: 5s}", "{at: 10s, kill: home-1}")
	sp := spec(t, s, trial.Virtual, stubborn())
	stay(&sp, workload.Visit{Patience: time.Hour, SeedTime: 30 * time.Second},
		workload.Visit{Patience: time.Hour, SeedTime: 0}, workload.Visit{Patience: workload.Forever, SeedTime: workload.Forever})
	got, events := trial.Run(sp)
	require.Nil(t, got.Error)
	assert.Equal(t, []string{"10.000 kill home-1", "60.100 kill home-2", "65.100 restart home-2"}, told(got), "home-3 was not there yet")
	assert.Equal(t, []string{measure.Complete, measure.Complete, measure.Complete}, outcomes(got))
	assert.InDelta(t, *got.Requests[0].FinishedS+30, *got.Nodes[1].LeftS, 1e-6, "it left while it was down")
	assert.InDelta(t, *got.Nodes[1].LeftS-10, got.Nodes[1].DownS, 1e-6)
	assert.InDelta(t, 5, got.Nodes[2].DownS, 1e-6)
	left := 0
	for _, e := range events {
		if e.Kind == measure.EventLeave {
			left++
		}
	}
	assert.Equal(t, 2, left)
}

// TestScriptErrorEndsTheTrial checks that what goes wrong in a script is told.
func TestScriptErrorEndsTheTrial(t *testing.T) {
	tests := map[string]struct{ script, want string }{
		"while it runs": {"def on_start():\n    fail('enough')\n", "bad.star:2"},
		"before":        {"def on_start()\n", "bad.star:2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := faulty(t, 1, 1<<20, "{script: bad.star}")
			sp := spec(t, s, trial.Virtual, stubborn())
			sp.Inputs = map[string][]byte{s.Faults[0].Script: []byte(tt.script)}
			got, _ := trial.Run(sp)
			require.NotNil(t, got.Error)
			assert.Contains(t, *got.Error, tt.want)
		})
	}
}
