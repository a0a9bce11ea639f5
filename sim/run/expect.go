package run

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// Expectations checks the scenario's expectations against a result, for each
// seed and point. One that names an architecture without a finished trial there
// is skipped; a figure that is undefined meets no expectation.
func Expectations(res *measure.Result) ([]measure.Expectation, error) {
	var parsed []scenario.Expect
	for _, text := range res.Scenario.Expect {
		e, err := scenario.ParseExpect(text)
		if err != nil {
			return nil, &Failure{CodeUsage, fmt.Errorf("expect: %w", err)}
		}
		parsed = append(parsed, e)
	}
	if len(parsed) == 0 {
		return nil, nil
	}
	var out []measure.Expectation
	for _, pair := range paired(res.Trials) {
		for _, e := range parsed {
			checked, ok, err := pair.check(e)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, checked)
			}
		}
	}
	return out, nil
}

// pair is the trials of one seed at one point, by architecture.
type pair struct {
	key    measure.TrialKey // of any of them
	trials map[string]*measure.Trial
}

// paired groups trials by point and seed, in the order of the result.
func paired(trials []measure.Trial) []*pair {
	var pairs []*pair
	index := map[string]*pair{}
	for i := range trials {
		t := &trials[i]
		key := t.TrialKey
		key.Architecture = ""
		p := index[key.ID()]
		if p == nil {
			p = &pair{key: key, trials: map[string]*measure.Trial{}}
			index[key.ID()] = p
			pairs = append(pairs, p)
		}
		p.trials[t.Architecture] = t
	}
	return pairs
}

// check evaluates one expectation; ok is false if it does not apply.
func (p *pair) check(e scenario.Expect) (out measure.Expectation, ok bool, err error) {
	left, ok, err := p.value(e.Left)
	if !ok || err != nil {
		return out, false, err
	}
	right, ok, err := p.value(e.Right)
	if !ok || err != nil {
		return out, false, err
	}
	out = measure.Expectation{Text: e.Text, Seed: p.key.Seed, Point: p.key.Point, Value: left, Right: right}
	if left != nil && right != nil {
		out.OK = scenario.Holds(*left, e.Op, *right)
		out.Margin = measure.Finite(margin(*left, e.Op, *right))
	}
	return out, true, nil
}

// value returns an operand's value, nil where it is undefined. ok is false if
// its architecture has no trial here.
func (p *pair) value(o scenario.Operand) (value *float64, ok bool, err error) {
	if o.Architecture == "" {
		return &o.Number, true, nil
	}
	t := p.trials[o.Architecture]
	if t == nil {
		return nil, false, nil
	}
	if t.Error != nil {
		return nil, true, nil
	}
	value, err = field(t, o.Field)
	return value, true, err
}

// field looks a figure up by its name in the result file, where those of the
// summary need no prefix.
func field(t *measure.Trial, name string) (*float64, error) {
	if link, of, ok := scenario.LinkField(name); ok {
		return linkField(t, link, of)
	}
	figures := *t
	figures.Requests, figures.Nodes, figures.Timeline, figures.Faults = nil, nil, nil, nil
	data, err := json.Marshal(figures)
	if err != nil {
		return nil, fmt.Errorf("expectation on %s: %w", name, err)
	}
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("expectation on %s: %w", name, err)
	}
	for _, path := range []string{name, "summary." + name} {
		if v, ok := lookup(all, strings.Split(path, ".")); ok {
			switch v := v.(type) {
			case float64:
				return &v, nil
			case nil:
				return nil, nil
			}
		}
	}
	return nil, fmt.Errorf("expectation on %s: a trial has no such figure", name)
}

// linkField looks up what a shared link carried; it is undefined where links
// are this machine's own.
func linkField(t *measure.Trial, link, name string) (*float64, error) {
	for _, l := range t.Links {
		if l.Link != link {
			continue
		}
		data, err := json.Marshal(l)
		if err != nil {
			return nil, fmt.Errorf("expectation on links.%s.%s: %w", link, name, err)
		}
		var all map[string]any
		if err := json.Unmarshal(data, &all); err != nil {
			return nil, fmt.Errorf("expectation on links.%s.%s: %w", link, name, err)
		}
		if v, ok := all[name].(float64); ok {
			return &v, nil
		}
		return nil, fmt.Errorf("expectation on links.%s.%s: a link has no such figure", link, name)
	}
	return nil, nil
}

func lookup(in any, path []string) (any, bool) {
	for _, key := range path {
		m, ok := in.(map[string]any)
		if !ok {
			return nil, false
		}
		if in, ok = m[key]; !ok {
			return nil, false
		}
	}
	return in, true
}

// margin is how far a is from the threshold b, on the side where a op b holds;
// for equality how far it is from it, below 0.
func margin(a float64, op string, b float64) float64 {
	switch op {
	case ">=", ">":
		return a - b
	case "<=", "<":
		return b - a
	case "==":
		return 0 - math.Abs(a-b) // no negative zero
	}
	return math.Abs(a - b)
}
