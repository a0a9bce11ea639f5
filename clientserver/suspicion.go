package clientserver

import (
	"context"
	"fmt"
	"time"
)

// watch ends the connection of a server that is gone without a word, until ctx
// ends. Silence alone does not prove that: packets of a crowded or lossy path may
// stay away for longer than anybody wants to wait. So while pieces are due and
// nothing arrives, it dials the server anew. A machine that does not answer, or
// refuses, is gone; one that answers is slow, or has forgotten the connection,
// which a ping then finds out. A server with a thousand clients keeps each of
// them waiting for long, always: so a silence that proved to be no death doubles
// the patience of this connection, up to its idle time-out.
func (s *session) watch(ctx context.Context) {
	patience := suspectAfter
	timer := time.NewTimer(suspectAfter)
	defer timer.Stop()
	seen := time.Now() // the latest sign of life, other than bytes
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		heard := s.wire.raw.lastHeard()
		due, since := s.owner.due()
		for _, t := range []time.Time{heard, since} {
			if t.After(seen) {
				seen = t
			}
		}
		if quiet := time.Since(seen); !due || quiet < patience {
			timer.Reset(patience - min(quiet, patience*3/4))
			continue
		}
		err := s.owner.probe(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			seen = time.Now()
			patience = min(2*patience, max(s.wire.raw.idle, suspectAfter))
			s.wire.ask()
		case s.wire.raw.lastHeard().After(heard):
			// It was slow, and so may be the answer to the dials.
		default:
			s.wire.drop(fmt.Errorf("nothing has arrived for %v, and the server cannot be reached: %w", time.Since(heard), err))
			return
		}
		timer.Reset(patience)
	}
}

// due says whether there are downloads, and since when the latest.
func (r *run) due() (some bool, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.order) > 0, r.asked
}

// probe returns nil if the server's machine answers a dial within probeTimeout.
// Packets may be lost, so there are several.
func (r *run) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	d := dials{answers: make(chan answer)}
	defer func() { d.drop(0) }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			d.start(ctx, r.client.dial)
			timer.Reset(dialPatience)
		case a := <-d.answers:
			d.forget(a.dial)
			if a.err == nil {
				a.conn.Close()
			}
			return a.err
		case <-ctx.Done():
			return fmt.Errorf("no answer to %d dials: %w", len(d.waiting), ctx.Err())
		}
	}
}
