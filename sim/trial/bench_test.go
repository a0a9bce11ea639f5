package trial_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// BenchmarkRun measures what a trial costs beside the protocols: 40 peers
// fetch 16 MiB each from one origin.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		got, _ := trial.Run(spec(b, crowd(40, 16<<20), trial.Virtual, trialtest.Relay{}))
		require.Nil(b, got.Error)
	}
}
