package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"versus/sim/measure"
)

// occurrence is what a fault did at one instant.
type occurrence struct {
	at                    float64
	action, detail, cause string
	targets               []string
	detect, recover       *float64 // the longest of its targets
}

// occurrences groups a trial's faults by instant, action and cause.
func occurrences(t *measure.Trial) []*occurrence {
	var out []*occurrence
	for _, f := range t.Faults {
		var o *occurrence
		for i := len(out) - 1; i >= 0 && out[i].at == f.TS; i-- {
			if out[i].action == f.Action && out[i].cause == f.Cause && out[i].detail == f.Detail {
				o = out[i]
				break
			}
		}
		if o == nil {
			o = &occurrence{at: f.TS, action: f.Action, detail: f.Detail, cause: f.Cause}
			out = append(out, o)
		}
		o.targets = append(o.targets, f.Target)
		o.detect, o.recover = longer(o.detect, f.DetectS), longer(o.recover, f.RecoverS)
	}
	return out
}

func longer(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// what says what was done, without when and what came of it.
func (o *occurrence) what() string {
	const shown = 3
	targets := strings.Join(o.targets, ", ")
	if n := len(o.targets); n > shown+1 {
		targets = fmt.Sprintf("%s and %d more", strings.Join(o.targets[:shown], ", "), n-shown)
	}
	s := o.action + " " + targets
	if o.detail != "" {
		s += " (" + o.detail + ")"
	}
	return s
}

// effect says what came of it; empty if that is not known.
func (o *occurrence) effect() string {
	var parts []string
	if o.detect != nil {
		parts = append(parts, "noticed after "+with(seconds, *o.detect))
	}
	switch {
	case o.recover != nil && *o.recover == 0:
		parts = append(parts, "not slowed")
	case o.recover != nil:
		parts = append(parts, "recovered after "+with(seconds, *o.recover))
	}
	return strings.Join(parts, ", ")
}

// incident is one line of the list of faults: what happened in one or more
// architectures.
type incident struct {
	what string
	in   []string      // architectures
	of   []*occurrence // in each
}

// faults lists what happened in the first seed's trials of the point that stands
// for all: once for all architectures where it was the same.
func (v *view) faults() (head string, lines []string) {
	p, ok := v.focus()
	if !ok || !v.faulty() {
		return "", nil
	}
	cells := p.measured()
	first := cells[0].trials[0].Seed
	head = fmt.Sprintf("Faults with seed %d", first)
	if p.label != "" {
		head += ", at " + p.label
	}
	var all []*incident
	ran := 0
	for _, c := range cells {
		if t := c.trials[0]; t.Seed == first {
			all = join(all, c.arch, occurrences(t))
			ran++
		}
	}
	slices.SortStableFunc(all, func(a, b *incident) int { return cmp.Compare(a.of[0].at, b.of[0].at) })
	for _, i := range all {
		lines = append(lines, i.line(ran))
	}
	if len(lines) == 0 {
		return head, []string{"none had an effect"}
	}
	return head, shortened(lines)
}

// join adds an architecture's occurrences to what happened in others: to what
// happened there at the same instant, else to the same thing at another one, as
// conditions have it.
func join(all []*incident, arch string, os []*occurrence) []*incident {
	for _, exact := range []bool{true, false} {
		os = slices.DeleteFunc(os, func(o *occurrence) bool {
			i := slices.IndexFunc(all, func(i *incident) bool {
				return i.what == o.what() && !slices.Contains(i.in, arch) && (!exact || i.of[0].at == o.at)
			})
			if i >= 0 {
				all[i].in, all[i].of = append(all[i].in, arch), append(all[i].of, o)
			}
			return i >= 0
		})
	}
	for _, o := range os {
		all = append(all, &incident{what: o.what(), in: []string{arch}, of: []*occurrence{o}})
	}
	return all
}

// line writes the incident; ran architectures could have met it.
func (i *incident) line(ran int) string {
	same := !slices.ContainsFunc(i.of, func(o *occurrence) bool { return o.at != i.of[0].at })
	s := i.what
	if same {
		s = with(seconds, i.of[0].at) + " " + s
	}
	if len(i.in) < ran {
		s += ", in " + list(i.in) + " only"
	}
	var effects []string
	for n, o := range i.of {
		e := o.effect()
		if !same {
			e = strings.TrimSuffix("at "+with(seconds, o.at)+", "+e, ", ")
		}
		if e != "" {
			effects = append(effects, i.in[n]+" "+e)
		}
	}
	if len(effects) > 0 {
		s += ": " + strings.Join(effects, "; ")
	}
	return s
}
