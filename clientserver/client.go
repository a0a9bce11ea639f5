package clientserver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"

	"versus/sim/workload"
)

// errStopped ends the downloads of a node whose software stops.
var errStopped = errors.New("the node stopped")

// client is a downloader's node. It outlives restarts of the node's software.
type client struct {
	node   string
	server string // the node that pieces come from
	store  *workload.Store
	dial   func(ctx context.Context) (net.Conn, error)
	greet  func(ctx context.Context, raw net.Conn) (*wire, error)
	event  func(kind, detail string)
	random *rand.Rand // for the goroutine inside boot alone

	mu     sync.Mutex    // guards the fields below
	run    *run          // nil while the software does not run
	booted chan struct{} // closed while run is set
}

// boot runs the node's software until ctx ends.
func (c *client) boot(ctx context.Context) error {
	r := &run{client: c, wake: make(chan struct{}, 1), downloads: map[string]*download{}}
	c.mu.Lock()
	if c.run != nil {
		c.mu.Unlock()
		return fmt.Errorf("booting %s: it is running", c.node)
	}
	c.run = r
	close(c.booted)
	c.mu.Unlock()

	r.loop(ctx)

	c.mu.Lock()
	c.run, c.booted = nil, make(chan struct{})
	c.mu.Unlock()
	r.stop()
	return nil
}

// fetch returns when the store holds the whole file. It waits for the node to
// be booted, and goes on after a restart.
func (c *client) fetch(ctx context.Context, file string) error {
	var last error
	for !c.store.Complete(file) {
		c.mu.Lock()
		r, booted := c.run, c.booted
		c.mu.Unlock()
		if r == nil {
			select {
			case <-booted:
				continue
			case <-ctx.Done():
				return c.missing(ctx, file, last)
			}
		}
		d := r.join(file)
		if d == nil { // it has just stopped
			last = errStopped
			continue
		}
		select {
		case <-d.done:
			r.leave(d)
			switch {
			case d.err == nil:
				return nil
			case errors.Is(d.err, errStopped):
				last = d.err
			default:
				return c.incomplete(file, d.err)
			}
		case <-ctx.Done():
			if trouble := r.leave(d); trouble != nil {
				last = trouble
			}
			return c.missing(ctx, file, last)
		}
	}
	return nil
}

// missing says what a fetch that ran out of time still lacked. last is the
// latest trouble with the connection, nil if there was none.
func (c *client) missing(ctx context.Context, file string, last error) error {
	if c.store.Complete(file) {
		return nil
	}
	if last != nil {
		return c.incomplete(file, fmt.Errorf("%w; %w", last, context.Cause(ctx)))
	}
	return c.incomplete(file, context.Cause(ctx))
}

func (c *client) incomplete(file string, why error) error {
	m := c.store.Manifest(file)
	if m == nil {
		return fmt.Errorf("manifest of %s missing: %w", file, why)
	}
	n := m.NumPieces()
	return fmt.Errorf("%d of %d pieces of %s missing: %w", n-c.store.Count(file), n, file, why)
}
