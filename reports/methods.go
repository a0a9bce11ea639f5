package reports

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"versus/sim/measure"
	"versus/sim/stats"
)

// Methods returns a paragraph for a methods section, made from the result: what
// measured, the scenario and its hash, the seeds and repeats, and how figures
// were condensed. It is empty for a result without a measured trial.
func Methods(r *measure.Result) string { return newView(r).methods() }

func (v *view) methods() string {
	var all []cell
	least, most := 0, 0
	for _, p := range v.points {
		for _, c := range p.measured() {
			all = append(all, c)
			if n := len(c.trials); least == 0 || n < least {
				least = n
			}
			most = max(most, len(c.trials))
		}
	}
	if len(all) == 0 {
		return ""
	}
	version := v.result.Build.Version
	if version == "" {
		version = "of an unknown version"
	}
	network := "on a simulated network in virtual time"
	if v.loopback() {
		network = "over the loopback interface in real time, links not shaped"
	}
	s := fmt.Sprintf("Measurements were made with Versus %s%s %s: scenario %s%s, %s",
		version, v.stack(), network, v.name(), v.hash(), seedText(seedsOf(all)))
	n := fmt.Sprintf("n = %d", most)
	if least < most {
		n = fmt.Sprintf("n = %d to %d", least, most)
	}
	per := "trials"
	if most == 1 {
		per = "trial"
	}
	s += fmt.Sprintf(" (%s %s for each architecture", n, per)
	if len(v.points) > 1 {
		s += fmt.Sprintf(" at each of %d sweep points", len(v.points))
	}
	s += ")."
	if len(v.archs) > 1 {
		s += " Trials of different architectures are paired: with the same seed they saw the same files, requests and links."
	}
	if most > 1 {
		s += fmt.Sprintf(" Figures are medians over seeds; intervals are %g%% confidence intervals of the mean, %s.", confidence*100, intervalMethods(least, most))
		if len(v.archs) > 1 {
			s += " Differences between architectures are per seed, with Student's paired t interval and Cohen's d_z."
		}
	}
	return s + " Quantiles follow definition 7 of Hyndman and Fan (1996)."
}

func intervalMethods(least, most int) string {
	switch {
	case most < stats.BootstrapFrom:
		return "by " + stats.MethodT
	case least >= stats.BootstrapFrom:
		return "by " + stats.MethodBCa
	}
	return fmt.Sprintf("by %s below n = %d and %s from there", stats.MethodT, stats.BootstrapFrom, stats.MethodBCa)
}

// stack names the toolchain and the protocol stacks with their versions.
func (v *view) stack() string {
	var parts []string
	if g := v.result.Build.Go; g != "" {
		parts = append(parts, "Go "+strings.TrimPrefix(g, "go"))
	}
	for _, module := range slices.Sorted(maps.Keys(v.result.Build.Modules)) {
		name := path.Base(module)
		if strings.HasPrefix(name, "v") && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(module)) // the major version is no name
		}
		parts = append(parts, name+" "+v.result.Build.Modules[module])
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (v *view) hash() string {
	h := v.result.ScenarioSHA256
	if h == "" {
		return ""
	}
	return " (SHA-256 " + h[:min(16, len(h))] + ")"
}
