package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// compareSuccess is for architectures that did not complete the same requests:
// completing more comes before being fast.
func (v *view) compareSuccess(at string, p point, cells []cell) []string {
	order := slices.Clone(cells)
	slices.SortStableFunc(order, func(a, b cell) int { return cmp.Compare(success(b), success(a)) })
	var shares []string
	for i, c := range order {
		completed, requested := requests(c.trials)
		s := fmt.Sprintf("%s %d of %d", c.arch, completed, requested)
		if i == 0 {
			s = fmt.Sprintf("%s completed %d of %s", c.arch, completed, count(requested, "request"))
		}
		shares = append(shares, s)
	}
	out := []string{at + list(shares) + "."}
	if v.allAtOnce(p) {
		var spans, none []string
		for _, c := range order {
			if f := makespan().over(c.trials); f.defined() {
				did := "finished in"
				if success(c) < 1 {
					did = "completed the last of them after"
				}
				spans = append(spans, fmt.Sprintf("%s %s %s", c.arch, did, with(seconds, f.mid)))
			} else {
				none = append(none, c.arch)
			}
		}
		if len(none) > 0 {
			has := "has"
			if len(none) > 1 {
				has = "have"
			}
			spans = append(spans, fmt.Sprintf("%s %s no makespan", list(none), has))
		}
		out = append(out, list(spans)+".")
	}
	var mids []string
	for _, c := range order {
		if f := completionP50().over(c.trials); f.defined() {
			mids = append(mids, with(seconds, f.mid)+" in "+c.arch)
		}
	}
	if len(mids) > 1 {
		out = append(out, fmt.Sprintf("Of the requests that did complete, the median took %s.", list(mids)))
	}
	if s := inflationSentence(cells); s != "" {
		out = append(out, s)
	}
	return out
}

// acrossPoints counts who was faster at how many points of a sweep.
func (v *view) acrossPoints() string {
	if len(v.points) < 2 || len(v.archs) < 2 {
		return ""
	}
	where := map[string][]string{}
	even, unclear := 0, 0
	for _, p := range v.points {
		cells := p.measured()
		if len(cells) < len(v.archs) {
			unclear++
			continue
		}
		cells, ok := pair(cells)
		m := makespan()
		if !v.allAtOnce(p) {
			m = completionP50()
		}
		if !ok || uneven(cells) {
			unclear++
			continue
		}
		order := fastestFirst(cells, m)
		x, y := m.over(order[0].trials), m.over(order[1].trials)
		switch {
		case !x.defined() || !y.defined():
			unclear++
		case y.mid <= x.mid*tie:
			even++
		default:
			where[order[0].arch] = append(where[order[0].arch], p.label)
		}
	}
	var parts []string
	for _, a := range v.archs {
		n := len(where[a])
		switch {
		case n == len(v.points):
			return fmt.Sprintf("%s was faster at each of the %d points.", a, n)
		case n > 0:
			s := fmt.Sprintf("%s was faster at %d", a, n)
			if n <= 2 {
				s += " (" + strings.Join(where[a], "; ") + ")"
			}
			parts = append(parts, s)
		}
	}
	if even > 0 {
		parts = append(parts, fmt.Sprintf("%d ended in a tie", even))
	}
	if unclear > 0 {
		parts = append(parts, fmt.Sprintf("%d cannot be compared", unclear))
	}
	return fmt.Sprintf("Of %d points, %s.", len(v.points), list(parts))
}
