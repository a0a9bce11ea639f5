package measure

import "strings"

// aboutFaults says that a key of a sweep changes the faults alone.
func aboutFaults(key string) bool { return key == "faults" || strings.HasPrefix(key, "faults.") }

// Baseline returns the key of the trial without faults that this one is compared
// with: trials that differ in their faults alone share one.
func (k TrialKey) Baseline() TrialKey {
	plain := map[string]any{}
	for key, value := range k.Point {
		if !aboutFaults(key) {
			plain[key] = value
		}
	}
	k.Point = plain
	return k
}

// Baseline returns the trial without faults that t is compared with, or nil.
func (r *Result) Baseline(t *Trial) *Trial {
	id := t.TrialKey.Baseline().ID()
	for i := range r.Baselines {
		if r.Baselines[i].ID() == id {
			return &r.Baselines[i]
		}
	}
	return nil
}

// Inflate computes the inflation of every trial that has a baseline.
func (r *Result) Inflate() {
	baselines := map[string]*Trial{}
	for i := range r.Baselines {
		baselines[r.Baselines[i].ID()] = &r.Baselines[i]
	}
	for i := range r.Trials {
		t := &r.Trials[i]
		t.Summary.Inflation = inflation(t, baselines[t.TrialKey.Baseline().ID()])
	}
}

// inflation is the last completion of the requests that are complete in both
// trials over that in the baseline; nil if there is none, or if one of the two
// was not measured.
func inflation(t, base *Trial) *float64 {
	if base == nil || t.Error != nil || base.Error != nil {
		return nil
	}
	finished := make(map[int]float64, len(base.Requests))
	for _, r := range base.Requests {
		if r.Outcome == Complete && r.FinishedS != nil {
			finished[r.ID] = *r.FinishedS
		}
	}
	var here, there float64
	for _, r := range t.Requests {
		before, ok := finished[r.ID]
		if ok && r.Outcome == Complete && r.FinishedS != nil {
			here, there = max(here, *r.FinishedS), max(there, before)
		}
	}
	return Finite(here / there)
}
