package scenario

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const second = Duration(time.Second)

// open is a workload of new nodes whose patience is to be filled in.
func open(patience string) Overrides {
	return Overrides{Sets: []string{"workload.requests={pattern: poisson, rate: 1/s, for: 1m, arrivals: new-nodes, patience: " + patience + "}"}}
}

func TestDistributionIsReadAndWritten(t *testing.T) {
	tests := []struct {
		text string
		want Distribution
		json string
	}{
		{text: "forever", want: Distribution{Kind: Forever}, json: `"forever"`},
		{text: "5m", want: Distribution{Kind: Constant, Value: 300 * second}, json: `{"constant":"5m"}`},
		{text: "{constant: 0s}", want: Distribution{Kind: Constant}, json: `{"constant":"0s"}`},
		{text: "{uniform: {min: 0s, max: 10s}}", want: Distribution{Kind: UniformSpan, Max: 10 * second}, json: `{"uniform":{"max":"10s","min":"0s"}}`},
		{text: "{exponential: {mean: 10m}}", want: Distribution{Kind: Exponential, Mean: 600 * second}, json: `{"exponential":{"mean":"10m"}}`},
		{text: "{weibull: {scale: 40m, shape: 0.6}}", want: Distribution{Kind: Weibull, Scale: 2400 * second, Shape: 0.6}, json: `{"weibull":{"scale":"40m","shape":0.6}}`},
		{text: "{lognormal: {median: 1m, sigma: 0}}", want: Distribution{Kind: LogNormal, Median: 60 * second}, json: `{"lognormal":{"median":"1m","sigma":0}}`},
		{text: "{pareto: {min: 1s, shape: 2}}", want: Distribution{Kind: Pareto, Min: second, Shape: 2}, json: `{"pareto":{"min":"1s","shape":2}}`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			s, err := Load("x.yaml", []byte(base), open(tt.text), testKinds())
			require.NoError(t, err)
			r := s.Workload.Requests
			assert.Equal(t, tt.want, r.Patience)
			assert.Equal(t, Distribution{Kind: Forever}, r.SeedTime, "the default")

			data, err := json.Marshal(r.Patience)
			require.NoError(t, err)
			assert.Equal(t, tt.json, string(data))
			var back Distribution
			require.NoError(t, json.Unmarshal(data, &back))
			assert.Equal(t, tt.want, back)

			y, err := s.YAML()
			require.NoError(t, err)
			again, err := Load("x.yaml", y, Overrides{}, testKinds())
			require.NoError(t, err, "%s", y)
			assert.Equal(t, s, again)
			again, err = Load("x.yaml", []byte(base), open(r.Patience.String()), testKinds())
			require.NoError(t, err, r.Patience)
			assert.Equal(t, s, again)
		})
	}
	var null Distribution
	require.NoError(t, json.Unmarshal([]byte("null"), &null))
	assert.True(t, null.IsZero())
	assert.Error(t, json.Unmarshal([]byte(`{"exponential":{"mean":5}}`), &null))
	assert.Error(t, json.Unmarshal([]byte(`[]`), &null))
}

