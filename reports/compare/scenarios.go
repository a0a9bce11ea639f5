package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// apart are the top-level keys that do not say what a trial measures: texts,
// which and how many trials there are (trials match by seed and point), and what
// is expected of them.
func apart() []string {
	return []string{"name", "title", "description", "seed", "repeat", "sweep", "expect"}
}

// scenarioChanges returns the keys of two resolved scenarios that differ, in the
// notation of --set, sorted, and the external files whose content does. The
// options of an architecture that only one of them runs are not among them.
func scenarioChanges(a, b *measure.Result) []Change {
	x, y := flat(a, b.Scenario), flat(b, a.Scenario)
	keys := map[string]bool{}
	for k := range x {
		keys[k] = true
	}
	for k := range y {
		keys[k] = true
	}
	out := []Change{}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if x[k] != y[k] {
			out = append(out, Change{Key: k, A: x[k], B: y[k]})
		}
	}
	return out
}

func (c Change) String() string {
	or := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	return fmt.Sprintf("%s (A: %s, B: %s)", c.Key, or(c.A), or(c.B))
}

// flat returns the values of a result's scenario by dotted key, without
// architectures that other does not run. A result without a scenario has none.
func flat(r *measure.Result, other *scenario.Scenario) map[string]string {
	out := map[string]string{}
	for _, in := range r.Inputs {
		out["content of "+in.Path] = "sha256 " + in.SHA256[:min(12, len(in.SHA256))]
	}
	s := r.Scenario
	if s == nil {
		return out
	}
	data, err := s.Canonical()
	if err != nil {
		return map[string]string{"scenario": err.Error()}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		return map[string]string{"scenario": err.Error()}
	}
	for _, key := range apart() {
		delete(tree, key)
	}
	if options, ok := tree["architectures"].(map[string]any); ok && other != nil {
		maps.DeleteFunc(options, func(name string, _ any) bool {
			return !slices.ContainsFunc(other.Architectures, func(a scenario.Architecture) bool { return a.Name == name })
		})
	}
	flatten(out, "", tree)
	return out
}

func flatten(out map[string]string, prefix string, value any) {
	join := func(key string) string { return strings.TrimPrefix(prefix+"."+key, ".") }
	switch v := value.(type) {
	case map[string]any:
		for key, x := range v {
			flatten(out, join(key), x)
		}
	case []any:
		for i, x := range v {
			flatten(out, join(strconv.Itoa(i)), x)
		}
	case nil:
	case string:
		out[prefix] = v
	default:
		out[prefix] = fmt.Sprint(v)
	}
}
