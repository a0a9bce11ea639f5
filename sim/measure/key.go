package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// ID returns the key as text: equal for equal keys, whether their points were
// made by a program (ints) or read back from JSON (floats).
func (k TrialKey) ID() string {
	point := k.Point
	if point == nil {
		point = map[string]any{}
	}
	b, err := json.Marshal(point) // sorts the keys
	if err != nil {
		// A point holds strings, bools and numbers only; a NaN is a bug.
		panic(fmt.Sprintf("trial key: point %v: %v", k.Point, err))
	}
	return fmt.Sprintf("%s|%d|%s", k.Architecture, k.Seed, b)
}

// FileName returns the key in a form fit for a file name: the architecture,
// the seed, and the values of the point.
func (k TrialKey) FileName() string {
	var b strings.Builder
	for _, c := range k.ID() {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
			b.WriteRune(c)
		case c == '|' || c == ':' || c == ',':
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-.")
	if len(name) > maxFileName {
		sum := sha256.Sum256([]byte(k.ID()))
		name = name[:maxFileName] + "-" + hex.EncodeToString(sum[:4])
	}
	return name
}

const maxFileName = 100 // characters, before a hash takes the rest

// Finite returns a pointer to x, or nil (undefined) for a NaN or an infinity.
func Finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// Normalize replaces nil slices and maps, which JSON would show as null, by
// empty ones.
func (t *Trial) Normalize() {
	t.TrialKey = t.TrialKey.normal()
	t.Requests = nonNil(t.Requests)
	t.Nodes = nonNil(t.Nodes)
	t.Links = nonNil(t.Links)
	t.Timeline = nonNil(t.Timeline)
	t.Faults = nonNil(t.Faults)
	t.Bans = nonNil(t.Bans)
	t.Warnings = nonNil(t.Warnings)
}

func (k TrialKey) normal() TrialKey {
	if k.Point == nil {
		k.Point = map[string]any{}
	}
	return k
}

func (r *Result) normalize() {
	r.Inputs = nonNil(r.Inputs)
	r.Command = nonNil(r.Command)
	r.Trials = nonNil(r.Trials)
	r.Missing = nonNil(r.Missing)
	r.Baselines = nonNil(r.Baselines)
	r.MissingBaselines = nonNil(r.MissingBaselines)
	r.Expectations = nonNil(r.Expectations)
	if r.Build.Modules == nil {
		r.Build.Modules = map[string]string{}
	}
	for i := range r.Trials {
		r.Trials[i].Normalize()
	}
	for i := range r.Baselines {
		r.Baselines[i].Normalize()
	}
	for _, missing := range [][]TrialKey{r.Missing, r.MissingBaselines} {
		for i := range missing {
			missing[i] = missing[i].normal()
		}
	}
	for i := range r.Expectations {
		if r.Expectations[i].Point == nil {
			r.Expectations[i].Point = map[string]any{}
		}
	}
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
