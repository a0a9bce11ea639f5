package trial_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// someFaults draws up to five faults of any kind.
func someFaults(r *rand.Rand) []string {
	nodes := []string{"origin", "peers", "all", "home-1", "2 of home", "50% of peers", "fastest", "most-pieces", "only-holder-of-rarest of all"}
	who := func() string { return nodes[r.IntN(len(nodes))] }
	span := func() string { return fmt.Sprintf("%dms", r.IntN(4000)) }
	when := func() string {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("when: progress >= %d%%", r.IntN(100))
		case 1:
			return fmt.Sprintf("every: {exponential: {mean: %dms}}", 300+r.IntN(3000))
		}
		return "at: " + span()
	}
	what := func() string {
		switch r.IntN(14) {
		case 0:
			return "poweroff: " + who()
		case 1:
			return "leave: " + who()
		case 2:
			return "pause: " + who()
		case 3:
			return "partition: home-1"
		case 4:
			return "partition: {from: home, to: origin}"
		case 5:
			return "degrade: {nodes: " + who() + ", uplink: 2Mbit/s, downlink: 90Mbit/s, loss: 0.05, delay: 50ms}"
		case 6:
			return "slow: {nodes: " + who() + ", factor: 5}"
		case 7:
			return "corrupt: {nodes: origin, share: 0.3}"
		case 8:
			return "wipe: " + []string{"peers", "home-2", "1 of home"}[r.IntN(3)]
		case 9:
			return "free-ride: " + who()
		}
		return "kill: " + who()
	}
	var out []string
	for range 1 + r.IntN(5) {
		f := when() + ", " + what()
		if r.IntN(3) > 0 {
			f += ", for: " + span()
		}
		out = append(out, "{"+f+"}")
	}
	return out
}

// TestRandomSchedules plays schedules of random faults and checks what must hold
// after any of them.
func TestRandomSchedules(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		faults := someFaults(r)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := faulty(t, 4, 2<<20, faults...)
			s.Seed, s.TimeLimit = seed, scenario.Duration(30*time.Second)
			sp := spec(t, s, trial.Virtual, stubborn())
			if r.IntN(3) == 0 {
				for i := range sp.Requests {
					sp.Requests[i].Visit = &workload.Visit{Patience: time.Duration(r.IntN(20000)) * time.Millisecond, SeedTime: time.Duration(r.IntN(3000)) * time.Millisecond}
					sp.Requests[i].At = time.Duration(i) * 500 * time.Millisecond
				}
			}
			got, _ := trial.Run(sp)
			require.Nil(t, got.Error, "%v %q", got.Error, faults)
			for _, q := range got.Requests {
				switch q.Outcome {
				case measure.Complete:
					assert.NotNil(t, q.FinishedS)
				case measure.Down:
					assert.Contains(t, q.Error, "down for good", "%q", faults)
				default:
					assert.Regexp(t, "time limit|patience", q.Error, "%q", faults)
				}
			}
			require.NotNil(t, got.Summary.Availability)
			assert.GreaterOrEqual(t, *got.Summary.Availability, 0.0)
			assert.LessOrEqual(t, *got.Summary.Availability, 1.0)
			for _, n := range got.Nodes {
				assert.LessOrEqual(t, n.DownS, got.VirtualS+1e-9)
				if n.LongestStallS != nil {
					assert.LessOrEqual(t, *n.LongestStallS, got.VirtualS+1e-9)
				}
			}
			for _, tick := range got.Timeline {
				assert.LessOrEqual(t, *tick.RarestCopies, tick.Online)
				assert.GreaterOrEqual(t, *tick.RarestCopies, 0)
			}
			for _, f := range got.Faults {
				if f.RecoverS != nil {
					assert.GreaterOrEqual(t, *f.RecoverS, 0.0)
				}
			}
		})
	}
}

// TestSameSeedSameFaults checks that timed and random faults are the same in two
// runs, and in another architecture.
func TestSameSeedSameFaults(t *testing.T) {
	faults := []string{
		"{at: {exponential: {mean: 1s}}, kill: 30% of peers, for: {exponential: {mean: 2s}}}",
		"{churn: {nodes: peers, session: {weibull: {scale: 8s, shape: 0.6}}, downtime: {exponential: {mean: 2s}}}}",
		"{every: 2s, disconnect: [home, origin]}",
	}
	run := func(seed uint64, r trialtest.Relay) (timed []string) {
		s := faulty(t, 10, 4<<20, faults...)
		s.Seed = seed
		s.TimeLimit = scenario.Duration(10 * time.Second)
		got, _ := trial.Run(spec(t, s, trial.Virtual, r))
		require.Nil(t, got.Error)
		for _, f := range got.Faults {
			if f.Action != "disconnect" { // depends on what is connected
				timed = append(timed, fmt.Sprint(f.TS, f.Action, f.Target))
			}
		}
		return timed
	}
	lazy := trialtest.Relay{Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, _ func() error) error {
		<-ctx.Done()
		return errors.New("never came")
	}}
	first := run(7, lazy)
	require.Greater(t, len(first), 10)
	assert.Equal(t, first, run(7, lazy))
	assert.NotEqual(t, first, run(8, lazy))
	other := run(7, stubborn())
	require.NotEmpty(t, other)
	assert.Equal(t, first[:len(other)], other, "until the trial ends")
}
