package scenario

import (
	"fmt"
	"strconv"
)

// decode gives the tree's values their types. It reports unknown keys, wrong
// kinds and values that cannot be read, and sets only what is given.
func decode(root *node, file string, kinds []Kind) *draft {
	d := &draft{kinds: kinds, file: file, places: map[string]place{}, failed: map[string]bool{}}
	s := &d.Scenario
	d.mapping(root, "",
		field{"name", d.text(&s.Name)},
		field{"title", d.text(&s.Title)},
		field{"description", d.text(&s.Description)},
		field{"seed", d.seed(&s.Seed)},
		field{"repeat", d.whole(&s.Repeat)},
		field{"time_limit", d.span(&s.TimeLimit)},
		field{"workload", d.workload},
		field{"network", d.network},
		field{"architectures", d.architectures},
		field{"faults", d.faults},
		field{"prices", d.prices},
		field{"sweep", d.sweep},
		field{"expect", d.expect},
	)
	return d
}

func (d *draft) workload(n *node, path string) {
	w := &d.Workload
	d.mapping(n, path,
		field{"files", func(n *node, path string) {
			d.list(n, path, func(_ int, n *node, path string) {
				var f File
				d.mapping(n, path,
					field{"name", d.text(&f.Name)},
					field{"size", d.size(&f.Size)},
					field{"count", d.whole(&f.Count)},
					field{"path", d.text(&f.Path)},
				)
				w.Files = append(w.Files, f)
			})
		}},
		field{"piece_size", d.size(&w.PieceSize)},
		field{"requests", func(n *node, path string) {
			d.mapping(n, path,
				field{"pattern", d.text(&w.Requests.Pattern)},
				field{"rate", d.often(&w.Requests.Rate)},
				field{"for", d.span(&w.Requests.For)},
				field{"over", d.span(&w.Requests.Over)},
				field{"path", d.text(&w.Requests.Path)},
				field{"arrivals", d.text(&w.Requests.Arrivals)},
				field{"patience", d.distribution(&w.Requests.Patience)},
				field{"seed_time", d.distribution(&w.Requests.SeedTime)},
			)
		}},
		field{"popularity", func(n *node, path string) {
			d.mapping(n, path,
				field{"pattern", d.text(&w.Popularity.Pattern)},
				field{"exponent", d.float(&w.Popularity.Exponent)},
			)
		}},
	)
}

func (d *draft) architectures(n *node, path string) {
	if n.kind == nullNode {
		return // an empty key is one left out: all architectures run
	}
	if !d.want(n, path, mapNode) {
		return
	}
	for _, e := range n.entries {
		sub := join(path, e.key)
		kind := findKind(d.kinds, e.key)
		if kind == nil {
			d.unknown(e.at, sub, "architecture", e.key, kindNames(d.kinds))
			continue
		}
		a := Architecture{Name: e.key, Options: Options{}}
		fields := make([]field, len(kind.Options))
		for i, o := range kind.Options {
			fields[i] = field{o.Name, d.option(o, a.Options)}
		}
		d.mapping(e.value, sub, fields...)
		d.Architectures = append(d.Architectures, a)
	}
}

// option reads one option in the type that its default has.
func (d *draft) option(o Option, into Options) func(*node, string) {
	return func(n *node, path string) {
		failed := len(d.problems)
		var value any
		switch o.Default.(type) {
		case string:
			var text string
			d.text(&text)(n, path)
			value = text
		case int:
			var whole int
			d.whole(&whole)(n, path)
			value = whole
		case float64:
			var f float64
			d.float(&f)(n, path)
			value = f
		case bool:
			var b bool
			number(d, &b, parseBool)(n, path)
			value = b
		default:
			panic(fmt.Sprintf("option %s: default of type %T, want string, int, bool or float64", o.Name, o.Default))
		}
		if len(d.problems) == failed {
			into[o.Name] = value
		}
	}
}

func parseBool(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("%q is neither true nor false", abbreviate(text))
	}
	return text == "true", nil
}

func (d *draft) sweep(n *node, path string) {
	if !d.want(n, path, mapNode) {
		return
	}
	for _, e := range n.entries {
		axis := Axis{Key: e.key}
		sub := join(path, e.key)
		d.list(e.value, sub, func(_ int, n *node, path string) {
			if d.want(n, path, scalarNode) {
				axis.Values = append(axis.Values, n.text)
			}
		})
		d.Sweep = append(d.Sweep, axis)
	}
}

func (d *draft) expect(n *node, path string) {
	d.list(n, path, func(i int, n *node, path string) {
		var text string
		d.text(&text)(n, path)
		d.Expect = append(d.Expect, text)
	})
}

// pathOf returns the dotted path of item i of a list.
func pathOf(list string, i int, keys ...string) string {
	path := join(list, strconv.Itoa(i))
	for _, key := range keys {
		path = join(path, key)
	}
	return path
}
