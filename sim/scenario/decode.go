package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// draft is a scenario as far as its file goes: values that are given are set
// and have a place, nothing else is.
type draft struct {
	Scenario
	kinds    []Kind
	file     string
	places   map[string]place
	failed   map[string]bool // paths that have a problem; their values mean nothing
	problems Problems
}

// field is one key that a mapping may have.
type field struct {
	key  string
	read func(n *node, path string)
}

func (d *draft) report(at place, path, format string, args ...any) {
	d.failed[path] = true
	d.problems = append(d.problems, at.problem(path, fmt.Sprintf(format, args...)))
}

// problem says what is wrong with the value at path that came from here.
func (p place) problem(path, message string) Problem {
	if p.axis != "" {
		if path != p.path {
			message = path + ": " + message
		}
		path = join("sweep", p.axis)
	}
	return Problem{File: p.file, Line: p.line, Path: path, Message: message}
}

// given says whether the file or a flag has a value at path.
func (d *draft) given(path string) bool {
	_, ok := d.places[path]
	return ok
}

// placeOf returns where the value at path, or the nearest thing around it, is.
func (d *draft) placeOf(path string) place {
	for path != "" {
		if at, ok := d.places[path]; ok {
			return at
		}
		cut := strings.LastIndexByte(path, '.')
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	return d.places[""]
}

// want checks the kind of a node; an empty one passes for a mapping or a list.
func (d *draft) want(n *node, path string, kind nodeKind) bool {
	d.places[path] = n.at
	if n.kind == kind || n.kind == nullNode && kind != scalarNode {
		return true
	}
	got := n.kind.String()
	if n.kind == scalarNode {
		got = strconv.Quote(abbreviate(n.text))
	}
	d.report(n.at, path, "%s, want %s", got, kind)
	return false
}

// mapping reads the keys that a mapping may have and reports the others.
func (d *draft) mapping(n *node, path string, fields ...field) {
	if !d.want(n, path, mapNode) {
		return
	}
	for _, e := range n.entries {
		d.key(e, path, fields)
	}
}

func (d *draft) key(e entry, path string, fields []field) {
	for _, f := range fields {
		if f.key == e.key {
			f.read(e.value, join(path, e.key))
			return
		}
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.key
	}
	d.unknown(e.at, join(path, e.key), "key", e.key, names)
}

// unknown reports a name that is not declared, with those that are.
func (d *draft) unknown(at place, path, what, name string, allowed []string) {
	d.report(at, path, "unknown %s %q, want one of %s%s", what, abbreviate(name),
		strings.Join(allowed, ", "), didYouMean(Nearest(name, allowed)))
}

// list reads every item of a list.
func (d *draft) list(n *node, path string, read func(i int, n *node, path string)) {
	if !d.want(n, path, listNode) {
		return
	}
	for i, e := range n.entries {
		read(i, e.value, join(path, strconv.Itoa(i)))
	}
}

// text reads a field of text.
func (d *draft) text(into *string) func(*node, string) {
	return func(n *node, path string) {
		if !d.want(n, path, scalarNode) {
			return
		}
		switch n.tag {
		case "!!int", "!!float", "!!bool":
			d.report(n.at, path, "%s is not text; put it in quotes if it is meant to be", n.text)
		default:
			*into = n.text
		}
	}
}

// quantity reads a field whose text has a unit.
func quantity[T any](d *draft, into *T, parse func(string) (T, error)) func(*node, string) {
	return func(n *node, path string) {
		if !d.want(n, path, scalarNode) {
			return
		}
		value, err := parse(n.text)
		if err != nil {
			d.report(n.at, path, "%v", err)
			return
		}
		*into = value
	}
}

func (d *draft) size(into *Bytes) func(*node, string)      { return quantity(d, into, ParseBytes) }
func (d *draft) span(into *Duration) func(*node, string)   { return quantity(d, into, ParseDuration) }
func (d *draft) rate(into *Bandwidth) func(*node, string)  { return quantity(d, into, ParseBandwidth) }
func (d *draft) often(into *Frequency) func(*node, string) { return quantity(d, into, ParseFrequency) }

// number reads a field whose text is a bare number.
func number[T any](d *draft, into *T, parse func(string) (T, error)) func(*node, string) {
	plain := quantity(d, into, parse)
	return func(n *node, path string) {
		if n.kind == scalarNode && n.tag == "!!str" {
			if _, err := parse(n.text); err == nil {
				d.places[path] = n.at
				d.report(n.at, path, "%q is text, want a number without quotes", n.text)
				return
			}
		}
		plain(n, path)
	}
}

func (d *draft) whole(into *int) func(*node, string)     { return number(d, into, parseWhole) }
func (d *draft) seed(into *uint64) func(*node, string)   { return number(d, into, parseSeed) }
func (d *draft) float(into *float64) func(*node, string) { return number(d, into, parseFloat) }

func parseWhole(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("%q is not a whole number", abbreviate(text))
	}
	return n, nil
}

func parseSeed(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0, fmt.Errorf("%q is not a whole number of 0 or more", abbreviate(text))
	}
	return n, nil
}

// parseFloat reads a plain decimal number: no hexadecimal, no infinity.
func parseFloat(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(n, 0) || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, fmt.Errorf("%q is not a number", abbreviate(text))
	}
	return n, nil
}

// abbreviate keeps a message readable whatever the value.
func abbreviate(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
