package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kinds of distributions of a span of time, with the parameters that each has.
// Spans are above 0 where nothing else is said.
const (
	Forever     = "forever"     // never ends; it has no parameter
	Constant    = "constant"    // Value, 0 or more
	UniformSpan = "uniform"     // any instant of [Min, Max), Min 0 or more
	Exponential = "exponential" // Mean: memoryless
	Weibull     = "weibull"     // Scale and Shape: below 1, what has lasted long lasts longer
	LogNormal   = "lognormal"   // Median and Sigma, the standard deviation of the logarithm
	Pareto      = "pareto"      // Min and Shape: a heavy tail; up to 1 it has no mean
)

// Distribution is the probability distribution of a span of time, such as how
// long a node stays. Only the parameters of its kind are set. Its text is
// forever, a duration such as 5m (constant), or a mapping from the kind to its
// parameters: {exponential: {mean: 10m}}, {weibull: {scale: 40m, shape: 0.6}}.
// The zero value is no distribution.
type Distribution struct {
	Kind   string
	Value  Duration
	Mean   Duration
	Min    Duration
	Max    Duration
	Scale  Duration
	Median Duration
	Shape  float64
	Sigma  float64
}

// Limits of a distribution's parameters.
const (
	MaxSpan  = Duration(10 * 365 * 24 * 3600 * 1e9)
	MinShape = 0.05
	MaxShape = 100.0
	MaxSigma = 10.0
)

// IsZero says that there is no distribution, which omitempty leaves out.
func (d Distribution) IsZero() bool { return d == Distribution{} }

// Lasts says that what the distribution describes never ends.
func (d Distribution) Lasts() bool { return d.Kind == Forever }

// parameter is one parameter of a kind; one of the pointers is set.
type parameter struct {
	key   string
	span  *Duration
	plain *float64
}

// parameters lists those of a kind; none for a kind that is unknown.
func (d *Distribution) parameters(kind string) []parameter {
	switch kind {
	case UniformSpan:
		return []parameter{{key: "min", span: &d.Min}, {key: "max", span: &d.Max}}
	case Exponential:
		return []parameter{{key: "mean", span: &d.Mean}}
	case Weibull:
		return []parameter{{key: "scale", span: &d.Scale}, {key: "shape", plain: &d.Shape}}
	case LogNormal:
		return []parameter{{key: "median", span: &d.Median}, {key: "sigma", plain: &d.Sigma}}
	case Pareto:
		return []parameter{{key: "min", span: &d.Min}, {key: "shape", plain: &d.Shape}}
	}
	return nil
}

// spanKinds lists the kinds that are written as a mapping.
func spanKinds() []string {
	return []string{Constant, UniformSpan, Exponential, Weibull, LogNormal, Pareto}
}

// String returns the distribution as a scenario has it, in YAML's flow style.
func (d Distribution) String() string {
	switch d.Kind {
	case "":
		return ""
	case Forever:
		return Forever
	case Constant:
		return d.Value.String()
	}
	var parts []string
	for _, p := range d.parameters(d.Kind) {
		text := ""
		if p.span != nil {
			text = p.span.String()
		} else {
			text = fmt.Sprint(*p.plain)
		}
		parts = append(parts, p.key+": "+text)
	}
	return "{" + d.Kind + ": {" + strings.Join(parts, ", ") + "}}"
}

// value is what is written to YAML and JSON.
func (d Distribution) value() any {
	switch d.Kind {
	case "":
		return nil
	case Forever:
		return Forever
	case Constant:
		return map[string]any{Constant: d.Value}
	}
	values := map[string]any{}
	for _, p := range d.parameters(d.Kind) {
		if p.span != nil {
			values[p.key] = *p.span
		} else {
			values[p.key] = *p.plain
		}
	}
	return map[string]any{d.Kind: values}
}

// MarshalYAML writes the text forever or a mapping.
func (d Distribution) MarshalYAML() (any, error) { return d.value(), nil }

// MarshalJSON writes the text forever or an object with its keys sorted.
func (d Distribution) MarshalJSON() ([]byte, error) { return json.Marshal(d.value()) }

