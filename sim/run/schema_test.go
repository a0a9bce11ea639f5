package run_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
)

const schemaPath = "../../docs/result.schema.json"

func resultSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaPath)
	require.NoError(t, err)
	return s
}

// stored returns the result.json of a run with every kind of trial: measured,
// cut short, not measured, and missing.
func stored(t *testing.T) []byte {
	t.Helper()
	s := crowd("slow")
	s.Sweep = scenario.Sweep{{Key: "fickle.mode", Values: []string{"ok", "slow", "lie"}}, {Key: "peers", Values: []string{"1", "2"}}}
	s.Workload.Popularity = scenario.Popularity{Pattern: scenario.Zipf, Exponent: 0.9}
	s.Network.Shared = scenario.SharedLinks{{Name: "campus", Uplink: scenario.Gbps, Downlink: scenario.Gbps}}
	s.Network.Regions, s.Network.Origin.Region = "ibm-cloud-2024-08", "eu-de"
	home := &s.Network.Peers[0]
	home.Behind, home.Region, home.Queue, home.QueueLimit = "campus", "eu-gb", scenario.DropTail, 125*scenario.KB
	home.Loss, home.BurstLoss = 0.0001, scenario.BurstLoss{GoodToBad: 0.0001, BadToGood: 0.5, LossBad: 0.5}
	s.Prices = &scenario.Prices{Preset: "cloud", Currency: "USD", EgressPerGB: 0.09, ServerPerHour: 0.08, AsOf: "2026-06", Source: "somewhere"}
	s.Expect = []string{"central.cost.per_gb < 10", "central.efficiency > 0.01", "fickle.makespan_s < 100", "central.links.campus.down_bytes > 0"}
	opt := options(t)
	opt.Progress = func(u run.Update) {}
	res, err := execute(t, s, opt)
	require.NotNil(t, res, "%v", err)
	first, times := "central", 2.0
	standing := measure.Standing{First: &first, Times: &times}
	res.Prediction = &measure.Prediction{Question: "which?", Point: map[string]any{"peers": 2}, Guess: standing,
		Measured: &measure.Measured{Standing: standing, By: measure.ByMakespan, Second: "fickle", Seeds: 1, Wins: 1}}
	res.Missing = append(res.Missing, measure.TrialKey{Architecture: "central", Seed: 2})
	res.Baselines = append(res.Baselines, res.Trials[0])
	var b bytes.Buffer
	require.NoError(t, measure.Encode(&b, res))
	return b.Bytes()
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return v
}

func TestResultFollowsItsSchema(t *testing.T) {
	schema := resultSchema(t)
	data := stored(t)
	require.NoError(t, schema.Validate(decode(t, data)))

	broken := map[string]func(r, trial, request map[string]any){
		"a field too many":           func(r, _, _ map[string]any) { r["extra"] = 1 },
		"a trial's field too many":   func(_, tr, _ map[string]any) { tr["extra"] = 1 },
		"a field too few":            func(_, tr, _ map[string]any) { delete(tr, "makespan_s") },
		"another version":            func(r, _, _ map[string]any) { r["schema"] = "versus/result/v2" },
		"null for a list":            func(_, tr, _ map[string]any) { tr["warnings"] = nil },
		"unknown outcome":            func(_, _, rq map[string]any) { rq["outcome"] = "lost" },
		"complete without an end":    func(_, _, rq map[string]any) { rq["finished_s"] = nil },
		"complete without the check": func(_, _, rq map[string]any) { rq["sha256_ok"] = false },
		"negative time":              func(_, _, rq map[string]any) { rq["started_s"] = -1 },
		"text for a number":          func(_, tr, _ map[string]any) { tr["wall_s"] = "3" },
		"too long a timeline": func(_, tr, _ map[string]any) {
			ticks := tr["timeline"].([]any)
			for len(ticks) <= measure.MaxTicks {
				ticks = append(ticks, ticks[0])
			}
			tr["timeline"] = ticks
		},
	}
	for name, breakIt := range broken {
		t.Run(name, func(t *testing.T) {
			var r map[string]any
			require.NoError(t, json.Unmarshal(data, &r))
			tr := r["trials"].([]any)[0].(map[string]any)
			breakIt(r, tr, tr["requests"].([]any)[0].(map[string]any))
			changed, err := json.Marshal(r)
			require.NoError(t, err)
			require.Error(t, schema.Validate(decode(t, changed)))
		})
	}
}

// TestResultIsDocumented checks that docs/result.md names every field.
func TestResultIsDocumented(t *testing.T) {
	data, err := os.ReadFile(filepath.Dir(schemaPath) + "/result.md")
	require.NoError(t, err)
	doc := string(data)
	var r any
	require.NoError(t, json.Unmarshal(stored(t), &r))
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				visit(e)
			}
		case map[string]any:
			for key, e := range v {
				if key == "scenario" || key == "point" || key == "modules" {
					continue // named by the scenario, or by what was linked
				}
				assert.True(t, strings.Contains(doc, "`"+key+"`"), "docs/result.md does not mention `%s`", key)
				visit(e)
			}
		}
	}
	visit(r)
}
