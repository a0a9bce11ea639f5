package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Variables of a condition.
const (
	VarProgress  = "progress"  // delivered bytes over those of all requests, 0 to 1
	VarTime      = "time"      // since the first request
	VarOnline    = "online"    // nodes that are up, the origin included
	VarCompleted = "completed" // requests
)

func variables() []string { return []string{VarProgress, VarTime, VarOnline, VarCompleted} }

// Condition is a condition on the run, in the form of
//
//	condition  = conjunction { "or" conjunction }
//	conjunction = comparison { "and" comparison }
//	comparison = variable operator value
//
// It holds if all comparisons of one of its conjunctions do. The zero value is
// no condition.
type Condition [][]Comparison

// Comparison compares a variable with a value.
type Comparison struct {
	Variable string
	Op       string // >= > <= <, and of a number of nodes or requests also == !=
	Value    float64
	Percent  bool     // Value is a percentage of all: bytes, nodes or requests
	Time     Duration // instead of Value, of VarTime
}

// RunState is what conditions look at. Counts are 0 or more.
type RunState struct {
	Time              time.Duration // since the first request
	Delivered, Wanted int64         // bytes, of all requests
	Online, Nodes     int
	Completed, Asked  int // requests, those still to come among Asked
}

// Holds says whether the condition holds. Of nothing wanted, asked or there,
// the share is 0.
func (c Condition) Holds(r RunState) bool {
	return slices.ContainsFunc(c, func(all []Comparison) bool {
		return !slices.ContainsFunc(all, func(one Comparison) bool { return !one.holds(r) })
	})
}

func (c Comparison) holds(r RunState) bool {
	var left, of float64
	switch c.Variable {
	case VarTime:
		return Holds(float64(r.Time), c.Op, float64(c.Time))
	case VarProgress:
		of = float64(r.Wanted)
		if left = float64(r.Delivered); !c.Percent && of > 0 {
			left /= of
		}
	case VarOnline:
		left, of = float64(r.Online), float64(r.Nodes)
	case VarCompleted:
		left, of = float64(r.Completed), float64(r.Asked)
	}
	if c.Percent {
		if of == 0 {
			left, of = 0, 1
		}
		return Holds(100*left, c.Op, c.Value*of) // of whole numbers, without a division's error
	}
	return Holds(left, c.Op, c.Value)
}

// maxComparisons bounds one condition.
const maxComparisons = 20

// ParseCondition reads a condition such as progress >= 50% and online > 10.
func ParseCondition(text string) (Condition, error) {
	var c Condition
	comparisons := 0
	for _, alternative := range strings.Split(" "+text+" ", " or ") {
		var all []Comparison
		for _, part := range strings.Split(" "+alternative+" ", " and ") {
			one, err := parseComparison(strings.TrimSpace(part))
			if err != nil {
				return nil, fmt.Errorf("%q: %w", abbreviate(text), err)
			}
			if comparisons++; comparisons > maxComparisons {
				return nil, fmt.Errorf("%q has more than %d comparisons", abbreviate(text), maxComparisons)
			}
			all = append(all, one)
		}
		c = append(c, all)
	}
	return c, nil
}

func parseComparison(text string) (Comparison, error) {
	const form = "want VARIABLE OP VALUE, such as progress >= 50%, joined by and or or"
	start := strings.IndexAny(text, "<>=!")
	if start < 0 {
		return Comparison{}, fmt.Errorf("%q has no comparison, %s", abbreviate(text), form)
	}
	end := start + 1
	for end < len(text) && strings.IndexByte("<>=!", text[end]) >= 0 {
		end++
	}
	c := Comparison{Variable: strings.TrimSpace(text[:start]), Op: text[start:end]}
	if !slices.Contains(variables(), c.Variable) {
		return c, fmt.Errorf("unknown variable %q, want one of %s%s", abbreviate(c.Variable),
			strings.Join(variables(), ", "), didYouMean(Nearest(c.Variable, variables())))
	}
	switch c.Op {
	case ">=", ">", "<=", "<":
	case "==", "!=":
		if c.Variable == VarTime || c.Variable == VarProgress {
			return c, fmt.Errorf("%s compares with %s, want one of >= > <= <, as it may skip any value", c.Variable, c.Op)
		}
	default:
		return c, fmt.Errorf("compares with %q, want one of >= > <= < == !=", c.Op)
	}
	err := c.parseValue(strings.TrimSpace(text[end:]))
	if err != nil {
		err = fmt.Errorf("%s: %w", c.Variable, err)
	}
	return c, err
}

func (c *Comparison) parseValue(text string) (err error) {
	if c.Variable == VarTime {
		c.Time, err = ParseDuration(text)
		return err
	}
	number, percent := strings.CutSuffix(text, "%")
	if c.Value, err = parseFloat(number); err != nil {
		return err
	}
	c.Percent = percent
	switch {
	case percent && (c.Value < 0 || c.Value > 100):
		return fmt.Errorf("%s is not within 0%% to 100%%", text)
	case percent:
	case c.Variable == VarProgress && (c.Value < 0 || c.Value > 1):
		return fmt.Errorf("%s is not within 0 to 1", text)
	case c.Variable != VarProgress && (c.Value < 0 || c.Value != float64(int64(c.Value))):
		return errors.New(strconv.Quote(text) + " is neither a whole number nor a share such as 50%")
	}
	return nil
}

// String returns the text that ParseCondition reads back.
func (c Condition) String() string {
	var alternatives []string
	for _, all := range c {
		var parts []string
		for _, one := range all {
			parts = append(parts, one.String())
		}
		alternatives = append(alternatives, strings.Join(parts, " and "))
	}
	return strings.Join(alternatives, " or ")
}

// String returns the comparison as ParseCondition reads it.
func (c Comparison) String() string {
	value := c.Time.String()
	if c.Variable != VarTime {
		value = strconv.FormatFloat(c.Value, 'f', -1, 64)
	}
	if c.Percent {
		value += "%"
	}
	return c.Variable + " " + c.Op + " " + value
}
