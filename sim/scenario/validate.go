package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a scenario.
const (
	MaxName       = 64      // bytes of a scenario's or a group's name
	MaxPeers      = 100_000 // in all groups together
	MaxRepeat     = 10_000
	MaxSeed       = 1<<53 - 1 - MaxRepeat // seed + repeat stays exact where numbers are doubles
	MaxTimeLimit  = Duration(30 * 24 * 3600 * 1e9)
	MinRate       = 1 * Kbps
	MaxRate       = 1 * Tbps
	MaxDelay      = Duration(60 * 1e9) // also of jitter
	MinQueueLimit = 3000 * Byte        // two full packets
	MaxQueueLimit = 1 * GB
	MaxExponent   = 10.0
	MaxFiles      = 100_000   // in the catalog, counts expanded
	MaxRequests   = 1_000_000 // expected arrivals of a Poisson process
	MinFrequency  = Frequency(0.01 / 3600)
	maxFileName   = 255      // bytes, as both wire protocols allow
	MinPieceSize  = 1 * KiB  // these three are the workload's own limits,
	MaxPieceSize  = 16 * MiB // which this package cannot import
	MaxFilePieces = 1 << 20
)

// validator checks a resolved scenario. It skips what already has a problem,
// so that one slip is reported once.
type validator struct {
	s        *Scenario
	kinds    []Kind
	draft    *draft // places and failed paths; empty for a scenario made by a program
	problems Problems
}

