package experiments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/clientserver"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

// Whether pieces are hashed in virtual time or beside it, by a goroutine on a
// processor of its own, is no part of what is measured: everything happens at the
// same instants, but for what the order of goroutines within an instant moves.
func TestHashingBesideATrialChangesNothing(t *testing.T) {
	s := loadFor(t, clientserver.Kind(), "flash-crowd", 1, "workload.files=[{name: a.bin, size: 2MiB}]", "peers=10")
	measured := func(h *workload.Hashing) (makespan float64, hashed uint64) {
		spec, closeContent, err := trialtest.Prepare(s, clientserver.Kind(), s.Seed)
		require.NoError(t, err)
		defer func() { assert.NoError(t, closeContent()) }()
		spec.Hashing = h
		got, _ := trial.Run(spec)
		require.Nil(t, got.Error)
		require.Equal(t, 10, got.Summary.Completed)
		return *got.MakespanS, h.Hashed()
	}
	alone, hashed := measured(&workload.Hashing{})
	assert.EqualValues(t, 10*2<<20, hashed)
	helped := &workload.Hashing{}
	helped.Start()
	defer helped.Stop()
	beside, hashed := measured(helped)
	assert.EqualValues(t, 10*2<<20, hashed)
	assert.InEpsilon(t, alone, beside, 0.001)
}
