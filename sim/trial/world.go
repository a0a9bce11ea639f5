package trial

import (
	"context"
	"fmt"
	"slices"
	"time"

	"versus/sim/fault"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// world is a session as its faults see it.
type world struct{ *session }

var _ fault.World = world{}

// Now implements fault.World.
func (w world) Now() time.Duration { return w.now() }

// Nodes implements fault.World.
func (w world) Nodes() []fault.NodeState {
	sole := w.recorder.SoleHolders()
	out := make([]fault.NodeState, len(w.spec.Nodes))
	for i, n := range w.spec.Nodes {
		out[i] = w.machines[n.Name].state(w.pieces)
		out[i].OnlyHolderOfRarest = sole[n.Name]
	}
	return out
}

// state is the node as faults see it. pieces is the number of pieces of each file.
func (m *machine) state(pieces map[string]int) fault.NodeState {
	m.mu.Lock()
	defer m.mu.Unlock()
	st := fault.NodeState{
		Name: m.node.Name, Group: m.node.Group,
		Present: m.present, Up: m.up, Paused: m.paused, Link: m.link,
	}
	for _, f := range m.files {
		st.Pieces += m.store.Count(f)
		st.Wanted += pieces[f]
	}
	st.Complete = st.Wanted > 0 && st.Pieces == st.Wanted
	return st
}

// Progress implements fault.World.
func (w world) Progress() fault.Progress {
	return fault.Progress{
		DeliveredBytes: w.recorder.Delivered(),
		WantedBytes:    w.spec.Monitor.total.Load(),
		Completed:      w.recorder.Completed(),
		Requested:      len(w.spec.Requests),
		Online:         w.recorder.Online(),
	}
}

// Apply implements fault.World. What had an effect is recorded.
func (w world) Apply(o fault.Order) (changed bool, detail string, err error) {
	if !supports(w.spec.Network, o.Verb) {
		return false, "", fmt.Errorf("%s: a %s network cannot %s", o.Target(), w.spec.Network, o.Verb)
	}
	if len(o.From) > 0 {
		w.part(o)
		w.record(o, "")
		return true, "", nil
	}
	m := w.machines[o.Node]
	if m == nil {
		return false, "", fmt.Errorf("%s: there is no node %q", o.Verb, o.Node)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !m.present:
		return false, "it is not there", nil
	case o.Peer != "":
		changed, detail, err = w.disconnect(o)
	case o.Link != nil:
		changed, detail, err = w.relink(m, o)
	default:
		changed, detail, err = w.act(m, o)
	}
	if changed {
		w.record(o, detail)
	}
	return changed, detail, err
}

// act carries out what concerns the node itself; m.mu is held.
func (w world) act(m *machine, o fault.Order) (changed bool, detail string, err error) {
	name := m.node.Name
	switch o.Verb {
	case fault.Kill, fault.PowerOff, fault.Leave:
		if !m.up {
			return false, "it is down already: " + m.down, nil
		}
		w.halt(m, o.Verb)
	case fault.Restart:
		if m.up {
			return false, "it is up", nil
		}
		w.boot(m)
	case fault.Wipe:
		switch {
		case m.up:
			return false, "it is up", nil
		case m.life != nil && m.life.users > 0:
			m.wipe = true // it is still stopping
		default:
			w.erase(m)
		}
	case fault.Pause:
		if !m.up || m.paused {
			return false, m.stopped(), nil
		}
		m.paused = true
		w.breaker.Pause(name)
	case fault.Resume:
		if !m.paused {
			return false, "it is not paused", nil
		}
		m.paused = false
		w.breaker.Resume(name)
	case fault.Corrupt:
		m.store.Corrupt(o.Share, workload.Stream(w.spec.Key.Seed, "trial/corrupt/"+name))
		return true, fmt.Sprintf("%v of the pieces that it serves", o.Share), nil
	case fault.Cure:
		m.store.Corrupt(0, nil)
	case fault.FreeRide:
		m.store.SetSharing(false)
	case fault.Share:
		m.store.SetSharing(true)
	default:
		return false, "", fmt.Errorf("%s: the verb %q is unknown", o.Target(), o.Verb)
	}
	return true, "", nil
}

// stopped says why a node cannot be paused; m.mu is held.
func (m *machine) stopped() string {
	if m.paused {
		return "it is paused already"
	}
	return "it is down: " + m.down
}

// part cuts or mends the ways between two sets of nodes.
func (w world) part(o fault.Order) {
	change := w.breaker.Cut
	if o.Verb == fault.Heal {
		change = w.breaker.Mend
	}
	change(o.From, o.To)
	if !o.OneWay {
		change(o.To, o.From)
	}
}

// disconnect resets the connections of a pair.
func (w world) disconnect(o fault.Order) (changed bool, detail string, err error) {
	if w.machines[o.Peer] == nil {
		return false, "", fmt.Errorf("%s: there is no node %q", o.Verb, o.Peer)
	}
	switch n := w.breaker.Disconnect(o.Node, o.Peer); n {
	case 0:
		return false, "there is no connection between them", nil
	case 1:
		return true, "1 connection", nil
	default:
		return true, fmt.Sprintf("%d connections", n), nil
	}
}

// relink gives the node's link all changes that are in force; m.mu is held.
func (w world) relink(m *machine, o fault.Order) (changed bool, detail string, err error) {
	l := o.Link.On(m.node.Link)
	if l == m.link {
		return false, "its link is like that already", nil
	}
	n := m.node
	n.Link = l
	if err := w.breaker.SetLink(n); err != nil {
		return false, "", fmt.Errorf("%s: %w", o.Verb, err)
	}
	m.link = l
	m.best.Uplink = max(m.best.Uplink, l.Uplink)
	m.best.Downlink = max(m.best.Downlink, l.Downlink)
	return true, o.Link.String(), nil
}

// record puts a fault that had an effect into the result.
func (w world) record(o fault.Order, detail string) {
	if w.spec.Witness != nil {
		w.spec.Witness.Fault(w.now(), o)
	}
	d := measure.Done{Action: o.Verb, Target: o.Target(), Detail: detail, Cause: o.Cause}
	switch o.Verb {
	case fault.Kill, fault.PowerOff, fault.Leave:
		d.Gone = []string{o.Node}
	case fault.Partition:
		d.Gone, d.From = o.From, o.To
	case fault.Restart:
		d.Ends = []string{fault.Kill, fault.PowerOff, fault.Leave}
	case fault.Heal:
		d.Ends = []string{fault.Partition}
	case fault.Corrupt:
		d.Corrupts = o.Node
	}
	d.Disrupts = !slices.Contains([]string{
		fault.Restart, fault.Heal, fault.Resume, fault.Restore, fault.Cure, fault.Share,
	}, o.Verb)
	w.recorder.Fault(d)
}

// supports says whether a network can carry out a verb: sockets of this machine
// have no links to change and no way to fall silent.
func supports(network, verb string) bool {
	return network == Virtual || slices.Contains([]string{
		fault.Kill, fault.Leave, fault.Restart, fault.Wipe,
		fault.Corrupt, fault.Cure, fault.FreeRide, fault.Share,
	}, verb)
}

// CheckFaults reports a fault of the scenario that the network cannot carry out.
// What a script is going to do shows only when it does it.
func CheckFaults(network string, s *scenario.Scenario) error {
	for i, f := range s.Faults {
		verbs := []string{f.Action}
		switch {
		case f.Churn != nil:
			verbs = []string{f.Churn.By}
		case f.Script != "":
			verbs = nil
		}
		for _, v := range verbs {
			if !supports(network, v) {
				return fmt.Errorf("faults.%d: a %s network cannot %s; use --network %s", i, network, v, Virtual)
			}
		}
	}
	return nil
}

// mayReturn asks the faults about a node that is down.
func (s *session) mayReturn(node string) bool {
	return s.engine != nil && s.engine.MayReturn(node)
}

// disturb lets the faults run until ctx ends. stop ends them, waits for that and
// hands over their warnings.
func (s *session) disturb(ctx context.Context) (stop func()) {
	if s.engine == nil {
		return func() {}
	}
	ctx, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.engine.Run(ctx, world{s}); err != nil {
			s.abort(fmt.Errorf("faults: %w", err))
		}
	}()
	return func() {
		end()
		if !s.await(done) {
			s.fail(fmt.Errorf("the faults still run %v after their context ended", s.grace))
			s.spec.stuck(s.reason().Error())
		}
	}
}

// bestNodes lists the nodes with the highest rates that their links had.
func (s *session) bestNodes() []scenario.Node {
	out := make([]scenario.Node, len(s.spec.Nodes))
	for i, n := range s.spec.Nodes {
		m := s.machines[n.Name]
		m.mu.Lock()
		out[i] = n
		out[i].Link.Uplink, out[i].Link.Downlink = m.best.Uplink, m.best.Downlink
		m.mu.Unlock()
	}
	return out
}

// resumeAll lets every paused node go on.
func (s *session) resumeAll() {
	for _, n := range s.spec.Nodes {
		m := s.machines[n.Name]
		m.mu.Lock()
		if m.paused {
			m.paused = false
			s.breaker.Resume(n.Name)
		}
		m.mu.Unlock()
	}
}
