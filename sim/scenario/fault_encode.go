package scenario

import (
	"errors"
	"fmt"
	"slices"
)

// MarshalYAML writes the entry on one line, in the order of its keys.
func (f Fault) MarshalYAML() (any, error) { return f.members().MarshalYAML() }

// MarshalJSON writes an object with the keys that a scenario file has.
func (f Fault) MarshalJSON() ([]byte, error) { return f.members().MarshalJSON() }

// UnmarshalJSON reads what MarshalJSON wrote, and whatever else a scenario file
// may have there, which JSON is a part of.
func (f *Fault) UnmarshalJSON(data []byte) error {
	root, problems := parseTree("", slices.Concat([]byte(`{"fault": `), data, []byte("}")))
	if root == nil || len(problems) > 0 {
		return fmt.Errorf("reading a fault: %w", problems.err())
	}
	reading := &draft{places: map[string]place{}, failed: map[string]bool{}}
	*f = reading.fault(root.get("fault"), "fault")
	if len(reading.problems) > 0 {
		return errors.New(reading.problems[0].String())
	}
	return nil
}

// members lists the keys that are given.
func (f Fault) members() ordered {
	var all ordered
	add := func(key string, given bool, value any) {
		if given {
			all = append(all, member{key, value})
		}
	}
	add("at", !f.At.IsZero(), f.At.short())
	add("every", !f.Every.IsZero(), f.Every.short())
	add("when", len(f.When) > 0, f.When.String())
	add("from", f.From != 0, f.From.String())
	add("until", f.Until != 0, f.Until.String())
	add(f.Action, f.Action != "", f.target())
	add("for", !f.For.IsZero(), f.For.short())
	if f.Churn != nil {
		add("churn", true, f.Churn.members())
	}
	add("script", f.Script != "", f.Script)
	add("tick", f.Tick != 0, f.Tick.String())
	return all
}

// target is what stands after the action's key.
func (f Fault) target() any {
	whom := ordered{{"nodes", f.Nodes.value()}}
	switch f.Action {
	case Partition, Heal, Disconnect:
		return f.sidesValue()
	case Degrade:
		return append(whom, f.Link.members()...)
	case Slow:
		return append(whom, member{"factor", f.Factor})
	case Corrupt:
		return append(whom, member{"share", f.Share})
	}
	return f.Nodes.value()
}

func (f Fault) sidesValue() any {
	if f.OneWay && len(f.Sides) == 2 {
		return ordered{{"from", f.Sides[0].value()}, {"to", f.Sides[1].value()}}
	}
	if len(f.Sides) == 1 && len(f.Sides[0]) == 1 {
		return f.Sides[0].value()
	}
	sides := make([]any, len(f.Sides))
	for i, side := range f.Sides {
		sides[i] = side.value()
	}
	return sides
}

// members lists the keys that are given.
func (c Churn) members() ordered {
	all := ordered{}
	for _, m := range []struct {
		given bool
		member
	}{
		{len(c.Nodes) > 0, member{"nodes", c.Nodes.value()}},
		{c.Preset != "", member{"preset", c.Preset}},
		{!c.Session.IsZero(), member{"session", c.Session.short()}},
		{!c.Downtime.IsZero(), member{"downtime", c.Downtime.short()}},
		{c.Trace != "", member{"trace", c.Trace}},
		{c.By != "", member{"by", c.By}},
		{c.Warmup != 0, member{"warmup", c.Warmup.String()}},
	} {
		if m.given {
			all = append(all, m.member)
		}
	}
	return all
}

// short is the distribution as an ordered mapping, a constant as its duration.
func (d Distribution) short() any {
	switch d.Kind {
	case "", Forever:
		return d.Kind
	case Constant:
		return d.Value.String()
	}
	values := ordered{}
	for _, p := range d.parameters(d.Kind) {
		if p.span != nil {
			values = append(values, member{p.key, p.span.String()})
		} else {
			values = append(values, member{p.key, *p.plain})
		}
	}
	return ordered{{d.Kind, values}}
}
