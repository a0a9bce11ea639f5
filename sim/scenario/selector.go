package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// All selects every node, the origin included.
const All = "all"

// Roles that select by what nodes are in the run, best first; ties go to the
// node that the scenario lists first.
const (
	Fastest            = "fastest"               // highest uplink, then downlink
	Slowest            = "slowest"               // lowest uplink, then downlink
	MostPieces         = "most-pieces"           // holds most verified pieces
	OnlyHolderOfRarest = "only-holder-of-rarest" // nobody else who is up holds some piece
)

// Roles lists them all.
func Roles() []string { return []string{Fastest, Slowest, MostPieces, OnlyHolderOfRarest} }

// Selection is whom a fault is done to: everybody whom one of its selectors
// selects, each once.
type Selection []Selector

// Selector selects nodes: home-3, home, 3 of home, 30% of peers, fastest,
// 2 fastest of home.
type Selector struct {
	Amount  Amount
	Count   int     // with the amount Some
	Percent float64 // with the amount Part, 0 to 100
	Role    string  // one of Roles, or empty
	Of      string  // a node, a group, or origin, peers or all
}

// Amount is how many of those that it could select a selector selects.
type Amount int

// Amounts.
const (
	Everyone Amount = iota // all of them; with a role, one
	Some                   // Count of them
	Part                   // Percent of them: rounded to nearest and at least one, unless it is 0
)

// Number returns how many of n nodes are selected.
func (s Selector) Number(n int) int {
	switch {
	case s.Amount == Some:
		return min(n, s.Count)
	case s.Amount == Part && s.Percent == 0:
		return 0
	case s.Amount == Part:
		return min(n, max(1, int(math.Round(s.Percent/100*float64(n)))))
	case s.Role != "":
		return min(n, 1)
	}
	return n
}

// Nobody says that it selects no node by intention, as 0% of peers does.
func (s Selector) Nobody() bool {
	return s.Amount == Some && s.Count == 0 || s.Amount == Part && s.Percent == 0
}

// Nobody says that all of its selectors select no node by intention.
func (s Selection) Nobody() bool {
	return len(s) > 0 && !slices.ContainsFunc(s, func(one Selector) bool { return !one.Nobody() })
}

// ByRole says that whom it selects depends on the run.
func (s Selection) ByRole() bool {
	return slices.ContainsFunc(s, func(one Selector) bool { return one.Role != "" })
}

// ParseSelector reads a selector. Whether its node or group exists is for the
// caller to check.
func ParseSelector(text string) (Selector, error) {
	const form = "want a node, a group, origin, peers or all, as it is or as in 3 of home, 30% of peers, fastest, 2 slowest of home"
	refuse := func(format string, args ...any) (Selector, error) {
		return Selector{}, fmt.Errorf("%q %s, %s", abbreviate(text), fmt.Sprintf(format, args...), form)
	}
	words := strings.Split(text, " ")
	if slices.Contains(words, "") {
		return refuse("has an empty word")
	}
	var s Selector
	if first := words[0]; len(words) > 1 && first[0] >= '0' && first[0] <= '9' || strings.HasSuffix(first, "%") {
		if err := s.parseAmount(first); err != nil {
			return refuse("%s", err)
		}
		words = words[1:]
	}
	if len(words) > 0 && slices.Contains(Roles(), words[0]) {
		s.Role, s.Of = words[0], NetworkPeers
		words = words[1:]
		if len(words) == 0 {
			return s, nil
		}
	}
	if s.Amount != Everyone || s.Role != "" {
		if s.Role == "" && len(words) > 0 && words[0] != "of" {
			s, err := refuse("has %q after an amount", words[0])
			return s, fmt.Errorf("%w%s", err, didYouMean(Nearest(words[0], append(Roles(), "of"))))
		}
		if len(words) != 2 || words[0] != "of" {
			return refuse("does not end with of and whom")
		}
		words = words[1:]
	}
	if len(words) != 1 {
		return refuse("has %d words", len(words))
	}
	s.Of = words[0]
	return s, nil
}

func (s *Selector) parseAmount(text string) error {
	if number, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := parseFloat(number)
		if err != nil || percent < 0 || percent > 100 {
			return fmt.Errorf("has the share %s, which is not within 0%% to 100%%", abbreviate(text))
		}
		s.Amount, s.Percent = Part, percent
		return nil
	}
	count, err := parseWhole(text)
	if err != nil || count < 0 {
		return fmt.Errorf("has the amount %s, which is neither a whole number nor a share such as 30%%", abbreviate(text))
	}
	s.Amount, s.Count = Some, count
	return nil
}

// String returns the text that ParseSelector reads back.
func (s Selector) String() string {
	text := s.Of
	switch {
	case s.Role != "" && s.Of == NetworkPeers:
		text = s.Role
	case s.Role != "":
		text = s.Role + " of " + s.Of
	case s.Amount != Everyone:
		text = "of " + s.Of
	}
	switch s.Amount {
	case Some:
		text = strconv.Itoa(s.Count) + " " + text
	case Part:
		text = strconv.FormatFloat(s.Percent, 'f', -1, 64) + "% " + text
	}
	return text
}

// String joins the selectors with commas.
func (s Selection) String() string {
	texts := make([]string, len(s))
	for i, one := range s {
		texts[i] = one.String()
	}
	return strings.Join(texts, ", ")
}

// value is what is written to YAML and JSON: one text, or a list of texts.
func (s Selection) value() any {
	if len(s) == 1 {
		return s[0].String()
	}
	list := make([]any, len(s))
	for i, one := range s {
		list[i] = one.String()
	}
	return list
}

// selection reads a selector or a list of them.
func (d *draft) selection(into *Selection) func(*node, string) {
	return func(n *node, path string) {
		read := Selection{}
		one := func(n *node, path string) {
			var s Selector
			quantity(d, &s, ParseSelector)(n, path)
			read = append(read, s)
		}
		d.places[path] = n.at
		switch n.kind {
		case scalarNode:
			one(n, path)
		case listNode:
			d.list(n, path, func(_ int, n *node, path string) { one(n, path) })
		default:
			d.report(n.at, path, "%s, want a selector such as 30%% of peers, or a list of them", n.kind)
		}
		*into = read
	}
}
