package reports

import (
	"fmt"
	"slices"
	"strings"
)

// acrossPoints counts who did best at how many points of a sweep: who completed
// more requests and, where all completed the same, who was faster. An
// architecture alone is followed over its points.
func (v *view) acrossPoints() string {
	switch {
	case len(v.points) < 2:
		return ""
	case len(v.archs) < 2:
		return v.acrossAlone()
	}
	const (
		tied   = "it was a tie"
		none   = "nobody completed a request"
		others = "as many requests completed in each, but not all or not the same"
		lacks  = "trials are missing, so that nothing is compared"
	)
	faster := func(arch string) string { return arch + " was faster" }
	more := func(arch string) string { return arch + " completed more requests" }
	where := map[string][]string{}
	for _, p := range v.points {
		put := func(what string) { where[what] = append(where[what], p.label) }
		cells, ok := pair(p.measured())
		if len(cells) < len(v.archs) || !ok {
			put(lacks)
			continue
		}
		best := slices.MaxFunc(cells, bySuccessRate)
		m := makespan()
		if !v.allAtOnce(p) {
			m = completionP50()
		}
		order := fastestFirst(cells, m)
		x, y := m.over(order[0].trials), m.over(order[1].trials)
		switch {
		case success(best) == 0:
			put(none)
		case slices.ContainsFunc(cells, func(c cell) bool { return success(c) < success(best) }):
			put(more(best.arch))
		case uneven(cells) || !x.defined() || !y.defined():
			put(others)
		case y.mid <= x.mid*tie:
			put(tied)
		default:
			put(faster(order[0].arch))
		}
	}
	var outcomes []string
	for _, a := range v.archs {
		outcomes = append(outcomes, faster(a), more(a))
	}
	var parts []string
	for _, what := range append(outcomes, tied, none, others, lacks) {
		at := where[what]
		switch n := len(at); {
		case n == len(v.points):
			return upperFirst(fmt.Sprintf("%s at each of the %d points.", what, n), v.archs)
		case n > 0:
			s := fmt.Sprintf("%s at %d", what, n)
			if n <= 2 {
				s += " (" + strings.Join(at, "; ") + ")"
			}
			parts = append(parts, s)
		}
	}
	return fmt.Sprintf("Of %d points, %s.", len(v.points), list(parts))
}

// upperFirst begins a sentence with a capital, unless it begins with the name
// of an architecture.
func upperFirst(s string, archs []string) string {
	if slices.ContainsFunc(archs, func(a string) bool { return strings.HasPrefix(s, a+" ") }) {
		return s
	}
	return upper(s)
}

// acrossAlone says between which times an architecture alone came in.
func (v *view) acrossAlone() string {
	var low, high figure
	var from, to string
	short := 0
	for _, p := range v.points {
		m := makespan()
		if !v.allAtOnce(p) {
			m = completionP50()
		}
		for _, c := range p.measured() {
			f := m.over(c.trials)
			if success(c) < 1 {
				short++
				continue
			}
			if !f.defined() {
				continue
			}
			if from == "" || f.mid < low.mid {
				low, from = f, p.label
			}
			if to == "" || f.mid > high.mid {
				high, to = f, p.label
			}
		}
	}
	took := ""
	if from != to {
		took = fmt.Sprintf("Over the %d points it took from %s (%s) to %s (%s)", len(v.points), with(seconds, low.mid), from, with(seconds, high.mid), to)
	}
	switch {
	case short == 0 && took == "":
		return ""
	case short == 0:
		return took + "."
	case took == "":
		return fmt.Sprintf("At %d of the %d points it did not complete every request.", short, len(v.points))
	}
	return fmt.Sprintf("%s; at %d it did not complete every request.", took, short)
}
