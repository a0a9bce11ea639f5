package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"versus/sim/fault"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// machine is one node of a trial, whose software may run several times.
type machine struct {
	node    scenario.Node
	store   *workload.Store
	visitor bool // it comes with its request

	mu      sync.Mutex    // guards what follows; it is never held across a wait
	present bool          // false before a node that its request brings is there, and after it left
	up      bool          // its software runs, or is about to
	paused  bool          // up, but stopped
	severed bool          // the wire was cut
	wipe    bool          // the disk is to be erased when the software is gone
	down    string        // what took it down, and when; empty if nothing did
	left    string        // why it left the trial; empty if it did not
	life    *life         // the latest run of its software; nil before the first
	turned  chan struct{} // closed when up changes or a life begins, and made anew
	link    scenario.Link // with every change that is in force
	best    scenario.Link // the highest rates that it had
	files   []string      // that were requested here
}

// life is one run of a node's software.
type life struct {
	ctx   context.Context
	end   context.CancelCauseFunc
	begun bool          // Boot is called, or about to be; guarded by machine.mu
	users int           // Boot and Fetch calls that have not returned; guarded by machine.mu
	gone  chan struct{} // closed when the last of them has
}

// errGone says that a node is down and nothing will bring it back.
var errGone = errors.New("the node is down for good")

func newMachine(n scenario.Node, store *workload.Store) *machine {
	return &machine{node: n, store: store, turned: make(chan struct{}), link: n.Link, best: n.Link}
}

// boot makes the node present and up: its software runs as soon as what is left
// of its last life has ended, until the trial is over or it is halted. m.mu is
// held.
func (s *session) boot(m *machine) {
	before := m.life
	l := &life{users: 1, gone: make(chan struct{})}
	l.ctx, l.end = context.WithCancelCause(s.bootCtx)
	m.life, m.present, m.up = l, true, true
	m.turn()
	s.boots.Go(func() {
		defer l.end(nil)
		if before != nil {
			<-before.gone
		}
		ran := s.revive(m, l)
		if ran {
			s.software(m, l)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if ran {
			s.retired(m)
		}
		s.release(m, l)
	})
}

// software is one node's until its life ends; that it ends before is an error.
func (s *session) software(m *machine, l *life) {
	s.spec.Monitor.beats.Add(1)
	err := s.dep.Boot(l.ctx, m.node.Name)
	s.spec.Monitor.beats.Add(1)
	m.mu.Lock() // who halts it cuts its wire first, and both while holding this
	over := l.ctx.Err() != nil
	m.mu.Unlock()
	if over {
		return
	}
	if err == nil {
		err = errors.New("it returned before it was stopped")
	}
	s.abort(fmt.Errorf("the software of %s ended: %w", m.node.Name, err))
}

// retired records that the node's software has ended; m.mu is held.
func (s *session) retired(m *machine) {
	if m.left != "" && s.bootCtx.Err() == nil {
		s.recorder.Leave(m.node.Name, m.left)
	} else {
		s.recorder.Down(m.node.Name)
	}
}

// revive connects the node to the wire again. It is false if the node was taken
// down meanwhile.
func (s *session) revive(m *machine, l *life) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.ctx.Err() != nil {
		return false
	}
	if m.severed {
		s.wire.Restart(m.node.Name)
		m.severed = false
	}
	m.down, l.begun = "", true
	m.turn()
	s.recorder.Up(m.node.Name)
	return true
}

// release says that a Boot or Fetch of a life has returned; m.mu is held.
func (s *session) release(m *machine, l *life) {
	if l.users--; l.users > 0 {
		return
	}
	if m.wipe {
		s.erase(m)
	}
	close(l.gone)
}

// erase empties the node's disk; m.mu is held.
func (s *session) erase(m *machine) {
	m.wipe = false
	m.store.Wipe()
	s.recorder.Wiped(m.node.Name)
}

// halt takes the node down. Whoever waits for its software or its fetches sees
// them end. m.mu is held.
func (s *session) halt(m *machine, verb string) {
	name := m.node.Name
	if m.paused && verb == fault.Leave {
		s.breaker.Resume(name) // to say goodbye
	}
	if verb != fault.Leave {
		m.severed = true
		s.recorder.Down(name) // what its software still says is not heard
	}
	switch verb {
	case fault.Kill:
		s.wire.Kill(name)
	case fault.PowerOff:
		s.breaker.PowerOff(name)
	}
	m.down = fmt.Sprintf("%s at %.3f s", verb, s.now().Seconds())
	m.stop(m.down)
}

// depart lets the node leave the trial by itself, and for good.
func (s *session) depart(m *machine, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.present, m.left = false, why
	if m.life.users == 0 {
		s.recorder.Leave(m.node.Name, why) // it was down
	}
	if m.up {
		m.stop(why)
	}
}

// stop ends the life of a node that is up; m.mu is held.
func (m *machine) stop(why string) {
	m.up, m.paused = false, false
	m.life.end(departure(why))
	m.turn()
}

// turn wakes who waits for the node to be up; m.mu is held.
func (m *machine) turn() {
	close(m.turned)
	m.turned = make(chan struct{})
}

// settle is how long, in the trial's own time, a node is down before anybody
// asks whether it will come back: what took it down may be about to say so.
const settle = time.Millisecond

// join waits until the node's software runs and takes part in that life, which
// the caller must release. It returns errGone if nothing will bring the node
// back, and why it is down if ctx ends first.
func (s *session) join(ctx context.Context, m *machine) (*life, error) {
	t := time.NewTimer(settle)
	defer t.Stop()
	for {
		m.mu.Lock()
		turned := m.turned
		if m.up && m.life.begun && m.life.users > 0 && ctx.Err() == nil {
			l := m.life
			l.users++
			m.mu.Unlock()
			return l, nil
		}
		m.mu.Unlock()
		select {
		case <-ctx.Done():
			if why := m.why(); why != "" {
				return nil, fmt.Errorf("the node was down: %s", why)
			}
			return nil, ctx.Err()
		case <-turned:
		case <-t.C:
			if !m.rises() && !s.mayReturn(m.node.Name) {
				return nil, errGone
			}
			t.Reset(pollEvery)
		}
	}
}

// rises says that the node is up, or will be when its last life has ended.
func (m *machine) rises() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.up
}

// why says what took the node down.
func (m *machine) why() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.down
}

// asked notes that a file was requested on the node.
func (m *machine) asked(file string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.files {
		if f == file {
			return
		}
	}
	m.files = append(m.files, file)
}
