package trial_test

import (
	"context"
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

// stay makes the requests of a spec visits that begin a minute apart.
func stay(sp *trial.Spec, visits ...workload.Visit) {
	for i := range sp.Requests {
		sp.Requests[i].At = time.Duration(i) * time.Minute
		sp.Requests[i].Visit = &visits[i]
	}
}

func TestVisitorsComeAndGo(t *testing.T) {
	const forever = workload.Forever
	fetches := 0 // one at a time: they are a minute apart
	sp := spec(t, crowd(4, 1<<20), trial.Virtual, trialtest.Relay{
		Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			if fetches++; fetches == 2 {
				<-ctx.Done()
				return ctx.Err()
			}
			return next()
		},
	})
	stay(&sp, workload.Visit{Patience: time.Hour, SeedTime: 30 * time.Second}, workload.Visit{Patience: 10 * time.Second, SeedTime: forever},
		workload.Visit{Patience: forever}, workload.Visit{Patience: forever, SeedTime: forever})
	got, events := trial.Run(sp)
	require.Nil(t, got.Error)
	at := func(node int) measure.Node { return got.Nodes[node] }
	for i := range 4 {
		require.NotNil(t, at(i+1).ArrivedS)
		assert.InDelta(t, 60*i, *at(i + 1).ArrivedS, 1e-9)
		assert.Zero(t, at(i+1).DownS, "absent is not down")
	}
	assert.Nil(t, at(0).ArrivedS)
	assert.Nil(t, at(0).LeftS)
	assert.InDelta(t, *got.Requests[0].FinishedS+30, *at(1).LeftS, 1e-6, "its seed time after it was finished")
	assert.InDelta(t, 70, *at(2).LeftS, 1e-6, "when its patience ran out")
	assert.InDelta(t, *got.Requests[2].FinishedS, *at(3).LeftS, 1e-6, "at once")
	assert.Nil(t, at(4).LeftS, "it stayed")

	assert.Equal(t, measure.Incomplete, got.Requests[1].Outcome)
	assert.Equal(t, "manifest not received: patience ran out after 10s (context deadline exceeded)", got.Requests[1].Error)
	assert.Nil(t, got.MakespanS)
	require.Len(t, got.Warnings, 1)
	assert.Contains(t, got.Warnings[0], "1 of 4 requests did not complete")

	var left []string
	for _, e := range events {
		if e.Kind == measure.EventLeave {
			left = append(left, e.Node+": "+e.Detail)
		}
	}
	assert.Equal(t, []string{"home-1: it was a seeder for 30s", "home-2: it gave up", "home-3: it was finished"}, left)
	for _, tick := range got.Timeline {
		switch {
		case tick.TS > 2 && tick.TS < 29:
			assert.Equal(t, 2, tick.Online, "the origin and a seeder at %v", tick.TS)
			assert.Zero(t, tick.Downloading)
		case tick.TS > 61 && tick.TS < 69:
			assert.Equal(t, 2, tick.Online)
			assert.Equal(t, 1, tick.Downloading)
		case tick.TS > 71 && tick.TS < 119:
			assert.Equal(t, 1, tick.Online)
		}
	}
}

func TestVisitorAtTheTimeLimit(t *testing.T) {
	s := crowd(1, 4<<20)
	s.TimeLimit = scenario.Duration(500 * time.Millisecond)
	sp := spec(t, s, trial.Virtual, trialtest.Relay{})
	stay(&sp, workload.Visit{Patience: time.Hour})
	got, _ := trial.Run(sp)
	require.Nil(t, got.Error)
	assert.Contains(t, got.Requests[0].Error, "time limit reached: 500ms")
	assert.Nil(t, got.Nodes[1].LeftS, "the trial ended, not its patience")
}

func TestManyVisitorsOverLoopback(t *testing.T) {
	sp := spec(t, crowd(5, 64<<10), trial.LoopbackNet, trialtest.Relay{})
	for i := range sp.Requests {
		sp.Requests[i].Visit = &workload.Visit{Patience: workload.Forever}
	}
	got, _ := trial.Run(sp)
	require.Nil(t, got.Error)
	assert.Equal(t, 5, got.Summary.Completed)
}
