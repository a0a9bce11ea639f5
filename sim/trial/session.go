package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// Reasons why a trial's requests end early.
var (
	errTimeLimit = errors.New("time limit reached")
	errStopped   = errors.New("interrupted")
)

// pollEvery is how often, in the trial's own time, it looks whether it is to
// stop and shows how far it is.
const pollEvery = 250 * time.Millisecond

// session is one running trial. In virtual time everything in it belongs to
// the bubble.
type session struct {
	spec     *Spec
	wire     wire
	grace    time.Duration // how long a call may go on after its context ended
	recorder *measure.Recorder
	stores   map[string]*workload.Store
	dep      Deployment
	zero     atomic.Pointer[time.Time] // instant of the first request; nil before

	boots    sync.WaitGroup
	requests sync.WaitGroup

	mu  sync.Mutex
	err error // the first reason why the trial is not a measurement; guarded by mu
}

// outcome is what a session hands to the assembly of the result.
type outcome struct {
	recording      measure.Recording
	sent, received map[string]int64
	retransmitted  map[string]int64 // nil where nobody can tell
	links          []measure.Link
	err            error
}

// run makes the wire, runs the trial over it and leaves nothing behind.
func run(spec *Spec) outcome {
	s := &session{spec: spec, stores: map[string]*workload.Store{}}
	sizes, err := spec.sizes()
	if err != nil {
		return outcome{err: err}
	}
	if spec.Network == LoopbackNet {
		s.grace = 10 * time.Second
		s.wire, err = spec.loopback()
	} else {
		s.grace = time.Minute
		var b bench
		if b, err = newBench(spec.Scenario.Network, spec.Nodes, spec.Key.Seed); err == nil {
			spec.Monitor.bench.Store(b.b)
			s.wire = b
		}
	}
	if err != nil {
		return outcome{err: fmt.Errorf("making the network: %w", err)}
	}
	defer s.wire.Close()
	s.recorder = measure.NewRecorder(measure.Config{
		Now:        s.now,
		OriginSent: func() int64 { sent, _ := s.wire.Counters(scenario.Origin); return sent },
		Sizes:      sizes,
		Requests:   planned(spec.Requests),
	})
	spec.Monitor.total.Store(wanted(spec.Requests, sizes))
	spec.Monitor.recorder.Store(s.recorder)
	for _, n := range spec.Nodes {
		s.stores[n.Name] = workload.NewStore(n.Name, spec.Content, s.recorder)
	}
	if err := s.stores[scenario.Origin].Fill(spec.Content.Files()...); err != nil {
		return outcome{err: err}
	}
	return s.run()
}

func planned(reqs []workload.Request) []measure.Planned {
	out := make([]measure.Planned, len(reqs))
	for i, r := range reqs {
		out[i] = measure.Planned{Node: r.Node, File: r.File, At: r.At}
	}
	return out
}

func wanted(reqs []workload.Request, sizes map[string]int64) (total int64) {
	for _, r := range reqs {
		total += sizes[r.File]
	}
	return total
}

// run deploys, boots, makes the requests, reads the counters and stops
// everything.
func (s *session) run() outcome {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)

	arch, err := s.spec.Kind.New(s.spec.Options, s.spec.Key.Seed)
	if err != nil {
		return outcome{err: fmt.Errorf("making %s: %w", s.spec.Key.Architecture, err)}
	}
	s.dep, err = arch.Deploy(ctx, s.wire, content{s.spec.nodeNames(), s.stores}, s.recorder)
	if err != nil {
		return outcome{err: fmt.Errorf("deploying %s: %w", arch.Name(), err)}
	}

	bootCtx, stopBoots := context.WithCancel(ctx)
	defer stopBoots()
	visitors := s.visitors()
	for i, n := range s.spec.Nodes {
		if visitors[n.Name] {
			continue // it boots when it arrives
		}
		s.boot(bootCtx, cancel, n.Name)
		if i == 0 {
			s.wire.Settle() // the origin listens before anyone else starts
		}
	}
	s.wire.Settle()

	zero := time.Now()
	s.zero.Store(&zero)
	limit := time.Duration(s.spec.Scenario.TimeLimit)
	reqCtx, cancelRequests := context.WithDeadlineCause(ctx, zero.Add(limit), errTimeLimit)
	defer cancelRequests()
	stopPolls := s.poll(cancel)
	s.requests.Go(func() { s.arrivals(reqCtx, bootCtx, cancel) })
	fetched := closed(s.requests.Wait)
	select {
	case <-fetched:
	case <-reqCtx.Done():
		if !s.await(fetched) {
			s.fail(fmt.Errorf("a fetch of %s still runs %v after its context ended", arch.Name(), s.grace))
		}
	}
	out := s.collect()
	stopPolls()
	s.stop(arch.Name(), stopBoots, fetched)
	out.err = s.reason()
	return out
}

// now is the recorder's clock: 0 until the first request.
func (s *session) now() time.Duration {
	if zero := s.zero.Load(); zero != nil {
		return time.Since(*zero)
	}
	return 0
}

// boot runs one node's software until ctx ends.
func (s *session) boot(ctx context.Context, cancel context.CancelCauseFunc, node string) {
	s.boots.Go(func() {
		s.recorder.Up(node)
		s.software(ctx, cancel, node)
		s.recorder.Down(node)
	})
}

