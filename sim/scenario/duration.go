package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time in nanoseconds, 0 or more. Its text is a Go
// duration such as 20ms or 1h30m.
type Duration time.Duration

// ParseDuration reads a Go duration that is not negative. The only bare number
// that it takes is 0.
func ParseDuration(text string) (Duration, error) {
	const allowed = "ns us ms s m h"
	if len(text) > maxQuantity {
		return 0, fmt.Errorf("%q... is longer than %d characters", text[:maxQuantity], maxQuantity)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && text != "0" && text[0] != '-' {
		return 0, fmt.Errorf("%q has no unit, want one of %s, such as 20ms", text, allowed)
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && strings.HasPrefix(text, "-") || d < 0:
		return 0, fmt.Errorf("%q is negative", text)
	case err != nil:
		return 0, fmt.Errorf("%q is not a duration, want numbers with units of %s, such as 1h30m or 20ms", text, allowed)
	}
	return Duration(d), nil
}

// String returns the duration as Go writes it, without trailing zero parts
// (30m, not 30m0s); ParseDuration reads it back to the same value.
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Seconds returns the duration in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

// IsZero says that the duration is 0, which omitempty leaves out.
func (d Duration) IsZero() bool { return d == 0 }

// MarshalText implements encoding.TextMarshaler, for YAML and JSON.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler as ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// Frequency is a number of events per second, 0 or more and finite. Its text
// is a number and one of /s /min /h.
type Frequency float64

// frequencyUnits maps a suffix to the seconds that it stands for.
func frequencyUnits() units {
	return units{noun: "frequency", example: "2/s", all: []unit{{"/h", 3600}, {"/min", 60}, {"/s", 1}}}
}

// ParseFrequency reads a frequency such as 2/s or 30/min. A bare number, an
// unknown unit and a negative number are errors.
func ParseFrequency(text string) (Frequency, error) {
	family := frequencyUnits()
	number, suffix, err := splitQuantity(text, family.noun, family.example)
	if err != nil {
		return 0, err
	}
	if suffix == "" {
		return 0, fmt.Errorf("%q has no unit, want one of %s, such as %s", text, strings.Join(family.suffixes(), " "), family.example)
	}
	for _, unit := range family.all {
		if unit.suffix == suffix {
			n, err := strconv.ParseFloat(number, 64)
			if err != nil || math.IsInf(n, 0) {
				return 0, fmt.Errorf("%q is too large a number", text)
			}
			return Frequency(n / float64(unit.worth)), nil
		}
	}
	return 0, family.unknown(text, suffix)
}

// String returns the text with the shortest number that ParseFrequency reads
// back to the same value; of equally short ones, that of the shorter time.
func (f Frequency) String() string {
	number := strconv.FormatFloat(float64(f), 'f', -1, 64)
	best, shortest := number+"/s", len(number)
	for _, unit := range []unit{{"/min", 60}, {"/h", 3600}} {
		number := strconv.FormatFloat(float64(f)*float64(unit.worth), 'f', -1, 64)
		back, err := ParseFrequency(number + unit.suffix)
		if err == nil && back == f && len(number) < shortest {
			best, shortest = number+unit.suffix, len(number)
		}
	}
	return best
}

// PerSecond returns the frequency as a plain number.
func (f Frequency) PerSecond() float64 { return float64(f) }

// IsZero says that the frequency is 0, which omitempty leaves out.
func (f Frequency) IsZero() bool { return f == 0 }

// MarshalText implements encoding.TextMarshaler, for YAML and JSON.
func (f Frequency) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler as ParseFrequency does.
func (f *Frequency) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFrequency(string(text))
	return err
}
