package fault_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"versus/sim/fault"
	"versus/sim/scenario"
)

// world is a trial without a workload: it keeps what orders make of its nodes,
// and is strict about what an order must look like.
type world struct {
	t     require.TestingT
	e     *fault.Engine
	began time.Time
	nodes []fault.NodeState
	index map[string]int
	plain map[string]scenario.Link // of the scenario
	log   []string                 // one line for each order that had an effect
	cuts  map[string]int           // directed pairs
	wrong map[string]float64
	rides map[string]bool
	lost  map[string]bool // down, and MayReturn said that it stays so

	arrives     map[string]time.Duration // of nodes that are not there from the start
	ineffective []string                 // orders that changed nothing
	pieces      func(node string, at time.Duration) int
	rarest      string
	wanted      int64
	refuse      string // a verb that the trial cannot carry out
}

const pieces = 100

func newWorld(t require.TestingT, nodes []scenario.Node) *world {
	w := &world{
		t: t, began: time.Now(), index: map[string]int{}, plain: map[string]scenario.Link{}, cuts: map[string]int{},
		wrong: map[string]float64{}, rides: map[string]bool{}, lost: map[string]bool{}, wanted: pieces * int64(len(nodes)-1),
		pieces: func(string, time.Duration) int { return 0 },
	}
	for _, n := range nodes {
		w.nodes = append(w.nodes, fault.NodeState{Name: n.Name, Group: n.Group, Present: true, Up: true, Link: n.Link, Wanted: pieces})
		w.plain[n.Name] = n.Link
		w.index[n.Name] = len(w.nodes) - 1
	}
	return w
}

func (w *world) Now() time.Duration { return time.Since(w.began) }

func (w *world) Nodes() []fault.NodeState {
	all := slices.Clone(w.nodes)
	for i := range all {
		n := &all[i]
		n.Pieces = min(pieces, w.pieces(n.Name, w.Now()))
		if i == 0 {
			n.Pieces = pieces
		}
		n.Complete = n.Pieces == n.Wanted
		n.Present = w.Now() >= w.arrives[n.Name]
		n.OnlyHolderOfRarest = n.Up && n.Name == w.rarest
	}
	return all
}

func (w *world) Progress() fault.Progress {
	p := fault.Progress{WantedBytes: w.wanted, Requested: len(w.nodes) - 1}
	for i, n := range w.Nodes() {
		if n.Up {
			p.Online++
		}
		if i > 0 {
			p.DeliveredBytes += int64(n.Pieces)
			if n.Complete {
				p.Completed++
			}
		}
	}
	return p
}

func (w *world) find(name string) *fault.NodeState {
	i, ok := w.index[name]
	require.True(w.t, ok, "node %q", name)
	return &w.nodes[i]
}

// Apply implements fault.World.
func (w *world) Apply(o fault.Order) (bool, string, error) {
	if o.Verb == w.refuse {
		return false, "", fmt.Errorf("%s is not supported here", o.Verb)
	}
	changed := w.apply(o)
	line := fmt.Sprintf("%v %s %s (%s)", w.Now(), o.Verb, o.Target(), o.Cause)
	if o.Link != nil {
		line = fmt.Sprintf("%v %s %s to %s (%s)", w.Now(), o.Verb, o.Target(), o.Link, o.Cause)
	}
	if o.Share > 0 {
		line = fmt.Sprintf("%v %s %s at %v (%s)", w.Now(), o.Verb, o.Target(), o.Share, o.Cause)
	}
	if !changed && o.Verb == fault.Disconnect { // as of a node that is down
		return false, "", nil
	}
	if !changed {
		w.ineffective = append(w.ineffective, line)
		return false, "", nil
	}
	w.log = append(w.log, line)
	return true, "", nil
}

