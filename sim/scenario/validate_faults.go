package scenario

import (
	"path/filepath"
	"slices"
	"strings"
)

func (v *validator) faults() {
	if len(v.s.Faults) > MaxFaults {
		v.report("faults", "%d entries is above %d", len(v.s.Faults), MaxFaults)
		return
	}
	for i, f := range v.s.Faults {
		v.fault(pathOf("faults", i), f)
	}
	if len(v.s.Faults) == 0 {
		return
	}
	for i, g := range v.s.Network.Peers {
		if g.Name == All || slices.Contains(Roles(), g.Name) {
			v.report(pathOf("network.peers", i, "name"), "%q is reserved where there are faults", g.Name)
		}
	}
}

func (v *validator) fault(path string, f Fault) {
	var kinds []string
	if f.Action != "" {
		kinds = append(kinds, f.Action)
	}
	if f.Churn != nil {
		kinds = append(kinds, "churn")
	}
	if f.Script != "" {
		kinds = append(kinds, "script")
	}
	switch {
	case len(kinds) == 0 && v.draft.given(join(path, "script")):
		v.report(join(path, "script"), "empty, want the path of a Starlark file")
		return
	case len(kinds) == 0 && v.failedIn(path):
		return // an action that is misspelt, most likely
	case len(kinds) == 0:
		v.report(path, "no action, want one of %s, churn, script", strings.Join(Actions(), ", "))
		return
	case len(kinds) > 1:
		v.report(join(path, kinds[len(kinds)-1]), "given beside %s, want one of them in an entry", kinds[0])
		return
	}
	v.occurrences(path, f, kinds[0])
	switch {
	case f.Churn != nil:
		v.churn(join(path, "churn"), *f.Churn)
	case f.Script != "":
		v.absolute(join(path, "script"), f.Script)
		within(v, join(path, "tick"), f.Tick, MinOccurrence, MaxTimeLimit)
	default:
		v.action(join(path, f.Action), f)
	}
}

// failedIn says that a key of the mapping at path has a problem.
func (v *validator) failedIn(path string) bool {
	for at := range v.draft.failed {
		if strings.HasPrefix(at, path+".") {
			return true
		}
	}
	return false
}

// occurrences checks when a fault happens and how long it lasts.
func (v *validator) occurrences(path string, f Fault, kind string) {
	var triggers []string
	for _, t := range []struct {
		key string
		set bool
	}{{"at", !f.At.IsZero()}, {"every", !f.Every.IsZero()}, {"when", len(f.When) > 0}} {
		if t.set || v.draft.given(join(path, t.key)) {
			triggers = append(triggers, t.key)
		}
	}
	acts := f.Action != ""
	switch {
	case !acts && len(triggers) > 0:
		v.report(join(path, triggers[0]), "not used by %s, only by an action", kind)
	case acts && len(triggers) == 0:
		v.report(path, "no time, want one of at, every, when")
	case len(triggers) > 1:
		v.report(join(path, triggers[1]), "given beside %s, want one of them", triggers[0])
	default:
		v.trigger(path, f)
	}
	v.window(path, f, kind)
	at := join(path, "for")
	switch {
	case f.For.IsZero():
	case Inverse(f.Action) == "":
		v.report(at, "not used by %s, which has nothing to end", kind)
	default:
		v.distribution(at, f.For)
	}
	if at := join(path, "tick"); f.Script == "" && (f.Tick != 0 || v.draft.given(at)) {
		v.report(at, "not used by %s, only by script", kind)
	}
}

// trigger checks the one that is given.
func (v *validator) trigger(path string, f Fault) {
	switch {
	case !f.At.IsZero():
		at := join(path, "at")
		v.distribution(at, f.At)
		if f.At.Lasts() {
			v.report(at, "forever, which never comes")
		} else if f.At.Kind == Constant && v.tooLate(f.At.Value) {
			v.report(at, "%v is not below the time limit %v", f.At.Value, v.s.TimeLimit)
		}
	case !f.Every.IsZero():
		at := join(path, "every")
		v.distribution(at, f.Every)
		if f.Every.Lasts() {
			v.report(at, "forever, which never comes")
		} else if f.Every.Kind == Constant {
			within(v, at, f.Every.Value, MinOccurrence, MaxTimeLimit)
		}
	}
}

