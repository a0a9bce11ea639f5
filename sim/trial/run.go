package trial

import (
	"runtime"
	"time"

	"versus/sim"
	"versus/sim/measure"
)

// Run runs one trial and returns what it measured. A trial that could not be
// measured has its Error set. Run panics if the trial's goroutines cannot be
// ended and Spec.Stuck does not end the process; a panic in one of the
// architecture's goroutines ends the process in any case.
func Run(spec Spec) (*measure.Trial, []measure.Event) {
	began := time.Now()
	if spec.Monitor == nil {
		spec.Monitor = &Monitor{}
	}
	if spec.StallAfter <= 0 {
		spec.StallAfter = DefaultStallAfter
	}
	var out outcome
	if err := spec.check(); err != nil {
		out.err = err
	} else if spec.Network == Virtual {
		stop := sim.Watch(spec.StallAfter, spec.Monitor.Operations, func(stacks []byte) {
			if spec.Stuck != nil {
				spec.Stuck("stalled: nothing happened on the network for "+spec.StallAfter.String()+" of real time", stacks)
			}
		})
		defer stop()
		sim.Virtual(func() { out = run(&spec) })
	} else {
		out = run(&spec)
	}
	t := assemble(&spec, &out)
	t.WallS = time.Since(began).Seconds()
	return t, out.recording.Events
}

// stuck reports a trial that does not end.
func (s *Spec) stuck(reason string) {
	if s.Stuck != nil {
		s.Stuck(reason, stacks())
	}
	panic("trial: " + reason)
}

// stacks returns the stacks of all goroutines, up to 16 MiB.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) >= 16<<20 {
			return buf[:n]
		}
		buf = make([]byte, 2*len(buf))
	}
}
