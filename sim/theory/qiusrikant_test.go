package theory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim/theory"
)

func TestOpenSwarmSteady(t *testing.T) {
	tests := []struct {
		name          string
		o             theory.OpenSwarm
		x, y, T, done float64
		download      bool
	}{
		{
			// 1/beta = max(1/1, (1/1)(1/0.2 - 1/0.5)) = 3
			name: "uplinks limit, nobody gives up",
			o:    theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 1, Depart: 0.5, Effectiveness: 1},
			x:    6, y: 4, T: 3, done: 1,
		},
		{
			// 1/beta = (1/0.5)(5 - 2) = 6, T = 1/(1/12 + 1/6) = 4
			name: "half effective, with abort",
			o:    theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 1, Abort: 1. / 12, Depart: 0.5, Effectiveness: 0.5},
			x:    8, y: (2 - 8./12) / 0.5, T: 4, done: 1 - 4./12,
		},
		{
			// 1/beta = 1/c = 5 > 3
			name: "downlinks limit",
			o:    theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 0.2, Abort: 0.05, Depart: 0.5, Effectiveness: 1},
			x:    8, y: (2 - 0.4) / 0.5, T: 4, done: 0.8, download: true,
		},
		{
			// Seeds that stay longer than an upload takes carry everything.
			name: "patient seeds",
			o:    theory.OpenSwarm{Arrivals: 1, Upload: 0.2, Download: 2, Depart: 0.1, Effectiveness: 0},
			x:    0.5, y: 10, T: 0.5, done: 1, download: true,
		},
		{
			// x = (2 (1 - 0.4) - 0.2) / 0.2, the origin as good as one peer's uplink
			name: "an origin",
			o:    theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 1, Depart: 0.5, Effectiveness: 1, Origin: 0.2},
			x:    5, y: 4, T: 2.5, done: 1,
		},
		{
			name: "an origin that carries everything",
			o:    theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 1, Depart: 0.5, Effectiveness: 1, Origin: 2},
			x:    2, y: 4, T: 1, done: 1, download: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, ok := tt.o.Steady()
			require.True(t, ok)
			assert.InDelta(t, tt.x, s.Downloaders, 1e-9, "x")
			assert.InDelta(t, tt.y, s.Seeds, 1e-9, "y")
			assert.InDelta(t, tt.T, s.Sojourn, 1e-9, "T")
			assert.InDelta(t, tt.done, s.Completed, 1e-9, "completed")
			assert.Equal(t, tt.download, s.DownloadBound)
		})
	}
}

func TestOpenSwarmWithoutSteadyState(t *testing.T) {
	good := theory.OpenSwarm{Arrivals: 1, Upload: 1, Download: 1, Depart: 1, Effectiveness: 1}
	tests := map[string]func(o *theory.OpenSwarm){
		"no arrivals":      func(o *theory.OpenSwarm) { o.Arrivals = 0 },
		"no uplink":        func(o *theory.OpenSwarm) { o.Upload = 0 },
		"endless downlink": func(o *theory.OpenSwarm) { o.Download = math.Inf(1) },
		"seeds stay":       func(o *theory.OpenSwarm) { o.Depart = 0 },
		"negative abort":   func(o *theory.OpenSwarm) { o.Abort = -1 },
		"not a number":     func(o *theory.OpenSwarm) { o.Effectiveness = math.NaN() },
		"above 1":          func(o *theory.OpenSwarm) { o.Effectiveness = 1.1 },
		"seeds too brief":  func(o *theory.OpenSwarm) { o.Effectiveness, o.Depart = 0, 2 },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			o := good
			change(&o)
			_, ok := o.Steady()
			assert.False(t, ok)
		})
	}
	_, ok := good.Steady()
	assert.True(t, ok)
}

// TestOpenSwarmFlowVanishesInSteadyState checks the closed form against the
// equations that it solves, and Little's law and the paper's form of T.
func TestOpenSwarmFlowVanishesInSteadyState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.01, 10)
		o := theory.OpenSwarm{
			Arrivals: rate.Draw(t, "lambda"), Upload: rate.Draw(t, "mu"), Download: rate.Draw(t, "c"),
			Abort: rapid.Float64Range(0, 1).Draw(t, "theta"), Depart: rate.Draw(t, "gamma"),
			Effectiveness: rapid.Float64Range(0.05, 1).Draw(t, "eta"), Origin: rapid.Float64Range(0, 3).Draw(t, "s"),
		}
		s, ok := o.Steady()
		require.True(t, ok)
		dx, dy := o.Flow(s.OpenState)
		assert.InDelta(t, 0, dx, 1e-9*max(1, o.Arrivals))
		assert.InDelta(t, 0, dy, 1e-9*max(1, o.Arrivals))
		o.Origin = 0
		s, ok = o.Steady()
		require.True(t, ok)
		beta := 1 / max(1/o.Download, 1/o.Effectiveness*(1/o.Upload-1/o.Depart))
		assert.InEpsilon(t, 1/(o.Abort+beta), s.Sojourn, 1e-9)
	})
}

func TestOpenSwarmTransient(t *testing.T) {
	// With downlinks as the limit, x(t) = (lambda/k)(1 - e^-kt), k = theta + c.
	o := theory.OpenSwarm{Arrivals: 2, Upload: 1, Download: 0.2, Abort: 0.05, Depart: 0.5, Effectiveness: 1}
	states := o.Transient(theory.OpenState{}, 8, 80)
	require.Len(t, states, 81)
	for i, s := range states {
		assert.InDelta(t, 8*(1-math.Exp(-0.25*float64(i)/10)), s.Downloaders, 1e-6)
	}
	// The mean over [0, 8] is 8 (1 - (1 - e^-2)/2).
	assert.InDelta(t, 8*(1-(1-math.Exp(-2))/2), theory.Mean(states, 0).Downloaders, 1e-2)
	assert.Equal(t, states[80], theory.Mean(states, 80))

	// From anywhere, it ends in the steady state.
	o = theory.OpenSwarm{Arrivals: 2, Upload: 0.2, Download: 1, Abort: 0.01, Depart: 0.5, Effectiveness: 0.9, Origin: 0.2}
	steady, ok := o.Steady()
	require.True(t, ok)
	for _, from := range []theory.OpenState{{}, {Downloaders: 100}, {Seeds: 50}} {
		end := o.Transient(from, 200, 4000)[4000]
		assert.InEpsilon(t, steady.Downloaders, end.Downloaders, 1e-6)
		assert.InEpsilon(t, steady.Seeds, end.Seeds, 1e-6)
	}
}
