package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/compare"
	"versus/sim/measure"
)

// comparisons are of the synthetic crowd with itself, slowed down, and with one
// seed each.
func comparisons(t *testing.T) map[string]*compare.Report {
	t.Helper()
	of := func(a, b *measure.Result) *compare.Report {
		a.Build.Version, b.Build.Version = "1.0", "1.1"
		r, err := compare.Results(a, b, compare.Options{NameA: "results/before", NameB: "results/after", Level: 0.05, MinEffect: 0.01})
		require.NoError(t, err)
		return r
	}
	c := flashCrowd()
	c.seeds = []uint64{1, 2, 3, 4, 5}
	slow := c.result()
	for i := range slow.Trials {
		t := &slow.Trials[i]
		*t.MakespanS *= 1.1 + 0.001*float64(i)
		*t.Summary.FirstByteS.P50 /= 2
		t.Summary.WastedBytes += int64(100+i) * mib
	}
	slow.Scenario.Network.TCP = "reno"
	one := flashCrowd()
	swept, later := c, c
	swept.peers, later.peers = []int{5, 10, 20}, []int{10, 20, 40}
	slower := later.result()
	for i := range slower.Trials {
		if slower.Trials[i].Architecture == "p2p" {
			*slower.Trials[i].MakespanS *= 1.2
		}
	}
	wide := c
	wide.peers = []int{5, 10, 20}
	slowWide := wide.result()
	for i := range slowWide.Trials {
		if slowWide.Trials[i].Architecture == "p2p" && slowWide.Trials[i].Point["peers"] == 20 {
			*slowWide.Trials[i].MakespanS *= 0.8
		}
	}
	return map[string]*compare.Report{
		"same":  of(c.result(), c.result()),
		"slow":  of(c.result(), slow),
		"one":   of(one.result(), one.result()),
		"swept": of(swept.result(), slower),
		"wide":  of(wide.result(), slowWide),
	}
}

func TestComparisonGolden(t *testing.T) {
	for name, r := range comparisons(t) {
		t.Run(name, func(t *testing.T) {
			var text, markdown bytes.Buffer
			require.NoError(t, WriteComparison(&text, Text, r))
			require.NoError(t, WriteComparison(&markdown, Markdown, r))
			assert.LessOrEqual(t, widest(text.String()), pageWidth)
			golden(t, "comparison-"+name+".txt", text.String())
			if name == "slow" {
				golden(t, "comparison-"+name+".md", markdown.String())
			}
		})
	}
}

func TestComparisonData(t *testing.T) {
	for name, r := range comparisons(t) {
		var b bytes.Buffer
		require.NoError(t, WriteComparison(&b, JSON, r))
		var back compare.Report
		require.NoError(t, json.Unmarshal(b.Bytes(), &back), name)
		assert.Equal(t, len(r.Groups), len(back.Groups))
		assert.Equal(t, r.Groups[0].Rows, back.Groups[0].Rows)

		b.Reset()
		require.NoError(t, WriteComparison(&b, CSV, r))
		rows, err := csv.NewReader(&b).ReadAll()
		require.NoError(t, err)
		n := 0
		for _, g := range r.Groups {
			n += len(g.Rows)
		}
		assert.Len(t, rows, n+1)
		assert.Equal(t, "architecture", rows[0][0])
	}
	r := comparisons(t)["one"]
	for _, f := range ComparisonFormats() {
		assert.ErrorIs(t, WriteComparison(closed{}, f, r), errClosed)
	}
	assert.ErrorContains(t, WriteComparison(&strings.Builder{}, "xml", r), `format "xml"`)
}

func TestSignedNumbers(t *testing.T) {
	for _, tt := range []struct {
		x                        float64
		percent, signed, chances string
	}{
		{0, "0%", "0", "<0.001"},
		{0.102, "+10.2%", "+0.102", "0.102"},
		{-0.5, "-50.0%", "-0.500", ""},
		{0.00001, "~0%", "+<0.001", ""},
		{-0.0004, "-0.04%", "-<0.001", ""},
		{1.5, "+150%", "+1.50", "1"},
		{0.9996, "+100.0%", "+1.00", "1"},
		{12.3456, "+1235%", "+12.3", "1"},
	} {
		assert.Equal(t, tt.percent, percent(tt.x))
		assert.Equal(t, tt.signed, signed(tt.x))
		if tt.chances != "" {
			assert.Equal(t, tt.chances, probability(tt.x))
		}
	}
	assert.Equal(t, "first_byte.p50", withoutUnit("first_byte_s.p50"))
	assert.Equal(t, "origin_sent", withoutUnit("origin_sent_bytes"))
	assert.Equal(t, "success_rate", withoutUnit("success_rate"))
	assert.Equal(t, "5%", share(0.05))
	assert.Equal(t, "99.9%", share(0.999))
}
