package reports

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/stats"
)

// seeded is the flash crowd with n seeds.
func seeded(n int) *measure.Result {
	c := flashCrowd()
	c.seeds = nil
	for i := range n {
		c.seeds = append(c.seeds, uint64(i+1))
	}
	return c.result()
}

func TestIntervalsNameTheirMethod(t *testing.T) {
	for _, tt := range []struct {
		n              int
		legend, absent string
	}{
		{1, "One trial each, so no intervals: --repeat 5 or more gives them.", "[ ]:"},
		{5, "95% interval of the mean (Student's t, n = 5).", "bootstrap"},
		{12, "95% interval of the mean (BCa bootstrap, 9,999 resamples, n = 12).", "(Student's t, n"},
	} {
		text := strings.Join(strings.Fields(written(t, Text, seeded(tt.n), Options{})), " ")
		assert.Contains(t, text, tt.legend)
		assert.NotContains(t, text, tt.absent)
	}
}

func TestRepeatWarnings(t *testing.T) {
	warn := func(r *measure.Result) string { return strings.Join(newView(r).repeatWarnings(), "\n") }
	assert.Empty(t, warn(seeded(1)))
	assert.Empty(t, warn(seeded(5)))
	assert.Contains(t, warn(seeded(4)), "all 2 architectures and points have fewer than 5 repeats")

	odd := seeded(7)
	x := find(odd, "p2p", 4)
	x.MakespanS = ptr(3 * *x.MakespanS)
	got := warn(odd)
	assert.Regexp(t, `p2p, seed 4: makespan of 40\.\d\x{a0}s stands out from the median of 13\.\d\x{a0}s \(modified z-score \d+`, got)
	assert.NotContains(t, got, "client-server")
	assert.Contains(t, strings.ReplaceAll(written(t, Text, odd, Options{}), "\n    ", " "), "stands out from the median")

	// Nearly equal values have no outlier worth a word.
	flat := seeded(7)
	for i := range flat.Trials {
		flat.Trials[i].MakespanS, flat.Trials[i].Summary = ptr(10), measure.Summary{}
	}
	find(flat, "p2p", 3).MakespanS = ptr(10.05)
	assert.Empty(t, warn(flat))
}

func TestPairedDifferences(t *testing.T) {
	r := seeded(5)
	for i := range r.Trials { // 2 s faster, and half a second of difference among seeds
		x := &r.Trials[i]
		x.MakespanS = ptr(10 + float64(x.Seed))
		if x.Architecture == "p2p" {
			x.MakespanS = ptr(8 + 1.25*float64(x.Seed))
		}
	}
	v := newView(r)
	d, ok := pairedDifference(makespan(), v.points[0].cells[0], v.points[0].cells[1])
	require.True(t, ok)
	// -2 + k/4 for k = 1 to 5: mean -1.25, standard deviation sqrt(2.5)/4.
	assert.InDelta(t, -1.25, d.Mean, 1e-12)
	assert.InDelta(t, -1.25/0.3952847, d.Effect, 1e-6)
	assert.InDelta(t, -1.25-2.776445*0.3952847/2.2360680, d.Interval.Low, 1e-6)
	assert.Regexp(t, `makespan \(s\) +-1\.25 +\[-1\.74, -0\.759\] +-3\.16 +5\n`, written(t, Text, r, Options{}))

	find(r, "p2p", 2).MakespanS = nil
	_, ok = pairedDifference(makespan(), v.points[0].cells[0], v.points[0].cells[1])
	assert.False(t, ok, "what is missing may be the worst")
	assert.Empty(t, newView(seeded(1)).pairedTables())
	for _, n := range []int{2, 5, 11} {
		for name, f := range map[string]Format{"text": Text, "markdown": Markdown} {
			assert.Contains(t, written(t, f, seeded(n), Options{}), "p2p - client-server", name)
		}
	}
}

