package clientserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// memory is content held in memory. spoil may be set before use.
type memory struct {
	manifests map[string]*workload.Manifest
	data      map[string][]byte
	spoil     func(file string, i int, b []byte) ([]byte, error) // what a lying disk reads; may be nil
}

func newMemory(pieceSize int, sizes map[string]int) *memory {
	c := &memory{manifests: map[string]*workload.Manifest{}, data: map[string][]byte{}}
	for name, size := range sizes {
		b := make([]byte, size)
		src := rand.NewChaCha8(sha256.Sum256([]byte(name)))
		_, _ = src.Read(b) // never fails
		m := &workload.Manifest{File: name, Size: int64(size), PieceSize: pieceSize, SHA256: sha256.Sum256(b)}
		for i := range m.NumPieces() {
			m.Pieces = append(m.Pieces, sha256.Sum256(b[i*pieceSize:][:m.PieceLen(i)]))
		}
		c.manifests[name], c.data[name] = m, b
	}
	return c
}

func (c *memory) Manifest(file string) (*workload.Manifest, error) {
	if m := c.manifests[file]; m != nil {
		return m, nil
	}
	return nil, workload.ErrUnknownFile
}

func (c *memory) Piece(file string, i int) ([]byte, error) {
	m := c.manifests[file]
	b := c.data[file][i*m.PieceSize:][:m.PieceLen(i)]
	if c.spoil != nil {
		return c.spoil(file, i, b)
	}
	return b, nil
}

// arrivals counts what stores and the architecture report.
type arrivals struct {
	mu       sync.Mutex // guards the fields below
	verified int        // bytes
	wasted   map[string]int
	kinds    map[string]int                  // events
	order    []string                        // files, in the order their pieces were verified
	notify   func(pieces int)                // after each; may be nil
	each     func(node string)               // the same; may be nil
	noted    func(node, kind, detail string) // of each event; may be nil
	lost     func()                          // a connection; may be nil
}

func newArrivals() *arrivals {
	return &arrivals{wasted: map[string]int{}, kinds: map[string]int{}}
}

func (a *arrivals) Verified(node, file string, _, n int, _ string) {
	a.mu.Lock()
	a.verified += n
	a.order = append(a.order, file)
	count := len(a.order)
	a.mu.Unlock()
	if a.notify != nil {
		a.notify(count)
	}
	if a.each != nil {
		a.each(node)
	}
}

func (a *arrivals) Wasted(_, _ string, n int, _, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wasted[reason] += n
}

func (a *arrivals) Event(node, kind, detail string) {
	if a.noted != nil {
		a.noted(node, kind, detail)
	}
	a.mu.Lock()
	a.kinds[kind]++
	a.mu.Unlock()
	if kind == "connection-lost" && a.lost != nil {
		a.lost()
	}
}

func (a *arrivals) event(kind string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kinds[kind]
}

// catalog implements trial.Content.
type catalog struct {
	nodes  []string
	stores map[string]*workload.Store
}

func (c *catalog) Nodes() []string                   { return c.nodes }
func (c *catalog) Store(node string) *workload.Store { return c.stores[node] }

func newCatalog(served, truth *memory, clients int, a *arrivals) (*catalog, error) {
	origin := workload.NewStore(scenario.Origin, served, nil)
	for file := range served.manifests {
		if err := origin.Fill(file); err != nil {
			return nil, err
		}
	}
	c := &catalog{nodes: []string{scenario.Origin}, stores: map[string]*workload.Store{scenario.Origin: origin}}
	for i := range clients {
		node := fmt.Sprintf("home-%d", i+1)
		c.nodes = append(c.nodes, node)
		c.stores[node] = workload.NewStore(node, truth, a)
	}
	return c, nil
}

// deploy makes a deployment with the default options but security.
func deploy(n trial.Network, c trial.Content, r trial.Recorder, security string) (trial.Deployment, error) {
	k := Kind()
	o := scenario.Options{}
	for _, opt := range k.Options {
		o[opt.Name] = opt.Default
	}
	o[optionSecurity] = security
	a, err := k.New(o, 1)
	if err != nil {
		return nil, err
	}
	return a.Deploy(context.Background(), n, c, r)
}

// loopback is a trial.Network over the machine's own sockets.
type loopback struct {
	addr string // of the origin

	mu    sync.Mutex   // guards the fields below
	first net.Listener // holds the port until the first Listen
	conns []net.Conn   // accepted
	dials int          // attempts
}

func newLoopback(t *testing.T) *loopback {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &loopback{addr: l.Addr().String(), first: l}
	t.Cleanup(func() {
		if n.first != nil {
			n.first.Close()
		}
	})
	return n
}

func (n *loopback) Addr(string) string { return n.addr }

func (n *loopback) Listen(string) (net.Listener, error) {
	n.mu.Lock()
	l := n.first
	n.first = nil
	n.mu.Unlock()
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", n.addr); err != nil {
			return nil, err
		}
	}
	return &tracking{l, n}, nil
}

func (n *loopback) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	n.mu.Lock()
	n.dials++
	n.mu.Unlock()
	return (&net.Dialer{}).DialContext(ctx, "tcp", addr)
}

// kill resets every connection, as the end of a process does.
func (n *loopback) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	n.conns = nil
}

type tracking struct {
	net.Listener
	n *loopback
}

func (l *tracking) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.n.mu.Lock()
		l.n.conns = append(l.n.conns, c)
		l.n.mu.Unlock()
	}
	return c, err
}

// boot runs nodes; stop ends them and returns the first error.
func boot(d trial.Deployment, nodes ...string) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	errs := make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() { errs[i] = d.Boot(ctx, node) })
	}
	return func() error {
		cancel()
		wg.Wait()
		return errors.Join(errs...)
	}
}

// patience bounds a test over real sockets that would otherwise hang.
const patience = 30 * time.Second

// site is one server and its clients over real sockets, running.
type site struct {
	net     *loopback
	content *catalog
	seen    *arrivals
	dep     trial.Deployment
	stop    func() error
}

func newSite(t *testing.T, served, truth *memory, clients int, security string) *site {
	s := &site{net: newLoopback(t), seen: newArrivals()}
	var err error
	s.content, err = newCatalog(served, truth, clients, s.seen)
	require.NoError(t, err)
	s.dep, err = deploy(s.net, s.content, s.seen, security)
	require.NoError(t, err)
	s.stop = boot(s.dep, s.content.nodes...)
	t.Cleanup(func() {
		require.NoError(t, s.stop())
		require.NoError(t, s.dep.Close())
	})
	return s
}

func (s *site) fetch(t *testing.T, node, file string) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return s.dep.Fetch(ctx, node, file)
}

func hexOf(d workload.Digest) string { return hex.EncodeToString(d[:]) }
