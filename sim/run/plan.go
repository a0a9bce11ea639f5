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
	key   measure.TrialKey
	point *scenario.Scenario
}

// tasks lists the trials in the order of the result: by point, then by seed,
// then by architecture, so that what is compared with each other runs together.
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
	for _, point := range points {
		for i := range point.Scenario.Repeat {
			for _, a := range point.Scenario.Architectures {
				key := measure.TrialKey{
					Architecture: a.Name,
					Seed:         point.Scenario.Seed + uint64(i),
					Point:        point.Values,
				}
				tasks = append(tasks, task{key, point.Scenario})
			}
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
		id := t.key.ID()
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