// software is one node's until ctx ends; that it ends before is an error.
func (s *session) software(ctx context.Context, cancel context.CancelCauseFunc, node string) {
	s.spec.Monitor.beats.Add(1)
	err := s.dep.Boot(ctx, node)
	s.spec.Monitor.beats.Add(1)
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		err = errors.New("it returned before it was stopped")
	}
	err = fmt.Errorf("the software of %s ended: %w", node, err)
	s.fail(err)
	cancel(err)
}

// poll samples the timeline, shows progress and takes the wish to stop, until
// the returned function is called.
func (s *session) poll(cancel context.CancelCauseFunc) (stop func()) {
	quit := make(chan struct{})
	var polls sync.WaitGroup
	polls.Go(func() {
		every(quit, s.recorder.Sample)
	})
	polls.Go(func() {
		every(quit, func() time.Duration {
			s.spec.Monitor.beats.Add(1)
			s.spec.Monitor.elapsed.Store(int64(s.now()))
			if s.spec.Monitor.stop.Load() {
				s.fail(errStopped)
				cancel(errStopped)
			}
			return pollEvery
		})
	})
	return func() {
		close(quit)
		polls.Wait()
	}
}

// every calls do, which returns the time until the next call, until quit.
func every(quit <-chan struct{}, do func() time.Duration) {
	t := time.NewTimer(do())
	defer t.Stop()
	for {
		select {
		case <-quit:
			return
		case <-t.C:
			t.Reset(do())
		}
	}
}

// arrivals makes the requests, each when its time has come, until ctx ends.
func (s *session) arrivals(ctx, bootCtx context.Context, cancel context.CancelCauseFunc) {
	t := time.NewTimer(0)
	defer t.Stop()
	for id, r := range s.spec.Requests {
		if wait := r.At - s.now(); wait > 0 {
			t.Reset(wait)
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		}
		switch {
		case ctx.Err() != nil:
			s.recorder.Done(id, measure.Incomplete, fmt.Sprintf("%v before the request was made", s.cause(ctx)))
		case r.Visit != nil:
			s.requests.Go(func() { s.visit(ctx, bootCtx, cancel, id) })
		default:
			s.requests.Go(func() { s.request(ctx, id) })
		}
	}
}

// request makes one request, and records and returns how it ends.
func (s *session) request(ctx context.Context, id int) (outcome string) {
	r := s.spec.Requests[id]
	s.recorder.Request(id)
	err := s.dep.Fetch(ctx, r.Node, r.File)
	store := s.stores[r.Node]
	switch {
	case err == nil && s.now() > time.Duration(s.spec.Scenario.TimeLimit):
		err = fmt.Errorf("%w: %v", errTimeLimit, s.spec.Scenario.TimeLimit)
	case err == nil && store.Complete(r.File):
		s.recorder.Done(id, measure.Complete, "")
		return measure.Complete
	case err == nil:
		err = errors.New("the fetch returned without an error")
		s.fail(fmt.Errorf("request %d: the fetch of %s on %s returned without an error, but %s", id, r.File, r.Node, s.verified(r)))
	case ctx.Err() != nil:
		err = fmt.Errorf("%w (%w)", s.cause(ctx), err)
	}
	s.recorder.Done(id, measure.Incomplete, fmt.Sprintf("%s: %v", s.verified(r), err))
	return measure.Incomplete
}

// verified says how much of the requested file the node has.
func (s *session) verified(r workload.Request) string {
	store := s.stores[r.Node]
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

// collect reads recorder and counters at the end of the last request.
func (s *session) collect() outcome {
	out := outcome{sent: map[string]int64{}, received: map[string]int64{}}
	out.recording = s.recorder.Finish()
	out.links = s.wire.Links()
	for _, n := range s.spec.Nodes {
		out.sent[n.Name], out.received[n.Name] = s.wire.Counters(n.Name)
		if again, ok := s.wire.Retransmitted(n.Name); ok {
			if out.retransmitted == nil {
				out.retransmitted = map[string]int64{}
			}
			out.retransmitted[n.Name] = again
		}
	}
	return out
}

// stop ends boots, deployment and wire, and reports what does not end.
func (s *session) stop(arch string, stopBoots context.CancelFunc, fetched <-chan struct{}) {
	stopBoots()
	booted := closed(s.boots.Wait)
	if !s.await(booted) {
		s.fail(fmt.Errorf("a node of %s still runs %v after its context ended", arch, s.grace))
	}
	closing := closed(func() {
		if err := s.dep.Close(); err != nil {
			s.fail(fmt.Errorf("closing %s: %w", arch, err))
		}
	})
	if !s.await(closing) {
		s.fail(fmt.Errorf("closing %s takes more than %v", arch, s.grace))
	}
	_ = s.wire.Close() // frees what blocks on a connection
	for _, done := range []<-chan struct{}{fetched, booted, closing} {
		if !s.await(done) {
			s.spec.stuck(s.reason().Error() + ", even without a network")
		}
	}
}

// await waits for done, but no longer than the grace period.
func (s *session) await(done <-chan struct{}) bool {
	t := time.NewTimer(s.grace)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// closed returns a channel that is closed when wait returns.
func closed(wait func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	return done
}

func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *session) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// content is what architectures see of the workload.
type content struct {
	nodes  []string
	stores map[string]*workload.Store
}

func (c content) Nodes() []string                   { return append([]string(nil), c.nodes...) }
func (c content) Store(node string) *workload.Store { return c.stores[node] }
