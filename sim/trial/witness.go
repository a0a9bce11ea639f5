package trial

import (
	"strings"
	"time"

	"versus/sim"
	"versus/sim/fault"
	"versus/sim/workload"
)

// Witness sees more of a trial than its result tells, for checks that trust
// neither the architecture nor the laboratory. The downloaders' stores then
// retain the bytes that arrived. Instants count from the trial's first request.
// Methods are called from the trial's goroutines, several at once; those of one
// node's pieces in their order.
type Witness interface {
	// Verified is told of each piece that a store accepted, and Wasted of file
	// bytes that one did not, as workload.Sink is.
	Verified(at time.Duration, node, file string, piece, bytes int, from string)
	Wasted(at time.Duration, node, file string, bytes int, from, reason string)
	// Wiped is told when a node's disk was erased: not before its software ended,
	// which may be later than the order.
	Wiped(at time.Duration, node string)
	// Fault is told of each order that had an effect.
	Fault(at time.Duration, o fault.Order)
	// Ended is called once, last, when every node has stopped, the deployment is
	// closed, and the time-outs of TCP have passed.
	Ended(Remains)
}

// Remains is what is left of a trial when it is over.
type Remains struct {
	Stores map[string]*workload.Store // of every node
	Bench  *sim.Remains               // nil on a real network
	// Goroutines are the stacks of those that the trial started in virtual time and
	// that have not ended; empty on a real network.
	Goroutines []string
	// Late are those at the first time when something did not return that should
	// have; empty if all did.
	Late []string
}

// sink is who is told of what arrives in a store.
func (s *session) sink() workload.Sink {
	if s.spec.Witness == nil {
		return s.recorder
	}
	return witnessed{s}
}

// witnessed tells the recorder and the witness.
type witnessed struct{ s *session }

func (w witnessed) Verified(node, file string, piece, bytes int, from string) {
	w.s.recorder.Verified(node, file, piece, bytes, from)
	w.s.spec.Witness.Verified(w.s.now(), node, file, piece, bytes, from)
}

func (w witnessed) Wasted(node, file string, bytes int, from, reason string) {
	w.s.recorder.Wasted(node, file, bytes, from, reason)
	w.s.spec.Witness.Wasted(w.s.now(), node, file, bytes, from, reason)
}

// lingerFor is longer than every time-out of TCP that a closed connection may
// still wait for.
const lingerFor = 4 * time.Hour

// testify waits, in virtual time, until nothing is left of the trial, but not for
// ever, and tells the witness what is.
func (s *session) testify() {
	if s.spec.Witness == nil {
		return
	}
	s.mu.Lock()
	r := Remains{Stores: map[string]*workload.Store{}, Late: s.late}
	s.mu.Unlock()
	for name, m := range s.machines {
		r.Stores[name] = m.store
	}
	if b, ok := s.wire.(bench); ok {
		t := time.NewTimer(0)
		defer t.Stop()
		for step := time.Second; ; step *= 2 {
			<-t.C
			sim.Settle()
			left := b.Remains()
			if r.Bench = &left; left.Nothing() || step > lingerFor {
				break
			}
			t.Reset(step)
		}
		r.Goroutines = remaining(string(stacks()))
	}
	s.spec.Witness.Ended(r)
}

// overdue keeps the stacks for a witness: something does not return.
func (s *session) overdue() {
	if s.spec.Witness == nil {
		return
	}
	all := remaining(string(stacks()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.late == nil {
		s.late = all
	}
}

// remaining finds the goroutines of virtual time that nobody waits for any more
// among the stacks of all, of which the first is the caller's.
func remaining(all string) (left []string) {
	for i, one := range strings.Split(strings.TrimSpace(all), "\n\n") {
		header, _, _ := strings.Cut(one, "\n")
		if i == 0 || !strings.Contains(header, "synctest bubble") ||
			strings.Contains(header, "[synctest.Run") || strings.Contains(one, "\ntesting/synctest.testingSynctestTest(") ||
			strings.Contains(one, "sim.(*Bench).run(") {
			continue
		}
		left = append(left, one)
	}
	return left
}
