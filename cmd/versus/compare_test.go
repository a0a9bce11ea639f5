package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/run"
)

// wholeRuns skips a test of many runs where they take too long: with -short, as
// under the race detector, whose workers are several times as slow. make test
// runs these tests in its second pass.
func wholeRuns(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("many whole runs: not with -short")
	}
}

// Three runs of a tiny scenario: twice the same settings, and once with an
// origin that is farther away.
func TestCompare(t *testing.T) {
	wholeRuns(t)
	dir := t.TempDir()
	yaml := writeScenario(t, tiny)
	runs := map[string][]string{
		"before": {"--repeat", "5"},
		"again":  {"--repeat", "5", "--seed", "101"},
		"after":  {"--repeat", "5", "--set", "network.origin.delay=80ms"},
		"single": {},
		"mesh":   {"--repeat", "5", "--arch", "p2p"},
		"swept":  {"--vary", "peers=2,3"},
		"euros":  {"--set", "prices=dedicated"},
		"dollar": {"--set", "prices=cloud"},
	}
	at := map[string]string{}
	for name, args := range runs {
		at[name] = filepath.Join(dir, name)
		got := versus(append([]string{"run", yaml, "-q", "--out", at[name]}, args...)...)
		require.Zero(t, got.code, got.stderr)
	}
	compare := func(a, b string, args ...string) result {
		return versus(append([]string{"compare", at[a], at[b]}, args...)...)
	}

	t.Run("itself", func(t *testing.T) {
		got := compare("before", "before", "--fail-on-regression")
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "No difference that counts was found")
	})
	t.Run("other seeds", func(t *testing.T) {
		got := compare("before", "again", "--fail-on-regression")
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "Welch's t")
	})
	t.Run("slower", func(t *testing.T) {
		got := compare("before", "after")
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "5 pairs, seeds 1 to 5, paired t")
		assert.Contains(t, got.stdout, "the scenarios differ: network.origin.delay (A: 5ms, B: 80ms)")
		assert.Regexp(t, `first_byte.p50 \(ms\) .* worse`, got.stdout)
		for _, line := range strings.Split(strings.ReplaceAll(got.stdout, dir, "DIR"), "\n") {
			assert.LessOrEqual(t, len([]rune(line)), 80, line)
		}
	})
	t.Run("slower fails", func(t *testing.T) {
		got := compare("before", "after", "--fail-on-regression")
		assert.Equal(t, run.CodeUsage, got.code, got.stderr)
		assert.Contains(t, got.stderr, "network.origin.delay (A: 5ms, B: 80ms)")
		assert.Empty(t, got.stdout)

		got = compare("before", "after", "--fail-on-regression", "--allow-differences")
		assert.Equal(t, run.CodeExpectation, got.code, got.stderr)
		assert.Contains(t, got.stderr, "metrics are worse")
		assert.NotEmpty(t, got.stdout)

		got = compare("after", "before", "--fail-on-regression", "--allow-differences", "--metrics", "makespan_s,first_byte_s.p50")
		assert.Zero(t, got.code, got.stderr)
	})
	t.Run("what B lacks fails", func(t *testing.T) {
		got := compare("before", "mesh", "--fail-on-regression")
		assert.Equal(t, run.CodeExpectation, got.code, got.stderr)
		assert.Contains(t, got.stderr, "lacks 1 comparisons")
		assert.Zero(t, compare("mesh", "before", "--fail-on-regression").code)
	})
	t.Run("one repeat", func(t *testing.T) {
		got := compare("single", "single")
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "No verdict: not enough repeats: 1 per side.")
		got = compare("single", "single", "--fail-on-regression")
		assert.Equal(t, run.CodeUnmeasured, got.code)
		assert.Contains(t, got.stderr, "--repeat 5")
	})
	t.Run("points that do not match", func(t *testing.T) {
		got := compare("single", "swept")
		assert.Equal(t, run.CodeUsage, got.code)
		assert.Contains(t, got.stderr, "no architecture and sweep point is in both")
		assert.Contains(t, got.stderr, "peers=2")
	})
	t.Run("two currencies", func(t *testing.T) {
		got := compare("euros", "dollar", "--metrics", "cost.total")
		assert.Equal(t, run.CodeUsage, got.code, got.stderr)
		assert.Contains(t, got.stderr, "is in EUR in "+at["euros"]+", but in USD in "+at["dollar"])
		assert.Empty(t, got.stdout)
		got = compare("dollar", "dollar", "--metrics", "cost.total")
		assert.Contains(t, got.stdout, "cost.total (USD)")
		assert.Zero(t, compare("euros", "dollar").code)
	})
	t.Run("formats", func(t *testing.T) {
		var d struct {
			Schema string
			Groups []struct{ Rows []struct{ Verdict string } }
		}
		require.NoError(t, json.Unmarshal([]byte(compare("before", "after", "--format", "json").stdout), &d))
		assert.Equal(t, "versus/comparison/v1", d.Schema)
		require.Len(t, d.Groups, 2)
		rows, err := csv.NewReader(strings.NewReader(compare("before", "after", "--format", "csv", "--metrics", "makespan_s,wall_s").stdout)).ReadAll()
		require.NoError(t, err)
		assert.Len(t, rows, 5)
		assert.Contains(t, compare("before", "after", "--format", "markdown").stdout, "| makespan (")
	})
	t.Run("bad usage", func(t *testing.T) {
		for _, tc := range []struct {
			args []string
			want string
		}{
			{[]string{"compare", at["before"]}, "two result folders"},
			{[]string{"compare", at["before"], filepath.Join(dir, "nope")}, "there is no folder"},
			{[]string{"compare", at["before"], at["after"], "--level", "5"}, "level 5"},
			{[]string{"compare", at["before"], at["after"], "--min-effect", "-1"}, "minimum effect -1"},
			{[]string{"compare", at["before"], at["after"], "--metrics", "makespan"}, `"makespan_s"`},
			{[]string{"compare", at["before"], at["after"], "--format", "xml"}, "--format"},
			{[]string{"compare", at["before"], at["after"], "--format", "jsonl"}, "--format"},
		} {
			got := versus(tc.args...)
			assert.Equal(t, run.CodeUsage, got.code, tc.args)
			assert.Contains(t, got.stderr, tc.want)
			assert.Empty(t, got.stdout)
		}
	})
	t.Run("nothing is written", func(t *testing.T) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, len(runs))
	})
}
