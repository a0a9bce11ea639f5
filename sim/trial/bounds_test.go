package trial

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

const pieceSize = 1 << 16 // bits below: 8 times as many

// assembled builds the result of a trial with two peers of the given links
// that ask at once for 16 pieces and finish after the given times.
func assembled(t *testing.T, kind Kind, network string, took [2]time.Duration, change func(*Spec, *outcome)) *measure.Trial {
	t.Helper()
	link := func(mbit int) scenario.Link {
		return scenario.Link{Uplink: scenario.Bandwidth(mbit) * 1_000_000, Downlink: scenario.Bandwidth(mbit) * 1_000_000}
	}
	s := &scenario.Scenario{
		TimeLimit: scenario.Duration(time.Hour),
		Workload: scenario.Workload{
			Files:     []scenario.File{{Name: "a", Size: 16 * pieceSize}},
			PieceSize: pieceSize,
			Requests:  scenario.Requests{Pattern: scenario.AllAtOnce},
		},
		Network: scenario.Network{Origin: link(10), Peers: []scenario.Group{{Name: "p", Count: 2, Link: link(10)}}},
	}
	manifests, err := new(workload.Loader).Manifests(context.Background(), s.Workload, 1)
	require.NoError(t, err)
	content, err := workload.Open(s.Workload, 1, manifests)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, content.Close()) })

	const size = 16 * pieceSize
	spec := &Spec{
		Key: measure.TrialKey{Architecture: kind.Name}, Network: network, Scenario: s,
		Nodes: s.Nodes(), Content: content, Kind: kind,
	}
	out := &outcome{
		sent:     map[string]int64{"origin": 2*size + 200},
		received: map[string]int64{"p-1": size + 100, "p-2": size + 100},
		best:     s.Nodes(),
	}
	for i, d := range took {
		out.recording.Samples = append(out.recording.Samples, measure.Sample{
			Node: spec.Nodes[i+1].Name, File: "a", Finished: d, FirstByte: d / 2, HasFirst: true,
			Outcome: measure.Complete, NeedBytes: size,
		})
	}
	out.recording.Timeline = []measure.Tick{{TS: 9, DeliveredBytes: 2 * size}}
	if change != nil {
		change(spec, out)
	}
	return assemble(spec, out)
}

// One file is 8.388608 Mbit: 0.8388608 s at 10 Mbit/s.
const alone = 838860800 * time.Nanosecond

func TestAssembleChecksBounds(t *testing.T) {
	central, sharing := Kind{Name: "central"}, Kind{Name: "mesh", Sharing: true}
	tests := map[string]struct {
		kind    Kind
		network string
		took    [2]time.Duration
		change  func(*Spec, *outcome)
		want    string // "" means measured
	}{
		"central at its bound":      {kind: central, took: [2]time.Duration{alone, 2 * alone}},
		"central below its bound":   {kind: central, took: [2]time.Duration{alone, 2*alone - time.Microsecond}, want: "beat its bound: the makespan of 1.677721 s is below the fluid bound of 1.677722 s"},
		"loopback has no bound":     {kind: central, network: LoopbackNet, took: [2]time.Duration{1, 1}},
		"mesh at its pieces' bound": {kind: sharing, took: [2]time.Duration{alone, alone * 17 / 16}},
		"mesh below its pieces' bound": {kind: sharing, took: [2]time.Duration{alone, alone*17/16 - 100*time.Nanosecond},
			want: "beat its bound: the makespan of 0.891289 s is below the bound of 0.891290 s for whole pieces"},
		"mesh below its fluid bound": {kind: sharing, took: [2]time.Duration{alone / 2, alone / 2}, want: "beat its bound: the makespan of 0.419430 s is below the fluid bound"},
		"one request beats its downlink": {kind: sharing, took: [2]time.Duration{alone / 2, 2 * alone},
			want: "beat its bound: request 0 of p-1 took 0.419430 s, its downlink alone needs 0.838861 s"},
		"received more than sent": {kind: central, took: [2]time.Duration{2 * alone, 2 * alone},
			change: func(_ *Spec, o *outcome) { o.sent["origin"] = 5 }, want: "the nodes received 2097352 stream bytes, but only 5 were sent"},
		"verified more than received": {kind: central, took: [2]time.Duration{2 * alone, 2 * alone},
			change: func(_ *Spec, o *outcome) { o.received["p-1"] = 5 }, want: "the downloaders verified 2097152 file bytes, but received only 1048681 stream bytes"},
		"complete without delivery": {kind: central, took: [2]time.Duration{2 * alone, 2 * alone},
			change: func(_ *Spec, o *outcome) { o.recording.Timeline[0].DeliveredBytes-- }, want: "the completed requests needed 2097152 file bytes, but only 2097151 were verified"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.network == "" {
				tt.network = Virtual
			}
			got := assembled(t, tt.kind, tt.network, tt.took, tt.change)
			if tt.want == "" {
				assert.Nil(t, got.Error)
				return
			}
			require.NotNil(t, got.Error)
			assert.Contains(t, *got.Error, tt.want)
		})
	}
}

