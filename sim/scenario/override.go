package scenario

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Aliases of dotted paths, in overrides and sweeps.
const (
	aliasPeers       = "peers"       // total number of peers; scales every group
	aliasPieceSize   = "piece_size"  // workload.piece_size
	aliasUnreachable = "unreachable" // of every group
)

// overrider changes a tree the way flags ask, before it is decoded, so that
// flags meet the same checks as the file.
type overrider struct {
	root     *node
	kinds    []Kind
	problems Problems
}

func (o *overrider) report(at place, path, format string, args ...any) {
	o.problems = append(o.problems, at.problem(path, fmt.Sprintf(format, args...)))
}

func (o *overrider) apply(ov Overrides) {
	if len(ov.Archs) > 0 {
		o.archs(ov.Archs)
	}
	if len(ov.Files) > 0 {
		o.files(ov.Files)
	}
	if ov.Seed != nil {
		text := strconv.FormatUint(*ov.Seed, 10)
		o.replace("seed", scalar(text, flagPlace("--seed "+text)))
	}
	if ov.Repeat != nil {
		text := strconv.Itoa(*ov.Repeat)
		o.replace("repeat", scalar(text, flagPlace("--repeat "+text)))
	}
	keys := map[string]bool{}
	for _, text := range ov.Sets {
		at := flagPlace("--set " + text)
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			o.report(at, "", "want --set path=value, such as --set network.origin.uplink=25Mbit/s")
			continue
		}
		keys[canonical(key, o.kinds)] = true
		if n := o.value(key, value, at); n != nil {
			o.replace(key, n)
		}
	}
	for _, text := range ov.Varies {
		at := flagPlace("--vary " + text)
		key, values, ok := strings.Cut(text, "=")
		switch {
		case !ok || key == "" || values == "":
			o.report(at, "", "want --vary path=value,value, such as --vary peers=10,20,40")
		case keys[canonical(key, o.kinds)]:
			o.report(at, key, "given to --set and to --vary, want one of them")
		default:
			o.vary(key, strings.Split(values, ","), at)
		}
	}
}

// flagPlace is the place of a value that a flag gives; long ones are cut.
func flagPlace(text string) place {
	const most = 120
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return place{file: text, flag: true}
}

func scalar(text string, at place) *node { return &node{kind: scalarNode, text: text, at: at} }

// value reads what stands after the equals sign: one value as it is, or a list
// or mapping in YAML's flow style.
func (o *overrider) value(key, text string, at place) *node {
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return scalar(text, at)
	}
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(text), &y); err != nil || len(y.Content) != 1 {
		o.report(at, key, "%q is not a YAML list or mapping", abbreviate(text))
		return nil
	}
	b := &treeBuilder{file: at.file, open: map[*yaml.Node]bool{}}
	n := b.build(y.Content[0], key, 0)
	for _, p := range b.problems {
		o.report(at, p.Path, "%s", p.Message)
	}
	n.relocate(at)
	return n
}

// relocate gives a whole tree one place.
func (n *node) relocate(at place) {
	n.at = at
	for i := range n.entries {
		n.entries[i].at = at
		n.entries[i].value.relocate(at)
	}
}

// canonical returns the dotted path that a key or alias stands for.
func canonical(key string, kinds []Kind) string {
	first, _, dotted := strings.Cut(key, ".")
	switch {
	case key == aliasPieceSize:
		return "workload.piece_size"
	case dotted && findKind(kinds, first) != nil:
		return "architectures." + key
	default:
		return key
	}
}

// set puts a value at a dotted path or alias.
func (o *overrider) set(key string, value *node) {
	if key == aliasPeers {
		o.scalePeers(value)
		return
	}
	if key == aliasUnreachable {
		o.setUnreachable(value)
		return
	}
	path := canonical(key, o.kinds)
	segments := strings.Split(path, ".")
	if segments[0] == "architectures" && len(segments) > 1 && !o.runs(segments[1]) && findKind(o.kinds, segments[1]) != nil {
		if path == key {
			o.report(value.at, path, "%s is not among the architectures that run; --arch chooses them", segments[1])
		}
		return // the short form applies only where its architecture runs
	}
	if segments[0] == "sweep" && len(segments) > 1 {
		o.report(value.at, path, "want --vary %s=value,value", strings.Join(segments[1:], "."))
		return
	}
	if segments[0] == "prices" && len(segments) > 1 {
		o.openPrices()
	}
	o.descend(o.root, segments, 0, value)
}

// openPrices turns the name of a price list into a mapping, so that one of its
// figures can be changed.
func (o *overrider) openPrices() {
	if n := o.root.get("prices"); n != nil && n.kind == scalarNode {
		preset := *n
		list := &node{kind: mapNode, at: n.at}
		list.set("preset", &preset)
		o.root.set("prices", list)
	}
}

