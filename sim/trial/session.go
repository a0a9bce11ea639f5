package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"versus/sim/fault"
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
	breaker  breaker       // nil on a network that cannot be broken like that
	grace    time.Duration // how long a call may go on after its context ended
	recorder *measure.Recorder
	machines map[string]*machine
	pieces   map[string]int // of each file
	engine   *fault.Engine  // nil without faults
	dep      Deployment
	zero     atomic.Pointer[time.Time] // instant of the first request; nil before

	bootCtx  context.Context         // ends when nodes are to stop
	cancel   context.CancelCauseFunc // of the whole trial
	boots    sync.WaitGroup
	requests sync.WaitGroup

	mu   sync.Mutex
	err  error    // the first reason why the trial is not a measurement; guarded by mu
	late []string // stacks for a witness, when something did not return in time; guarded by mu
}

// outcome is what a session hands to the assembly of the result.
type outcome struct {
	recording      measure.Recording
	sent, received map[string]int64
	retransmitted  map[string]int64 // nil where nobody can tell
	originWire     *int64           // bytes of the packets that the origin sent; nil where nobody can tell
	links          []measure.Link
	best           []scenario.Node // with the highest rates that their links had
	warnings       []string        // of the faults
	err            error
}

// run makes the wire, runs the trial over it and leaves nothing behind.
func run(spec *Spec) outcome {
	s := &session{spec: spec, machines: map[string]*machine{}, pieces: map[string]int{}}
	sizes, err := spec.sizes()
	if err != nil {
		return outcome{err: err}
	}
	for file := range sizes {
		m, err := spec.Content.Manifest(file)
		if err != nil {
			return outcome{err: err}
		}
		s.pieces[file] = m.NumPieces()
	}
	if len(spec.Scenario.Faults) > 0 {
		s.engine, err = fault.New(fault.Config{
			Scenario: spec.Scenario, Nodes: spec.Nodes, Seed: spec.Key.Seed, Inputs: spec.Inputs,
		})
		if err != nil {
			return outcome{err: fmt.Errorf("faults: %w", err)}
		}
	}
	if err := s.connect(); err != nil {
		return outcome{err: fmt.Errorf("making the network: %w", err)}
	}
	defer s.wire.Close()
	s.recorder = measure.NewRecorder(measure.Config{
		Now:        s.now,
		OriginSent: func() int64 { sent, _ := s.wire.Counters(scenario.Origin); return sent },
		PeersSent:  func() int64 { return s.wire.SentByOthers(scenario.Origin) },
		Sizes:      sizes,
		Requests:   planned(spec.Requests),
		Nodes:      spec.nodeNames(),
		Full:       scenario.Origin,
		Pieces:     s.pieces,
	})
	spec.Monitor.total.Store(wanted(spec.Requests, sizes))
	spec.Monitor.recorder.Store(s.recorder)
	visitors := spec.visitors()
	for _, n := range spec.Nodes {
		m := newMachine(n, workload.NewStore(n.Name, spec.Content, s.sink()))
		m.store.HashWith(spec.Hashing)
		if spec.Witness != nil && n.Name != scenario.Origin {
			m.store.Retain()
		}
		m.visitor = visitors[n.Name]
		s.machines[n.Name] = m
	}
	origin := s.machines[scenario.Origin]
	if err := origin.store.Fill(spec.Content.Files()...); err != nil {
		return outcome{err: err}
	}
	origin.files = spec.Content.Files()
	return s.run()
}

// connect makes the wire.
func (s *session) connect() error {
	if s.spec.Network == LoopbackNet {
		l, err := s.spec.loopback()
		if err != nil {
			return err
		}
		s.wire, s.grace = l, 10*time.Second
		return nil
	}
	b, err := newBench(s.spec.Scenario.Network, s.spec.Nodes, s.spec.Key.Seed)
	if err != nil {
		return err
	}
	s.spec.Monitor.bench.Store(b.Bench)
	s.wire, s.breaker, s.grace = b, b, time.Minute
	return nil
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
	s.cancel = cancel

	arch, err := s.spec.Kind.New(s.spec.Options, s.spec.Key.Seed)
	if err != nil {
		return outcome{err: fmt.Errorf("making %s: %w", s.spec.Key.Architecture, err)}
	}
	s.dep, err = arch.Deploy(ctx, s.wire, content{s.spec.nodeNames(), s.machines}, s.recorder)
	if err != nil {
		return outcome{err: fmt.Errorf("deploying %s: %w", arch.Name(), err)}
	}

	var stopBoots context.CancelFunc
	s.bootCtx, stopBoots = context.WithCancel(ctx)
	defer stopBoots()
	for i, n := range s.spec.Nodes {
		m := s.machines[n.Name]
		if m.visitor {
			continue // it boots when it arrives
		}
		m.mu.Lock()
		s.boot(m)
		m.mu.Unlock()
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
	stopPolls := s.poll()
	stopFaults := s.disturb(ctx)
	s.wire.Settle() // faults at 0 s come before the first request
	s.requests.Go(func() { s.arrivals(reqCtx) })
	fetched := closed(s.requests.Wait)
	select {
	case <-fetched:
	case <-reqCtx.Done():
		if !s.await(fetched) {
			s.overdue()
			s.fail(fmt.Errorf("a fetch of %s still runs %v after its context ended", arch.Name(), s.grace))
		}
	}
	stopFaults()
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

// poll samples the timeline, shows progress and takes the wish to stop, until
// the returned function is called.
func (s *session) poll() (stop func()) {
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
				s.abort(errStopped)
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
func (s *session) arrivals(ctx context.Context) {
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
			s.requests.Go(func() { s.visit(ctx, id) })
		default:
			s.requests.Go(func() { s.request(ctx, id) })
		}
	}
}

// collect reads recorder and counters at the end of the last request.
func (s *session) collect() outcome {
	out := outcome{sent: map[string]int64{}, received: map[string]int64{}}
	out.recording = s.recorder.Finish()
	out.links = s.wire.Links()
	if n, ok := s.wire.WireBytes(scenario.Origin); ok {
		out.originWire = &n
	}
	out.best = s.bestNodes()
	if s.engine != nil {
		out.warnings = s.engine.Warnings()
	}
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
	s.resumeAll() // who is stopped cannot say goodbye
	stopBoots()
	booted := closed(s.boots.Wait)
	if !s.await(booted) {
		s.overdue()
		s.fail(fmt.Errorf("a node of %s still runs %v after its context ended", arch, s.grace))
	}
	closing := closed(func() {
		if err := s.dep.Close(); err != nil {
			s.fail(fmt.Errorf("closing %s: %w", arch, err))
		}
	})
	if !s.await(closing) {
		s.overdue()
		s.fail(fmt.Errorf("closing %s takes more than %v", arch, s.grace))
	}
	s.testify()
	_ = s.wire.Close() // frees what blocks on a connection; neither network's Close fails
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

// abort ends the trial, which is no measurement because of err.
func (s *session) abort(err error) {
	s.fail(err)
	s.cancel(err)
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
	nodes    []string
	machines map[string]*machine
}

func (c content) Nodes() []string                   { return append([]string(nil), c.nodes...) }
func (c content) Store(node string) *workload.Store { return c.machines[node].store }