func TestJSONHasIntervals(t *testing.T) {
	var d struct {
		Repeats []struct {
			Architecture, Metric, Unit string
			N                          int
			Mean, Median               float64
			SD                         *float64
			Interval                   *struct {
				Low, High, Level float64
				Method           string
			}
		}
		Differences []struct {
			Architecture, Against, Metric string
			N                             int
			Difference                    float64
			EffectDz                      *float64 `json:"effect_dz"`
		}
		Methods string
	}
	require.NoError(t, json.Unmarshal([]byte(written(t, JSON, seeded(5), Options{})), &d))
	require.NotEmpty(t, d.Repeats)
	first := d.Repeats[0]
	assert.Equal(t, "makespan", first.Metric)
	assert.Equal(t, "s", first.Unit)
	assert.Equal(t, 5, first.N)
	require.NotNil(t, first.Interval)
	require.NotEmpty(t, d.Differences)
	assert.Equal(t, "p2p", d.Differences[0].Architecture)
	assert.Equal(t, "client-server", d.Differences[0].Against)
	assert.Negative(t, d.Differences[0].Difference)
	require.NotNil(t, d.Differences[0].EffectDz)
	assert.Contains(t, d.Methods, "seeds 1 to 5")

	require.NoError(t, json.Unmarshal([]byte(written(t, JSON, seeded(1), Options{})), &d))
	assert.Nil(t, d.Repeats[0].Interval)
	assert.Nil(t, d.Repeats[0].SD)
	assert.Empty(t, d.Differences)
}

func TestMethods(t *testing.T) {
	assert.Empty(t, Methods(&measure.Result{}))
	r := seeded(12)
	r.Build = measure.Build{Version: "0.1.0+abc", Go: "go1.26.8", Modules: map[string]string{
		"github.com/libp2p/go-libp2p": "v0.51.0", "github.com/libp2p/go-yamux/v5": "v5.1.0", "github.com/gorilla/websocket": "v1.5.3"}}
	got := Methods(r)
	for _, want := range []string{
		"Versus 0.1.0+abc (Go 1.26.8, websocket v1.5.3, go-libp2p v0.51.0, go-yamux v5.1.0) on a simulated network in virtual time",
		"scenario flash-crowd (SHA-256 0123456789abcdef), seeds 1 to 12 (n = 12 trials for each architecture)",
		"95% confidence intervals of the mean, by " + stats.MethodBCa,
		"paired t interval and Cohen's d_z",
	} {
		assert.Contains(t, got, want)
	}
	r.Trials = r.Trials[:15] // one has 8 trials, the other 7
	assert.Contains(t, Methods(r), "n = 7 to 8 trials")
	for i := range r.Trials {
		r.Trials[i].Network = "loopback"
	}
	assert.Contains(t, Methods(r), "loopback interface in real time")
}

func TestExpectationMargins(t *testing.T) {
	r := seeded(1)
	of := func(text string, seed uint64, value, right, margin *float64, ok bool) measure.Expectation {
		return measure.Expectation{Text: text, Seed: seed, Value: value, Right: right, Margin: margin, OK: ok}
	}
	r.Expectations = []measure.Expectation{
		of("p2p.makespan_s < 20", 1, ptr(13), ptr(20), ptr(7), true),
		of("p2p.makespan_s < 20", 2, ptr(18), ptr(20), ptr(2), true),
		of("p2p.makespan_s < 20", 3, ptr(15), ptr(20), ptr(5), true),
		of("p2p.efficiency > 0.9", 1, ptr(0.95), ptr(0.9), ptr(0.05), true),
		of("p2p.efficiency > 0.9", 2, ptr(0.8), ptr(0.9), ptr(-0.1), false),
		of("p2p.efficiency > 0.9", 3, nil, ptr(0.9), nil, false),
		of("p2p.wasted_bytes <= 0", 1, ptr(0), ptr(0), ptr(0), true),
		of("p2p.wasted_bytes >= -5", 1, ptr(-2), ptr(-5), ptr(3), true),
		of("client-server.origin_sent_bytes > p2p.origin_sent_bytes", 1, ptr(640*mib), ptr(82*mib), ptr(558*mib), true),
	}
	assert.Equal(t, [][]string{
		{"p2p.makespan_s < 20", "3 of 3", "18.0 s", "20.0 s", "+10.0%"},
		{"p2p.efficiency > 0.9", "1 of 3", "-", "0.900", "-"},
		{"p2p.wasted_bytes <= 0", "1 of 1", "0 MiB", "0 MiB", "0 MiB"},
		{"p2p.wasted_bytes >= -5", "1 of 1", "-2.00 B", "-5.00 B", "+60.0%"},
		{"client-server.origin_sent_bytes > p2p...", "1 of 1", "640.0 MiB", "82.0 MiB", "+680%"},
	}, newView(r).expectationTable().rows)
	table := newView(r).expectationTable()
	assert.LessOrEqual(t, widest(table.text()), pageWidth)
	assert.Empty(t, newView(seeded(1)).expectationTable().rows)
	for _, f := range []Format{Text, Markdown} {
		assert.Contains(t, written(t, f, r, Options{}), "+10.0%")
	}
}
