package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func written(t *testing.T, f Format, r *measure.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, f, r, o))
	return b.String()
}

// cases are results with everything that can be odd about them.
func cases() map[string]*measure.Result {
	out := map[string]*measure.Result{"one-seed": flashCrowd().result()}

	c := flashCrowd()
	c.seeds = []uint64{1, 2, 3, 4, 5}
	out["five-seeds"] = c.result()

	c = flashCrowd()
	c.peers = []int{1, 2, 5, 10, 20, 40}
	out["sweep"] = c.result()
	c.seeds = []uint64{1, 2, 3}
	out["sweep-seeds"] = c.result()

	c = flashCrowd()
	c.lossy, c.seeds = "client-server", []uint64{7}
	out["incomplete"] = c.result()

	c = flashCrowd()
	c.staggered = true
	out["staggered"] = c.result()

	c = flashCrowd()
	c.archs = []string{"p2p"}
	out["alone"] = c.result()

	c = flashCrowd()
	c.archs = []string{"client-server", "p2p", "hybrid", "tiers", "dht", "bitswap", "a-very-long-name-of-an-architecture"}
	out["seven"] = c.result()

	out["failed"] = failedResult()

	r := flashCrowd().result()
	nothing(r)
	out["nulls"] = r
	out["empty"] = &measure.Result{}

	r = flashCrowd().result()
	for i := range r.Trials {
		r.Trials[i].Network = "loopback"
	}
	out["loopback"] = r

	c = flashCrowd()
	c.peers = []int{10, 20}
	r = c.result()
	for i := range r.Trials {
		r.Trials[i].Point["network.origin.uplink"] = "25Mbit/s"
		r.Trials[i].Point["architectures.p2p.picker"] = "rarest-first"
	}
	out["three-keys"] = r
	return out
}

// failedResult has failed trials, missing ones, warnings and expectations.
func failedResult() *measure.Result {
	c := flashCrowd()
	c.seeds = []uint64{1, 2, 3}
	r := c.result()
	fail(find(r, "client-server", 2), "worker died: panic: send on closed channel\ngoroutine 7 [running]:\nmain.main()")
	for i := range r.Trials {
		r.Trials[i].Warnings = []string{"2 pieces of \x1b[31mhome-3\x1b[0m were refused"}
	}
	r.Missing = []measure.TrialKey{{Architecture: "p2p", Seed: 4}, {Architecture: "client-server", Seed: 4}}
	r.Expectations = []measure.Expectation{
		{Text: "p2p.success_rate >= 1", Seed: 1, Value: ptr(1), OK: true},
		{Text: "p2p.makespan_s < 0.1 * client-server.makespan_s", Seed: 1, Value: ptr(13.54)},
		{Text: "client-server.makespan_s < 100", Seed: 2},
	}
	return r
}

func TestTextGolden(t *testing.T) {
	all := cases()
	for _, name := range []string{"one-seed", "five-seeds", "sweep", "sweep-seeds", "incomplete", "staggered", "failed", "empty"} {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", written(t, Text, all[name], Options{Written: []string{"results/flash-crowd/20260102T030405Z/result.json"}}))
		})
	}
	t.Run("markdown", func(t *testing.T) { golden(t, "failed.md", written(t, Markdown, all["failed"], Options{})) })
}

func TestTextFitsTheTerminal(t *testing.T) {
	long := strings.Repeat("results/with/a/very/long/path/", 5) + "charts"
	for name, r := range cases() {
		t.Run(name, func(t *testing.T) {
			text := written(t, Text, r, Options{Written: []string{long}})
			for line := range strings.SplitSeq(text, "\n") {
				assert.LessOrEqual(t, len([]rune(line)), pageWidth, line)
				assert.Equal(t, strings.TrimRight(line, " "), line, "trailing spaces")
			}
			for _, r := range text {
				assert.False(t, r < ' ' && r != '\n', "control character %q", r)
			}
			assert.NotContains(t, text, "NaN")
			assert.NotContains(t, text, "Inf")
			assert.NotContains(t, text, nbsp)
		})
	}
}

func TestOrderOfTrialsDoesNotMatter(t *testing.T) {
	for name := range cases() {
		want, shuffled := cases()[name], cases()[name]
		rnd := rand.New(rand.NewPCG(1, 2))
		rnd.Shuffle(len(shuffled.Trials), func(i, j int) {
			shuffled.Trials[i], shuffled.Trials[j] = shuffled.Trials[j], shuffled.Trials[i]
		})
		for _, f := range Formats() {
			assert.Equal(t, written(t, f, want, Options{}), written(t, f, shuffled, Options{}), "%s as %s", name, f)
		}
	}
}

func TestStoredResultReadsTheSame(t *testing.T) {
	for name, r := range cases() {
		var b bytes.Buffer
		before := written(t, Text, r, Options{})
		var stored measure.Result
		require.NoError(t, json.NewEncoder(&b).Encode(r.Trials))
		require.NoError(t, json.Unmarshal(b.Bytes(), &stored.Trials))
		again := *r
		again.Trials = stored.Trials
		assert.Equal(t, before, written(t, Text, &again, Options{}), name)
	}
}

