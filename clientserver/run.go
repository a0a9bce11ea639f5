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
	rtt    time.Duration // shortest that a dial took, 0 before the first; for the loop alone

	mu        sync.Mutex           // guards the fields below, and those of sessions that say so
	downloads map[string]*download // by file
	order     []*download          // the same, oldest first
	session   *session             // nil while there is no connection
	asked     time.Time            // when a download was added last
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
		r.asked = time.Now()
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
	c := r.client
	var out outage
	for r.await(ctx) {
		w := r.reach(ctx, &out)
		if w == nil {
			return
		}
		if out.lost {
			c.event("reconnect", fmt.Sprintf("attempt %d", out.attempts))
		}
		s := r.begin(w)
		err := s.run(ctx)
		r.note(err)
		if ctx.Err() != nil {
			return
		}
		if s.progress {
			out = outage{}
		}
		out.lost = true
		if !ownEnd(err) {
			c.event("connection-lost", err.Error())
		}
		r.missed(&out, err)
	}
}

// note keeps the latest trouble with the connection.
func (r *run) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = err
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

// begin asks on a new connection for all that is missing.
func (r *run) begin(w *wire) *session {
	s := &session{owner: r, wire: w, streams: map[uint32]*stream{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
	s.admit()
	return s
}
