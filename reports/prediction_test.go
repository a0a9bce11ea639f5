package reports

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// guessed puts a guess into a result.
func guessed(r *measure.Result, first string, times float64, point map[string]any) *measure.Result {
	r.Prediction = &measure.Prediction{Question: "which?", Point: point}
	if first != "" {
		r.Prediction.Guess = measure.Standing{First: &first, Times: &times}
	}
	Conclude(r)
	return r
}

func TestPrediction(t *testing.T) {
	sweep := flashCrowd()
	sweep.peers = []int{1, 40}
	staggered, lossy, seeds := flashCrowd(), flashCrowd(), flashCrowd()
	staggered.staggered, lossy.lossy, seeds.seeds = true, "client-server", []uint64{1, 2, 3}
	interrupted := sweep.result()
	interrupted.Missing = append(interrupted.Missing, measure.TrialKey{Architecture: "p2p", Seed: 2, Point: map[string]any{"peers": 40}})
	equal := flashCrowd().result()
	equal.Trials[1].MakespanS = ptr(*equal.Trials[0].MakespanS * 1.005)
	mixed := seeds.result()
	find(mixed, "p2p", 3).MakespanS = ptr(500)
	alone := lossy.result()
	none := find(alone, "client-server", 1)
	none.Summary.Completed, none.Summary.SuccessRate = 0, ptr(0)
	for i := range none.Requests {
		none.Requests[i].Outcome, none.Requests[i].FinishedS = measure.Incomplete, nil
	}
	tests := []struct {
		name   string
		result *measure.Result
		first  string
		times  float64
		point  map[string]any
		by     string
		want   string
	}{
		{name: "close", result: flashCrowd().result(), first: "p2p", times: 8, by: measure.ByMakespan,
			want: "You guessed p2p, 8.00 times as fast; measured: p2p, 8.23 times as fast. The right architecture, and a close factor."},
		{name: "too low", result: flashCrowd().result(), first: "p2p", times: 2, by: measure.ByMakespan,
			want: "You guessed p2p, 2.00 times as fast; measured: p2p, 8.23 times as fast. The right architecture, and a factor 4.12 times too low."},
		{name: "wrong, at a point", result: sweep.result(), first: "client-server", times: 20, point: map[string]any{"peers": 40}, by: measure.ByMakespan,
			want: "You guessed client-server, 20.0 times as fast at peers=40; measured: p2p, 8.23 times as fast. Not so: find out why before you read on."},
		{name: "not at once", result: staggered.result(), first: "client-server", times: 2, by: measure.ByCompletion,
			want: "You guessed client-server, 2.00 times as fast; measured: client-server, 1.17 times as fast. The right architecture, and a factor 1.70 times too high."},
		{name: "success", result: lossy.result(), first: "p2p", times: 1, by: measure.BySuccess,
			want: "You guessed p2p, 1.00 times as fast; measured: p2p, which completed 1.11 times as many requests. The right architecture, and a close factor."},
		{name: "no success at all", result: alone, first: "p2p", times: 1, by: measure.BySuccess,
			want: "You guessed p2p, 1.00 times as fast; measured: p2p, which alone completed requests. The right architecture."},
		{name: "a tie", result: equal, by: measure.ByMakespan, want: "You guessed a tie; measured: a tie. Right."},
		{name: "not all seeds", result: mixed, first: "p2p", times: 8, by: measure.ByMakespan,
			want: "You guessed p2p, 8.00 times as fast; measured: p2p, 8.23 times as fast, ahead with 2 of 3 seeds. The right architecture, and a close factor."},
		{name: "interrupted", result: interrupted, first: "p2p", times: 2, point: map[string]any{"peers": 40},
			want: "You guessed p2p, 2.00 times as fast at peers=40; that was not measured, or cannot be compared."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := guessed(tt.result, tt.first, tt.times, tt.point)
			assert.Equal(t, tt.want, newView(r).predictionText())
			if tt.by == "" {
				assert.Nil(t, r.Prediction.Measured)
				return
			}
			require.NotNil(t, r.Prediction.Measured)
			assert.Equal(t, tt.by, r.Prediction.Measured.By)
		})
	}
	assert.Empty(t, newView(flashCrowd().result()).predictionText())

	r := guessed(flashCrowd().result(), "p2p", 8, nil)
	answer := Describe(r).Answer
	assert.Equal(t, newView(r).predictionText(), answer[len(answer)-1], "the page has it too")
	for _, f := range []Format{Text, Markdown} {
		assert.Contains(t, written(t, f, r, Options{}), "You guessed p2p, 8.00 times as fast", f)
	}
}

// The question is about the point that the headline speaks of once all is
// measured.
func TestQuestionIsAboutTheHeadline(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{5, 40, 10}
	r := c.result()
	r.Scenario.Network.Peers = []scenario.Group{{Name: "home", Count: 5, Link: scenario.Link{Uplink: 10 * scenario.Mbps, Downlink: 50 * scenario.Mbps}}}
	var points []scenario.Point
	for _, n := range c.peers {
		at := *r.Scenario
		at.Sweep = nil
		at.Network.Peers = []scenario.Group{{Name: "home", Count: n}}
		points = append(points, scenario.Point{Values: map[string]any{"peers": float64(n)}, Scenario: &at})
	}
	q, err := NewQuestion(r.Scenario, points)
	require.NoError(t, err)
	focus, ok := newView(r).focus()
	require.True(t, ok)
	assert.Equal(t, pointID(focus.values), pointID(q.Point))
	assert.Equal(t, "flash-crowd: A crowd downloads one file at once, at peers=40", q.Title)
	assert.Contains(t, q.Facts, "home: 40 peers")
	assert.Equal(t, []string{"client-server", "p2p"}, q.Architectures)

	points[1].Scenario.Faults = []scenario.Fault{{Action: scenario.Kill}}
	q, err = NewQuestion(r.Scenario, points)
	require.NoError(t, err)
	assert.Equal(t, "Which architecture completes more requests or, where they complete the same, is done first", q.Choice)

	r.Scenario.Workload.Requests.Pattern = scenario.Poisson
	points[1].Scenario.Faults = nil
	q, err = NewQuestion(r.Scenario, points)
	require.NoError(t, err)
	assert.Equal(t, "Which architecture completes the median request sooner", q.Choice)

	r.Scenario.Architectures = r.Scenario.Architectures[:1]
	_, err = NewQuestion(r.Scenario, points)
	assert.ErrorContains(t, err, "a guess needs two architectures to compare, and flash-crowd runs only client-server")
}
