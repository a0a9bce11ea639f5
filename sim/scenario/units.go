package scenario

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxQuantity bounds the text of a quantity, in bytes, so that exact
// arithmetic on it stays small.
const maxQuantity = 40

// unit is one suffix and its worth in the base unit.
type unit struct {
	suffix string
	worth  int64
}

// units is a family of suffixes, the largest first.
type units struct {
	noun    string // what is measured, for errors
	example string
	all     []unit
}

// suffixes lists them from the smallest, for errors.
func (u units) suffixes() []string {
	list := make([]string, 0, len(u.all))
	for i := len(u.all) - 1; i >= 0; i-- {
		list = append(list, u.all[i].suffix)
	}
	return list
}

// parse returns the quantity in the base unit, exactly.
func (u units) parse(text string) (int64, error) {
	number, suffix, err := splitQuantity(text, u.noun, u.example)
	if err != nil {
		return 0, err
	}
	list := u.suffixes()
	if suffix == "" {
		return 0, fmt.Errorf("%q has no unit, want one of %s, such as %s", text, strings.Join(list, " "), u.example)
	}
	for _, unit := range u.all {
		if unit.suffix == suffix {
			return scaleExactly(text, number, unit.worth, u.all[len(u.all)-1].suffix)
		}
	}
	return 0, u.unknown(text, suffix)
}

// unknown is the error for a suffix that is not in the family.
func (u units) unknown(text, suffix string) error {
	list := u.suffixes()
	meant := Nearest(suffix, list)
	for _, s := range list {
		if meant == "" && strings.EqualFold(s[:1], suffix[:1]) {
			meant = s // Mbps is far from Mbit/s, letter by letter
		}
	}
	return fmt.Errorf("%q has the unknown unit %q, want one of %s%s", text, suffix, strings.Join(list, " "), didYouMean(meant))
}

// scaleExactly returns number times worth if that is a whole int64.
func scaleExactly(text, number string, worth int64, base string) (int64, error) {
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, fmt.Errorf("%q does not start with a decimal number", text)
	}
	r.Mul(r, new(big.Rat).SetInt64(worth))
	if !r.IsInt() {
		return 0, fmt.Errorf("%q is not a whole number of %s", text, base)
	}
	if !r.Num().IsInt64() {
		return 0, fmt.Errorf("%q is above the largest number that fits, %d%s", text, int64(1<<63-1), base)
	}
	return r.Num().Int64(), nil
}

// format writes n in the largest unit that divides it.
func (u units) format(n int64) string {
	base := u.all[len(u.all)-1]
	if n != 0 {
		for _, unit := range u.all {
			if n%unit.worth == 0 {
				return strconv.FormatInt(n/unit.worth, 10) + unit.suffix
			}
		}
	}
	return strconv.FormatInt(n, 10) + base.suffix
}

// splitQuantity cuts digits, optionally with a decimal point, from the suffix
// that follows them.
func splitQuantity(text, noun, example string) (number, suffix string, err error) {
	switch {
	case text == "":
		return "", "", fmt.Errorf("empty %s, want a number and a unit, such as %s", noun, example)
	case len(text) > maxQuantity:
		return "", "", fmt.Errorf("%q... is longer than %d characters", text[:maxQuantity], maxQuantity)
	case text[0] == '-':
		return "", "", fmt.Errorf("%q is negative", text)
	case strings.ContainsAny(text, " \t"):
		return "", "", fmt.Errorf("%q has a space, want a number and a unit without one, such as %s", text, example)
	}
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(text)
	}
	number, suffix = text[:end], text[end:]
	whole, fraction, dotted := strings.Cut(number, ".")
	if whole == "" || dotted && (fraction == "" || strings.Contains(fraction, ".")) {
		return "", "", fmt.Errorf("%q is not a %s, want a number and a unit, such as %s", text, noun, example)
	}
	return number, suffix, nil
}
