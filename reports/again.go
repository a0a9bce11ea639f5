package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// commands returns the command lines that measure the same again: from the
// result's folder, and the one that was typed.
func (v *view) commands() []Command {
	again := "versus run scenario.yaml"
	if v.loopback() {
		again += " --network loopback"
	}
	out := []Command{{again, "in the folder of this page: the scenario with every default filled, as it was run"}}
	if typed := v.typed(); typed != "" {
		out = append(out, Command{typed, "as it was typed"})
	}
	return out
}

// typed is the command that was recorded, without the flags that name its
// folder, which must not be used again.
func (v *view) typed() string {
	var words []string
	args := v.result.Command
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--out":
			i++ // and its value
		case strings.HasPrefix(a, "--out="), a == "--resume":
		default:
			words = append(words, quoted(a))
		}
	}
	return strings.Join(words, " ")
}

// quoted writes a word so that a POSIX shell reads it as one.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// build says what measured, where and when.
func (v *view) build() []Fact {
	r := v.result
	var out []Fact
	add := func(name, text string) {
		if text != "" {
			out = append(out, Fact{name, text})
		}
	}
	add("Measured", r.StartedAt)
	add("Versus", r.Build.Version)
	add("Go", r.Build.Go)
	for _, m := range slices.Sorted(maps.Keys(r.Build.Modules)) {
		add(m, r.Build.Modules[m])
	}
	if r.Host.OS != "" {
		add("Machine", fmt.Sprintf("%s/%s, %s", r.Host.OS, r.Host.Arch, count(r.Host.CPUs, "processor")))
	}
	add("SHA-256 of the scenario", r.ScenarioSHA256)
	for _, in := range r.Inputs {
		add("Input "+in.Path, fmt.Sprintf("%d bytes, SHA-256 %s", in.SizeBytes, in.SHA256))
	}
	return out
}