// descend walks to the parent of the last segment, making mappings that are
// missing, and puts the value there. What does not belong in a scenario is
// found when the tree is decoded.
func (o *overrider) descend(n *node, segments []string, depth int, value *node) {
	key, here := segments[depth], strings.Join(segments[:depth], ".")
	last := depth == len(segments)-1
	if depth > maxDepth {
		o.report(value.at, abbreviate(strings.Join(segments, ".")), "nested deeper than %d levels", maxDepth)
		return
	}
	switch n.kind {
	case nullNode:
		n.kind, n.at = mapNode, value.at
		fallthrough
	case mapNode:
		child := n.get(key)
		if last {
			n.set(key, value)
			return
		}
		if child == nil {
			child = &node{kind: mapNode, at: value.at}
			n.set(key, child)
		}
		o.descend(child, segments, depth+1, value)
	case listNode:
		i, err := parseWhole(key)
		if err != nil || i < 0 || i >= len(n.entries) {
			o.report(value.at, join(here, key), "%s has %d entries, want an index of 0 to %d", here, len(n.entries), len(n.entries)-1)
			return
		}
		if last {
			n.entries[i] = entry{at: value.at, value: value}
			return
		}
		o.descend(n.entries[i].value, segments, depth+1, value)
	default:
		o.report(value.at, join(here, key), "%s is a single value and has no keys", here)
	}
}

// runs says whether the tree's architectures include name.
func (o *overrider) runs(name string) bool {
	archs := o.root.get("architectures")
	if archs == nil || archs.kind == nullNode {
		archs = &node{kind: mapNode, at: place{}}
		for _, k := range o.kinds {
			archs.set(k.Name, &node{kind: mapNode})
		}
		o.root.set("architectures", archs)
	}
	return archs.get(name) != nil
}

// archs keeps the named architectures, in that order, with the options that
// the file gives them.
func (o *overrider) archs(names []string) {
	at := flagPlace("--arch " + strings.Join(names, ","))
	old := o.root.get("architectures")
	chosen := &node{kind: mapNode, at: at}
	for _, name := range names {
		switch {
		case findKind(o.kinds, name) == nil:
			allowed := kindNames(o.kinds)
			o.report(at, "", "unknown architecture %q, want one of %s%s", abbreviate(name),
				strings.Join(allowed, ", "), didYouMean(Nearest(name, allowed)))
		case chosen.get(name) != nil:
			o.report(at, "", "architecture %s is given twice", name)
		case old != nil && old.get(name) != nil:
			chosen.entries = append(chosen.entries, entry{key: name, at: at, value: old.get(name)})
		default:
			chosen.set(name, &node{kind: mapNode, at: at})
		}
	}
	if len(chosen.entries) > 0 {
		o.root.set("architectures", chosen)
	}
}

// files replaces the catalog by files on disk.
func (o *overrider) files(paths []string) {
	list := &node{kind: listNode, at: flagPlace("--file")}
	for _, path := range paths {
		at := flagPlace("--file " + path)
		f := &node{kind: mapNode, at: at}
		f.set("name", scalar(filepath.Base(path), at))
		f.set("path", scalar(path, at))
		list.entries = append(list.entries, entry{at: at, value: f})
	}
	o.descend(o.root, []string{"workload", "files"}, 0, list)
}

// vary makes key an axis of the sweep, in the place of one that has it.
func (o *overrider) vary(key string, values []string, at place) {
	list := &node{kind: listNode, at: at}
	for _, v := range values {
		list.entries = append(list.entries, entry{at: at, value: scalar(strings.TrimSpace(v), at)})
	}
	sweep := o.root.get("sweep")
	if sweep == nil || sweep.kind == nullNode {
		sweep = &node{kind: mapNode, at: at}
		o.root.set("sweep", sweep)
	}
	i := slices.IndexFunc(sweep.entries, func(e entry) bool { return canonical(e.key, o.kinds) == canonical(key, o.kinds) })
	if i < 0 {
		sweep.set(key, list)
		return
	}
	sweep.entries[i] = entry{key: key, at: at, value: list}
}

// replace puts a value at a dotted path or alias and takes the key from the
// sweep.
func (o *overrider) replace(key string, value *node) {
	if sweep := o.root.get("sweep"); sweep != nil {
		sweep.entries = slices.DeleteFunc(sweep.entries, func(e entry) bool {
			return canonical(e.key, o.kinds) == canonical(key, o.kinds)
		})
	}
	o.set(key, value)
}
