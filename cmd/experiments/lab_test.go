package experiments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/p2p"
	"versus/scenarios"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// load reads a scenario of the library with changes, for the mesh alone.
func load(tb testing.TB, name string, seed uint64, sets ...string) *scenario.Scenario {
	tb.Helper()
	return loadFor(tb, p2p.Kind(), name, seed, sets...)
}

// loadFor is load for the architecture of kind.
func loadFor(tb testing.TB, kind trial.Kind, name string, seed uint64, sets ...string) *scenario.Scenario {
	tb.Helper()
	data, err := scenarios.Read(name)
	require.NoError(tb, err)
	s, err := scenario.Load(name+".yaml", data, scenario.Overrides{
		Archs: []string{kind.Name}, Seed: &seed, Sets: append([]string{"sweep={}", "expect=[]"}, sets...),
	}, trial.Declarations([]trial.Kind{kind}))
	require.NoError(tb, err)
	return s
}

// run runs the scenario's first trial in virtual time, watched by u.
func run(tb testing.TB, s *scenario.Scenario, u *uplinks) *measure.Trial {
	tb.Helper()
	return runAs(tb, s, u.kind(p2p.Kind()), nil)
}

// runAs runs the scenario's first trial in virtual time through the architecture
// of kind, watched by m unless that is nil.
func runAs(tb testing.TB, s *scenario.Scenario, kind trial.Kind, m *trial.Monitor) *measure.Trial {
	tb.Helper()
	spec, closeContent, err := trialtest.Prepare(s, kind, s.Seed)
	require.NoError(tb, err)
	defer func() { assert.NoError(tb, closeContent()) }()
	spec.Monitor = m
	t, _ := trial.Run(spec)
	if t.Error != nil {
		require.Fail(tb, *t.Error)
	}
	return t
}
