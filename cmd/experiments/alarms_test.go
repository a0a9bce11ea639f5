package experiments_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/clientserver"
	"versus/p2p"
	verdicts "versus/reports/compare"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// lossy is a small swarm whose figures differ from seed to seed: packets are
// lost, and peers choose at random.
const lossy = `
name: lossy
title: Eight peers behind lossy links
description: Two runs of it differ in their seeds alone.
workload:
  files: [{name: small.bin, size: 1MiB}]
  piece_size: 64KiB
  requests: {pattern: uniform, over: 1s}
network:
  origin: {uplink: 20Mbit/s, downlink: 20Mbit/s, delay: 10ms, loss: 0.001}
  peers: [{name: home, count: 8, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 20ms, loss: 0.002}]
`

// BenchmarkFalseAlarms compares 200 pairs of runs with the same settings and
// other seeds, and counts those in which anything is called better, worse or
// changed: docs/statistics.md has its figures. Both real architectures run.
func BenchmarkFalseAlarms(b *testing.B) {
	const pairs, repeats = 200, 5
	kinds := []trial.Kind{clientserver.Kind(), p2p.Kind()}
	s, err := scenario.Load("lossy.yaml", []byte(lossy), scenario.Overrides{}, trial.Declarations(kinds))
	require.NoError(b, err)
	for range b.N {
		alarms, rows := 0, 0
		for pair := range pairs {
			first := uint64(1 + pair*2*repeats)
			r, err := verdicts.Results(repeated(b, s, kinds, first, repeats), repeated(b, s, kinds, first+repeats, repeats),
				verdicts.Options{Level: verdicts.DefaultLevel, MinEffect: verdicts.DefaultMinEffect})
			require.NoError(b, err)
			require.True(b, r.Decided)
			confirmed := 0
			for _, g := range r.Groups {
				assert.False(b, g.Paired)
				for _, row := range g.Rows {
					if row.Verdict.Confirmed() {
						b.Logf("pair %d, %s, %s: p %.4f", pair, g.Architecture, row.Metric, *row.PAdjusted)
						confirmed++
					}
				}
			}
			if rows += confirmed; confirmed > 0 {
				alarms++
			}
		}
		b.ReportMetric(float64(alarms), "alarms")
		b.ReportMetric(float64(alarms)/pairs, "alarms/pair")
		b.ReportMetric(float64(rows), "rows")
		assert.LessOrEqual(b, float64(alarms), 1.5*verdicts.DefaultLevel*pairs)
	}
}

// repeated runs every architecture with n seeds from the first.
func repeated(b *testing.B, s *scenario.Scenario, kinds []trial.Kind, first uint64, n int) *measure.Result {
	b.Helper()
	trials := make([]measure.Trial, n*len(kinds))
	var running sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range trials {
		running.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; running.Done() }()
			trials[i] = one(b, s, kinds[i%len(kinds)], first+uint64(i/len(kinds)))
		}()
	}
	running.Wait()
	for i := range trials {
		if trials[i].Error != nil {
			require.Fail(b, *trials[i].Error)
		}
	}
	return &measure.Result{Scenario: s, Trials: trials}
}

// one runs a trial in virtual time. It is called outside the benchmark's
// goroutine, so that it must not end it.
func one(b *testing.B, s *scenario.Scenario, kind trial.Kind, seed uint64) measure.Trial {
	spec, closeContent, err := trialtest.Prepare(s, kind, seed)
	if err != nil {
		text := err.Error()
		return measure.Trial{Error: &text}
	}
	defer func() { assert.NoError(b, closeContent()) }()
	t, _ := trial.Run(spec)
	return *t
}
