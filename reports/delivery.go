package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"versus/sim/measure"
)

// delivery says how many requests an architecture completed, in what time, and
// what became of the others.
func (v *view) delivery(p point, c cell) string {
	completed, requested := requests(c.trials)
	if completed == 0 {
		return fmt.Sprintf("%s completed none of %s%s", c.arch, count(requested, "request"), v.shortfall(p, c))
	}
	if completed < requested {
		s := fmt.Sprintf("%s completed %d of %s%s", c.arch, completed, count(requested, "request"), v.shortfall(p, c))
		if span := makespan().over(c.trials); v.allAtOnce(p) && span.defined() {
			s += ", the last of them after " + with(seconds, span.mid) + medians(c.trials)
		}
		return s
	}
	s := fmt.Sprintf("%s completed all %s", c.arch, count(requested, "request"))
	if requested == 1 {
		s = c.arch + " completed the one request"
	}
	if span := makespan().over(c.trials); v.allAtOnce(p) && span.defined() {
		return s + " in " + with(seconds, span.mid) + medians(c.trials)
	}
	return s
}

// shortfall says in brackets why requests were not completed, and how much of
// the data was delivered all the same.
func (v *view) shortfall(p point, c cell) string {
	parts := v.unfinished(p, c.trials)
	if x, ok := v.deliveredShare(c.trials); ok {
		parts = append(parts, x+" of the data delivered")
	}
	if shares(c) && !slices.ContainsFunc(c.trials, func(t *measure.Trial) bool { return !pieceGone(t) }) {
		parts = append(parts, "some pieces were on no node that was left")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// unfinished counts the requests that were not completed, by the reason.
func (v *view) unfinished(p point, trials []*measure.Trial) []string {
	down, open := 0, 0
	for _, t := range trials {
		for i := range t.Requests {
			switch t.Requests[i].Outcome {
			case measure.Down:
				down++
			case measure.Incomplete:
				open++
			}
		}
	}
	var parts []string
	if down > 0 {
		parts = append(parts, fmt.Sprintf("%d ended with their nodes", down))
	}
	if s := v.result.Scenario; open > 0 && s != nil {
		limit := s.TimeLimit.String()
		if swept, ok := p.values["time_limit"]; ok {
			limit = pointValue(swept)
		}
		why := "not done by the time limit of " + limit
		if !s.Workload.Requests.Patience.IsZero() {
			why = "given up, or " + why
		}
		if completed, requested := requests(trials); open < requested || completed > 0 {
			why = fmt.Sprintf("%d %s", open, why)
		}
		parts = append(parts, why)
	}
	return parts
}

// deliveredShare is how much of the bytes that were asked for arrived, rounded
// down; not ok where that is unknown, or nothing is missing.
func (v *view) deliveredShare(trials []*measure.Trial) (string, bool) {
	var got, asked int64
	for _, t := range trials {
		d, ok := demandOf(v.result, t)
		if !ok || len(t.Timeline) == 0 {
			return "", false
		}
		got += t.Timeline[len(t.Timeline)-1].DeliveredBytes
		asked += d.total
	}
	if asked == 0 || got >= asked {
		return "", false
	}
	x := math.Floor(100 * float64(got) / float64(asked))
	switch {
	case got == 0:
		return "none", true
	case x < 1:
		return "less than 1%", true
	}
	return fmt.Sprintf("%.0f%%", x), true
}

// pieceGone says whether a piece of a requested file was on no node that was up
// at the end.
func pieceGone(t *measure.Trial) bool {
	if len(t.Timeline) == 0 {
		return false
	}
	n := t.Timeline[len(t.Timeline)-1].RarestCopies
	return n != nil && *n == 0
}

// originSentence says that the origin went for good, where it did so in every
// trial of the architectures that did not complete everything.
func originSentence(cells []cell) string {
	var in []string
	low, high, did := math.Inf(1), math.Inf(-1), ""
	for _, c := range cells {
		if success(c) == 1 {
			continue
		}
		in = append(in, c.arch)
		for _, t := range c.trials {
			at, how, ok := originLost(t)
			if !ok || did != "" && how != did {
				return ""
			}
			low, high, did = min(low, at), max(high, at), how
		}
	}
	if did == "" {
		return ""
	}
	when := "after " + with(seconds, low)
	if high > low {
		when = fmt.Sprintf("between %s and %s", with(seconds, low), with(seconds, high))
	}
	s := fmt.Sprintf("the origin %s %s and did not come back.", did, when)
	if len(in) < len(cells) && !slices.ContainsFunc(cells, func(c cell) bool { return !lostAt(c, low, high) }) {
		in = names(cells) // the others met the same, and went on
	}
	if len(in) < len(cells) {
		s = fmt.Sprintf("in %s %s", list(in), s)
	}
	return upper(s)
}

// lostAt says whether every trial lost its origin within the time.
func lostAt(c cell, low, high float64) bool {
	return !slices.ContainsFunc(c.trials, func(t *measure.Trial) bool {
		at, _, ok := originLost(t)
		return !ok || at < low || at > high
	})
}

// originLost says when, in seconds, and how the origin went for good; not ok if
// it was up at the end.
func originLost(t *measure.Trial) (at float64, how string, ok bool) {
	verbs := map[string]string{"kill": "died", "poweroff": "lost power", "leave": "left"}
	for _, f := range t.Faults {
		if f.Target != "origin" {
			continue
		}
		if did, goes := verbs[f.Action]; goes && !ok {
			at, how, ok = f.TS, did, true
		}
		if f.Action == "restart" {
			ok = false
		}
	}
	return at, how, ok
}

// meant says in brackets which faults a point's values change; empty where the
// keys tell that.
func (v *view) meant(p point) string {
	var parts []string
	for _, key := range v.keys {
		if _, has := p.values[key]; !has {
			continue
		}
		if fault := v.faultOf(key); fault != "" && !slices.Contains(parts, fault) {
			parts = append(parts, fault)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + list(parts) + ")"
}

// faultOf says what the fault does that a key such as faults.0.at changes, for
// instance leave origin; empty where the key says so itself, as faults.0.kill
// does.
func (v *view) faultOf(key string) string {
	if v.result.Scenario == nil {
		return ""
	}
	for i, f := range v.result.Scenario.Faults {
		part, is := strings.CutPrefix(key, fmt.Sprintf("faults.%d.", i))
		if is && f.Action != "" && !strings.HasPrefix(part, f.Action) {
			return strings.TrimSpace(f.Action + " " + f.Nodes.String())
		}
	}
	return ""
}
