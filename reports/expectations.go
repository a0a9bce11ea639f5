package reports

import (
	"fmt"
	"math"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
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
		q := comparedKind(text)
		g.add(clip(plainText(text), 40), fmt.Sprintf("%d of %d", met[text], checked[text]),
			valueText(q, e.Value), valueText(q, e.Right), marginText(q, e))
	}
	return g
}

// comparedKind is the quantity that an expectation is about, by the ending of
// its left side's name.
func comparedKind(text string) quantity {
	e, err := scenario.ParseExpect(text)
	if err != nil {
		return plain
	}
	name, _, _ := strings.Cut(e.Left.Field, ".")
	if name == "links" || name == "bounds" {
		name = e.Left.Field
	}
	switch {
	case strings.HasSuffix(name, "_s"):
		return seconds
	case strings.HasSuffix(name, "_bytes"):
		return octets
	case strings.HasSuffix(name, "_bps"):
		return rate
	}
	return plain
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

// valueText writes a value with its unit; its sign, if any, is a minus.
func valueText(q quantity, x *float64) string {
	switch {
	case x == nil:
		return undefined
	case *x < 0:
		return "-" + valueText(q, ptr(-*x))
	}
	return strings.ReplaceAll(with(q, *x), nbsp, " ")
}

// marginText writes a margin as a share of the threshold, or itself where that
// is 0.
func marginText(q quantity, e measure.Expectation) string {
	switch {
	case e.Margin == nil:
		return undefined
	case e.Right != nil && *e.Right != 0:
		return percent(*e.Margin / math.Abs(*e.Right))
	case *e.Margin > 0:
		return "+" + valueText(q, e.Margin)
	}
	return valueText(q, e.Margin)
}