// window checks from and until.
func (v *validator) window(path string, f Fault, kind string) {
	repeats := !f.Every.IsZero() || f.Churn != nil && f.Churn.Trace == ""
	for _, w := range []struct {
		key   string
		value Duration
	}{{"from", f.From}, {"until", f.Until}} {
		at := join(path, w.key)
		switch given := w.value != 0 || v.draft.given(at); {
		case given && !repeats:
			v.report(at, "not used by %s here, only with every or by churn that is drawn", kind)
		case given && v.tooLate(w.value):
			v.report(at, "%v is not below the time limit %v", w.value, v.s.TimeLimit)
		case given && w.key == "until" && w.value <= f.From:
			v.report(at, "%v is not above %v, where it begins", w.value, f.From)
		}
	}
}

// tooLate says that a trial has ended at t; a time limit that is wrong itself
// ends nothing.
func (v *validator) tooLate(t Duration) bool { return v.s.TimeLimit > 0 && t >= v.s.TimeLimit }

// absolute checks the path of one file.
func (v *validator) absolute(path, file string) {
	if !filepath.IsAbs(file) {
		v.report(path, "%q is not absolute", abbreviate(file))
	}
}

func (v *validator) churn(path string, c Churn) {
	v.choice(join(path, "by"), "way to go", c.By, Kill, PowerOff, Leave)
	within(v, join(path, "warmup"), c.Warmup, 0, MaxSpan)
	if trace := join(path, "trace"); c.Trace != "" || v.draft.given(trace) {
		if c.Trace == "" {
			v.report(trace, "empty, want the path of a CSV file")
		} else {
			v.absolute(trace, c.Trace)
		}
		if c.Nodes != nil {
			v.churners(join(path, "nodes"), c.Nodes)
		}
		for _, other := range []struct {
			key string
			set bool
		}{{"preset", c.Preset != ""}, {"session", !c.Session.IsZero()}, {"downtime", !c.Downtime.IsZero()}, {"warmup", c.Warmup != 0}} {
			if other.set {
				v.report(join(path, other.key), "given beside trace, which says when nodes are there")
			}
		}
		return
	}
	v.churners(join(path, "nodes"), c.Nodes)
	if _, ok := churnPreset(c.Preset); !ok && (c.Preset != "" || v.draft.given(join(path, "preset"))) {
		v.unknown(join(path, "preset"), "preset", c.Preset, churnPresetNames())
		return
	}
	for _, span := range []struct {
		key   string
		value Distribution
	}{{"session", c.Session}, {"downtime", c.Downtime}} {
		at := join(path, span.key)
		switch {
		case span.value.IsZero() && c.Preset != "":
			v.report(at, "missing, the study behind the preset %s gives none; want a distribution such as {exponential: {mean: 10m}}, or forever", c.Preset)
		case span.value.IsZero():
			v.report(at, "missing, want a distribution such as {exponential: {mean: 10m}}, or a preset, one of %s", strings.Join(churnPresetNames(), ", "))
		case c.Preset != "" && v.draft.places != nil && !v.draft.given(at):
			// the preset's own
		default:
			v.distribution(at, span.value)
		}
	}
}

// churners checks whom churn is about: chosen once, before the run.
func (v *validator) churners(path string, s Selection) {
	v.selection(path, s)
	if s.ByRole() {
		v.report(path, "%q selects by role, which depends on the run; churn is chosen before it", s.String())
	}
}

// action checks whom an action is done to, and how.
func (v *validator) action(path string, f Fault) {
	if !slices.Contains(Actions(), f.Action) {
		v.unknown(path, "action", f.Action, Actions())
		return
	}
	switch nodes := join(path, "nodes"); f.Action {
	case Partition, Heal, Disconnect:
		v.sides(path, f)
		return
	case Degrade:
		v.selection(nodes, f.Nodes)
		v.linkFault(path, f.Link)
	case Slow:
		v.selection(nodes, f.Nodes)
		if at := join(path, "factor"); v.draft.places != nil && !v.draft.given(at) {
			v.report(at, "missing, want a number such as 10")
		} else if within(v, at, f.Factor, 1, MaxFactor) && f.Factor == 1 {
			v.report(at, "1 is not above 1")
		}
	case Corrupt:
		v.selection(nodes, f.Nodes)
		if at := join(path, "share"); v.draft.places != nil && !v.draft.given(at) {
			v.report(at, "missing, want a share of the pieces, 0 to 1")
		} else {
			within(v, at, f.Share, 0, 1)
		}
	default:
		v.selection(path, f.Nodes)
	}
}

