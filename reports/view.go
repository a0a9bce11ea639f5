package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// view is a result arranged for reading: sweep points by architectures, each
// with its trials by seed. The order depends on the scenario and the keys of
// the trials alone, not on which trial finished first.
type view struct {
	result *measure.Result
	archs  []string // the scenario's order, then others by name
	keys   []string // swept keys: the scenario's order, then others by name
	points []point
}

// point is one point of the sweep; without a sweep there is just one.
type point struct {
	values map[string]any
	label  string // such as "peers=40"; empty without a sweep
	cells  []cell // one for each architecture of the view
}

// cell is one architecture at one point.
type cell struct {
	arch    string
	trials  []*measure.Trial // measured, by seed
	failed  []*measure.Trial
	missing []measure.TrialKey
}

func newView(r *measure.Result) *view {
	v := &view{result: r}
	var keys []measure.TrialKey
	for i := range r.Trials {
		keys = append(keys, r.Trials[i].TrialKey)
	}
	keys = append(keys, r.Missing...)
	v.archs = v.orderArchitectures(keys)
	v.keys = v.orderKeys(keys)

	index := map[string]int{}
	for _, k := range keys {
		id := pointID(k.Point)
		if _, ok := index[id]; !ok {
			index[id] = 0
			v.points = append(v.points, point{values: k.Point, label: v.label(k.Point)})
		}
	}
	slices.SortStableFunc(v.points, func(a, b point) int { return v.comparePoints(a.values, b.values) })
	for i := range v.points {
		index[pointID(v.points[i].values)] = i
		for _, a := range v.archs {
			v.points[i].cells = append(v.points[i].cells, cell{arch: a})
		}
	}
	find := func(k measure.TrialKey) *cell {
		return &v.points[index[pointID(k.Point)]].cells[slices.Index(v.archs, k.Architecture)]
	}
	for i := range r.Trials {
		t := &r.Trials[i]
		if c := find(t.TrialKey); t.Error != nil {
			c.failed = append(c.failed, t)
		} else {
			c.trials = append(c.trials, t)
		}
	}
	for _, k := range r.Missing {
		c := find(k)
		c.missing = append(c.missing, k)
	}
	bySeed := func(a, b *measure.Trial) int { return cmp.Compare(a.Seed, b.Seed) }
	for i := range v.points {
		for j := range v.points[i].cells {
			c := &v.points[i].cells[j]
			slices.SortStableFunc(c.trials, bySeed)
			slices.SortStableFunc(c.failed, bySeed)
			slices.SortStableFunc(c.missing, func(a, b measure.TrialKey) int { return cmp.Compare(a.Seed, b.Seed) })
		}
	}
	return v
}

func (v *view) orderArchitectures(keys []measure.TrialKey) []string {
	var first, rest []string
	if s := v.result.Scenario; s != nil {
		for _, a := range s.Architectures {
			first = append(first, a.Name)
		}
	}
	ran := map[string]bool{}
	for _, k := range keys {
		if !ran[k.Architecture] && !slices.Contains(first, k.Architecture) {
			rest = append(rest, k.Architecture)
		}
		ran[k.Architecture] = true
	}
	slices.Sort(rest)
	return append(slices.DeleteFunc(first, func(a string) bool { return !ran[a] }), rest...)
}

func (v *view) orderKeys(keys []measure.TrialKey) []string {
	var first, rest []string
	if s := v.result.Scenario; s != nil {
		for _, axis := range s.Sweep {
			first = append(first, axis.Key)
		}
	}
	seen := map[string]bool{}
	for _, k := range keys {
		for key := range k.Point {
			if !seen[key] && !slices.Contains(first, key) {
				rest = append(rest, key)
			}
			seen[key] = true
		}
	}
	slices.Sort(rest)
	return append(slices.DeleteFunc(first, func(k string) bool { return !seen[k] }), rest...)
}

// comparePoints orders points as the scenario lists the swept values; values
// that it does not list come after them, by size.
func (v *view) comparePoints(a, b map[string]any) int {
	for _, key := range v.keys {
		x, y := pointValue(a[key]), pointValue(b[key])
		if x == y {
			continue
		}
		if c := cmp.Compare(v.listed(key, x), v.listed(key, y)); c != 0 {
			return c
		}
		if nx, ok := quantityOf(a[key]); ok {
			if ny, ok := quantityOf(b[key]); ok && nx.value != ny.value {
				return cmp.Compare(nx.value, ny.value)
			}
		}
		return cmp.Compare(x, y)
	}
	return 0
}