func TestAssembleSummary(t *testing.T) {
	got := assembled(t, Kind{Name: "mesh", Sharing: true}, Virtual, [2]time.Duration{2 * alone, 4 * alone}, func(_ *Spec, o *outcome) {
		o.recording.Wasted = map[string]int64{"p-2": 7}
		o.recording.Down = map[string]time.Duration{"p-1": time.Second}
		o.sent["p-1"] = 11
	})
	require.Nil(t, got.Error)
	s := got.Summary
	seconds := alone.Seconds()
	assert.InDelta(t, 4*seconds, *got.MakespanS, 1e-9)
	assert.InDelta(t, seconds, *got.Bounds.FluidS, 1e-9)
	assert.Equal(t, "origin uplink", *got.Bounds.FluidBy)
	assert.InDelta(t, seconds*17/16, *got.Bounds.PiecesS, 1e-9)
	assert.InDelta(t, 0.25, *got.Efficiency, 1e-9)
	assert.InDelta(t, 3, *s.Slowdown.P50, 1e-9)
	assert.InDelta(t, 4, *s.Slowdown.Max, 1e-9)
	assert.InDelta(t, 3*seconds, *s.CompletionS.Mean, 1e-9)
	assert.InDelta(t, 2*seconds, *s.FirstByteS.Max, 1e-9)
	assert.InDelta(t, 2*10e6/4, *s.GoodputBPS, 1e-3) // two files in four times one file's time
	assert.InDelta(t, 0.9, *s.FairnessJain, 1e-9)    // (2+1)^2 / (2 (4+1))
	assert.InDelta(t, 1+200.0/(32*pieceSize), *s.OverheadRatio, 1e-12)
	assert.EqualValues(t, 32*pieceSize+200, s.OriginSentBytes)
	assert.EqualValues(t, 11, s.PeersSentBytes)
	assert.EqualValues(t, 7, s.WastedBytes)
	assert.EqualValues(t, 7, got.Nodes[2].WastedBytes)
	assert.EqualValues(t, 1, got.Nodes[1].DownS)
}

func TestAssembleMakespanNeedsEveryRequest(t *testing.T) {
	tests := map[string]struct {
		outcomes [2]string
		want     bool // defined
	}{
		"all complete":   {[2]string{measure.Complete, measure.Complete}, true},
		"one incomplete": {[2]string{measure.Complete, measure.Incomplete}, false},
		"one open":       {[2]string{measure.Complete, ""}, false},
		"one down":       {[2]string{measure.Complete, measure.Down}, true},
		"all down":       {[2]string{measure.Down, measure.Down}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := assembled(t, Kind{}, Virtual, [2]time.Duration{2 * alone, 2 * alone}, func(_ *Spec, o *outcome) {
				for i := range o.recording.Samples {
					o.recording.Samples[i].Outcome = tt.outcomes[i]
				}
			})
			assert.Equal(t, tt.want, got.MakespanS != nil)
			assert.Equal(t, tt.want, got.Efficiency != nil)
			assert.Equal(t, tt.want, got.Summary.GoodputBPS != nil)
			if tt.outcomes[1] == "" {
				assert.Equal(t, measure.Incomplete, got.Requests[1].Outcome)
				assert.Equal(t, "the fetch did not return", got.Requests[1].Error)
			}
		})
	}
}

func TestAssembleEfficiencyOnlyAllAtOnce(t *testing.T) {
	got := assembled(t, Kind{}, Virtual, [2]time.Duration{2 * alone, 2 * alone}, func(s *Spec, _ *outcome) {
		s.Scenario.Workload.Requests = scenario.Requests{Pattern: scenario.Uniform, Over: 1}
	})
	require.Nil(t, got.Error)
	assert.NotNil(t, got.MakespanS)
	assert.NotNil(t, got.Bounds.FluidS)
	assert.Nil(t, got.Efficiency)
}
