package scenario

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of a scenario file, so that no input can exhaust the program.
const (
	MaxFileBytes = 1 << 20 // of one scenario file
	maxDepth     = 16      // levels of nesting
	maxNodes     = 200_000 // values after aliases are expanded
)

type nodeKind int

const (
	scalarNode nodeKind = iota
	mapNode
	listNode
	nullNode
)

func (k nodeKind) String() string {
	switch k {
	case mapNode:
		return "a mapping"
	case listNode:
		return "a list"
	case nullNode:
		return "empty"
	default:
		return "a single value"
	}
}

// place is where a value came from.
type place struct {
	file string // the file, or the flag as it was typed
	line int    // 0 for a flag
	flag bool
	axis string // key of the sweep that put the value there, as it is written, else empty
	path string // the dotted path that axis stands for
}

// node is one value of a scenario before it has a type. Nodes are not changed
// once they are shared: overrides work on a copy.
type node struct {
	kind    nodeKind
	text    string // scalarNode: as it is written
	tag     string // scalarNode: !!str, !!int, ...; empty where a flag leaves it open
	entries []entry
	at      place
}

// entry is one key of a mapping or, with an empty key, one item of a list.
type entry struct {
	key   string
	at    place // of the key
	value *node
}

// get returns the value under key, or nil.
func (n *node) get(key string) *node {
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// set puts value under key: in the place of the old one, or at the end.
func (n *node) set(key string, value *node) {
	for i := range n.entries {
		if n.entries[i].key == key {
			n.entries[i].value, n.entries[i].at = value, value.at
			return
		}
	}
	n.entries = append(n.entries, entry{key: key, at: value.at, value: value})
}

// remove deletes key if it is there.
func (n *node) remove(key string) {
	for i := range n.entries {
		if n.entries[i].key == key {
			n.entries = append(n.entries[:i:i], n.entries[i+1:]...)
			return
		}
	}
}

// clone returns a deep copy.
func (n *node) clone() *node {
	c := *n
	c.entries = make([]entry, len(n.entries))
	for i, e := range n.entries {
		c.entries[i] = entry{key: e.key, at: e.at, value: e.value.clone()}
	}
	return &c
}

// parseTree reads YAML into nodes. It checks what holds for any scenario: one
// document, a mapping at its root, bounded size, no duplicate keys, no tags.
func parseTree(file string, data []byte) (*node, Problems) {
	fail := func(line int, format string, args ...any) (*node, Problems) {
		return nil, Problems{{File: file, Line: line, Message: fmt.Sprintf(format, args...)}}
	}
	if len(data) > MaxFileBytes {
		return fail(0, "the file has %d bytes, at most %d are read", len(data), MaxFileBytes)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if err.Error() == "EOF" {
			return fail(1, "the file is empty, want a mapping with at least name, workload and network")
		}
		line, message := yamlError(err)
		return fail(line, "not YAML: %s", message)
	}
	if decoder.Decode(&second) == nil {
		return fail(second.Line, "a second YAML document, want one scenario in a file")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return fail(doc.Line, "want a mapping with at least name, workload and network")
	}
	b := &treeBuilder{file: file, open: map[*yaml.Node]bool{}}
	root := b.build(doc.Content[0], "", 0)
	return root, b.problems
}

// yamlError takes the line out of the library's message. The library counts
// lines from 1 in errors of its scanner, but from 0 in those of its parser, and
// names none where that is 0.
func yamlError(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if _, scanErr := fmt.Sscanf(message, "line %d:", &line); scanErr == nil {
		_, message, _ = strings.Cut(message, ": ")
	}
	for _, parser := range []string{"key", "node content", "',' or", "'-' indicator", "<document start>"} {
		if strings.HasPrefix(message, "did not find expected "+parser) {
			return line + 1, message
		}
	}
	return line, message
}

// treeBuilder converts the library's nodes, expanding aliases within limits.
type treeBuilder struct {
	file     string
	count    int
	open     map[*yaml.Node]bool // aliased nodes that are being expanded
	problems Problems
	full     bool // a limit was reported; the rest is left out
}

func (b *treeBuilder) report(line int, path, format string, args ...any) {
	b.problems = append(b.problems, Problem{File: b.file, Line: line, Path: path, Message: fmt.Sprintf(format, args...)})
}

func (b *treeBuilder) build(y *yaml.Node, path string, depth int) *node {
	n := &node{kind: nullNode, at: place{file: b.file, line: y.Line}}
	b.count++
	switch {
	case b.full:
		return n
	case b.count > maxNodes:
		b.full = true
		b.report(y.Line, "", "more than %d values once aliases are expanded", maxNodes)
		return n
	case depth > maxDepth:
		b.report(y.Line, path, "nested deeper than %d levels", maxDepth)
		return n
	case y.Style&yaml.TaggedStyle != 0:
		b.report(y.Line, path, "the tag %s, want a plain value", abbreviate(y.Tag))
	}
	switch y.Kind {
	case yaml.AliasNode:
		if b.open[y.Alias] {
			b.report(y.Line, path, "the alias *%s stands inside its own anchor", y.Value)
			return n
		}
		b.open[y.Alias] = true
		n = b.build(y.Alias, path, depth)
		delete(b.open, y.Alias)
	case yaml.MappingNode:
		n.kind = mapNode
		b.mapping(n, y, path, depth)
	case yaml.SequenceNode:
		n.kind = listNode
		for i, item := range y.Content {
			value := b.build(item, join(path, fmt.Sprint(i)), depth+1)
			n.entries = append(n.entries, entry{at: value.at, value: value})
		}
	case yaml.ScalarNode:
		if y.ShortTag() != "!!null" {
			n.kind, n.text, n.tag = scalarNode, y.Value, y.ShortTag()
		}
	}
	return n
}

func (b *treeBuilder) mapping(n *node, y *yaml.Node, path string, depth int) {
	lines := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		at := place{file: b.file, line: key.Line}
		if key.Kind != yaml.ScalarNode {
			b.report(key.Line, path, "a key that is %s, want text", kindName(key))
			continue
		}
		sub := join(path, key.Value)
		if first, seen := lines[key.Value]; seen {
			b.report(key.Line, sub, "duplicate key, first given on line %d", first)
			continue
		}
		lines[key.Value] = key.Line
		n.entries = append(n.entries, entry{key: key.Value, at: at, value: b.build(y.Content[i+1], sub, depth+1)})
	}
}

func kindName(y *yaml.Node) string {
	switch y.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "an alias"
	}
}

// join appends a key to a dotted path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
