package p2p

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// memory is canonical content held in memory.
type memory map[string]*memoryFile

type memoryFile struct {
	manifest *workload.Manifest
	data     []byte
}

func (m memory) Manifest(file string) (*workload.Manifest, error) {
	if f := m[file]; f != nil {
		return f.manifest, nil
	}
	return nil, workload.ErrUnknownFile
}

func (m memory) Piece(file string, i int) ([]byte, error) {
	f := m[file]
	if f == nil {
		return nil, workload.ErrUnknownFile
	}
	at := i * f.manifest.PieceSize
	return f.data[at : at+f.manifest.PieceLen(i)], nil
}

// add makes a file of random bytes.
func (m memory) add(name string, size, pieceSize int) {
	r := rand.NewChaCha8(sha256.Sum256([]byte(name)))
	data := make([]byte, size)
	r.Read(data)
	mf := &workload.Manifest{File: name, Size: int64(size), PieceSize: pieceSize, SHA256: sha256.Sum256(data)}
	for at := 0; at < size; at += pieceSize {
		mf.Pieces = append(mf.Pieces, sha256.Sum256(data[at:min(at+pieceSize, size)]))
	}
	m[name] = &memoryFile{manifest: mf, data: data}
}

// lab is the content, stores and record of one trial.
type lab struct {
	nodes  []string
	files  memory
	stores map[string]*workload.Store
	start  time.Time

	mu       sync.Mutex // guards what follows
	verified int64      // bytes
	wasted   int64
	reasons  map[string]int64
	events   map[string]int
	log      []string
	from     map[string]int64 // verified bytes by sender
	fresh    map[string]time.Duration
}

func newLab(files memory, nodes []string) *lab {
	l := &lab{nodes: nodes, files: files, stores: map[string]*workload.Store{}, start: time.Now(),
		reasons: map[string]int64{}, events: map[string]int{}, from: map[string]int64{}, fresh: map[string]time.Duration{}}
	for _, n := range nodes {
		l.stores[n] = workload.NewStore(n, files, l)
	}
	for name := range files {
		if err := l.stores[scenario.Origin].Fill(name); err != nil {
			panic(err)
		}
	}
	return l
}

func (l *lab) Nodes() []string                   { return l.nodes }
func (l *lab) Store(node string) *workload.Store { return l.stores[node] }
func (l *lab) Event(node, kind, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events[kind]++
	l.log = append(l.log, fmt.Sprintf("%v %s %s: %s", time.Since(l.start), node, kind, detail))
}

// count returns how many events of the kind there were.
func (l *lab) count(kind string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[kind]
}

// wastedFor returns the bytes that were wasted for the reason.
func (l *lab) wastedFor(reason string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reasons[reason]
}

// sentBy returns the bytes from the node that were verified elsewhere.
func (l *lab) sentBy(node string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from[node]
}

func (l *lab) Verified(node, file string, piece, bytes int, from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.verified += int64(bytes)
	l.from[from] += int64(bytes)
	key := fmt.Sprint(file, piece)
	if _, ok := l.fresh[key]; !ok {
		l.fresh[key] = time.Since(l.start)
	}
}

func (l *lab) Wasted(node, file string, bytes int, from, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wasted += int64(bytes)
	l.reasons[reason] += int64(bytes)
}

// defaults returns the options with their defaults, changed by set.
func defaults(set scenario.Options) scenario.Options {
	o := scenario.Options{}
	for _, opt := range Kind().Options {
		o[opt.Name] = opt.Default
	}
	for k, v := range set {
		o[k] = v
	}
	return o
}

// group is a number of equal peers.
type group struct {
	name  string
	count int
	link  sim.Link
}

// swarmCase is one experiment on the bench: everybody asks for one file at 0.
type swarmCase struct {
	name    string
	origin  sim.Link
	groups  []group
	size    int
	piece   int
	seed    uint64
	options scenario.Options
	lie     []string // nodes whose pieces are corrupt
}

// swarmResult is what it measured.
type swarmResult struct {
	makespan, bound float64 // seconds
	ratio           float64
	lastFresh       float64 // seconds until every piece was held by someone beside the origin
	originCopies    float64 // copies of the file that the origin's pieces amount to
	wasted          float64 // share of the file bytes
	overhead        float64 // stream bytes received over file bytes, downloaders
	wall            time.Duration
	heap            uint64
	events          map[string]int
	reasons         map[string]int64
	log             []string
	done            []time.Duration // by node, sorted
}

func (r swarmResult) String() string {
	return fmt.Sprintf("%.2fs / %.2fs = %.3f, spread %.2fs, origin x%.2f, wasted %.2f%%, overhead %.3f, wall %v, heap %d MiB, first done %.2fs, events %v %v",
		r.makespan, r.bound, r.ratio, r.lastFresh, r.originCopies, 100*r.wasted, r.overhead, r.wall.Round(10*time.Millisecond), r.heap>>20,
		r.done[0].Seconds(), r.events, r.reasons)
}

