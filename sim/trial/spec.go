package trial

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"versus/sim"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// Networks that a trial runs over.
const (
	Virtual     = "virtual"  // the bench, in virtual time
	LoopbackNet = "loopback" // this machine's own sockets, in real time
)

// DefaultStallAfter is how long, in real time, nothing may happen on the bench
// before a trial counts as stalled.
const DefaultStallAfter = 10 * time.Second

// Spec is one trial to run. The scenario is that of the trial's sweep point:
// its sweep is applied already.
type Spec struct {
	Key      measure.TrialKey
	Network  string // Virtual or LoopbackNet
	Scenario *scenario.Scenario
	Nodes    []scenario.Node // the origin first
	Requests []workload.Request
	Content  *workload.Content
	Kind     Kind
	Options  scenario.Options // of the architecture
	// Inputs is what the files hold that the scenario's faults name, by path.
	Inputs map[string][]byte

	// Hashing, if not nil, counts what the stores hash, and may help them.
	Hashing *workload.Hashing
	// Witness, if not nil, sees more of the trial than its result tells.
	Witness Witness
	// Monitor, if not nil, is filled while the trial runs.
	Monitor *Monitor
	// StallAfter is real time; 0 means DefaultStallAfter.
	StallAfter time.Duration
	// Stuck is called, from any goroutine, when the trial cannot be brought to
	// an end: reason in one line, stacks of all goroutines. It should end the
	// process. If it is nil or returns, a trial in virtual time panics or hangs.
	Stuck func(reason string, stacks []byte)
}

// Monitor lets another goroutine, also one outside virtual time, watch a trial
// and stop it. The zero value is ready; use one per trial. Methods are safe for
// concurrent use.
type Monitor struct {
	stop     atomic.Bool
	elapsed  atomic.Int64 // nanoseconds since the first request
	beats    atomic.Uint64
	total    atomic.Int64 // file bytes that all requests need
	bench    atomic.Pointer[sim.Bench]
	recorder atomic.Pointer[measure.Recorder]
}

// Progress is how far a trial has come.
type Progress struct {
	VirtualS float64 `json:"virtual_s"` // since the first request
	Fraction float64 `json:"fraction"`  // delivered file bytes over those asked for, 0 to 1
	Complete int     `json:"complete"`  // requests completed
}

// Stop asks the trial to end early, which it does within a quarter of a second
// of its own time. Its result then has an error.
func (m *Monitor) Stop() { m.stop.Store(true) }

// Progress returns how far the trial has come.
func (m *Monitor) Progress() Progress {
	p := Progress{VirtualS: time.Duration(m.elapsed.Load()).Seconds()}
	if r := m.recorder.Load(); r != nil {
		p.Complete = r.Completed()
		if total := m.total.Load(); total > 0 {
			p.Fraction = min(1, float64(r.Delivered())/float64(total))
		}
	}
	return p
}

// Operations counts what happens on the network and in the trial, events of the
// bench first of all. It may be read at any time from anywhere.
func (m *Monitor) Operations() uint64 {
	n := m.beats.Load()
	if b := m.bench.Load(); b != nil {
		n += b.Progress()
	}
	return n
}

// check reports a Spec that no trial can be made of.
func (s *Spec) check() error {
	switch {
	case s.Network != Virtual && s.Network != LoopbackNet:
		return fmt.Errorf("network %q is unknown; use %s or %s", s.Network, Virtual, LoopbackNet)
	case len(s.Nodes) < 2 || s.Nodes[0].Name != scenario.Origin:
		return errors.New("a trial needs the origin as its first node, and a peer")
	case len(s.Requests) == 0:
		return errors.New("a trial needs a request")
	case s.Content == nil || s.Kind.New == nil:
		return errors.New("a trial needs content and an architecture")
	case s.Scenario.TimeLimit <= 0:
		return fmt.Errorf("time_limit: %v is not above 0", s.Scenario.TimeLimit)
	}
	if err := CheckFaults(s.Network, s.Scenario); err != nil {
		return err
	}
	peers := s.downlinks()
	delete(peers, scenario.Origin)
	for i, r := range s.Requests {
		if r.ID != i {
			return fmt.Errorf("request %d has id %d", i, r.ID)
		}
		if _, ok := peers[r.Node]; !ok {
			return fmt.Errorf("request %d: there is no peer %q", i, r.Node)
		}
	}
	return nil
}

// downlinks maps each node to its downlink in bit/s.
func (s *Spec) downlinks() map[string]float64 {
	down := make(map[string]float64, len(s.Nodes))
	for _, n := range s.Nodes {
		down[n.Name] = float64(n.Link.Downlink)
	}
	return down
}

// visitors are the nodes that come with their request.
func (s *Spec) visitors() map[string]bool {
	visitors := map[string]bool{}
	for _, r := range s.Requests {
		if r.Visit != nil {
			visitors[r.Node] = true
		}
	}
	return visitors
}

func (s *Spec) nodeNames() []string {
	names := make([]string, len(s.Nodes))
	for i, n := range s.Nodes {
		names[i] = n.Name
	}
	return names
}

// sizes maps the catalog's files to their bytes.
func (s *Spec) sizes() (map[string]int64, error) {
	sizes := map[string]int64{}
	for _, f := range s.Content.Files() {
		m, err := s.Content.Manifest(f)
		if err != nil {
			return nil, err
		}
		sizes[f] = m.Size
	}
	return sizes, nil
}
