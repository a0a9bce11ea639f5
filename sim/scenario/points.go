package scenario

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxPoints bounds the number of points of a sweep.
const MaxPoints = 10_000

// maxPointProblems bounds how many points are looked at once some are wrong.
const maxPointProblems = 20

// Point is one combination of swept values.
type Point struct {
	// Values maps each swept key, as it is written in the sweep, to its value:
	// a float64 where that is a plain number, else a string. Empty without a
	// sweep, never nil.
	Values   map[string]any
	Scenario *Scenario // resolved at that point, with an empty sweep
}

// Points returns the points of a scenario's sweep: the cartesian product in
// the order of the sweep, its last key varying fastest. A scenario without a
// sweep has one point, itself. Every value is checked as if the file had it;
// the error, if any, is of type Problems.
func (s *Scenario) Points(kinds []Kind) ([]Point, error) {
	data, err := s.YAML()
	if err != nil {
		return nil, err
	}
	root, problems := parseTree("", data)
	if len(problems) > 0 {
		return nil, problems.err()
	}
	root.relocate(place{})
	points, problems := expand(root, "", s.Sweep, kinds)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return points, nil
}

// expand applies every combination of the sweep to a copy of the tree.
func expand(root *node, file string, sweep Sweep, kinds []Kind) ([]Point, Problems) {
	var points []Point
	var problems Problems
	seen := map[Problem]bool{}
	values := root.get("sweep")
	base := root.clone()
	base.remove("sweep")
	for index := make([]int, len(sweep)); index != nil; index = next(index, sweep) {
		o := &overrider{root: base.clone(), kinds: kinds}
		point := Point{Values: map[string]any{}}
		var label []string
		for a, axis := range sweep {
			n := *values.get(axis.Key).entries[index[a]].value
			n.at.axis, n.at.path = axis.Key, canonical(axis.Key, kinds)
			n.tag = ""
			o.set(axis.Key, &n)
			point.Values[axis.Key] = pointValue(n.text)
			label = append(label, axis.Key+"="+n.text)
		}
		s, more := build(o.root, file, kinds)
		point.Scenario = s
		points = append(points, point)
		for _, p := range append(o.problems, more...) {
			if !strings.HasPrefix(p.Path, "sweep.") {
				p.Message += fmt.Sprintf(" (at the sweep's point %s)", strings.Join(label, ", "))
			}
			if !seen[p] {
				seen[p] = true
				problems = append(problems, p)
			}
		}
		if len(problems) >= maxPointProblems {
			break
		}
	}
	return points, problems
}

// next advances the last index first, like an odometer; nil after the last
// combination.
func next(index []int, sweep Sweep) []int {
	for a := len(index) - 1; a >= 0; a-- {
		index[a]++
		if index[a] < len(sweep[a].Values) {
			return index
		}
		index[a] = 0
	}
	return nil
}

// pointValue is a swept value as results store it.
func pointValue(text string) any {
	if f, err := parseFloat(text); err == nil {
		return f
	}
	return text
}

// FormatPoint writes a point's values in a fixed order, as key=value joined by
// spaces: the sweep's order. It is empty without a sweep.
func (s Sweep) FormatPoint(values map[string]any) string {
	var parts []string
	for _, axis := range s {
		switch v := values[axis.Key].(type) {
		case nil:
		case float64:
			parts = append(parts, axis.Key+"="+strconv.FormatFloat(v, 'f', -1, 64))
		default:
			parts = append(parts, fmt.Sprintf("%s=%v", axis.Key, v))
		}
	}
	return strings.Join(parts, " ")
}