// fluidBound is the P2P bound of Kurose and Ross for all at once, in seconds.
func (c swarmCase) fluidBound() float64 {
	bits := float64(c.size) * 8
	var up, n float64
	up = float64(c.origin.Uplink)
	slowest := 0.0
	for _, g := range c.groups {
		n += float64(g.count)
		up += float64(g.count) * float64(g.link.Uplink)
		slowest = max(slowest, bits/float64(g.link.Downlink))
	}
	return max(bits/float64(c.origin.Uplink), slowest, n*bits/up)
}

// nodes names the case's nodes, the origin first.
func (c swarmCase) nodes() []string {
	nodes := []string{scenario.Origin}
	for _, g := range c.groups {
		for i := range g.count {
			nodes = append(nodes, fmt.Sprintf("%s-%d", g.name, i+1))
		}
	}
	return nodes
}

// network makes the case's bench.
func (c swarmCase) network() *sim.Bench {
	b := sim.New(sim.Config{Seed: c.seed})
	must(b.AddNode(scenario.Origin, c.origin))
	for _, g := range c.groups {
		for i := range g.count {
			must(b.AddNode(fmt.Sprintf("%s-%d", g.name, i+1), g.link))
		}
	}
	return b
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// run runs the experiment in virtual time.
func (c swarmCase) run(tb testing.TB) (r swarmResult) {
	files := memory{}
	files.add("file", c.size, c.piece)
	nodes := c.nodes()
	r.bound = c.fluidBound()
	began := time.Now()
	var failure error
	sim.Virtual(func() {
		b := c.network()
		l := newLab(files, nodes)
		d := deploy(tb, b, l, c.options, c.seed)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Hour)
		stop := boot(ctx, d, nodes)
		var fetches sync.WaitGroup
		var mu sync.Mutex
		start := time.Now()
		for _, n := range nodes[1:] {
			fetches.Go(func() {
				err := d.Fetch(ctx, n, "file")
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failure = err
				}
				r.done = append(r.done, time.Since(start))
			})
		}
		fetches.Wait()
		r.makespan = time.Since(start).Seconds()
		var ms runtime.MemStats
		runtime.ReadMemStats(&ms)
		r.heap = ms.Sys
		var received int64
		for _, n := range nodes[1:] {
			received += b.Counters(n).ReceivedBytes
		}
		cancel()
		stop()
		d.Close()
		b.Close()
		total := float64(len(nodes)-1) * float64(c.size)
		r.ratio = r.makespan / r.bound
		r.originCopies = float64(l.from[scenario.Origin]) / float64(c.size)
		r.wasted = float64(l.wasted) / total
		r.overhead = float64(received) / total
		r.events, r.reasons, r.log = l.events, l.reasons, l.log
		for _, t := range l.fresh {
			r.lastFresh = max(r.lastFresh, t.Seconds())
		}
	})
	r.wall = time.Since(began)
	sort.Slice(r.done, func(i, j int) bool { return r.done[i] < r.done[j] })
	require.NoError(tb, failure, r.log[:min(len(r.log), 20)])
	return r
}

func deploy(tb testing.TB, n trial.Network, l *lab, o scenario.Options, seed uint64) trial.Deployment {
	a, err := Kind().New(defaults(o), seed)
	require.NoError(tb, err)
	d, err := a.Deploy(context.Background(), n, l, l)
	require.NoError(tb, err)
	return d
}

// boot boots the nodes; stop waits until they have ended, after ctx has.
func boot(ctx context.Context, d trial.Deployment, nodes []string) (stop func()) {
	var booted sync.WaitGroup
	for _, n := range nodes {
		booted.Go(func() { d.Boot(ctx, n) })
	}
	// Boot is up when the node is known to the deployment.
	for _, n := range nodes {
		for !isUp(d, n) {
			time.Sleep(time.Millisecond)
		}
	}
	return booted.Wait
}

func isUp(d trial.Deployment, node string) bool {
	dep := d.(*deployment)
	dep.mu.Lock()
	defer dep.mu.Unlock()
	return dep.running[node] != nil
}

const mbit = sim.Bandwidth(1_000_000)

// equal16 is the experiment with a published comparison: 16 peers, every uplink
// 10 Mbit/s.
func equal16(seed uint64) swarmCase {
	link := sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 5 * time.Millisecond}
	return swarmCase{name: "equal16", origin: link, groups: []group{{"peer", 16, link}}, size: 32 << 20, piece: 256 << 10, seed: seed}
}
