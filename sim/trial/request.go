package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"versus/sim/measure"
	"versus/sim/workload"
)

// request makes one request, and records and returns how it ends. While its node
// is down it waits, and it is made again after a restart.
func (s *session) request(ctx context.Context, id int) (outcome string) {
	r := s.spec.Requests[id]
	m := s.machines[r.Node]
	m.asked(r.File)
	s.recorder.Request(id)
	err := s.fetch(ctx, m, r.File)
	switch {
	case err == nil && s.now() > time.Duration(s.spec.Scenario.TimeLimit):
		err = fmt.Errorf("%w: %v", errTimeLimit, s.spec.Scenario.TimeLimit)
	case err == nil && m.store.Complete(r.File):
		s.recorder.Done(id, measure.Complete, "")
		return measure.Complete
	case err == nil:
		err = errors.New("the fetch returned without an error")
		s.fail(fmt.Errorf("request %d: the fetch of %s on %s returned without an error, but %s", id, r.File, r.Node, s.verified(r)))
	case errors.Is(err, errGone):
		s.recorder.Done(id, measure.Down, fmt.Sprintf("%s: %v: %s", s.verified(r), errGone, m.why()))
		return measure.Down
	case ctx.Err() != nil:
		err = fmt.Errorf("%w (%w)", s.cause(ctx), err)
	}
	s.recorder.Done(id, measure.Incomplete, fmt.Sprintf("%s: %v", s.verified(r), err))
	return measure.Incomplete
}

// fetch returns when the file is whole on the node, however often that restarts,
// or says why it is not: errGone, why ctx ended, or what the architecture says.
func (s *session) fetch(ctx context.Context, m *machine, file string) error {
	for {
		l, err := s.join(ctx, m)
		if err != nil {
			return err
		}
		err = s.try(ctx, m, l, file)
		m.mu.Lock()
		// The piece that was missing may have come just before the node died.
		whole := err != nil && l.ctx.Err() != nil && m.store.Complete(file)
		again := err != nil && l.ctx.Err() != nil && ctx.Err() == nil
		s.release(m, l)
		m.mu.Unlock()
		switch {
		case whole:
			return nil
		case !again:
			return err
		}
		// Or it comes while the node says goodbye.
		select {
		case <-l.gone:
		case <-ctx.Done():
		}
		if m.store.Complete(file) {
			return nil
		}
	}
}

// try is one fetch, which ends with the node's life.
func (s *session) try(ctx context.Context, m *machine, l *life, file string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })()
	return s.dep.Fetch(ctx, m.node.Name, file)
}

// verified says how much of the requested file the node has.
func (s *session) verified(r workload.Request) string {
	store := s.machines[r.Node].store
	if m := store.Manifest(r.File); m != nil {
		return fmt.Sprintf("%d of %d pieces verified", store.Count(r.File), m.NumPieces())
	}
	return "manifest not received"
}

// cause names why the requests' context ended, with the limit if that is it.
func (s *session) cause(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTimeLimit) {
		return fmt.Errorf("%w: %v", errTimeLimit, s.spec.Scenario.TimeLimit)
	}
	return cause
}
