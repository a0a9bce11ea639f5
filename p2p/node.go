package p2p

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"versus/p2p/wire"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// node is the software of one booted node. Its state is guarded by one mutex,
// which is never held across a read, a write or any other wait: readers take
// it to apply a message, writers to learn what to send.
type node struct {
	dep    *deployment
	name   string
	self   identity
	origin bool
	store  *workload.Store

	ctx    context.Context // ends with the node's boot
	cancel context.CancelFunc
	member context.Context // ends before, when the node begins to leave
	leave  context.CancelFunc
	work   sync.WaitGroup // every goroutine of the node

	mu      sync.Mutex // guards what follows and all shares and sessions
	closed  bool
	host    *openedHost // nil until the node has reason to speak
	shares  map[string]*share
	strikes map[peer.ID]int
	uploads uploads
}

func newNode(ctx context.Context, d *deployment, name string, id identity) *node {
	n := &node{
		dep: d, name: name, self: id, origin: isOrigin(name), store: d.content.Store(name),
		shares: map[string]*share{}, strikes: map[peer.ID]int{},
	}
	n.uploads.slots = newSlots(d.settings.slots)
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.member, n.leave = context.WithCancel(n.ctx)
	return n
}

// resume starts what a node does without being asked: the origin serves, and a
// peer that shared files before it was restarted shares them again.
func (n *node) resume(files []string) error {
	if n.origin {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.open()
	}
	if n.dep.settings.leave {
		return nil
	}
	for _, f := range files {
		if n.store.Complete(f) {
			if _, err := n.join(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// open makes the node's host, once; mu is held.
func (n *node) open() error {
	if n.host != nil {
		return nil
	}
	if n.closed {
		return fmt.Errorf("%s: %w", n.name, errStopped)
	}
	h, err := openHost(n.dep.network, n.name, n.self, n.dep.settings.plaintext)
	if err != nil {
		return err
	}
	n.host = h
	n.handle(wire.Pieces, n.servePieces)
	n.handle(wire.ManifestID, n.serveManifest)
	if n.origin {
		n.handle(wire.Rendezvous, n.serveRendezvous)
	}
	n.work.Go(n.watch)
	return nil
}

// handle registers what serves a protocol. The goroutine that serves a stream
// belongs to the node.
func (n *node) handle(id protocol.ID, serve func(network.Stream)) {
	n.host.SetStreamHandler(id, func(s network.Stream) {
		n.mu.Lock()
		if n.closed {
			n.mu.Unlock()
			s.Reset()
			return
		}
		n.work.Add(1)
		n.mu.Unlock()
		defer n.work.Done()
		serve(s)
	})
}

// spawn runs f in a goroutine of the node, unless the node is closing.
func (n *node) spawn(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.work.Go(f)
	}
}

// fetch returns when the node holds the whole file.
func (n *node) fetch(ctx context.Context, file string) error {
	sh, err := n.join(file)
	if err != nil {
		return fmt.Errorf("fetching %s on %s: %w", file, n.name, err)
	}
	select {
	case <-sh.done:
		n.mu.Lock()
		err = sh.failure
		n.mu.Unlock()
	case <-ctx.Done():
		err = ctx.Err()
	case <-n.ctx.Done():
		err = errStopped
	}
	if err == nil {
		return nil
	}
	if m := n.store.Manifest(file); m != nil {
		return fmt.Errorf("fetching %s on %s: %d of %d pieces are missing: %w",
			file, n.name, m.NumPieces()-n.store.Count(file), m.NumPieces(), err)
	}
	return fmt.Errorf("fetching %s on %s: no manifest: %w", file, n.name, err)
}

// join makes the node a member of the file's swarm, or returns what it is
// already.
func (n *node) join(file string) (*share, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, errStopped
	}
	if sh := n.shares[file]; sh != nil && sh.failure == nil {
		return sh, nil
	}
	if err := n.open(); err != nil {
		return nil, err
	}
	sh := newShare(n, file)
	n.shares[file] = sh
	if m := n.store.Manifest(file); m != nil {
		sh.begin(m)
	}
	if !n.origin {
		n.work.Go(sh.run)
	}
	return sh, nil
}

// watch looks after what is late until the node closes.
func (n *node) watch() {
	tick := time.NewTicker(tickInterval)
	defer tick.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case now := <-tick.C:
			n.mu.Lock()
			n.tick(now)
			n.mu.Unlock()
		}
	}
}

// close ends everything that the node started and waits for it.
func (n *node) close() {
	n.cancel()
	n.mu.Lock()
	n.closed = true
	for _, sh := range n.shares {
		for _, s := range slices.Clone(sh.sessions) {
			s.end(endReset)
		}
	}
	h := n.host
	n.mu.Unlock()
	if h != nil {
		h.Close()
	}
	n.work.Wait()
}

// event records something notable.
func (n *node) event(kind, format string, args ...any) {
	if r := n.dep.recorder; r != nil {
		r.Event(n.name, kind, fmt.Sprintf(format, args...))
	}
}

// originInfo returns where the origin is.
func (n *node) originInfo() (peer.AddrInfo, error) {
	addr, err := multiaddrOf(n.dep.network.Addr(scenario.Origin))
	if err != nil {
		return peer.AddrInfo{}, err
	}
	return addrInfo(n.dep.identities[scenario.Origin].id, addr), nil
}

// strike charges a corrupt piece to its sender and says whether that was one
// too many; mu is held.
func (n *node) strike(p peer.ID, file string, piece int) (banned bool) {
	n.strikes[p]++
	n.event("strike", "%s sent a corrupt piece %d of %s: strike %d of %d", n.dep.label(p), piece, file, n.strikes[p], maxStrikes)
	if n.strikes[p] == maxStrikes {
		n.event("ban", "%s sent %d corrupt pieces", n.dep.label(p), maxStrikes)
	}
	return n.strikes[p] >= maxStrikes
}

func (n *node) banned(p peer.ID) bool { return n.strikes[p] >= maxStrikes }
