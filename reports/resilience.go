package reports

import (
	"fmt"
	"slices"
	"strings"

	"versus/sim/measure"
)

// faulty says that the scenario has faults, or that some were recorded.
func (v *view) faulty() bool {
	return v.result.Scenario != nil && v.result.Scenario.HasFaults() ||
		slices.ContainsFunc(v.result.Trials, func(t measure.Trial) bool { return len(t.Faults) > 0 })
}

// rows are the metrics of a point's table, with those of cost where there are
// prices, and those of resilience where there were faults.
func (v *view) rows(p point) []metric {
	all := metrics(v.allAtOnce(p), v.sharedLinks()...)
	if at := slices.IndexFunc(all, func(m metric) bool { return m.name == peersShare().name }); at >= 0 {
		all = slices.Insert(all, at+1, v.costRows()...)
	}
	if !v.faulty() {
		return all
	}
	at := slices.IndexFunc(all, func(m metric) bool { return m.name == wall().name })
	return slices.Insert(all, at, resilience()...)
}

// resilience are the metrics that faults bring.
func resilience() []metric {
	return []metric{
		{name: "success rate", lowIsBad: true, fine: true, get: func(t *measure.Trial) *float64 { return t.Summary.SuccessRate }},
		{name: "requests down for good", count: true, optional: true, get: downForGood},
		inflation(),
		{name: "time to detect p50", kind: seconds, optional: true, get: func(t *measure.Trial) *float64 { return t.Summary.DetectS.P50 }},
		{name: "time to detect max", kind: seconds, optional: true, get: func(t *measure.Trial) *float64 { return t.Summary.DetectS.Max }},
		recovery(),
		{name: "availability", lowIsBad: true, fine: true, get: func(t *measure.Trial) *float64 { return t.Summary.Availability }},
		{name: "longest stall p50", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.StallS.P50 }},
		{name: "longest stall max", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.StallS.Max }},
		{name: "bans", count: true, optional: true, get: ifAnyBan(func(s *measure.Summary) int { return s.Banned })},
		{name: "bans of honest nodes", count: true, optional: true, get: ifAnyBan(func(s *measure.Summary) int { return s.BannedHonest })},
	}
}

func inflation() metric {
	return metric{name: "inflation by faults", fine: true, get: func(t *measure.Trial) *float64 { return t.Summary.Inflation }}
}

func recovery() metric {
	return metric{name: "time to recover", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.RecoverS }}
}

// downForGood counts the requests whose node a fault took away; nil if there is
// none.
func downForGood(t *measure.Trial) *float64 {
	n := 0
	for i := range t.Requests {
		if t.Requests[i].Outcome == measure.Down {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return ptr(float64(n))
}

// ifAnyBan is undefined in a trial without corruption and without bans.
func ifAnyBan(get func(*measure.Summary) int) func(*measure.Trial) *float64 {
	return func(t *measure.Trial) *float64 {
		corrupt := slices.ContainsFunc(t.Faults, func(f measure.Fault) bool { return f.Action == "corrupt" })
		if !corrupt && t.Summary.Banned == 0 {
			return nil
		}
		return ptr(float64(get(&t.Summary)))
	}
}

// sameRequests says whether the cells, which have the same seeds, completed the
// same requests.
func sameRequests(cells []cell) bool {
	for i := range cells[0].trials {
		for _, c := range cells[1:] {
			if !slices.Equal(completedIDs(cells[0].trials[i]), completedIDs(c.trials[i])) {
				return false
			}
		}
	}
	return true
}

func completedIDs(t *measure.Trial) (ids []int) {
	for _, r := range t.Requests {
		if r.Outcome == measure.Complete {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// inflationSentence says what faults cost each architecture of which that is
// known; empty without baselines.
func inflationSentence(cells []cell) string {
	var parts []string
	fewer := false
	for _, c := range cells {
		f := inflation().over(c.trials)
		if !f.defined() {
			continue
		}
		s := fmt.Sprintf("%s %s", c.arch, times(f.mid))
		if len(parts) == 0 {
			s = fmt.Sprintf("%s took %s", c.arch, times(f.mid))
		}
		parts = append(parts, s)
		fewer = fewer || f.mid < 1 && success(c) < 1
	}
	if len(parts) == 0 {
		return ""
	}
	why := ""
	if fewer {
		why = ": fewer requests were left to serve"
	}
	return fmt.Sprintf("With the faults, %s as long as without%s.", list(parts), why)
}

// brokenBaselines names baselines that could not be measured, with the reason.
func (v *view) brokenBaselines() (failed, missing []string) {
	for i := range v.result.Baselines {
		if t := &v.result.Baselines[i]; t.Error != nil {
			reason, _, _ := strings.Cut(strings.TrimSpace(*t.Error), "\n")
			failed = append(failed, fmt.Sprintf("%s, without faults: %s", trialName(v, t.TrialKey), reason))
		}
	}
	for _, k := range v.result.MissingBaselines {
		missing = append(missing, trialName(v, k)+", without faults")
	}
	return failed, missing
}
