package fault_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fault"
	"versus/sim/scenario"
)

// snippets returns the code of one language on the page about faults.
func snippets(t *testing.T, language string) []string {
	page, err := os.ReadFile("../../docs/faults.md")
	require.NoError(t, err)
	var all []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		all = append(all, m[1])
	}
	require.NotEmpty(t, all)
	return all
}

// TestSnippetsOfThePage loads and runs the faults that the page shows.
func TestSnippetsOfThePage(t *testing.T) {
	const script = "def on_start():\n  pass\n"
	for _, text := range snippets(t, "yaml") {
		s, err := scenario.Load("/lab/test.yaml", []byte(strings.TrimSuffix(head, "faults:\n")+text), scenario.Overrides{}, []scenario.Kind{{Name: "p2p"}})
		require.NoError(t, err)
		out := trial{seed: 1, inputs: map[string]string{"faults.star": script}}.run(t, s)
		require.NoError(t, out.err)
		assert.NotEmpty(t, out.log)
	}
}

// TestScriptsOfThePage runs the scripts that the page shows.
func TestScriptsOfThePage(t *testing.T) {
	want := []string{"poweroff home-2", "kill ", "leave home-4"} // what each does, besides more
	scripts := snippets(t, "python")
	require.Len(t, scripts, len(want))
	for i, text := range scripts {
		s := load(t, "{at: 1s, kill: home-1}", "{script: x.star}")
		out := trial{seed: 1, inputs: map[string]string{"x.star": text}, setup: func(w *world) {
			w.rarest = "home-2"
			w.pieces = func(node string, at time.Duration) int {
				if node == "home-4" {
					return 10 * int(at/time.Second)
				}
				return int(at / time.Second)
			}
		}}.run(t, s)
		require.NoError(t, out.err, text)
		assert.Contains(t, strings.Join(out.log, "\n"), want[i])
		assert.Contains(t, strings.Join(out.log, "\n"), "x.star")
	}
}

// TestTracesOfThePage reads the two examples of a trace.
func TestTracesOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/faults.md")
	require.NoError(t, err)
	traces := regexp.MustCompile(`(?m)^    (node,\S+) .*\n((?:    home.*\n)+)`).FindAllStringSubmatch(string(page), -1)
	require.Len(t, traces, 2)
	for _, m := range traces {
		text := m[1] + "\n" + strings.ReplaceAll(m[2], "    ", "")
		out := trial{inputs: map[string]string{"t.csv": text}}.run(t, load(t, "{churn: {trace: t.csv}}"))
		require.NoError(t, out.err)
		assert.Equal(t, []string{"12.5s kill home-1 (faults.0)", "40s restart home-1 (faults.0)"}, out.log)
	}
}

// TestThePageIsComplete finds every action, role, variable, preset and hook.
func TestThePageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../../docs/faults.md")
	require.NoError(t, err)
	for _, words := range [][]string{scenario.Actions(), scenario.Roles(),
		{scenario.VarProgress, scenario.VarTime, scenario.VarOnline, scenario.VarCompleted}, {fault.Kill, fault.Share}} {
		for _, word := range words {
			assert.Regexp(t, "`"+word+"\\b", string(page))
		}
	}
	for _, p := range scenario.ChurnPresets() {
		row := regexp.MustCompile("(?m)^\\| `" + p.Name + "` \\| Weibull, scale ([0-9.]+) min, shape ([0-9.]+)").FindStringSubmatch(string(page))
		require.NotNil(t, row, p.Name)
		text := "{weibull: {scale: " + p.Session.Scale.String() + ", shape: " + row[2] + "}}"
		assert.Equal(t, text, p.Session.String())
		minutes, err := time.ParseDuration(row[1] + "m")
		require.NoError(t, err)
		assert.Equal(t, minutes, time.Duration(p.Session.Scale))
	}
}
