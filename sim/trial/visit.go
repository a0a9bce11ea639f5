package trial

import (
	"context"
	"fmt"
	"time"

	"versus/sim/measure"
	"versus/sim/workload"
)

// visit boots the request's node, makes the request within the node's patience,
// and sees to it that the node leaves: at once if it gave up, else after its seed
// time. It returns when the request has ended; the node may stay on.
func (s *session) visit(ctx context.Context, id int) {
	r := s.spec.Requests[id]
	m := s.machines[r.Node]
	s.recorder.Arrive(r.Node)
	m.mu.Lock()
	s.boot(m)
	m.mu.Unlock()
	trial := ctx
	if p := r.Visit.Patience; p != workload.Forever {
		over := fmt.Errorf("patience ran out after %v", p.Round(time.Millisecond))
		limited, stop := context.WithTimeoutCause(ctx, p, over)
		defer stop()
		ctx = limited
	}
	switch outcome := s.request(ctx, id); {
	case outcome != measure.Complete && trial.Err() != nil:
		return // the trial is over, not the node's patience
	case outcome == measure.Down:
		return // nobody is left to leave
	case outcome != measure.Complete:
		s.depart(m, "it gave up")
		return
	}
	switch stay := r.Visit.SeedTime; stay {
	case workload.Forever:
	case 0:
		s.depart(m, "it was finished")
	default:
		s.boots.Go(func() {
			t := time.NewTimer(stay)
			defer t.Stop()
			select {
			case <-t.C:
				s.depart(m, fmt.Sprintf("it was a seeder for %v", stay.Round(time.Millisecond)))
			case <-s.bootCtx.Done(): // the trial is over
			}
		})
	}
}

// departure is why a node's software ends.
type departure string

func (d departure) Error() string { return string(d) }
