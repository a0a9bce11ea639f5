package run

import (
	"fmt"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
)

// Plan is what to measure.
type Plan struct {
	Scenario *scenario.Scenario // resolved and validated
	Kinds    []trial.Kind       // every architecture there is
	Network  string             // trial.Virtual or trial.LoopbackNet
}

// task is one trial of the plan.
type task struct {
	key      measure.TrialKey
	point    *scenario.Scenario
	baseline bool // without faults, for others to be compared with
}

// id is unique among the tasks of a plan.
func (t task) id() string {
	if t.baseline {
		return "baseline|" + t.key.ID()
	}
	return t.key.ID()
}

// tasks lists the trials in the order of the result: by point, then by seed,
// then by architecture, so that what is compared with each other runs together.
// A trial with faults follows its baseline, which those that differ from it in
// their faults alone share.
func (p *Plan) tasks() ([]task, error) {
	if p.Network != trial.Virtual && p.Network != trial.LoopbackNet {
		return nil, usage("network %q is unknown; use %s or %s", p.Network, trial.Virtual, trial.LoopbackNet)
	}
	for _, a := range p.Scenario.Architectures {
		if findKind(p.Kinds, a.Name) == nil {
			return nil, usage("there is no architecture %q", a.Name)
		}
	}
	points, err := p.Scenario.Points(trial.Declarations(p.Kinds))
	if err != nil {
		return nil, &Failure{CodeUsage, err}
	}
	var tasks []task
	baselines := map[string]bool{}
	for _, point := range points {
		if err := trial.CheckFaults(p.Network, point.Scenario); err != nil {
			return nil, &Failure{CodeUsage, err}
		}
		plain := point.Scenario.WithoutFaults()
		for i := range point.Scenario.Repeat {
			var without, with []task
			for _, a := range point.Scenario.Architectures {
				key := measure.TrialKey{
					Architecture: a.Name,
					Seed:         point.Scenario.Seed + uint64(i),
					Point:        point.Values,
				}
				with = append(with, task{key: key, point: point.Scenario})
				base := task{key: key.Baseline(), point: plain, baseline: true}
				if point.Scenario.HasFaults() && !baselines[base.id()] {
					baselines[base.id()] = true
					without = append(without, base)
				}
			}
			tasks = append(append(tasks, without...), with...)
		}
	}
	if len(tasks) == 0 {
		return nil, usage("scenario %s has no trials: it names no architecture", p.Scenario.Name)
	}
	return distinct(tasks)
}

// distinct refuses two trials with the same key, as of a swept value that is
// listed twice.
func distinct(tasks []task) ([]task, error) {
	seen := map[string]bool{}
	for _, t := range tasks {
		id := t.id()
		if seen[id] {
			return nil, usage("the sweep makes the same trial twice: %s with seed %d at %s",
				t.key.Architecture, t.key.Seed, fmt.Sprint(t.key.Point))
		}
		seen[id] = true
	}
	return tasks, nil
}

func findKind(kinds []trial.Kind, name string) *trial.Kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}
