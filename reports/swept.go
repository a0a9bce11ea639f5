package reports

import (
	"encoding/json"
	"strconv"
	"strings"

	"versus/sim/scenario"
)

// sweptNumber is a swept value as a number with its base unit.
type sweptNumber struct {
	value float64
	unit  string // "", "bit/s", "B", "s" or percentUnit
}

// percentUnit is the unit of a share of nodes.
const percentUnit = "%"

// quantityOf reads a swept value that is a number or a quantity with a unit.
func quantityOf(value any) (sweptNumber, bool) {
	switch x := value.(type) {
	case float64:
		return sweptNumber{value: x}, true
	case int:
		return sweptNumber{value: float64(x)}, true
	case int64:
		return sweptNumber{value: float64(x)}, true
	case uint64:
		return sweptNumber{value: float64(x)}, true
	case json.Number:
		f, err := x.Float64()
		return sweptNumber{value: f}, err == nil
	case string:
		if f, err := strconv.ParseFloat(x, 64); err == nil {
			return sweptNumber{value: f}, true
		}
		// "30% of peers" is how a fault names a share of nodes.
		if share, _, ok := strings.Cut(x, "%"); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
			return sweptNumber{f, percentUnit}, err == nil
		}
		if b, err := scenario.ParseBandwidth(x); err == nil {
			return sweptNumber{float64(b), "bit/s"}, true
		}
		if b, err := scenario.ParseBytes(x); err == nil {
			return sweptNumber{float64(b), "B"}, true
		}
		if d, err := scenario.ParseDuration(x); err == nil {
			return sweptNumber{d.Seconds(), "s"}, true
		}
	}
	return sweptNumber{}, false
}

// kind returns the quantity of the base unit.
func (n sweptNumber) kind() quantity {
	switch n.unit {
	case "bit/s":
		return rate
	case "B":
		return octets
	case "s":
		return seconds
	}
	return plain
}