// linkFault checks what degrade sets, as a link's own values.
func (v *validator) linkFault(path string, f LinkFault) {
	if f == (LinkFault{}) {
		v.report(path, "changes nothing, want one of uplink, downlink, delay, jitter, loss")
	}
	check := func(key string, rate *Bandwidth) {
		if rate != nil {
			within(v, join(path, key), *rate, MinRate, MaxRate)
		}
	}
	check("uplink", f.Uplink)
	check("downlink", f.Downlink)
	if f.Delay != nil {
		within(v, join(path, "delay"), *f.Delay, 0, MaxDelay)
	}
	if f.Jitter != nil {
		within(v, join(path, "jitter"), *f.Jitter, 0, MaxDelay)
	}
	if at := join(path, "loss"); f.Loss != nil && within(v, at, *f.Loss, 0, 1) && *f.Loss == 1 {
		v.report(at, "1 is not below 1; partition loses everything")
	}
}

// sides checks those of a partition, of its end, and of a pair.
func (v *validator) sides(path string, f Fault) {
	at := func(i int) string {
		if f.OneWay {
			return join(path, []string{"from", "to"}[i])
		}
		if len(f.Sides) == 1 && v.draft.places != nil && !v.draft.given(pathOf(path, 0)) {
			return path
		}
		return pathOf(path, i)
	}
	switch {
	case f.Action == Disconnect && len(f.Sides) != 2:
		v.report(path, "%d ends, want a pair such as [home-1, origin]", len(f.Sides))
		return
	case f.OneWay && len(f.Sides) != 2:
		v.report(path, "%d sides one way, want from and to", len(f.Sides))
		return
	case len(f.Sides) == 0:
		v.report(path, "no side, want a selector, a list of two or more, or {from: A, to: B}")
		return
	case len(f.Sides) == 1 && f.Action == Partition && f.Sides[0].String() == All:
		v.report(at(0), "nobody is left on the other side of all")
		return
	}
	seen := map[string]bool{}
	for i, side := range f.Sides {
		v.selection(at(i), side)
		if f.Action != Disconnect && seen[side.String()] {
			v.report(at(i), "both sides are %s", side)
		}
		seen[side.String()] = true
	}
}

// selection checks that everybody who is selected is somebody.
func (v *validator) selection(path string, s Selection) {
	if len(s) == 0 {
		v.report(path, "missing, want a selector such as home-1, home, 30%% of peers or 3 of home")
		return
	}
	if len(s) > MaxSelectors {
		v.report(path, "%d selectors is above %d", len(s), MaxSelectors)
		return
	}
	for i, one := range s {
		at := path
		if len(s) > 1 {
			at = pathOf(path, i)
		}
		v.selector(at, one)
	}
}

func (v *validator) selector(path string, s Selector) {
	size, ok := v.sizeOf(s.Of)
	switch {
	case !ok:
		names := []string{NetworkPeers, Origin, All}
		for _, g := range v.s.Network.Peers {
			names = append(names, g.Name)
		}
		v.unknown(path, "node or group", s.Of, append(names, Roles()...))
	case s.Amount != Everyone && size == 1 && !v.group(s.Of):
		v.report(path, "%q takes a part of one node", s.String())
	case s.Amount == Some && s.Count > size && !v.s.BringsNodes():
		v.report(path, "%q is more than the %d there are", s.String(), size)
	}
}

// group says whether name stands for any number of nodes.
func (v *validator) group(name string) bool {
	return name == All || name == NetworkPeers ||
		slices.ContainsFunc(v.s.Network.Peers, func(g Group) bool { return g.Name == name })
}

// sizeOf returns how many nodes a name stands for.
func (v *validator) sizeOf(name string) (size int, ok bool) {
	switch name {
	case All:
		return 1 + v.s.TotalPeers(), true
	case NetworkPeers:
		return v.s.TotalPeers(), true
	case Origin:
		return 1, true
	}
	cut := strings.LastIndexByte(name, '-')
	for _, g := range v.s.Network.Peers {
		if g.Name == name {
			return g.Count, true
		}
		if cut > 0 && g.Name == name[:cut] {
			number, err := parseWhole(name[cut+1:])
			if err == nil && number >= 1 && (v.s.BringsNodes() || number <= g.Count) {
				return 1, true
			}
		}
	}
	return 0, false
}
