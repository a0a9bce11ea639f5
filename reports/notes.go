package reports

import (
	"fmt"
	"slices"
	"strings"

	"versus/sim/measure"
)

// legend explains how to read the tables.
func (v *view) legend() []string {
	var out []string
	var all []cell
	for _, p := range v.points {
		all = append(all, p.measured()...)
	}
	seeds := seedsOf(all)
	if len(seeds) == 0 {
		return nil
	}
	line := upper(seedText(seeds)) + ". " + v.repeatsNote(all)
	if len(v.points) > 1 {
		line += " done: share of requests completed, 0 to 1. CSV has every figure of every trial."
	} else if cells := v.points[0].measured(); len(cells) == 2 {
		line += fmt.Sprintf(" ratio: %s / %s", cells[1].arch, cells[0].arch)
		if unequal(cells) {
			line += ", with the seeds that both have"
		}
		line += "."
	}
	if v.anyUndefined(all) {
		line += " -: undefined, for instance because a request did not finish."
	}
	if s := v.pairedNote(); s != "" {
		line += " " + s
	}
	out = append(out, line)
	if s := v.priceText(); s != "" {
		out = append(out, s)
	}
	if v.loopback() {
		out = append(out, "network: loopback. Real sockets of this machine: links were not shaped, so that the scenario's rates and delays did not apply. Compare these figures neither with bounds nor with simulated runs.")
	}
	return out
}

func (v *view) anyUndefined(cells []cell) bool {
	return slices.ContainsFunc(cells, func(c cell) bool { return !makespan().over(c.trials).defined() })
}

func (v *view) loopback() bool {
	return slices.ContainsFunc(v.result.Trials, func(t measure.Trial) bool { return t.Network == "loopback" })
}

// warnings returns what puts the figures in doubt, each thing once.
func (v *view) warnings() []string {
	var out []string
	if s := v.securityWarning(); s != "" {
		out = append(out, s)
	}
	out = append(out, v.repeatWarnings()...)
	var order []string
	seen := map[string]int{}
	where := map[string][]string{}
	note := func(t *measure.Trial, s string) {
		s = strings.Join(strings.Fields(plainText(s)), " ")
		if seen[s] == 0 {
			order = append(order, s)
		}
		seen[s]++
		if !slices.Contains(where[s], t.Architecture) {
			where[s] = append(where[s], t.Architecture)
		}
	}
	for _, p := range v.points {
		for _, c := range p.cells {
			for _, t := range c.trials {
				if r := overBound().get(t); r != nil && *r < 1 && t.Network != "loopback" {
					note(t, "the makespan is below its lower bound: this measurement is wrong")
				}
			}
			for _, t := range slices.Concat(c.trials, c.failed) {
				for _, w := range t.Warnings {
					note(t, w)
				}
			}
		}
	}
	for _, s := range order {
		by := list(where[s])
		if seen[s] > len(where[s]) {
			by += fmt.Sprintf(", %s", count(seen[s], "trial"))
		}
		out = append(out, fmt.Sprintf("%s (%s)", s, by))
	}
	return out
}

// securityWarning says when only some of the compared architectures encrypt,
// because then more than the architecture differs, and when one ran without the
// encryption that it always has outside the lab.
func (v *view) securityWarning() string {
	if v.result.Scenario == nil {
		return ""
	}
	var with, without []string
	plaintext := ""
	for _, a := range v.result.Scenario.Architectures {
		if !slices.Contains(v.archs, a.Name) {
			continue
		}
		security, ok := a.Options["security"].(string)
		switch {
		case !ok || security == "":
		case security == "none", security == "plaintext":
			without = append(without, fmt.Sprintf("%s (security: %s)", a.Name, security))
			if security == "plaintext" {
				plaintext = a.Name + " ran without encryption (security: plaintext), unlike such a network outside the lab"
			}
		default:
			with = append(with, fmt.Sprintf("%s (security: %s)", a.Name, security))
		}
	}
	if len(with) == 0 || len(without) == 0 {
		return plaintext
	}
	verb := "encrypts"
	if len(with) > 1 {
		verb = "encrypt"
	}
	return fmt.Sprintf("only %s %s, %s not: the difference includes the cost of encryption", list(with), verb, list(without))
}

// most is how many of a kind of problem a report lists.
const most = 10

// failures names the trials that could not be measured, with the reason.
func (v *view) failures() []string {
	var out []string
	for _, p := range v.points {
		for _, c := range p.cells {
			for _, t := range c.failed {
				reason, _, _ := strings.Cut(strings.TrimSpace(*t.Error), "\n")
				out = append(out, fmt.Sprintf("%s: %s", trialName(v, t.TrialKey), reason))
			}
		}
	}
	failed, _ := v.brokenBaselines()
	return shortened(append(out, failed...))
}

// missing names the trials that were planned and not run.
func (v *view) missing() []string {
	var out []string
	for _, p := range v.points {
		for _, c := range p.cells {
			for _, k := range c.missing {
				out = append(out, trialName(v, k))
			}
		}
	}
	_, missing := v.brokenBaselines()
	return shortened(append(out, missing...))
}

// unmet names the expectations that were not met.
func (v *view) unmet() []string {
	var out []string
	for _, e := range v.result.Expectations {
		if e.OK {
			continue
		}
		value := "is undefined"
		if e.Value != nil {
			value = "is " + number(*e.Value)
		}
		at := fmt.Sprintf("seed %d", e.Seed)
		if l := v.label(e.Point); l != "" {
			at += ", " + l
		}
		out = append(out, fmt.Sprintf("%s (%s): the left side %s", e.Text, at, value))
	}
	return shortened(out)
}

// met counts the expectations that were met.
func (v *view) met() (n, of int) {
	for _, e := range v.result.Expectations {
		if e.OK {
			n++
		}
	}
	return n, len(v.result.Expectations)
}

func trialName(v *view, k measure.TrialKey) string {
	s := fmt.Sprintf("%s, seed %d", k.Architecture, k.Seed)
	if l := v.label(k.Point); l != "" {
		s += ", " + l
	}
	return s
}

func shortened(lines []string) []string {
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], fmt.Sprintf("and %d more", len(lines)-most))
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
