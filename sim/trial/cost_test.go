package trial_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// What the origin put on the wire, and how long the trial took, times the prices.
func TestCost(t *testing.T) {
	const size, peers = 1 << 20, 3
	s := crowd(peers, size)
	s.Prices = &scenario.Prices{Currency: "EUR", EgressPerGB: 90, ServerPerHour: 3600}
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)

	// Full packets of 1500 bytes for 1448 of stream, and a few small ones.
	require.NotNil(t, got.Summary.OriginWireBytes)
	wire := float64(*got.Summary.OriginWireBytes)
	assert.InEpsilon(t, float64(got.Summary.OriginSentBytes)*1500/1448, wire, 0.01)

	c := got.Summary.Cost
	assert.Equal(t, "EUR", c.Currency)
	assert.InDelta(t, wire*90/1e9, *c.Egress, 1e-12)
	assert.InDelta(t, got.VirtualS, *c.Server, 1e-12)
	assert.InDelta(t, *c.Egress+*c.Server, *c.Total, 1e-12)
	assert.InDelta(t, *c.Total/(peers*size/1e9), *c.PerGB, 1e-9)
}

func TestCostUnknown(t *testing.T) {
	free := crowd(2, 64<<10)
	got, _ := trial.Run(spec(t, free, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Cost{}, got.Summary.Cost, "without prices")
	assert.NotNil(t, got.Summary.OriginWireBytes)

	priced := crowd(2, 64<<10)
	priced.Prices = &scenario.Prices{Currency: "USD", EgressPerGB: 1}
	got, _ = trial.Run(spec(t, priced, trial.LoopbackNet, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Cost{}, got.Summary.Cost, "over loopback")
	assert.Nil(t, got.Summary.OriginWireBytes)

	slow := crowd(2, 1<<20)
	slow.TimeLimit = scenario.Duration(10e6) // shorter than the delay
	slow.Prices = priced.Prices
	got, _ = trial.Run(spec(t, slow, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.NotNil(t, got.Summary.Cost.Total)
	assert.Nil(t, got.Summary.Cost.PerGB, "nothing was delivered")
}
