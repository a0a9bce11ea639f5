package compare

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"versus/sim/measure"
	"versus/sim/stats"
)

// cells are the measured trials of both sides for one architecture at one
// point, each by seed.
type cells struct {
	architecture string
	point        map[string]any
	label        string
	a, b         []*measure.Trial
}

// matched are the cells of two results, in the order of A and then of B.
type matched struct {
	both         []cells
	onlyA, onlyB []cells
}

func match(a, b *measure.Result) matched {
	var order []*cells
	index := map[string]*cells{}
	at := func(k measure.TrialKey) *cells {
		id := cellID(k)
		if index[id] == nil {
			index[id] = &cells{architecture: k.Architecture, point: k.Point, label: label(k.Point)}
			order = append(order, index[id])
		}
		return index[id]
	}
	for i := range a.Trials {
		if t := &a.Trials[i]; t.Error == nil {
			c := at(t.TrialKey)
			c.a = append(c.a, t)
		}
	}
	for i := range b.Trials {
		if t := &b.Trials[i]; t.Error == nil {
			c := at(t.TrialKey)
			c.b = append(c.b, t)
		}
	}
	var m matched
	bySeed := func(x, y *measure.Trial) int { return cmp.Compare(x.Seed, y.Seed) }
	for _, c := range order {
		slices.SortStableFunc(c.a, bySeed)
		slices.SortStableFunc(c.b, bySeed)
		switch {
		case len(c.b) == 0:
			m.onlyA = append(m.onlyA, *c)
		case len(c.a) == 0:
			m.onlyB = append(m.onlyB, *c)
		default:
			m.both = append(m.both, *c)
		}
	}
	return m
}

// cellID is the key without its seed, equal whether a point was made by a
// program or read from JSON.
func cellID(k measure.TrialKey) string {
	k.Seed = 0
	return k.ID()
}

func label(point map[string]any) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(point)) {
		value, err := json.Marshal(point[key])
		if err != nil {
			value = []byte(fmt.Sprint(point[key]))
		}
		parts = append(parts, key+"="+strings.Trim(string(value), `"`))
	}
	return strings.Join(parts, ", ")
}

func (c cells) String() string {
	if c.label == "" {
		return c.architecture
	}
	return c.architecture + " at " + c.label
}

// pairs returns the trials to compare. Where at least two seeds, and at least
// half of those of either side, are on both sides, these are the pairs and the
// rest is left out; otherwise all trials are compared as independent.
func (c cells) pairs() (a, b []*measure.Trial, paired bool) {
	have := map[uint64]*measure.Trial{}
	for _, t := range c.b {
		have[t.Seed] = t
	}
	for _, t := range c.a {
		if other := have[t.Seed]; other != nil {
			a, b = append(a, t), append(b, other)
		}
	}
	if len(a) >= 2 && 2*len(a) >= max(len(c.a), len(c.b)) || len(a) > 0 && len(a) == len(c.a) && len(a) == len(c.b) {
		return a, b, true
	}
	return c.a, c.b, false
}

// warnings says what of the two sides is not compared.
func (m matched) warnings() []string {
	var out []string
	if len(m.onlyA) > 0 {
		out = append(out, "measured in A only: "+names(m.onlyA))
	}
	if len(m.onlyB) > 0 {
		out = append(out, "measured in B only: "+names(m.onlyB))
	}
	for _, c := range m.both {
		a, _, paired := c.pairs()
		if left := len(c.a) + len(c.b) - 2*len(a); paired && left > 0 {
			out = append(out, fmt.Sprintf("%v: %d trials whose seed only one side has are left out; %d pairs remain", c, left, len(a)))
		}
	}
	return out
}

// nothing is the error of two results without a common cell.
func (m matched) nothing(r *Report) error {
	switch {
	case r.A.Measured == 0 || r.B.Measured == 0:
		empty := "A"
		if r.A.Measured > 0 {
			empty = "B"
		}
		return fmt.Errorf("comparing: %s has no measured trial", empty)
	case len(m.onlyA) > 0 && len(m.onlyB) > 0:
		return fmt.Errorf("comparing: no architecture and sweep point is in both: A has %s; B has %s", names(m.onlyA), names(m.onlyB))
	}
	return errors.New("comparing: nothing is in both")
}

// most is how many of a kind a message lists.
const most = 6

func names(all []cells) string {
	var words []string
	for i, c := range all {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(all)-most))
			break
		}
		words = append(words, c.String())
	}
	return strings.Join(words, "; ")
}

func side(name string, r *measure.Result) Side {
	s := Side{Name: name, ScenarioSHA256: r.ScenarioSHA256, Version: r.Build.Version, Missing: len(r.Missing)}
	if r.Scenario != nil {
		s.Scenario = r.Scenario.Name
	}
	networks := map[string]bool{}
	for i := range r.Trials {
		if r.Trials[i].Error != nil {
			s.Failed++
			continue
		}
		s.Measured++
		networks[r.Trials[i].Network] = true
	}
	s.Network = strings.Join(slices.Sorted(maps.Keys(networks)), "+")
	return s
}

// sideWarnings says what about the two results as a whole limits the comparison.
func (r *Report) sideWarnings() []string {
	var out []string
	if n := len(r.ScenarioChanges); n > 0 {
		var keys []string
		for i, c := range r.ScenarioChanges {
			if i == most {
				keys = append(keys, fmt.Sprintf("and %d more", n-most))
				break
			}
			keys = append(keys, c.String())
		}
		out = append(out, "the scenarios differ: "+strings.Join(keys, "; "))
	}
	if r.A.Network != r.B.Network {
		out = append(out, fmt.Sprintf("A ran on the network %s, B on %s: their times do not compare", r.A.Network, r.B.Network))
	}
	for _, s := range []struct {
		name string
		Side
	}{{"A", r.A}, {"B", r.B}} {
		if s.Failed+s.Missing > 0 {
			out = append(out, fmt.Sprintf("%s lacks trials: %d failed, %d missing", s.name, s.Failed, s.Missing))
		}
	}
	return out
}

// repeatWarnings says where there are few repeats.
func (r *Report) repeatWarnings() []string {
	one, few := 0, 0
	fewest := 0
	for _, g := range r.Groups {
		n := min(g.NA, g.NB)
		switch {
		case n < 2:
			one++
		case n < stats.FewRepeats:
			few++
			if fewest == 0 || n < fewest {
				fewest = n
			}
		}
	}
	var out []string
	if one > 0 {
		out = append(out, fmt.Sprintf("not enough repeats for a verdict in %d of %d comparisons, which need at least 2 per side: run with --repeat 5 or more", one, len(r.Groups)))
	}
	if few > 0 {
		out = append(out, fmt.Sprintf("few repeats (%d per side) in %d of %d comparisons: only large differences show; run with --repeat %d or more",
			fewest, few, len(r.Groups), stats.FewRepeats))
	}
	return out
}