func (v *view) listed(key, value string) int {
	if s := v.result.Scenario; s != nil {
		for _, axis := range s.Sweep {
			if axis.Key != key {
				continue
			}
			n, numeric := quantityOf(value)
			i := slices.IndexFunc(axis.Values, func(x string) bool {
				m, ok := quantityOf(x)
				return x == value || numeric && ok && m == n
			})
			if i >= 0 {
				return i
			}
		}
	}
	return 1 << 30
}

// label names a point, such as "peers=40, p2p.picker=random".
func (v *view) label(values map[string]any) string {
	var parts []string
	for _, key := range v.keys {
		if value, ok := values[key]; ok {
			parts = append(parts, key+"="+pointValue(value))
		}
	}
	return strings.Join(parts, ", ")
}

// pointValue writes a swept value as its scenario does.
func pointValue(value any) string {
	switch x := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func pointID(values map[string]any) string {
	text := make(map[string]string, len(values))
	for k, x := range values {
		text[k] = pointValue(x)
	}
	b, _ := json.Marshal(text) // a map of strings always marshals, with sorted keys
	return string(b)
}

// measured returns the cells that have a measured trial.
func (p point) measured() []cell {
	return slices.DeleteFunc(slices.Clone(p.cells), func(c cell) bool { return len(c.trials) == 0 })
}

// focus is the point that figures for one point show: of those measured with
// every architecture, or with any if there is none, the one with the largest
// swept number, else the last.
func (v *view) focus() (point, bool) {
	if p, ok := v.focusOf(func(p point) bool { return len(p.measured()) == len(v.archs) }); ok {
		return p, true
	}
	return v.focusOf(func(p point) bool { return len(p.measured()) > 0 })
}

// focusOf is the focus among the points that are eligible.
func (v *view) focusOf(eligible func(point) bool) (point, bool) {
	var best point
	found, largest := false, 0.0
	key, numeric := v.numericKey()
	for _, p := range v.points {
		if !eligible(p) {
			continue
		}
		n, _ := quantityOf(p.values[key])
		if !found || !numeric || n.value >= largest {
			best, found, largest = p, true, n.value
		}
	}
	return best, found
}

// seedsOf returns the seeds of the measured trials, in order.
func seedsOf(cells []cell) []uint64 {
	var all []uint64
	for _, c := range cells {
		for _, t := range c.trials {
			all = append(all, t.Seed)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// seedText names seeds: "seed 1", "seeds 1 to 5", "seeds 1, 4 and 9".
func seedText(seeds []uint64) string {
	switch n := len(seeds); {
	case n == 0:
		return "no seed"
	case n == 1:
		return fmt.Sprintf("seed %d", seeds[0])
	case seeds[n-1]-seeds[0] == uint64(n-1):
		return fmt.Sprintf("seeds %d to %d", seeds[0], seeds[n-1])
	case n > 6:
		return fmt.Sprintf("%d seeds from %d to %d", n, seeds[0], seeds[n-1])
	}
	var words []string
	for _, s := range seeds {
		words = append(words, strconv.FormatUint(s, 10))
	}
	return "seeds " + list(words)
}

// allAtOnce says whether all requests of the point start together, so that
// the makespan and its bound describe them.
func (v *view) allAtOnce(p point) bool {
	if pattern, ok := p.values["workload.requests.pattern"]; ok {
		return pointValue(pattern) == scenario.AllAtOnce
	}
	return v.result.Scenario != nil && v.result.Scenario.Workload.Requests.Pattern == scenario.AllAtOnce
}

// sharedLinks names the scenario's shared links.
func (v *view) sharedLinks() []string {
	var names []string
	if v.result.Scenario != nil {
		for _, l := range v.result.Scenario.Network.Shared {
			names = append(names, l.Name)
		}
	}
	return names
}

// name returns the scenario's name.
func (v *view) name() string {
	if v.result.Scenario == nil || v.result.Scenario.Name == "" {
		return "unnamed"
	}
	return v.result.Scenario.Name
}

// all returns the measured and the failed trials, by seed.
func (c cell) all() []*measure.Trial {
	out := slices.Concat(c.trials, c.failed)
	slices.SortStableFunc(out, func(a, b *measure.Trial) int { return cmp.Compare(a.Seed, b.Seed) })
	return out
}
