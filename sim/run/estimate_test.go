package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/measure"
	"versus/sim/scenario"
)

func TestEstimate(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	for _, tt := range []struct {
		name   string
		lanes  int
		trials []expense
		want   time.Duration
		known  bool
	}{
		{name: "nothing is known", lanes: 1, trials: []expense{{architecture: "a", size: 1}}},
		{name: "everything is done", lanes: 1, known: true,
			trials: []expense{{architecture: "a", size: 1, finished: true, wall: time.Second}}},
		{name: "a trial that has just begun tells nothing", lanes: 1,
			trials: []expense{{architecture: "a", size: 1, began: ago(1), fraction: 0.09}}},
		{name: "a running trial tells of itself and of others", lanes: 1, known: true, want: 8*time.Second + 20*time.Second,
			trials: []expense{{architecture: "a", size: 5, began: ago(2), fraction: 0.2}, {architecture: "a", size: 10}}},
		{name: "an architecture without a sign", lanes: 1,
			trials: []expense{{architecture: "a", size: 5, finished: true, wall: 5 * time.Second}, {architecture: "b", size: 10}}},
		{name: "large trials cost more", lanes: 1, known: true, want: 40 * time.Second,
			trials: []expense{{architecture: "a", size: 5, finished: true, wall: 2 * time.Second}, {architecture: "a", size: 100}}},
		{name: "each architecture has its rate", lanes: 1, known: true, want: (2 + 30) * time.Second,
			trials: []expense{
				{architecture: "a", size: 5, finished: true, wall: time.Second}, {architecture: "a", size: 10},
				{architecture: "b", size: 5, finished: true, wall: 15 * time.Second}, {architecture: "b", size: 10}}},
		{name: "several at once", lanes: 2, known: true, want: 20 * time.Second,
			trials: []expense{{architecture: "a", size: 1, finished: true, wall: 10 * time.Second},
				{architecture: "a", size: 1}, {architecture: "a", size: 1}, {architecture: "a", size: 1}, {architecture: "a", size: 1}}},
		{name: "never less than the longest", lanes: 8, known: true, want: 40 * time.Second,
			trials: []expense{{architecture: "a", size: 1, finished: true, wall: 10 * time.Second},
				{architecture: "a", size: 4}, {architecture: "a", size: 1}}},
		{name: "an overdue trial is not expected to end in the past", lanes: 1, known: true, want: 0,
			trials: []expense{{architecture: "a", size: 1, finished: true, wall: time.Second},
				{architecture: "a", size: 1, began: ago(5)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, known := (&estimate{lanes: tt.lanes, trials: tt.trials}).left(now)
			assert.Equal(t, tt.known, known)
			assert.InDelta(t, tt.want.Seconds(), got.Seconds(), 1e-6)
		})
	}
}

func TestEstimateKnowsTheSizeOfAPoint(t *testing.T) {
	link := scenario.Link{Uplink: 1, Downlink: 1}
	s := &scenario.Scenario{
		Workload: scenario.Workload{
			Files:    []scenario.File{{Name: "a.bin", Size: 100, Count: 3}, {Name: "b.bin", Size: 500}},
			Requests: scenario.Requests{Pattern: scenario.AllAtOnce},
		},
		Network: scenario.Network{Origin: link, Peers: []scenario.Group{{Name: "p", Count: 6, Link: link}}},
	}
	assert.InDelta(t, 6*200, asked(s), 1e-9)
	s.Workload.Requests = scenario.Requests{Pattern: scenario.Poisson, Rate: 2, For: scenario.Duration(time.Minute)}
	assert.InDelta(t, 120*200, asked(s), 1e-9)

	e := newEstimate([]task{{key: measure.TrialKey{Architecture: "a"}, point: s}, {key: measure.TrialKey{Architecture: "a"}, point: s}})
	e.finish(0, &measure.Trial{WallS: 3})
	left, ok := e.left(time.Now())
	assert.True(t, ok)
	assert.Equal(t, 3*time.Second, left.Round(time.Millisecond))
}
