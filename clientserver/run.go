package clientserver

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// run is a downloader's software between boot and stop.
type run struct {
	client *client
	wake   chan struct{} // capacity 1: there is a new download

	mu        sync.Mutex           // guards the fields below, and those of sessions that say so
	downloads map[string]*download // by file
	order     []*download          // the same, oldest first
	session   *session             // nil while there is no connection
	trouble   error                // the latest with the connection, nil once pieces arrive again
	stopped   bool
}

// download is one file that some fetches wait for.
type download struct {
	file    string
	done    chan struct{} // closed at the end, with err set before
	err     error
	waiting int         // fetches; guarded by run.mu
	stream  *stream     // guarded by run.mu; nil while it is not open on a connection
	corrupt map[int]int // arrivals refused, by piece; guarded by run.mu
}

// join returns the download of a file, starting it if need be, or nil when the
// software has stopped.
func (r *run) join(file string) *download {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return nil
	}
	d := r.downloads[file]
	if d == nil {
		d = &download{file: file, done: make(chan struct{}), corrupt: map[int]int{}}
		r.downloads[file] = d
		r.order = append(r.order, d)
		if r.session != nil {
			r.session.admit()
		}
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
	d.waiting++
	return d
}

// leave takes a fetch off a download, which is cancelled when nobody waits for
// it. It returns the latest trouble with the connection.
func (r *run) leave(d *download) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	d.waiting--
	if d.waiting == 0 && r.downloads[d.file] == d {
		r.end(d, context.Canceled)
	}
	return r.trouble
}

// end finishes a download; r.mu is held.
func (r *run) end(d *download, err error) {
	if r.downloads[d.file] != d {
		return
	}
	d.err = err
	close(d.done)
	delete(r.downloads, d.file)
	r.order = slices.DeleteFunc(r.order, func(o *download) bool { return o == d })
	if r.session != nil && d.stream != nil {
		r.session.release(d.stream)
	}
}

// finish is end for callers that do not hold r.mu.
func (r *run) finish(d *download, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(d, err)
}

// stop ends every download and refuses new ones.
func (r *run) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for _, d := range slices.Clone(r.order) {
		r.end(d, errStopped)
	}
}

// loop keeps a connection while there is something to download, and the last
// one open after that, until ctx ends.
func (r *run) loop(ctx context.Context) {
	connected, attempt := false, 0
	for r.await(ctx) {
		s, err := r.connect(ctx)
		if err == nil {
			if connected {
				r.client.event("reconnect", fmt.Sprintf("attempt %d", attempt))
			}
			connected = true
			err = s.run(ctx)
			if s.progress {
				attempt = 0
			}
		}
		r.mu.Lock()
		r.trouble = err
		r.mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		if s != nil {
			r.client.event("connection-lost", err.Error())
		}

		attempt++
		timer := time.NewTimer(r.backoff(attempt))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// await waits for a download; false means that ctx ended first.
func (r *run) await(ctx context.Context) bool {
	for {
		r.mu.Lock()
		some := len(r.order) > 0
		r.mu.Unlock()
		if ctx.Err() != nil || some {
			return ctx.Err() == nil
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
		}
	}
}

// backoff returns the pause before the given attempt, counted from 1: it
// doubles up to backoffMax, and a random half of it keeps the clients of a
// server that restarts from coming back all at once.
func (r *run) backoff(attempt int) time.Duration {
	d := backoffFirst
	for i := 1; i < attempt && d < backoffMax; i++ {
		d *= 2
	}
	d = min(d, backoffMax)
	return d/2 + time.Duration(r.client.random.Float64()*float64(d/2))
}

// connect opens a connection and asks on it for all that is missing.
func (r *run) connect(ctx context.Context) (*session, error) {
	w, err := r.client.dial(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{owner: r, wire: w, streams: map[uint32]*stream{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
	s.admit()
	return s, nil
}