// UnmarshalJSON reads what MarshalJSON wrote, and whatever else a scenario file
// may have there, which JSON is a part of.
func (d *Distribution) UnmarshalJSON(data []byte) error {
	*d = Distribution{}
	if string(data) == "null" {
		return nil
	}
	root, problems := parseTree("", slices.Concat([]byte(`{"distribution": `), data, []byte("}")))
	if root == nil || len(problems) > 0 {
		return fmt.Errorf("reading a distribution: %w", problems.err())
	}
	reading := &draft{places: map[string]place{}, failed: map[string]bool{}}
	reading.distribution(d)(root.get("distribution"), "distribution")
	if len(reading.problems) > 0 {
		return errors.New(reading.problems[0].Message)
	}
	return nil
}

// distribution reads a distribution from a scenario file.
func (d *draft) distribution(into *Distribution) func(*node, string) {
	return func(n *node, path string) {
		d.places[path] = n.at
		switch {
		case n.kind == scalarNode && n.text == Forever:
			*into = Distribution{Kind: Forever}
		case n.kind == scalarNode:
			value, err := ParseDuration(n.text)
			if err != nil {
				d.report(n.at, path, "%v; a distribution is %s, a duration, or a mapping such as {exponential: {mean: 10m}}", err, Forever)
				return
			}
			*into = Distribution{Kind: Constant, Value: value}
		case n.kind != mapNode:
			d.report(n.at, path, "%s, want %s, a duration, or a mapping such as {exponential: {mean: 10m}}", n.kind, Forever)
		case len(n.entries) != 1:
			d.report(n.at, path, "%d keys, want one of %s", len(n.entries), strings.Join(spanKinds(), ", "))
		default:
			d.distributionOf(n.entries[0], path, into)
		}
	}
}

// distributionOf reads the parameters of the kind that e names.
func (d *draft) distributionOf(e entry, path string, into *Distribution) {
	sub := join(path, e.key)
	var read Distribution
	if e.key == Constant {
		d.span(&read.Value)(e.value, sub)
		read.Kind = Constant
		*into = read
		return
	}
	parameters := read.parameters(e.key)
	if parameters == nil {
		d.unknown(e.at, sub, "distribution", e.key, spanKinds())
		d.failed[path] = true
		return
	}
	fields := make([]field, len(parameters))
	for i, p := range parameters {
		if p.span != nil {
			fields[i] = field{p.key, d.span(p.span)}
		} else {
			fields[i] = field{p.key, d.float(p.plain)}
		}
	}
	d.mapping(e.value, sub, fields...)
	read.Kind = e.key
	*into = read
}

// distribution checks the parameters of a distribution.
func (v *validator) distribution(path string, d Distribution) {
	switch d.Kind {
	case Forever:
		return
	case Constant:
		within(v, path, d.Value, 0, MaxSpan)
		return
	}
	parameters := d.parameters(d.Kind)
	if parameters == nil {
		v.unknown(path, "distribution", d.Kind, append(spanKinds(), Forever))
		return
	}
	sub := join(path, d.Kind)
	for _, p := range parameters {
		at := join(sub, p.key)
		if v.draft.places != nil && !v.draft.given(at) {
			v.report(at, "missing, the distribution %s wants %s", d.Kind, example(p))
			continue
		}
		switch {
		case p.key == "sigma":
			within(v, at, *p.plain, 0, MaxSigma)
		case p.plain != nil:
			within(v, at, *p.plain, MinShape, MaxShape)
		case d.Kind == UniformSpan && p.key == "min":
			within(v, at, *p.span, 0, MaxSpan)
		default:
			v.positive(at, *p.span, MaxSpan)
		}
	}
	if d.Kind == UniformSpan && d.Max <= d.Min {
		v.report(join(sub, "max"), "%v is not above min, %v", d.Max, d.Min)
	}
}

func example(p parameter) string {
	if p.span != nil {
		return "a duration such as 10m"
	}
	return "a number such as 0.6"
}
