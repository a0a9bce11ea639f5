package reports

import (
	"math"
	"strconv"
	"strings"
)

// undefined is how text shows a value that does not exist.
const undefined = "-"

// quantity is a kind of number: it selects the unit.
type quantity int

const (
	plain   quantity = iota // a ratio or an index, without a unit
	seconds                 // of time
	octets                  // bytes of data
	rate                    // bits per second
)

// unit is a suffix and how many base units it stands for.
type unit struct {
	name  string
	worth float64
}

// unitFor returns the unit in which values up to top are easy to read.
func unitFor(q quantity, top float64) unit {
	var units []unit // from the largest
	switch q {
	case seconds:
		units = []unit{{"h", 3600}, {"s", 1}, {"ms", 1e-3}}
		if top < 3*3600 {
			units = units[1:]
		}
		if top == 0 {
			return unit{"s", 1}
		}
	case octets:
		units = []unit{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
		if top == 0 {
			return unit{"MiB", 1 << 20}
		}
		// MiB reads well up to thousands of them.
		if top >= 1<<20 && top < 4<<30 {
			return unit{"MiB", 1 << 20}
		}
	case rate:
		units = []unit{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}}
		if top == 0 || top >= 1e6 && top < 1e10 {
			return unit{"Mbit/s", 1e6}
		}
	default:
		return unit{"", 1}
	}
	for _, u := range units {
		if top >= u.worth*0.9995 {
			return u
		}
	}
	return units[len(units)-1]
}

// number writes v with about three significant digits, more for values of a
// hundred and above, fewer below 0.1; nothing above zero reads as zero. Numbers that are not finite are undefined.
func number(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return undefined
	case v == 0:
		return "0"
	case v > 0 && v < 0.0005:
		return "<0.001"
	case a >= 1e7 || a < 0.0005:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case a >= 999.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 0.9995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// nbsp keeps a number and its unit on one line; wrap writes it as a space.
const nbsp = "\u00a0"

// with writes v with the unit that suits it.
func with(q quantity, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined
	}
	u := unitFor(q, math.Abs(v))
	if u.name == "" {
		return number(v)
	}
	return number(v/u.worth) + nbsp + u.name
}

// times writes a ratio as a multiple, such as 1.04x.
func times(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined
	}
	return number(v) + "x"
}

// count writes n and the noun, in the plural unless n is 1.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// list joins words as a sentence does.
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
