package trial

import (
	"context"
	"fmt"
	"time"

	"versus/sim/measure"
	"versus/sim/workload"
)

// visitors are the nodes that come with their request.
func (s *session) visitors() map[string]bool {
	visitors := map[string]bool{}
	for _, r := range s.spec.Requests {
		if r.Visit != nil {
			visitors[r.Node] = true
		}
	}
	return visitors
}

// visit boots the request's node, makes the request within the node's patience,
// and sees to it that the node leaves: at once if it gave up, else after its seed
// time. It returns when the request has ended; the node may stay on.
func (s *session) visit(ctx, bootCtx context.Context, cancel context.CancelCauseFunc, id int) {
	r := s.spec.Requests[id]
	leave := s.arrive(bootCtx, cancel, r.Node)
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
	case outcome != measure.Complete:
		leave("it gave up")
		return
	}
	switch stay := r.Visit.SeedTime; stay {
	case workload.Forever:
	case 0:
		leave("it was finished")
	default:
		s.boots.Go(func() {
			t := time.NewTimer(stay)
			defer t.Stop()
			select {
			case <-t.C:
				leave(fmt.Sprintf("it was a seeder for %v", stay.Round(time.Millisecond)))
			case <-bootCtx.Done(): // the trial is over
			}
		})
	}
}

// arrive boots a node that comes with its request. leave ends its software and
// does not wait for that.
func (s *session) arrive(bootCtx context.Context, cancel context.CancelCauseFunc, node string) (leave func(why string)) {
	ctx, end := context.WithCancelCause(bootCtx)
	s.recorder.Arrive(node)
	s.boots.Go(func() {
		defer end(nil)
		s.software(ctx, cancel, node)
		if bootCtx.Err() == nil && ctx.Err() != nil {
			s.recorder.Leave(node, context.Cause(ctx).Error())
		} else {
			s.recorder.Down(node)
		}
	})
	return func(why string) { end(departure(why)) }
}

// departure is why a node leaves.
type departure string

func (d departure) Error() string { return string(d) }
