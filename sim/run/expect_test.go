package run_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
)

func TestMargins(t *testing.T) {
	num := func(x float64) *float64 { return &x }
	for _, tt := range []struct {
		text          string
		right, margin *float64
		ok            bool
	}{
		{"central.makespan_s < 12", num(12), num(2), true},
		{"central.makespan_s <= 10", num(10), num(0), true},
		{"central.makespan_s < 10", num(10), num(0), false},
		{"central.makespan_s <= 7.5", num(7.5), num(-2.5), false},
		{"central.makespan_s > 4", num(4), num(6), true},
		{"central.makespan_s >= 11", num(11), num(-1), false},
		{"central.makespan_s == 10", num(10), num(0), true},
		{"central.makespan_s == 13", num(13), num(-3), false},
		{"central.makespan_s != 13", num(13), num(3), true},
		{"central.makespan_s < fickle.makespan_s", num(16), num(6), true},
		{"central.makespan_s < fickle.efficiency", nil, nil, false},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := run.Expectations(&measure.Result{
				Scenario: &scenario.Scenario{Expect: []string{tt.text}},
				Trials: []measure.Trial{
					{TrialKey: measure.TrialKey{Architecture: "central", Seed: 1}, MakespanS: num(10)},
					{TrialKey: measure.TrialKey{Architecture: "fickle", Seed: 1}, MakespanS: num(16)},
				},
			})
			require.NoError(t, err)
			require.Len(t, got, 1)
			assert.Equal(t, tt.ok, got[0].OK)
			assert.Equal(t, num(10), got[0].Value)
			assert.Equal(t, tt.right, got[0].Right)
			assert.Equal(t, tt.margin, got[0].Margin)
		})
	}
}
