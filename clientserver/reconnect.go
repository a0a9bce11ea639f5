package clientserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// outage is a time in which a client wants pieces and gets none. The zero value
// is one that has not begun.
type outage struct {
	lost     bool      // there was a connection before
	noticed  bool      // an event tells of it
	answered bool      // the latest dials were, if only by a refusal
	attempts int       // dials so far
	since    time.Time // the first of them
}

// missed notes that the server was not there, and records it once an outage,
// unless it is this node that is going down.
func (r *run) missed(out *outage, err error) {
	r.note(err)
	if !out.noticed && !ownEnd(err) {
		out.noticed = true
		r.client.event("lost", r.client.server)
	}
}

// ownEnd says whether a connection or a dial failed because this node's own
// process or network went away. What this process closes has a reason of its own.
func ownEnd(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ENETDOWN)
}

// reach dials until a connection stands and its handshakes are done, or ctx
// ends: then it returns nil.
//
// A silent server and a slow path look alike at first. So a dial without an
// answer is not given up but joined by others, and whichever is answered first
// counts: how soon a server that comes back is found depends on how often they
// start, and how slow a path may be on how many there are.
func (r *run) reach(ctx context.Context, out *outage) *wire {
	d := dials{answers: make(chan answer)}
	defer func() { d.drop(0) }()
	first := time.Duration(0)
	if out.lost || out.attempts > 0 {
		first = r.backoff(out.attempts+1, 0)
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			if out.attempts == 0 {
				out.since = time.Now()
			}
			out.attempts++
			if len(d.waiting) == maxDials {
				d.drop(maxDials - 1)
				out.answered = false
				r.missed(out, fmt.Errorf("connecting to the server: no answer to %d dials", maxDials))
			}
			d.start(ctx, r.client.dial)
			pause := r.backoff(out.attempts+1, time.Since(out.since))
			if !out.answered {
				pause = max(pause, r.patience())
			}
			timer.Reset(pause)
		case a := <-d.answers:
			d.forget(a.dial)
			out.answered = true
			err := a.err
			if err == nil {
				d.drop(0)
				if took := time.Since(a.dial.started); r.rtt == 0 || took < r.rtt {
					r.rtt = took
				}
				var w *wire
				if w, err = r.client.greet(ctx, a.conn); err == nil {
					return w
				}
			}
			if ctx.Err() == nil {
				r.missed(out, fmt.Errorf("connecting to the server: %w", err))
			}
		}
	}
}

// backoff returns the pause before the given attempt, counted from 1, of an
// outage that has lasted so long: it doubles up to backoffSteady and then grows
// with the outage, so that a server is found soon after it returns, measured by
// how long it was away, and one that never returns costs little. A random half
// of it keeps the clients of a server from coming back all at once.
func (r *run) backoff(attempt int, lasted time.Duration) time.Duration {
	d, limit := backoffFirst, min(max(backoffSteady, lasted/backoffShare), backoffMax)
	for i := 1; i < attempt && d < limit; i++ {
		d *= 2
	}
	d = min(d, limit)
	return d/2 + time.Duration(r.client.random.Float64()*float64(d/2))
}

// patience returns how long a dial may go without an answer before the next one
// joins it: longer than an answer has taken, if one ever came.
func (r *run) patience() time.Duration {
	if r.rtt == 0 {
		return dialPatience
	}
	return min(2*r.rtt, dialPatience)
}

// dials are the dials of one client that have no answer yet, oldest first.
type dials struct {
	waiting []*dial
	answers chan answer
}

// dial is one of them.
type dial struct {
	started time.Time
	cancel  context.CancelFunc
	dropped chan struct{}  // closed when nobody waits for its answer
	gone    sync.WaitGroup // its goroutine
}

// answer is how a dial ended.
type answer struct {
	dial *dial
	conn net.Conn
	err  error
}

func (d *dials) start(ctx context.Context, connect func(context.Context) (net.Conn, error)) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	one := &dial{started: time.Now(), cancel: cancel, dropped: make(chan struct{})}
	d.waiting = append(d.waiting, one)
	one.gone.Go(func() {
		conn, err := connect(ctx)
		select {
		case d.answers <- answer{one, conn, err}:
		case <-one.dropped:
			if err == nil {
				conn.Close()
			}
		}
	})
}

// forget ends a dial, be it answered or not.
func (d *dials) forget(one *dial) {
	one.cancel()
	close(one.dropped)
	one.gone.Wait()
	d.waiting = slices.DeleteFunc(d.waiting, func(o *dial) bool { return o == one })
}

// drop gives up the oldest dials until so many are left.
func (d *dials) drop(left int) {
	for len(d.waiting) > left {
		d.forget(d.waiting[0])
	}
}
