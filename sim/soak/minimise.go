package soak

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"versus/sim/scenario"
	"versus/sim/trial"
)

// A schedule is made smaller only while enough of so many tries still show the
// violation: goroutines take turns as they like, so that one try says little.
const (
	triesEach   = 20
	triesEnough = 2
	triesInAll  = 400             // of one violation
	timeInAll   = 2 * time.Minute // of real time, the same
)

// minimiser makes one schedule smaller.
type minimiser struct {
	p     *player
	v     Violation
	left  int // tries
	until time.Time
}

// minimise returns as little of a schedule as still shows a violation, or nil if
// the whole of it does not show it again often enough; f learns how often it did.
func (o *Options) minimise(ctx context.Context, p *player, s *scenario.Scenario, v Violation, f *Found) (*scenario.Scenario, error) {
	m := &minimiser{p: p, v: v, left: triesInAll, until: time.Now().Add(timeInAll)}
	var err error
	if f.Shown, f.Tries, err = m.shows(ctx, s); err != nil || f.Shown < triesEnough {
		return nil, ignoreEnd(ctx, err)
	}
	for changed := true; changed; {
		changed = false
		for _, smaller := range reductions(s, v) {
			if m.left <= 0 || time.Now().After(m.until) || ctx.Err() != nil {
				return s, nil
			}
			if smaller.Validate(trial.Declarations(trialKinds(o.Kinds))) != nil {
				continue
			}
			shown, tries, err := m.shows(ctx, smaller)
			if err != nil {
				return s, ignoreEnd(ctx, err)
			}
			if shown >= triesEnough {
				s, f.Shown, f.Tries, changed = smaller, shown, tries, true
				break
			}
		}
	}
	return s, nil
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// shows plays a schedule until the violation was seen often enough or cannot be
// any more.
func (m *minimiser) shows(ctx context.Context, s *scenario.Scenario) (shown, tries int, err error) {
	for tries < triesEach && shown < triesEnough && m.left > 0 {
		r, err := m.p.play(ctx, s)
		if err != nil {
			return shown, tries, err
		}
		tries++
		m.left--
		if slices.ContainsFunc(r.Violations, func(v Violation) bool {
			return v.Invariant == m.v.Invariant && v.Architecture == m.v.Architecture
		}) {
			shown++
		}
	}
	return shown, tries, nil
}

// reductions lists smaller schedules, the smallest first; not all are valid.
func reductions(s *scenario.Scenario, v Violation) []*scenario.Scenario {
	var out []*scenario.Scenario
	with := func(change func(*scenario.Scenario)) {
		smaller := clone(s)
		change(smaller)
		before, _ := s.SHA256()
		if after, _ := smaller.SHA256(); after != before {
			out = append(out, smaller)
		}
	}
	if len(s.Architectures) > 1 {
		with(func(s *scenario.Scenario) {
			s.Architectures = slices.DeleteFunc(s.Architectures, func(a scenario.Architecture) bool { return a.Name != v.Architecture })
		})
	}
	for i := range s.Faults {
		with(func(s *scenario.Scenario) { s.Faults = slices.Delete(s.Faults, i, i+1) })
	}
	for i := range s.Network.Peers {
		with(func(s *scenario.Scenario) { s.Network.Peers = slices.Delete(s.Network.Peers, i, i+1) })
		with(func(s *scenario.Scenario) { s.Network.Peers[i].Count = 1 })
		with(func(s *scenario.Scenario) { s.Network.Peers[i].Count = (s.Network.Peers[i].Count + 1) / 2 })
	}
	with(func(s *scenario.Scenario) { s.Workload.Files = s.Workload.Files[:1] })
	with(func(s *scenario.Scenario) { s.Workload.Requests = scenario.Requests{Pattern: scenario.AllAtOnce} })
	with(func(s *scenario.Scenario) { s.Workload.Files[0].Size = (s.Workload.Files[0].Size + 3) / 4 })
	with(func(s *scenario.Scenario) { s.Network.TCP = scenario.Cubic })
	with(func(s *scenario.Scenario) {
		s.Network.Shared = nil
		for _, l := range links(s) {
			l.Behind = ""
		}
	})
	for i := range links(s) {
		with(func(s *scenario.Scenario) {
			l := links(s)[i]
			l.Loss, l.BurstLoss, l.Jitter, l.Queue = 0, scenario.BurstLoss{}, 0, scenario.Fair
		})
	}
	for i := range s.Network.Peers {
		with(func(s *scenario.Scenario) { s.Network.Peers[i].Unreachable = 0 })
	}
	return out
}

// links returns those of a scenario.
func links(s *scenario.Scenario) []*scenario.Link {
	out := []*scenario.Link{&s.Network.Origin}
	for i := range s.Network.Peers {
		out = append(out, &s.Network.Peers[i].Link)
	}
	return out
}

// clone copies a scenario as it is stored.
func clone(s *scenario.Scenario) *scenario.Scenario {
	data, err := s.Canonical()
	if err != nil {
		panic(err) // a scenario that was loaded can be written
	}
	c := &scenario.Scenario{}
	if err := json.Unmarshal(data, c); err != nil {
		panic(err)
	}
	return c
}
