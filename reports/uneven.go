package reports

import (
	"cmp"
	"fmt"
	"slices"
)

// compareSuccess is for architectures that did not complete the same requests:
// completing more comes before being fast.
func (v *view) compareSuccess(at string, p point, cells []cell) []string {
	order := slices.Clone(cells)
	slices.SortStableFunc(order, func(a, b cell) int { return bySuccessRate(b, a) })
	s := at + v.delivery(p, order[0])
	for _, c := range order[1:] {
		s += "; " + v.delivery(p, c)
	}
	out := []string{s + "."}
	if s := originSentence(order); s != "" {
		out = append(out, s)
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

func bySuccessRate(a, b cell) int { return cmp.Compare(success(a), success(b)) }
