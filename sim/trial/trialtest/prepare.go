package trialtest

import (
	"context"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Prepare returns the trial of a scenario, which must be resolved and without a
// sweep, in one architecture with one seed, as sim/run would plan it, on the
// virtual network. Its content is open until close. An architecture that the
// scenario does not list gets no options; traces and scripts of faults are for
// the caller to read. Errors are those of reading files and traces of requests.
// It may be called by several goroutines.
func Prepare(s *scenario.Scenario, kind trial.Kind, seed uint64) (spec trial.Spec, close func() error, err error) {
	var loader workload.Loader
	manifests, err := loader.Manifests(context.Background(), s.Workload, seed)
	if err != nil {
		return trial.Spec{}, nil, err
	}
	var peers []string
	for _, n := range s.Nodes()[1:] {
		peers = append(peers, n.Name)
	}
	requests, err := loader.Schedule(s.Workload, peers, seed)
	if err != nil {
		return trial.Spec{}, nil, err
	}
	content, err := workload.Open(s.Workload, seed, manifests)
	if err != nil {
		return trial.Spec{}, nil, err
	}
	spec = trial.Spec{
		Key:     measure.TrialKey{Architecture: kind.Name, Seed: seed, Point: map[string]any{}},
		Network: trial.Virtual, Scenario: s, Nodes: workload.Population(s, requests), Requests: requests,
		Content: content, Kind: kind,
	}
	if a := s.Architecture(kind.Name); a != nil {
		spec.Options = a.Options
	}
	return spec, content.Close, nil
}
