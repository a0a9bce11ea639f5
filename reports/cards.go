package reports

import (
	"fmt"
	"slices"

	"versus/sim/measure"
)

// cards puts each architecture of a point into a few figures.
func (v *view) cards(p point) []Card {
	cells := p.measured()
	m, what := makespan(), "until all were done"
	if !v.allAtOnce(p) {
		m, what = completionP50(), "median completion time"
	}
	top := 0.0
	for _, c := range cells {
		if f := m.over(c.trials); f.defined() {
			top = max(top, f.mid)
		}
		if b := bound().over(c.trials); v.allAtOnce(p) && b.defined() {
			top = max(top, b.mid)
		}
	}
	best, won := v.winner(p)
	var out []Card
	for _, c := range cells {
		f, b := m.over(c.trials), bound().over(c.trials)
		completed, requested := requests(c.trials)
		card := Card{Architecture: c.arch, What: what}
		switch {
		case f.defined():
			card.Figure = with(seconds, f.mid)
			card.Share = f.mid / top
			if v.allAtOnce(p) && completed < requested {
				card.What = "until the last one was done"
			}
		case requested > 0:
			card.Figure, card.What = fmt.Sprintf("%d of %d", completed, requested), "requests completed"
		}
		if c.arch == best {
			card.Won = won
		}
		if n := len(c.trials); n > 1 && f.defined() && f.high > f.low {
			card.Lines = append(card.Lines, fmt.Sprintf("median of %d seeds, from %s to %s", n, with(seconds, f.low), with(seconds, f.high)))
		}
		if v.allAtOnce(p) && b.defined() {
			card.BoundShare = b.mid / top
			line := "lower bound " + with(seconds, b.mid)
			if by := boundBy(c.trials); by != "" {
				line += ", set by " + by
			}
			card.Lines = append(card.Lines, line)
		}
		if f.defined() {
			card.Lines = append(card.Lines, fmt.Sprintf("%d of %s completed", completed, count(requested, "request")))
		}
		if completed < requested {
			card.Lines = append(card.Lines, v.unfinished(p, c.trials)...)
			if x, ok := v.deliveredShare(c.trials); ok {
				card.Lines = append(card.Lines, x+" of the data delivered")
			}
		}
		card.Lines = append(card.Lines, "the origin sent "+v.copies(c, originSent()))
		out = append(out, card)
	}
	return out
}

// winner returns the architecture that did best at a point and in what: it
// completed more requests than any other or, where all completed the same, was
// faster by more than a tie, with every seed. Both are empty if there is none.
func (v *view) winner(p point) (arch, won string) {
	cells, ok := pair(p.measured())
	if len(cells) < 2 || !ok {
		return "", ""
	}
	if uneven(cells) {
		order := slices.SortedStableFunc(slices.Values(cells), func(a, b cell) int { return bySuccessRate(b, a) })
		for i, t := range order[0].trials {
			if t.Summary.Completed <= order[1].trials[i].Summary.Completed {
				return "", ""
			}
		}
		return order[0].arch, "completed more"
	}
	m := makespan()
	if !v.allAtOnce(p) {
		m = completionP50()
	}
	order := fastestFirst(cells, m)
	x, y := m.over(order[0].trials), m.over(order[1].trials)
	if !x.defined() || !y.defined() || y.mid <= x.mid*tie || winsOf(order[0], order[1], m) < len(order[0].trials) {
		return "", ""
	}
	return order[0].arch, "faster"
}

// boundBy says in words what sets the lower bound of most trials; empty if the
// result does not tell.
func boundBy(trials []*measure.Trial) string {
	votes := map[string]int{}
	best := ""
	for _, t := range trials {
		if t.Bounds.FluidBy == nil {
			continue
		}
		by := *t.Bounds.FluidBy
		if votes[by]++; votes[by] > votes[best] {
			best = by
		}
	}
	return boundWords(best)
}

// boundWords says what a theory.Term stands for.
func boundWords(term string) string {
	switch term {
	case "origin uplink":
		return "the origin's uplink"
	case "all uplinks":
		return "the swarm's capacity (all uplinks together)"
	case "peer downlink":
		return "the slowest downlink"
	}
	return term
}
