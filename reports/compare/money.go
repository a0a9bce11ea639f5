package compare

import (
	"fmt"

	"versus/sim/measure"
)

// sameMoney refuses to compare amounts of money where the two sides of a cell
// were priced in different currencies: no rate of exchange is part of a result.
func (m matched) sameMoney(metrics []Metric, r *Report) error {
	for _, metric := range metrics {
		if !metric.money {
			continue
		}
		for _, c := range m.both {
			a, b := currency(c.a), currency(c.b)
			if a == "" || b == "" || a == b {
				continue
			}
			return fmt.Errorf("comparing: %s of %v is in %s in %s, but in %s in %s; leave it out of the metrics, or run both with prices in one currency",
				metric.Name, c, a, r.A.Name, b, r.B.Name)
		}
	}
	return nil
}

// currency is that of the trials' costs; empty if none has any. Trials of one
// cell have the same prices.
func currency(trials []*measure.Trial) string {
	for _, t := range trials {
		if c := t.Summary.Cost.Currency; c != "" {
			return c
		}
	}
	return ""
}
