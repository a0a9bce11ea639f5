package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// currencies lists those of the measured trials' costs, sorted; empty where
// nobody asked for costs.
func (v *view) currencies() []string {
	var out []string
	for i := range v.result.Trials {
		if c := v.result.Trials[i].Summary.Cost.Currency; c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// costs are the metrics of money in a currency.
func costs(currency string) (run, perGB metric) {
	in := func(get func(measure.Cost) *float64) func(*measure.Trial) *float64 {
		return func(t *measure.Trial) *float64 {
			if t.Summary.Cost.Currency != currency {
				return nil
			}
			return get(t.Summary.Cost)
		}
	}
	run = metric{name: "cost of the run", currency: currency, optional: true, get: in(func(c measure.Cost) *float64 { return c.Total })}
	perGB = metric{name: "cost of a GB delivered", currency: currency, optional: true, get: in(func(c measure.Cost) *float64 { return c.PerGB })}
	return run, perGB
}

// costRows are the rows of money in a table of one point.
func (v *view) costRows() []metric {
	var out []metric
	for _, currency := range v.currencies() {
		run, perGB := costs(currency)
		out = append(out, run, perGB)
	}
	return out
}

// costColumns are the columns of money in a sweep's table.
func (v *view) costColumns() []column {
	var out []column
	for _, currency := range v.currencies() {
		run, perGB := costs(currency)
		out = append(out, column{metric: run, head: "cost", drop: 7}, column{metric: perGB, head: "cost\nper GB"})
	}
	return out
}

// costChart is what the whole run costs against the swept value.
func (v *view) costChart() (plot.Chart, bool) {
	return v.costAgainst("Cost of the run", func(run, _ metric) metric { return run })
}

// costPerGBChart is what a delivered GB costs against the swept value.
func (v *view) costPerGBChart() (plot.Chart, bool) {
	return v.costAgainst("Cost of a GB delivered", func(_, perGB metric) metric { return perGB })
}

// costAgainst draws money over the swept value; amounts of several currencies
// do not share an axis.
func (v *view) costAgainst(what string, choose func(run, perGB metric) metric) (plot.Chart, bool) {
	currencies := v.currencies()
	if len(currencies) != 1 {
		return nil, false
	}
	c, ok := v.against(choose(costs(currencies[0])), what, false)
	l, is := c.(plot.Lines)
	if s := v.priceText(); s != "" {
		l.Caption += " " + s
	}
	return l, ok && is
}

// priceLists are the price lists of the run: the scenario's, or those of the
// points where they are swept by name.
func (v *view) priceLists() []scenario.Prices {
	var out []scenario.Prices
	for _, p := range v.points {
		for _, preset := range scenario.PricePresets() {
			if pointValue(p.values["prices"]) == preset.Preset && !slices.Contains(out, preset) {
				out = append(out, preset)
			}
		}
	}
	if s := v.result.Scenario; len(out) == 0 && s != nil && s.Prices != nil {
		out = append(out, *s.Prices)
	}
	return out
}

// priceText says by which prices costs were reckoned.
func (v *view) priceText() string {
	if len(v.currencies()) == 0 {
		return ""
	}
	var lists []string
	for _, p := range v.priceLists() {
		s := fmt.Sprintf("%s %s per GB that the origin sends and %s per hour of its machine", p.Currency, price(p.EgressPerGB), price(p.ServerPerHour))
		if p.Preset != "" {
			s = p.Preset + ": " + s
		}
		if p.AsOf != "" {
			s += ", as of " + p.AsOf
		}
		lists = append(lists, s)
	}
	if len(lists) == 0 {
		return ""
	}
	s := "Prices: " + lists[0]
	for _, more := range lists[1:] {
		s += "; " + more
	}
	return s + ". What peers send costs the publisher nothing."
}

// amount writes money with three significant digits and no fewer than two
// decimals, 0 as 0; none that is above zero reads as zero.
func amount(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined
	}
	switch {
	case v == 0:
		return "0"
	case v > 0 && v < 1e-6:
		return "<0.000001"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	return strconv.FormatFloat(v, 'f', max(digits, 2), 64)
}

// price writes a price as a scenario does.
func price(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
