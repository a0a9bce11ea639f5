package reports

import (
	"fmt"
	"math"

	"versus/sim/measure"
)

// expectationTable has a row for each expectation with its smallest margin over
// seeds and points; no rows without expectations.
func (v *view) expectationTable() grid {
	g := grid{names: 1, header: []string{"expectation", "met", "value", "threshold", "margin"}}
	var order []string
	met, checked := map[string]int{}, map[string]int{}
	worst := map[string]measure.Expectation{}
	for _, e := range v.result.Expectations {
		if checked[e.Text] == 0 {
			order, worst[e.Text] = append(order, e.Text), e
		}
		checked[e.Text]++
		if e.OK {
			met[e.Text]++
		}
		if closer(e, worst[e.Text]) {
			worst[e.Text] = e
		}
	}
	for _, text := range order {
		e := worst[text]
		g.add(clip(plainText(text), 42), fmt.Sprintf("%d of %d", met[text], checked[text]),
			pointerText(e.Value), pointerText(e.Right), marginText(e))
	}
	return g
}

// closer says whether e came closer to failing, or failed by more, than other.
// What is undefined failed.
func closer(e, other measure.Expectation) bool {
	if e.OK != other.OK {
		return !e.OK
	}
	switch {
	case other.Margin == nil:
		return false
	case e.Margin == nil:
		return true
	}
	return *e.Margin < *other.Margin
}

func pointerText(x *float64) string {
	if x == nil {
		return undefined
	}
	return signless(*x)
}

// signless writes a number whose sign, if any, is a minus.
func signless(x float64) string {
	if x < 0 {
		return "-" + number(-x)
	}
	return number(x)
}

// marginText writes a margin, and how large a share of the threshold it is.
func marginText(e measure.Expectation) string {
	if e.Margin == nil {
		return undefined
	}
	s := signed(*e.Margin)
	if e.Right != nil && *e.Right != 0 && *e.Margin != 0 {
		s += " (" + percent(*e.Margin/math.Abs(*e.Right)) + ")"
	}
	return s
}
