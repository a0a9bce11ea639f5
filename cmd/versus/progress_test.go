package main

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"versus/sim/measure"
	"versus/sim/run"
)

func TestBarLabelFits(t *testing.T) {
	tests := []struct {
		name string
		u    run.Update
		want string
	}{
		{name: "plain", u: run.Update{Total: 2, Left: -1, Key: measure.TrialKey{Architecture: "p2p", Seed: 1}}, want: "0/2: p2p seed 1"},
		{name: "time left and a swept path", u: run.Update{Done: 12, Total: 24, Left: 5 * time.Second,
			Key: measure.TrialKey{Architecture: "p2p", Seed: 3, Point: map[string]any{"faults.0.at": "5s"}}},
			want: "12/24, about 5 s left: p2p seed 3 at=5s"},
		{name: "clipped", u: run.Update{Done: 999, Total: 1000, Left: time.Hour,
			Key: measure.TrialKey{Architecture: "client-server", Seed: 12, Point: map[string]any{"piece_size": "256KiB", "who": "düsseldorf"}}},
			want: "999/1000, about 60 min left: client-server..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := barLabel(tt.u)
			assert.Equal(t, tt.want, got)
			assert.LessOrEqual(t, utf8.RuneCountInString(got), barText)
		})
	}
}

func TestOutcome(t *testing.T) {
	span := 2.018
	assert.Equal(t, "done after 2.02 s (40 ms of wall time)", outcome(run.Update{Trial: &measure.Trial{MakespanS: &span, WallS: 0.04}}))
	some := &measure.Trial{WallS: 12.34, Summary: measure.Summary{Requested: 4, Completed: 3}}
	assert.Equal(t, "3 of 4 requests complete (12.3 s of wall time)", outcome(run.Update{Trial: some}))
	failed := "worker died"
	assert.Equal(t, "not measured: worker died", outcome(run.Update{Trial: &measure.Trial{Error: &failed}}))
	assert.Equal(t, "interrupted", outcome(run.Update{}))
}
