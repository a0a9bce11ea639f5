package soak

import (
	"fmt"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// Report is what became of one schedule.
type Report struct {
	Tally
	Violations []Violation                `json:"violations"`
	Events     map[string][]measure.Event `json:"events,omitempty"` // of the architectures with a violation
}

// Tally is what schedules amount to.
type Tally struct {
	Trials     int            `json:"trials"`
	Requests   int            `json:"requests"`
	Outcomes   map[string]int `json:"outcomes"`    // of requests
	Pieces     int            `json:"pieces"`      // verified
	Bans       int            `json:"bans"`        // pairs
	SimulatedS float64        `json:"simulated_s"` // virtual seconds, all trials together
	Faults     map[string]int `json:"faults"`      // orders that had an effect, by verb
}

// add adds another tally.
func (t *Tally) add(o Tally) {
	t.Trials += o.Trials
	t.Requests += o.Requests
	t.Pieces += o.Pieces
	t.Bans += o.Bans
	t.SimulatedS += o.SimulatedS
	t.Outcomes = sum(t.Outcomes, o.Outcomes)
	t.Faults = sum(t.Faults, o.Faults)
}

func sum(into, from map[string]int) map[string]int {
	if into == nil {
		into = map[string]int{}
	}
	for k, n := range from {
		into[k] += n
	}
	return into
}

// check runs every architecture of a schedule, one after the other. stuck is told
// of a trial that cannot be brought to an end.
func check(s *scenario.Scenario, kinds []Kind, stallAfter time.Duration, stuck func(Violation)) (*Report, error) {
	r := &Report{Violations: []Violation{}}
	for _, a := range s.Architectures {
		kind, err := find(kinds, a.Name)
		if err != nil {
			return nil, err
		}
		in, err := play(s, kind, stallAfter, func(reason string, stacks []byte) {
			stuck(Violation{Invariant: Stalled, Architecture: a.Name, Text: reason, Dump: string(stacks)})
		})
		if err != nil {
			return nil, fmt.Errorf("preparing %s: %w", a.Name, err)
		}
		r.add(in.tally())
		if len(in.found) > 0 {
			r.Violations = append(r.Violations, in.found...)
			if r.Events == nil {
				r.Events = map[string][]measure.Event{}
			}
			r.Events[a.Name] = in.events
		}
	}
	return r, nil
}

func find(kinds []Kind, name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, fmt.Errorf("there is no architecture %q", name)
}

func (in *inspection) tally() Tally {
	t := Tally{
		Trials: 1, Requests: len(in.trial.Requests), Outcomes: map[string]int{}, Pieces: len(in.seen.arrivals),
		Bans: in.trial.Summary.Banned, SimulatedS: in.trial.VirtualS, Faults: map[string]int{},
	}
	for _, r := range in.trial.Requests {
		t.Outcomes[r.Outcome]++
	}
	for _, o := range in.seen.orders {
		t.Faults[o.Verb]++
	}
	return t
}
