package fault

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"versus/sim/scenario"
)

// PollEvery is how often, in the trial's own time, conditions are looked at and
// completed nodes are noticed.
const PollEvery = 100 * time.Millisecond

// Config is what an engine is made of.
type Config struct {
	Scenario *scenario.Scenario // resolved, of the trial's sweep point
	Nodes    []scenario.Node    // of the trial, the origin first
	Seed     uint64             // of the trial
	Inputs   map[string][]byte  // what the files of Scenario.FaultInputs hold, by path

	// Print takes what scripts print, one line at a time, with its position; nil
	// drops it. It is called by Run's goroutine.
	Print func(line string)
}

// Engine carries out the faults of one trial. Methods are safe for concurrent
// use; Run is called once.
type Engine struct {
	cfg     Config
	limit   time.Duration // nothing happens from then on
	names   []string
	members map[string][]int // the nodes of everything that a selector can name, in order
	index   map[string]int   // of a node
	entries []*entry
	queue   queue // of Run's goroutine
	world   World // set by Run

	mu       sync.Mutex // guards plan, live, what is spent of entries, and finished
	plan     *state
	live     *state
	finished bool
}

// New prepares the faults of a trial: it parses traces, draws churn and compiles
// scripts. Errors name the file and the line, or the entry of faults.
func New(cfg Config) (*Engine, error) {
	e := &Engine{
		cfg: cfg, limit: time.Duration(cfg.Scenario.TimeLimit),
		members: map[string][]int{}, index: map[string]int{},
	}
	for _, g := range cfg.Scenario.Network.Peers {
		e.members[g.Name] = nil // also where nobody of it arrives
	}
	for i, n := range cfg.Nodes {
		e.names = append(e.names, n.Name)
		e.index[n.Name] = i
		e.members[n.Name] = []int{i}
	}
	for i, n := range cfg.Nodes {
		e.members[scenario.All] = append(e.members[scenario.All], i)
		if i > 0 {
			e.members[scenario.NetworkPeers] = append(e.members[scenario.NetworkPeers], i)
			e.members[n.Group] = append(e.members[n.Group], i)
		}
	}
	e.plan, e.live = newState(e.names), newState(e.names)
	faults := cfg.Scenario.Faults
	for i, named := range nameStreams(faults, cfg.Seed) {
		en, err := e.entry(i, faults[i], named)
		if err != nil {
			return nil, err
		}
		e.entries = append(e.entries, en)
	}
	return e, nil
}

// Run carries out the faults until ctx ends or nothing is left to do. It
// starts no goroutine and returns nil, or the error of an order or a script,
// with its position.
func (e *Engine) Run(ctx context.Context, w World) error {
	e.world = w
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.finished = true
	}()
	for _, en := range e.entries {
		en.start()
	}
	e.poll()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for e.queue.Len() > 0 {
		for now := w.Now(); e.queue.next() <= now; {
			if ctx.Err() != nil {
				return nil
			}
			due := e.queue.pop()
			if err := due.do(due.at); err != nil {
				return err
			}
		}
		next := e.queue.next()
		if next == never {
			break
		}
		timer.Reset(next - w.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
	}
	return nil
}

// at puts something into the queue, unless the trial is over by then. What is
// late already happens now.
func (e *Engine) at(t time.Duration, do func(at time.Duration) error) bool {
	if t >= e.limit {
		return false
	}
	e.queue.push(t, do)
	return true
}

// poll looks at conditions and completed nodes from now on, as long as any
// entry waits for them.
func (e *Engine) poll() {
	var look func(at time.Duration) error
	look = func(at time.Duration) error {
		waits := false
		for _, en := range e.entries {
			again, err := en.poll(at)
			if err != nil {
				return err
			}
			waits = waits || again
		}
		if waits {
			e.at(at+PollEvery, look)
		}
		return nil
	}
	if slices.ContainsFunc(e.entries, (*entry).polls) {
		e.at(0, look)
	}
}

// runState is what conditions look at.
func (e *Engine) runState(at time.Duration) scenario.RunState {
	p := e.world.Progress()
	return scenario.RunState{
		Time: at, Delivered: p.DeliveredBytes, Wanted: p.WantedBytes,
		Online: p.Online, Nodes: len(e.names), Completed: p.Completed, Asked: p.Requested,
	}
}

// do carries out an action: on the nodes of planned in the plan, and in the run
// on the act's own. It returns how many orders had an effect.
func (e *Engine) do(by *instance, a act, planned []int) (hits int, err error) {
	by.nodes = distinct(slices.Concat(by.nodes, a.nodes, planned))
	e.mu.Lock()
	if len(planned) > 0 {
		plan := a
		plan.nodes = planned
		e.plan.begin(by, plan)
	}
	orders := e.live.begin(by, a)
	e.mu.Unlock()
	if by.ends != never {
		e.at(by.ends, func(time.Duration) error { return e.end(by) })
	}
	return e.give(by, orders)
}

// end takes back what an instance did.
func (e *Engine) end(by *instance) error {
	e.mu.Lock()
	e.plan.end(by)
	orders := e.live.end(by)
	e.mu.Unlock()
	_, err := e.give(by, orders)
	return err
}

// give gives orders to the world and, unless they are a script's, tells the
// scripts of those that had an effect.
func (e *Engine) give(by *instance, orders []Order) (hits int, err error) {
	refused := "" // the node of the last order without effect
	for _, o := range orders {
		if o.Verb == Wipe && o.Node == refused {
			continue // it could not be killed for it
		}
		changed, detail, err := e.world.Apply(o)
		if err != nil {
			return hits, fmt.Errorf("%s: %s of %s: %w", o.Cause, o.Verb, o.Target(), err)
		}
		if !changed {
			if refused = o.Node; refused != "" {
				e.mu.Lock()
				e.live.forget(by, o.Verb, e.index[o.Node])
				e.mu.Unlock()
			}
			continue
		}
		hits++
		if by.by != nil {
			continue
		}
		for _, en := range e.entries {
			if err := en.script.onFault(e.world.Now(), o, detail); err != nil {
				return hits, err
			}
		}
	}
	return hits, nil
}

// MayReturn says whether anything still to come within the time limit could
// bring a node back that a fault took down: the end of every fault that holds
// it, or a restart, by the clock, by a condition or by a script. It is false
// for a node that no fault holds down, and after Run.
func (e *Engine) MayReturn(node string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	i, ok := e.index[node]
	if !ok {
		panic(fmt.Sprintf("fault: there is no node %q", node))
	}
	holds := e.live.nodes[i].down
	if e.finished || len(holds) == 0 {
		return false
	}
	if !slices.ContainsFunc(holds, func(by *instance) bool { return by.ends >= e.limit }) {
		return true
	}
	return slices.ContainsFunc(e.entries, func(en *entry) bool { return !en.spent && en.restarts(i) })
}

// Warnings lists the faults that found no target or did not fire, one line
// each, once Run has returned.
func (e *Engine) Warnings() []string {
	var all []string
	for _, en := range e.entries {
		for _, text := range []string{en.note, en.warning()} {
			if text != "" {
				all = append(all, en.name+": "+text)
			}
		}
	}
	return all
}
