package soak

import (
	"context"
	"fmt"
	"slices"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Invariants, by the name that a violation has. docs/soak.md says what each is.
const (
	Crashed   = "crash"
	Stalled   = "stall"
	Measured  = "measured"
	RightFile = "right-file"
	Outcome   = "outcome"
	Reachable = "reachable"
	Honest    = "honest"
	Strikes   = "strikes"
	Selfish   = "selfish"
	Once      = "once"
	Counters  = "counters"
	Inverses  = "inverses"
	Nothing   = "nothing-left"
)

// Violation is one thing that must not be.
type Violation struct {
	Invariant    string `json:"invariant"`
	Architecture string `json:"architecture"`
	Text         string `json:"text"`
	// Dump holds the stacks of goroutines; empty where they say nothing.
	Dump string `json:"dump,omitempty"`
}

func (v Violation) String() string { return v.Architecture + ": " + v.Invariant + ": " + v.Text }

// inspection is one trial that is over, and what is wrong with it.
type inspection struct {
	spec   *trial.Spec
	traits Traits
	trial  *measure.Trial
	events []measure.Event
	seen   *witness
	end    *world // when the last request had ended
	found  []Violation
}

// wrong notes a violation. The first of each invariant counts: others are often
// its consequences.
func (in *inspection) wrong(invariant, format string, args ...any) {
	if slices.ContainsFunc(in.found, func(v Violation) bool { return v.Invariant == invariant }) {
		return
	}
	in.found = append(in.found, Violation{Invariant: invariant, Architecture: in.spec.Key.Architecture, Text: fmt.Sprintf(format, args...)})
}

// play runs one architecture through a schedule and inspects it.
func play(s *scenario.Scenario, kind Kind, stallAfter time.Duration, stuck func(string, []byte)) (*inspection, error) {
	var loader workload.Loader
	manifests, err := loader.Manifests(context.Background(), s.Workload, s.Seed)
	if err != nil {
		return nil, err
	}
	content, err := workload.Open(s.Workload, s.Seed, manifests)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	requests, err := requestsOf(s)
	if err != nil {
		return nil, err
	}
	options := s.Architecture(kind.Name).Options
	in := &inspection{traits: kind.traits(options), seen: &witness{}, spec: &trial.Spec{
		Key:     measure.TrialKey{Architecture: kind.Name, Seed: s.Seed, Point: map[string]any{}},
		Network: trial.Virtual, Scenario: s, Nodes: workload.Population(s, requests), Requests: requests,
		Content: content, Kind: kind.Kind, Options: options,
		StallAfter: stallAfter, Stuck: stuck,
	}}
	in.spec.Witness = in.seen
	in.trial, in.events = trial.Run(*in.spec)
	in.end = fold(in.spec.Nodes, in.seen.orders, in.ended())
	in.inspect()
	return in, nil
}

// ended is when the last request had.
func (in *inspection) ended() time.Duration { return seconds(in.trial.VirtualS) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (in *inspection) inspect() {
	if in.trial.Error != nil {
		in.wrong(Measured, "%s", *in.trial.Error)
	}
	if in.seen.remains == nil {
		return
	}
	for _, stack := range in.seen.remains.Late {
		if len(in.found) > 0 {
			in.found[0].Dump += stack + "\n\n"
		}
	}
	in.nothingLeft()
	in.rightFiles()
	if in.trial.Error != nil {
		return // the rest is about figures that were withdrawn
	}
	in.outcomes()
	in.reachable()
	in.bans()
	in.selfish()
	in.counters()
	in.inverses()
}

// nothingLeft: no goroutine, connection, listener or event outlives the trial.
func (in *inspection) nothingLeft() {
	r := in.seen.remains
	if r.Bench != nil && !r.Bench.Nothing() {
		in.wrong(Nothing, "on the network: %s", r.Bench)
	}
	if len(r.Goroutines) > 0 {
		in.wrong(Nothing, "%d goroutines", len(r.Goroutines))
		if v := &in.found[len(in.found)-1]; v.Invariant == Nothing {
			for _, stack := range r.Goroutines {
				v.Dump += stack + "\n\n"
			}
		}
	}
}

// rightFiles: what every node holds is what was published, byte by byte.
func (in *inspection) rightFiles() {
	for _, n := range in.spec.Nodes {
		if err := in.seen.remains.Stores[n.Name].Audit(); err != nil {
			in.wrong(RightFile, "%v", err)
		}
	}
}
