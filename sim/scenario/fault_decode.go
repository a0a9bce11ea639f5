package scenario

import (
	"slices"
	"strings"
)

func (d *draft) faults(n *node, path string) {
	d.list(n, path, func(_ int, n *node, path string) {
		d.Faults = append(d.Faults, d.fault(n, path))
	})
}

// fault reads one entry of faults.
func (d *draft) fault(n *node, path string) Fault {
	var f Fault
	fields := []field{
		{"at", d.distribution(&f.At)},
		{"every", d.distribution(&f.Every)},
		{"when", quantity(d, &f.When, ParseCondition)},
		{"from", d.span(&f.From)},
		{"until", d.span(&f.Until)},
	}
	for _, action := range Actions() {
		read := d.action(&f, action)
		fields = append(fields, field{action, func(n *node, path string) {
			if f.Action != "" {
				d.places[path] = n.at
				d.report(n.at, path, "given beside %s, want one action in an entry", f.Action)
				return
			}
			f.Action = action
			read(n, path)
		}})
	}
	d.mapping(n, path, append(fields,
		field{"for", d.distribution(&f.For)},
		field{"churn", d.churn(&f)},
		field{"script", d.text(&f.Script)},
		field{"tick", d.span(&f.Tick)},
	)...)
	return f
}

// action reads what stands after an action's key.
func (d *draft) action(f *Fault, action string) func(*node, string) {
	whom := field{"nodes", d.selection(&f.Nodes)}
	among := func(fields ...field) func(*node, string) {
		return func(n *node, path string) { d.mapping(n, path, append([]field{whom}, fields...)...) }
	}
	switch action {
	case Partition, Heal:
		return d.partition(f)
	case Disconnect:
		return d.sides(f)
	case Degrade:
		return among(
			field{"uplink", optional(&f.Link.Uplink, d.rate)},
			field{"downlink", optional(&f.Link.Downlink, d.rate)},
			field{"delay", optional(&f.Link.Delay, d.span)},
			field{"jitter", optional(&f.Link.Jitter, d.span)},
			field{"loss", optional(&f.Link.Loss, d.float)},
		)
	case Slow:
		return among(field{"factor", d.float(&f.Factor)})
	case Corrupt:
		return among(field{"share", d.float(&f.Share)})
	}
	return d.selection(&f.Nodes)
}

// optional reads a value that may be left out.
func optional[T any](into **T, read func(*T) func(*node, string)) func(*node, string) {
	return func(n *node, path string) {
		value := new(T)
		read(value)(n, path)
		*into = value
	}
}

// partition reads one side, a list of sides, or {from, to}.
func (d *draft) partition(f *Fault) func(*node, string) {
	return func(n *node, path string) {
		switch n.kind {
		case mapNode:
			f.OneWay, f.Sides = true, make([]Selection, 2)
			d.mapping(n, path,
				field{"from", d.selection(&f.Sides[0])},
				field{"to", d.selection(&f.Sides[1])},
			)
		case scalarNode:
			f.Sides = make([]Selection, 1)
			d.selection(&f.Sides[0])(n, path)
		default:
			d.sides(f)(n, path)
		}
	}
}

// sides reads a list whose items are selectors or lists of them.
func (d *draft) sides(f *Fault) func(*node, string) {
	return func(n *node, path string) {
		d.list(n, path, func(_ int, n *node, path string) {
			var side Selection
			d.selection(&side)(n, path)
			f.Sides = append(f.Sides, side)
		})
	}
}

func (d *draft) churn(f *Fault) func(*node, string) {
	return func(n *node, path string) {
		c := &Churn{}
		f.Churn = c
		d.mapping(n, path,
			field{"nodes", d.selection(&c.Nodes)},
			field{"preset", d.text(&c.Preset)},
			field{"session", d.distribution(&c.Session)},
			field{"downtime", d.distribution(&c.Downtime)},
			field{"trace", d.text(&c.Trace)},
			field{"by", d.text(&c.By)},
			field{"warmup", d.span(&c.Warmup)},
		)
	}
}

// resolveFaults copies the faults, with their defaults and absolute paths.
func (d *draft) resolveFaults() []Fault {
	faults := append([]Fault{}, d.Faults...)
	for i := range faults {
		f := &faults[i]
		if at := pathOf("faults", i, "script"); f.Script != "" {
			f.Script = d.absolute(at, f.Script)
			fill(d, pathOf("faults", i, "tick"), &f.Tick, DefaultTick)
		}
		if f.Churn == nil {
			continue
		}
		c, at := *f.Churn, pathOf("faults", i, "churn")
		c.Trace = d.absolute(join(at, "trace"), c.Trace)
		fill(d, join(at, "by"), &c.By, Kill)
		if c.Trace == "" {
			fill(d, join(at, "nodes"), &c.Nodes, Selection{{Of: NetworkPeers}})
		}
		if preset, ok := churnPreset(c.Preset); ok {
			fill(d, join(at, "session"), &c.Session, preset.Session)
			fill(d, join(at, "downtime"), &c.Downtime, preset.Downtime)
		}
		f.Churn = &c
	}
	return faults
}

// external says that a path of the tree holds the path of a file that a trial
// reads.
func external(path string) bool {
	parts := strings.Split(path, ".")
	last := parts[len(parts)-1]
	switch parts[0] {
	case "workload":
		return last == "path"
	case "faults":
		return slices.Contains([]string{"script", "trace"}, last)
	}
	return false
}
