package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// mostMarked and mostLines are how many faults of a chart have names, and
// lines.
const (
	mostMarked = 10
	mostLines  = 30
)

// happening is one fault as a chart shows it: an action on some nodes at one
// instant, and when it was undone.
type happening struct {
	at, until float64 // seconds; until is not a number for what is not undone, infinite for what stays
	action    string
	targets   []string
	count     int
}

// lasts says whether an action that nobody undoes goes on for the eye: a dead
// node's own line says that, a cut cable has to be seen.
func lasts(action string) bool {
	switch action {
	case scenario.Kill, scenario.Leave, scenario.Wipe:
		return false
	}
	return scenario.Inverse(action) != ""
}

// happenings condenses the faults of a trial: those of one action at one
// instant that end together are one.
func happenings(faults []measure.Fault) []happening {
	undone := make([]float64, len(faults))
	undoes := make([]bool, len(faults))
	for i := range faults {
		undone[i] = math.NaN()
	}
	for i, f := range faults {
		by := scenario.Inverse(f.Action)
		for j := i + 1; j < len(faults); j++ {
			g := faults[j]
			if !undoes[j] && g.Target == f.Target && by != "" && g.Action == by {
				undone[i], undoes[j] = g.TS, true
				break
			}
		}
		if math.IsNaN(undone[i]) && lasts(f.Action) {
			undone[i] = math.Inf(1)
		}
	}
	type group struct {
		at, until string
		action    string
	}
	index := map[group]int{}
	var out []happening
	for i, f := range faults {
		if undoes[i] {
			continue
		}
		g := group{fmt.Sprintf("%.3f", f.TS), fmt.Sprintf("%.3f", undone[i]), f.Action}
		k, ok := index[g]
		if !ok {
			k = len(out)
			index[g] = k
			out = append(out, happening{at: f.TS, until: undone[i], action: f.Action})
		}
		out[k].targets = append(out[k].targets, f.Target)
		out[k].count++
	}
	return out
}

// name is what stands above the data.
func (h happening) name() string {
	if h.count == 1 {
		// The sides of a cut are written with a bar between them.
		return h.action + " " + strings.ReplaceAll(h.targets[0], "|", " from ")
	}
	return fmt.Sprintf("%s %d nodes", h.action, h.count)
}

// ended says whether it was undone.
func (h happening) ended() bool { return !math.IsNaN(h.until) && !math.IsInf(h.until, 0) }

// begins says whether two happenings began as one.
func (h happening) begins(o happening) bool {
	return h.action == o.action && h.count == o.count && math.Abs(h.at-o.at) < 0.01
}

// same says whether two happenings show as one.
func (h happening) same(o happening) bool {
	return h.begins(o) && (h.until == o.until || math.Abs(h.until-o.until) < 0.01 || math.IsNaN(h.until) && math.IsNaN(o.until))
}

// happened returns what happened to the network in the trials, in order of
// time, each once: architectures of one seed differ only in what depended on the
// run. Where seeds differ it is that of the first, and of says so.
func happened(cells []cell) (all []happening, of string) {
	bySeed := map[uint64][]happening{}
	for _, c := range cells {
		for _, t := range c.trials {
			for _, h := range happenings(t.Faults) {
				known := bySeed[t.Seed]
				switch i := slices.IndexFunc(known, h.begins); {
				case i < 0:
					bySeed[t.Seed] = append(known, h)
				case !known[i].ended() && h.ended():
					known[i] = h // the other trial was over before
				case h.ended() && !known[i].same(h):
					bySeed[t.Seed] = append(known, h)
				}
			}
		}
	}
	for i, seed := range seedsOf(cells) {
		each := bySeed[seed]
		slices.SortStableFunc(each, func(a, b happening) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.action, b.action)) })
		switch {
		case i == 0:
			all = each
		case !slices.EqualFunc(each, all, happening.same):
			of = fmt.Sprintf(" of seed %d", seedsOf(cells)[0])
		}
	}
	return all, of
}

// markFaults draws what happened to the network into a chart over time.
func (v *view) markFaults(l *plot.Lines, cells []cell, u unit) {
	all, of := happened(cells)
	if len(all) == 0 {
		return
	}
	named := len(all) <= mostMarked
	if len(all) <= mostLines {
		for _, h := range all {
			name := ""
			if named {
				name = h.name()
			}
			// Many shades would hide each other and the data.
			if math.IsNaN(h.until) || !named {
				l.Marks = append(l.Marks, plot.Mark{Name: name, X: h.at / u.worth, Common: true})
			} else {
				l.Spans = append(l.Spans, plot.Span{Name: name, From: h.at / u.worth, To: h.until / u.worth})
			}
		}
	}
	if !named {
		counts := map[string]int{}
		for _, h := range all {
			counts[h.action] += h.count
		}
		var words []string
		for action, n := range counts {
			words = append(words, fmt.Sprintf("%s %d", action, n))
		}
		slices.Sort(words)
		how := ", marked without names: "
		if len(all) > mostLines {
			how = ", too many to mark: "
		}
		l.Caption += " Faults" + of + how + strings.Join(words, ", ") + "."
		return
	}
	l.Caption += " Lines and shades: faults" + of + "."
}