func (w *world) apply(o fault.Order) bool {
	require.NotEmpty(w.t, o.Cause)
	switch o.Verb {
	case fault.Partition, fault.Heal:
		return w.cut(o)
	case fault.Disconnect:
		require.NotEqual(w.t, o.Node, o.Peer)
		return w.find(o.Node).Up && w.find(o.Peer).Up
	}
	n := w.find(o.Node)
	if w.Now() < w.arrives[n.Name] {
		return false
	}
	was := n.Up
	switch o.Verb {
	case fault.Kill, fault.PowerOff, fault.Leave:
		n.Up, n.Paused = false, false
		w.lost[n.Name] = w.e != nil && !w.e.MayReturn(n.Name)
		return was
	case fault.Restart:
		require.False(w.t, w.lost[n.Name], "%s was said not to return", n.Name)
		n.Up = true
		return !was
	case fault.Wipe:
		require.False(w.t, n.Up, "%s is wiped while it is up", n.Name)
		return true
	case fault.Pause:
		was = n.Paused
		n.Paused = n.Up
		return n.Up && !was
	case fault.Resume:
		was = n.Paused
		n.Paused = false
		return was
	case fault.Degrade, fault.Slow, fault.Restore:
		require.NotNil(w.t, o.Link)
		n.Link = o.Link.On(w.plain[n.Name])
		return true // be it that the slowest rate is reached
	case fault.Corrupt:
		require.Positive(w.t, o.Share)
		before := w.wrong[n.Name]
		w.wrong[n.Name] = o.Share
		return before != o.Share
	case fault.Cure:
		before := w.wrong[n.Name]
		delete(w.wrong, n.Name)
		return before > 0
	case fault.FreeRide, fault.Share:
		before := w.rides[n.Name]
		w.rides[n.Name] = o.Verb == fault.FreeRide
		return before != w.rides[n.Name]
	}
	require.Fail(w.t, "unknown verb", o.Verb)
	return false
}

func (w *world) cut(o fault.Order) bool {
	by := map[string]int{fault.Partition: 1, fault.Heal: -1}[o.Verb]
	require.NotEmpty(w.t, o.From)
	require.NotEmpty(w.t, o.To)
	for _, a := range o.From {
		require.NotContains(w.t, o.To, a)
		for _, b := range o.To {
			w.cuts[a+">"+b] += by
			require.GreaterOrEqual(w.t, w.cuts[a+">"+b], 0)
			if !o.OneWay {
				w.cuts[b+">"+a] += by
			}
		}
	}
	return true
}

// clean says that nothing is in force any more.
func (w *world) clean(t require.TestingT) {
	for _, n := range w.nodes {
		require.True(t, n.Up, "%s is up", n.Name)
		require.False(t, n.Paused, "%s is paused", n.Name)
		require.Equal(t, w.plain[n.Name], n.Link, "link of %s", n.Name)
		require.False(t, w.rides[n.Name])
	}
	require.Empty(t, w.wrong)
	for pair, n := range w.cuts {
		require.Zero(t, n, pair)
	}
}

const head = `name: test
time_limit: 10m
workload: {files: [{name: a.bin, size: 1MiB}]}
network:
  origin: {uplink: 50Mbit/s, downlink: 50Mbit/s}
  peers:
    - {name: home, count: 6, uplink: 10Mbit/s, downlink: 20Mbit/s, delay: 10ms}
    - {name: office, count: 4, uplink: 20Mbit/s, downlink: 20Mbit/s}
faults:
`

// load makes a scenario of faults, one a line, whose files are in /lab.
func load(t require.TestingT, faults ...string) *scenario.Scenario {
	s, err := scenario.Load("/lab/test.yaml", []byte(head+"  - "+strings.Join(faults, "\n  - ")+"\n"), scenario.Overrides{},
		[]scenario.Kind{{Name: "p2p"}})
	require.NoError(t, err)
	return s
}

// trial runs the faults of a scenario for a span of virtual time.
type trial struct {
	seed   uint64
	span   time.Duration // 0 for the time limit
	inputs map[string]string
	setup  func(w *world)
	print  func(string)
}

// outcome is what a run of faults did.
type outcome struct {
	*world
	err      error
	ran      time.Duration // until Run returned
	warnings []string
}

func (tr trial) engine(t require.TestingT, s *scenario.Scenario) *fault.Engine {
	inputs := map[string][]byte{}
	for name, text := range tr.inputs {
		inputs["/lab/"+name] = []byte(text)
	}
	e, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes(), Seed: tr.seed, Inputs: inputs, Print: tr.print})
	require.NoError(t, err)
	return e
}

func (tr trial) run(t *testing.T, s *scenario.Scenario) (out outcome) {
	synctest.Test(t, func(t *testing.T) { out = tr.inside(t, s) })
	return out
}

// inside runs within a bubble.
func (tr trial) inside(t require.TestingT, s *scenario.Scenario) outcome {
	e := tr.engine(t, s)
	w := newWorld(t, s.Nodes())
	w.e = e
	if tr.setup != nil {
		tr.setup(w)
	}
	span := tr.span
	if span == 0 {
		span = time.Duration(s.TimeLimit)
	}
	ctx, cancel := context.WithTimeout(context.Background(), span)
	defer cancel()
	err := e.Run(ctx, w)
	for _, n := range w.nodes {
		require.False(t, e.MayReturn(n.Name), "after the run")
	}
	return outcome{world: w, err: err, ran: w.Now(), warnings: e.Warnings()}
}