func TestBadDistributions(t *testing.T) {
	const at = "workload.requests.patience"
	tests := []struct{ text, want string }{
		{text: "soon", want: at + `: "soon" is not a duration`},
		{text: "-1s", want: at + `: "-1s" is negative`},
		{text: "[]", want: at + ": a list, want forever, a duration, or a mapping"},
		{text: "{}", want: at + ": 0 keys, want one of constant, uniform"},
		{text: "{exponential: {mean: 1s}, constant: 1s}", want: at + ": 2 keys, want one of"},
		{text: "{exponentail: {mean: 1s}}", want: at + `.exponentail: unknown distribution "exponentail", want one of constant, uniform, exponential, weibull, lognormal, pareto; did you mean exponential?`},
		{text: "{exponential: {}}", want: at + ".exponential.mean: missing, the distribution exponential wants a duration such as 10m"},
		{text: "{exponential: {mean: 0s}}", want: at + ".exponential.mean: 0s, want more than 0s"},
		{text: "{weibull: {scale: 1s}}", want: at + ".weibull.shape: missing, the distribution weibull wants a number such as 0.6"},
		{text: "{weibull: {scale: 1s, shape: 0}}", want: at + ".weibull.shape: 0 is below 0.05"},
		{text: "{pareto: {min: 1s, shape: 101}}", want: at + ".pareto.shape: 101 is above 100"},
		{text: "{lognormal: {median: 1s, sigma: 11}}", want: at + ".lognormal.sigma: 11 is above 10"},
		{text: "{uniform: {min: 2s, max: 2s}}", want: at + ".uniform.max: 2s is not above min, 2s"},
		{text: "{uniform: {min: 2s, max: 100000h}}", want: at + ".uniform.max: 100000h is above 87600h"},
		{text: "{exponential: {mean: 10}}", want: at + `.exponential.mean: "10" has no unit`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(base), open(tt.text), testKinds())
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestNewNodesAreChecked(t *testing.T) {
	tests := []struct{ name, set, want string }{
		{name: "peers is the default", set: "workload.requests={pattern: poisson, rate: 1/s, for: 1m, arrivals: peers}"},
		{name: "uniform", set: "workload.requests={pattern: uniform, over: 1m, arrivals: new-nodes, seed_time: 0s}"},
		{name: "unknown", set: "workload.requests.arrivals=new-node", want: `unknown arrivals "new-node", want one of peers, new-nodes; did you mean new-nodes?`},
		{name: "patience of peers", set: "workload.requests.patience=5m", want: "workload.requests.patience: not used by the peers of the network, only with arrivals: new-nodes"},
		{name: "trace", set: "workload.requests={pattern: trace, path: /t.csv, arrivals: new-nodes}", want: "workload.requests.arrivals: new-nodes, but a trace names the nodes that ask"},
		{name: "too many", set: "workload.requests={pattern: poisson, rate: 60/s, for: 30m, arrivals: new-nodes}", want: "60/s for 30m brings 108000 new nodes, above 100000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load("x.yaml", []byte(base), Overrides{Sets: []string{tt.set}}, testKinds())
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			assert.NotEqual(t, NetworkPeers, s.Workload.Requests.Arrivals)
			require.NoError(t, s.Validate(testKinds()))
		})
	}
}

func TestDraw(t *testing.T) {
	tests := []struct {
		name   string
		d      Distribution
		mean   float64 // seconds; 0: none
		median float64 // seconds
	}{
		{name: "constant", d: Distribution{Kind: Constant, Value: 7 * second}, mean: 7, median: 7},
		{name: "uniform", d: Distribution{Kind: UniformSpan, Min: 2 * second, Max: 6 * second}, mean: 4, median: 4},
		{name: "exponential", d: Distribution{Kind: Exponential, Mean: 10 * second}, mean: 10, median: 10 * math.Ln2},
		{name: "weibull", d: Distribution{Kind: Weibull, Scale: 10 * second, Shape: 2}, mean: 10 * math.Sqrt(math.Pi) / 2, median: 10 * math.Sqrt(math.Ln2)},
		{name: "lognormal", d: Distribution{Kind: LogNormal, Median: 10 * second, Sigma: 0.5}, mean: 10 * math.Exp(0.125), median: 10},
		{name: "pareto", d: Distribution{Kind: Pareto, Min: 2 * second, Shape: 3}, mean: 3, median: 2 * math.Cbrt(2)},
		{name: "pareto without a mean", d: Distribution{Kind: Pareto, Min: 2 * second, Shape: 1}, median: 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mean, ok := tt.d.Average()
			assert.Equal(t, tt.mean > 0, ok)
			assert.InDelta(t, tt.mean, mean.Seconds(), 1e-6)
			const n = 40_000
			r := rand.New(rand.NewPCG(1, 2))
			var sum float64
			below := 0
			for range n {
				x := tt.d.Draw(r).Seconds()
				require.GreaterOrEqual(t, x, 0.0)
				sum += x
				if x <= tt.median {
					below++
				}
			}
			if tt.mean > 0 {
				assert.InEpsilon(t, tt.mean, sum/n, 0.03)
			}
			if tt.d.Kind != Constant {
				assert.InDelta(t, 0.5, float64(below)/n, 0.01, "half the samples lie below the median")
			}
		})
	}
	forever := Distribution{Kind: Forever}
	assert.Equal(t, Endless, forever.Draw(nil))
	assert.True(t, forever.Lasts())
	heavy := Distribution{Kind: Pareto, Min: MaxSpan, Shape: MinShape}
	assert.Positive(t, heavy.Draw(rand.New(rand.NewPCG(3, 4))), "no overflow")
	assert.Panics(t, func() { Distribution{}.Draw(nil) })
}