// report adds a problem unless the value could not even be read.
func (v *validator) report(path, format string, args ...any) {
	for at := path; at != ""; {
		if v.draft.failed[at] {
			return
		}
		cut := strings.LastIndexByte(at, '.')
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	v.problems = append(v.problems, v.draft.placeOf(path).problem(path, fmt.Sprintf(format, args...)))
}

func (v *validator) run() {
	s := v.s
	if s.Name == "" {
		v.report("name", "missing, want a name such as flash-crowd")
	} else if !saneName(s.Name, true) {
		v.report("name", "%q, want lower-case letters, digits, - and _, a letter or digit first, at most %d bytes", abbreviate(s.Name), MaxName)
	}
	if strings.IndexFunc(s.Title, unicode.IsControl) >= 0 {
		v.report("title", "%q, want one line without control characters", abbreviate(s.Title))
	}
	if s.Seed > MaxSeed {
		v.report("seed", "%d is above %d", s.Seed, uint64(MaxSeed))
	}
	within(v, "repeat", s.Repeat, 1, MaxRepeat)
	v.positive("time_limit", s.TimeLimit, MaxTimeLimit)
	v.workload()
	v.network()
	v.architectures()
	v.faults()
	v.prices()
	v.sweep()
	v.expect()
}

// within reports a number outside lo to hi.
func within[T int | float64 | Bytes | Bandwidth | Duration | Frequency](v *validator, path string, value, lo, hi T) bool {
	switch {
	case value < lo:
		v.report(path, "%v is below %v", value, lo)
	case value > hi:
		v.report(path, "%v is above %v", value, hi)
	case value != value: // NaN passes every comparison above
		v.report(path, "%v is not a number", value)
	default:
		return true
	}
	return false
}

func (v *validator) positive(path string, value, limit Duration) {
	if value <= 0 {
		v.report(path, "%v, want more than 0s", value)
		return
	}
	within(v, path, value, 1, limit)
}

// saneName says whether text is a lower-case identifier that is safe as a file
// name; a digit may come first only if digitFirst.
func saneName(text string, digitFirst bool) bool {
	if text == "" || len(text) > MaxName {
		return false
	}
	for i, r := range text {
		letter := r >= 'a' && r <= 'z'
		digit := r >= '0' && r <= '9'
		switch {
		case letter, i > 0 && (digit || r == '-' || r == '_'), i == 0 && digit && digitFirst:
		default:
			return false
		}
	}
	return true
}

// saneFileName says whether text can name a file of the catalog.
func saneFileName(text string) bool {
	return text != "" && text != "." && text != ".." && len(text) <= maxFileName && utf8.ValidString(text) &&
		!strings.ContainsAny(text, `/\`) && strings.IndexFunc(text, unicode.IsControl) < 0 && strings.TrimSpace(text) == text
}

func (v *validator) architectures() {
	const path = "architectures"
	if len(v.s.Architectures) == 0 {
		v.report(path, "none to run, want at least one of %s, or leave the key out to run all", strings.Join(kindNames(v.kinds), ", "))
	}
	seen := map[string]bool{}
	for _, a := range v.s.Architectures {
		at := join(path, a.Name)
		if seen[a.Name] {
			v.report(at, "given twice")
		}
		seen[a.Name] = true
		kind := findKind(v.kinds, a.Name)
		if kind == nil {
			v.unknown(at, "architecture", a.Name, kindNames(v.kinds))
			continue
		}
		v.options(at, a.Options, kind)
	}
}

func (v *validator) unknown(path, what, name string, allowed []string) {
	v.report(path, "unknown %s %q, want one of %s%s", what, abbreviate(name),
		strings.Join(allowed, ", "), didYouMean(Nearest(name, allowed)))
}

// options compares every option with its declaration.
func (v *validator) options(path string, options Options, kind *Kind) {
	for _, o := range kind.Options {
		at := join(path, o.Name)
		value, ok := options[o.Name]
		if !ok {
			v.report(at, "missing, want a value such as %v", o.Default)
			continue
		}
		if fmt.Sprintf("%T", value) != fmt.Sprintf("%T", o.Default) {
			v.report(at, "%v is a %T, want a %T", value, value, o.Default)
			continue
		}
		switch value := value.(type) {
		case string:
			if len(o.Values) > 0 && !slices.Contains(o.Values, value) {
				v.report(at, "%q, want one of %s%s", abbreviate(value), strings.Join(o.Values, ", "), didYouMean(Nearest(value, o.Values)))
			}
		case int:
			if o.Min != 0 || o.Max != 0 {
				within(v, at, float64(value), o.Min, o.Max)
			}
		case float64:
			if o.Min != 0 || o.Max != 0 {
				within(v, at, value, o.Min, o.Max)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if kind.option(name) == nil {
			v.unknown(join(path, name), "key", name, kind.optionNames())
		}
	}
}

func (v *validator) sweep() {
	points, paths := 1, map[string]string{}
	for _, axis := range v.s.Sweep {
		at, path := join("sweep", axis.Key), canonical(axis.Key, v.kinds)
		switch path {
		case "name", "seed", "repeat", "sweep":
			v.report(at, "%s cannot be swept; repeat runs several seeds", path)
		}
		if other, seen := paths[path]; seen {
			v.report(at, "stands for the same value as %s", other)
		}
		paths[path] = axis.Key
		if len(axis.Values) == 0 && !v.draft.failed[at] {
			v.report(at, "no values, want at least one")
		}
		seen := map[any]bool{}
		for i, value := range axis.Values {
			if seen[pointValue(value)] {
				v.report(join(at, fmt.Sprint(i)), "%s is given twice", abbreviate(value))
			}
			seen[pointValue(value)] = true
		}
		if points <= MaxPoints {
			points *= max(1, len(axis.Values))
		}
	}
	if points > MaxPoints {
		v.report("sweep", "more than %d points", MaxPoints)
	}
}

func (v *validator) expect() {
	for i, text := range v.s.Expect {
		at := pathOf("expect", i)
		e, err := ParseExpect(text)
		if err != nil {
			v.report(at, "%v", err)
			continue
		}
		for _, side := range []Operand{e.Left, e.Right} {
			if side.Architecture != "" && findKind(v.kinds, side.Architecture) == nil {
				v.unknown(at, "architecture", side.Architecture, kindNames(v.kinds))
			}
			if link, _, ok := LinkField(side.Field); ok && !slices.Contains(v.s.Network.Shared.names(), link) {
				v.unknown(at, "shared link", link, v.s.Network.Shared.names())
			}
		}
	}
}
