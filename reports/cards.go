package reports

import (
	"fmt"

	"versus/sim/measure"
)

// cards puts each architecture of a point into a few figures.
func (v *view) cards(p point) []Card {
	cells := p.measured()
	m, what := makespan(), "makespan"
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
	best := v.winner(p)
	var out []Card
	for _, c := range cells {
		f, b := m.over(c.trials), bound().over(c.trials)
		card := Card{Architecture: c.arch, What: what, Best: c.arch == best}
		if f.defined() {
			card.Figure = with(seconds, f.mid)
			card.Share = f.mid / top
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
		completed, requested := requests(c.trials)
		card.Lines = append(card.Lines, fmt.Sprintf("%d of %s completed", completed, count(requested, "request")),
			"the origin sent "+v.copies(c, originSent()))
		out = append(out, card)
	}
	return out
}

// winner returns the architecture that was fastest at a point, with every seed
// and by more than a tie; empty if there is none.
func (v *view) winner(p point) string {
	cells, ok := pair(p.measured())
	if len(cells) < 2 || !ok || uneven(cells) {
		return ""
	}
	m := makespan()
	if !v.allAtOnce(p) {
		m = completionP50()
	}
	order := fastestFirst(cells, m)
	x, y := m.over(order[0].trials), m.over(order[1].trials)
	if !x.defined() || !y.defined() || y.mid <= x.mid*tie || winsOf(order[0], order[1], m) < len(order[0].trials) {
		return ""
	}
	return order[0].arch
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
