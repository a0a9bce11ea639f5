package resilience_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/clientserver"
	"versus/p2p"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func kinds() []trial.Kind { return []trial.Kind{clientserver.Kind(), p2p.Kind()} }

// crowd is a flash crowd of 40 homes, with faults to fill in.
const crowd = `
name: crowd
time_limit: 30m
workload:
  files: [{name: lecture.bin, size: 16MiB}]
  piece_size: 256KiB
network:
  origin: {uplink: 50Mbit/s, downlink: 50Mbit/s, delay: 10ms}
  peers: [{name: home, count: 40, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 20ms}]
architectures: {client-server: {}, p2p: {}}
faults:
`

// load reads the crowd with these faults and changes.
func load(tb testing.TB, seed uint64, faults []string, sets ...string) *scenario.Scenario {
	tb.Helper()
	text := crowd
	if len(faults) == 0 {
		text = strings.Replace(text, "faults:\n", "", 1)
	}
	for _, f := range faults {
		text += "  - " + f + "\n"
	}
	s, err := scenario.Load("crowd.yaml", []byte(text), scenario.Overrides{Seed: &seed, Sets: sets}, trial.Declarations(kinds()))
	require.NoError(tb, err)
	return s
}

// run runs one architecture through the scenario.
func run(tb testing.TB, s *scenario.Scenario, arch string) (*measure.Trial, []measure.Event) {
	tb.Helper()
	var kind trial.Kind
	for _, k := range kinds() {
		if k.Name == arch {
			kind = k
		}
	}
	spec, closeContent, err := trialtest.Prepare(s, kind, s.Seed)
	require.NoError(tb, err)
	defer func() { assert.NoError(tb, closeContent()) }()
	spec.Inputs = map[string][]byte{}
	for _, path := range s.FaultInputs() {
		spec.Inputs[path], err = os.ReadFile(path)
		require.NoError(tb, err)
	}
	t, events := trial.Run(spec)
	if t.Error != nil {
		require.Fail(tb, *t.Error)
	}
	return t, events
}

// lab is an experiment and its baseline.
type lab struct {
	base, trial *measure.Trial
	events      []measure.Event
	killed      map[string]bool // nodes that a fault took down
}

// experiment runs the crowd without faults and then with those that it gets
// from the baseline.
func experiment(t *testing.T, arch string, seed uint64, faults func(base *measure.Trial) []string, sets ...string) *lab {
	t.Helper()
	l := &lab{killed: map[string]bool{}}
	l.base, _ = run(t, load(t, seed, nil, sets...), arch)
	list := faults(l.base)
	l.trial, l.events = run(t, load(t, seed, list, sets...), arch)
	both := &measure.Result{Trials: []measure.Trial{*l.trial}, Baselines: []measure.Trial{*l.base}}
	both.Inflate()
	l.trial = &both.Trials[0]
	require.NotEmpty(t, l.trial.Faults)
	for _, f := range l.trial.Faults {
		if f.Action == "kill" || f.Action == "poweroff" {
			l.killed[f.Target] = true
		}
	}
	s := l.trial.Summary
	t.Logf("%s, seed %d, %v: %.2f s without faults, %s with; %d of %d completed, inflation %s, detected %s, recovered %s, longest stall %s, wasted %.2f MiB (%.2f), warnings %q",
		arch, seed, list, *l.base.MakespanS, text(l.trial.MakespanS), s.Completed, s.Requested, text(s.Inflation), text(s.DetectS.Max), text(s.RecoverS),
		text(s.StallS.Max), float64(s.WastedBytes)/(1<<20), float64(l.base.Summary.WastedBytes)/(1<<20), l.trial.Warnings)
	return l
}

func text(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *x)
}

// survivors checks that every node which no fault took away completed.
func (l *lab) survivors(t *testing.T) {
	t.Helper()
	for _, r := range l.trial.Requests {
		switch {
		case !l.killed[r.Node]:
			assert.Equal(t, measure.Complete, r.Outcome, "%s: %s", r.Node, r.Error)
		case r.Outcome != measure.Complete:
			assert.Equal(t, measure.Down, r.Outcome, "%s: %s", r.Node, r.Error)
		}
	}
}

var howMany = flag.Uint64("seeds", 1, "try each experiment with the seeds 1 to `N`")

// seeds are those that an experiment tries. Short tests run no whole swarms.
func seeds(t *testing.T) (all []uint64) {
	if testing.Short() {
		t.Skip("whole swarms")
	}
	for s := range *howMany {
		all = append(all, s+1)
	}
	return all
}