func TestCSV(t *testing.T) {
	const header = "scenario,architecture,seed,network,error,fluid_s,pieces_s,makespan_s,efficiency,requested,completed,success_rate," +
		"slowdown_p50,slowdown_p95,slowdown_max," +
		"completion_s_mean,completion_s_p50,completion_s_p90,completion_s_p95,completion_s_p99,completion_s_max," +
		"first_byte_s_mean,first_byte_s_p50,first_byte_s_p90,first_byte_s_p95,first_byte_s_p99,first_byte_s_max," +
		"goodput_bps,origin_sent_bytes,peers_sent_bytes,wasted_bytes,overhead_ratio,fairness_jain,wall_s,virtual_s,peak_rss_bytes"
	for name, r := range cases() {
		t.Run(name, func(t *testing.T) {
			text := written(t, CSV, r, Options{})
			first, _, _ := strings.Cut(text, "\n")
			assert.True(t, strings.HasPrefix(first, header), first)
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			require.NoError(t, err)
			assert.Len(t, rows, 1+len(r.Trials))
		})
	}
	text := written(t, CSV, cases()["three-keys"], Options{})
	first, _, _ := strings.Cut(text, "\n")
	assert.True(t, strings.HasSuffix(first, ",point.peers,point.architectures.p2p.picker,point.network.origin.uplink"), first)

	rows, err := csv.NewReader(strings.NewReader(written(t, CSV, failedResult(), Options{}))).ReadAll()
	require.NoError(t, err)
	failed := rows[2]
	assert.Equal(t, []string{"flash-crowd", "client-server", "2", "virtual"}, failed[:4])
	assert.Contains(t, failed[4], "worker died")
	for i, v := range failed[5:] {
		assert.Empty(t, v, "a failed trial has a figure in column %s", rows[0][5+i])
	}
}

func TestJSON(t *testing.T) {
	for name, r := range cases() {
		t.Run(name, func(t *testing.T) {
			var d struct {
				Schema   string
				Scenario string
				Trials   []struct {
					Architecture string
					Point        map[string]any
					Bounds       map[string]*float64
					MakespanS    *float64 `json:"makespan_s"`
					Summary      map[string]any
					Requests     []any
				}
				Missing, Expectations, Warnings []any
			}
			text := written(t, JSON, r, Options{})
			require.NoError(t, json.Unmarshal([]byte(text), &d))
			assert.Equal(t, SummarySchema, d.Schema)
			assert.Len(t, d.Trials, len(r.Trials))
			assert.Len(t, d.Missing, len(r.Missing))
			assert.NotNil(t, d.Missing)
			assert.NotNil(t, d.Expectations)
			assert.NotNil(t, d.Warnings)
			for _, x := range d.Trials {
				assert.NotNil(t, x.Point)
				assert.Empty(t, x.Requests)
				assert.Contains(t, x.Summary, "origin_sent_bytes")
			}
		})
	}
}

func TestWriteLeavesTheResultAlone(t *testing.T) {
	r, same := failedResult(), failedResult()
	for _, f := range Formats() {
		written(t, f, r, Options{})
	}
	Charts(r, nil)
	assert.Equal(t, same, r)
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		got, err := ParseFormat(string(f))
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
	for _, bad := range []string{"", "xml", "JSON"} {
		_, err := ParseFormat(bad)
		assert.ErrorContains(t, err, "use one of text, json, csv, markdown", bad)
	}
	assert.ErrorContains(t, Write(&bytes.Buffer{}, "xml", flashCrowd().result(), Options{}), `format "xml" is unknown`)
}

type closed struct{}

var errClosed = errors.New("pipe is closed")

func (closed) Write([]byte) (int, error) { return 0, errClosed }

func TestWriteReportsTheWriterError(t *testing.T) {
	for _, f := range Formats() {
		assert.ErrorIs(t, Write(closed{}, f, flashCrowd().result(), Options{}), errClosed, f)
	}
}

func TestSecurityWarning(t *testing.T) {
	for _, c := range []struct {
		name, server, mesh string
		warns              bool
	}{
		{"one side", "none", "noise", true},
		{"other side", "tls", "plaintext", true},
		{"both", "tls", "noise", false},
		{"neither", "none", "plaintext", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := flashCrowd().result()
			r.Scenario.Architectures[0].Options = scenario.Options{"security": c.server}
			r.Scenario.Architectures[1].Options = scenario.Options{"security": c.mesh}
			assert.Equal(t, c.warns, strings.Contains(written(t, Text, r, Options{}), "cost of encryption"))
			assert.Equal(t, c.server == "none" && c.mesh == "plaintext",
				strings.Contains(written(t, Text, r, Options{}), "p2p ran without encryption (security: plaintext)"))
		})
	}
}

func TestBelowTheBoundIsAWarning(t *testing.T) {
	r := flashCrowd().result()
	*r.Trials[1].MakespanS = *r.Trials[1].Bounds.FluidS * 0.99
	assert.Contains(t, written(t, Text, r, Options{}), "below its lower bound")
	assert.NotContains(t, written(t, Text, flashCrowd().result(), Options{}), "below its lower bound")
}

func TestBoundForPiecesIsShownWhereItExists(t *testing.T) {
	r := flashCrowd().result()
	assert.NotContains(t, written(t, Text, r, Options{}), "bound for pieces")
	r.Trials[1].Bounds.PiecesS = ptr(12.5)
	assert.Regexp(t, `bound for pieces \(s\) +- +12\.5 +-`, written(t, Text, r, Options{}))
}

func TestPointsFollowTheScenario(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{20, 5, 10}
	r := c.result()
	r.Scenario.Sweep[0].Values = []string{"2e1", "5", "10.0"}
	var got []string
	for _, p := range newView(r).points {
		got = append(got, p.label)
	}
	assert.Equal(t, []string{"peers=20", "peers=5", "peers=10"}, got)
	r.Scenario.Sweep = nil
	got = nil
	for _, p := range newView(r).points {
		got = append(got, p.label)
	}
	assert.Equal(t, []string{"peers=5", "peers=10", "peers=20"}, got)
}
