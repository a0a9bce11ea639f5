package run

import (
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// estimate foresees how much longer a run takes. The cost of a trial is taken
// as proportional to the bytes that its requests ask for, with a rate of its own
// for each architecture, learned from the trials of this run: those finished,
// resumed ones included, or, before there are any, those that run.
type estimate struct {
	lanes  int // trials at once
	trials []expense
}

// expense is what one trial costs, as far as is known.
type expense struct {
	architecture string
	size         float64       // bytes asked for
	wall         time.Duration // of a finished trial
	finished     bool
	began        time.Time // of a running trial; zero while it waits
	fraction     float64   // of a running trial that is done
}

// enough is the share of a running trial that must be done before it tells
// anything about others.
const enough = 0.1

// newEstimate returns the estimate for a plan, of which nothing has run.
func newEstimate(tasks []task) *estimate {
	e := &estimate{lanes: 1}
	for _, t := range tasks {
		e.trials = append(e.trials, expense{architecture: t.key.Architecture, size: asked(t.point)})
	}
	return e
}

// asked is how many bytes the scenario's requests ask for, about.
func asked(s *scenario.Scenario) float64 {
	bytes, files := 0.0, 0
	for _, f := range s.Workload.Files {
		n := len(f.Names())
		bytes += float64(f.Size) * float64(n)
		files += n
	}
	mean := max(1, bytes/float64(max(files, 1)))
	requests := float64(len(s.Nodes()) - 1)
	if q := s.Workload.Requests; q.Pattern == scenario.Poisson {
		requests = float64(q.Rate) * time.Duration(q.For).Seconds()
	}
	return mean * max(1, requests)
}

// finish takes note of a finished trial.
func (e *estimate) finish(i int, t *measure.Trial) {
	e.trials[i].finished = true
	e.trials[i].wall = time.Duration(t.WallS * float64(time.Second))
}

// left returns how much longer the run takes; it is not ok while an
// architecture that is still to run has shown nothing.
func (e *estimate) left(now time.Time) (left time.Duration, ok bool) {
	rates, ok := e.rates(now)
	if !ok {
		return 0, false
	}
	var all, longest float64 // seconds
	for _, t := range e.trials {
		if t.finished {
			continue
		}
		cost := rates[t.architecture] * t.size
		if !t.began.IsZero() {
			// How far it is says more than others of its kind.
			elapsed := now.Sub(t.began).Seconds()
			if t.fraction >= enough {
				cost = elapsed / t.fraction
			}
			cost = max(0, cost-elapsed)
		}
		all, longest = all+cost, max(longest, cost)
	}
	return time.Duration(max(all/float64(e.lanes), longest) * float64(time.Second)), true
}

// rates returns seconds per byte by architecture, of all that have trials left.
func (e *estimate) rates(now time.Time) (map[string]float64, bool) {
	type sum struct{ seconds, bytes float64 }
	done, running := map[string]sum{}, map[string]sum{}
	for _, t := range e.trials {
		switch {
		case t.finished:
			s := done[t.architecture]
			done[t.architecture] = sum{s.seconds + t.wall.Seconds(), s.bytes + t.size}
		case !t.began.IsZero() && t.fraction >= enough:
			s := running[t.architecture]
			running[t.architecture] = sum{s.seconds + now.Sub(t.began).Seconds(), s.bytes + t.size*t.fraction}
		}
	}
	rates := map[string]float64{}
	for _, t := range e.trials {
		if t.finished {
			continue
		}
		s := done[t.architecture]
		if s.bytes == 0 {
			s = running[t.architecture]
		}
		if s.bytes == 0 {
			return nil, false
		}
		rates[t.architecture] = s.seconds / s.bytes
	}
	return rates, true
}
