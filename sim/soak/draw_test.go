package soak_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/soak"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// relay is a small architecture, with options of every type.
func relay() []soak.Kind {
	return []soak.Kind{{Kind: trialtest.Relay{Name: "central", Options: []scenario.Option{
		{Name: "mode", Doc: "a text", Default: "a", Values: []string{"a", "b"}},
		{Name: "slots", Doc: "a number", Default: 4, Min: 1, Max: 64},
		{Name: "share", Doc: "a share", Default: 0.5, Min: 0, Max: 1},
		{Name: "odd", Doc: "a switch", Default: true},
	}}.Kind()}}
}

// Whatever is drawn is valid, the same again, and loads from its own file.
func TestDraw(t *testing.T) {
	kinds := []trial.Kind{relay()[0].Kind}
	seen := map[string]bool{}
	for n := range 1500 {
		s, err := soak.Draw(7, n, kinds)
		require.NoError(t, err)
		data, err := s.YAML()
		require.NoError(t, err)
		again, err := scenario.Load("again", data, scenario.Overrides{}, trial.Declarations(kinds))
		require.NoError(t, err, "%s", data)
		require.Equal(t, s, again)
		if n < 20 {
			twice, err := soak.Draw(7, n, kinds)
			require.NoError(t, err)
			require.Equal(t, s, twice)
		}
		for _, f := range s.Faults {
			seen[f.Action] = true
		}
	}
	for _, a := range scenario.Actions() {
		assert.True(t, seen[a], "no schedule of 1500 has %s", a)
	}
}
