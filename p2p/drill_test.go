package p2p

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim"
	"versus/sim/scenario"
)

// drill is a swarm in which everybody asks for one file at 0, and that disasters
// befall.
type drill struct {
	*bench
	t     *testing.T
	began time.Time

	mu      sync.Mutex // guards what follows
	done    map[string]time.Duration
	failed  map[string]error
	fetches sync.WaitGroup
}

// run lets the case's peers but those that are late fetch the file, calls script
// meanwhile, and waits for all fetches.
func (c swarmCase) drill(t *testing.T, late []string, script func(d *drill)) (d *drill) {
	t.Helper()
	c.withBench(t, nil, func(b *bench) {
		d = &drill{bench: b, t: t, began: time.Now(), done: map[string]time.Duration{}, failed: map[string]error{}}
		for _, n := range b.nodes[1:] {
			if !slices.Contains(late, n) {
				d.ask(n)
			}
		}
		script(d)
		d.fetches.Wait()
	})
	return d
}

// ask starts to fetch the file on a node.
func (d *drill) ask(node string) {
	d.fetches.Go(func() {
		err := d.d.Fetch(d.ctx, node, "file")
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.failed, node)
		if err != nil {
			d.failed[node] = err
			return
		}
		assert.True(d.t, d.stores[node].Complete("file"), node)
		d.done[node] = time.Since(d.began)
	})
}

// until sleeps until the instant.
func (d *drill) until(at time.Duration) { time.Sleep(time.Until(d.began.Add(at))) }

// stop takes nodes down: their process dies, or their power goes.
func (d *drill) stop(take func(*sim.Bench, string), nodes ...string) {
	for _, n := range nodes {
		take(d.net, n)
	}
	for _, n := range nodes {
		d.boots[n]()
	}
	sim.Settle()
}

// start brings nodes back; those that had not finished go on.
func (d *drill) start(nodes ...string) {
	for _, n := range nodes {
		d.net.Restart(n)
		d.boot(n)
		d.mu.Lock()
		finished := d.done[n] > 0
		d.mu.Unlock()
		if n != scenario.Origin && !finished {
			d.ask(n)
		}
	}
}

// makespan returns when the last of the nodes had the file, and fails the test if
// one has not.
func (d *drill) makespan(but ...string) (last time.Duration) {
	d.t.Helper()
	for _, n := range d.nodes[1:] {
		if slices.Contains(but, n) {
			continue
		}
		at, ok := d.done[n]
		if !assert.True(d.t, ok, "%s: %v", n, d.failed[n]) {
			d.t.Log(strings.Join(d.about(n), "\n"))
		}
		last = max(last, at)
	}
	return last
}

// about returns the log of a node, or all of it.
func (d *drill) about(what string) (lines []string) {
	for _, line := range d.log {
		if strings.Contains(line, what) {
			lines = append(lines, line)
		}
	}
	return lines[:min(len(lines), 60)]
}

// some draws a share of the nodes, the origin not among them.
func some(nodes []string, share float64, seed uint64) []string {
	peers := slices.Clone(nodes[1:])
	r := rand.New(rand.NewPCG(seed, 99))
	r.Shuffle(len(peers), func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	return peers[:int(share*float64(len(peers))+0.5)]
}

// spareable says whether every piece is held beside the origin and the node.
func (d *drill) spareable(node string) bool {
	for i := range d.files["file"].manifest.NumPieces() {
		if !slices.ContainsFunc(d.nodes[1:], func(n string) bool { return n != node && d.stores[n].Has("file", i) }) {
			return false
		}
	}
	return true
}

// untilCopied waits until every piece is held by someone beside the origin.
func (d *drill) untilCopied() {
	pieces := d.files["file"].manifest.NumPieces()
	for {
		d.lab.mu.Lock()
		n := len(d.fresh)
		d.lab.mu.Unlock()
		if n >= pieces {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
