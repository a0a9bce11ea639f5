package p2p

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
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

	mu       sync.Mutex // guards what follows and all shares and sessions
	closed   bool
	host     *openedHost // nil until the node has reason to speak
	shares   map[string]*share
	disk     *disk
	parole   map[peer.ID]time.Time // until when a sender of corrupt pieces is avoided
	lost     map[peer.ID]bool      // peers that are recorded as lost, and were not heard of since
	idle     map[string]time.Time  // connections without a stream, and since when
	trimmed  time.Time             // when they were looked at
	selfish  bool                  // it uploads nothing
	setup    time.Duration         // smoothed time that it takes to connect to a peer
	rng      *rand.Rand
	downlink inflow
	answers  answers
	uploads  uploads
}

func newNode(ctx context.Context, d *deployment, name string, id identity, disk *disk) *node {
	n := &node{
		dep: d, name: name, self: id, origin: isOrigin(name), store: d.content.Store(name),
		shares: map[string]*share{}, disk: disk, parole: map[peer.ID]time.Time{}, lost: map[peer.ID]bool{},
		idle: map[string]time.Time{}, rng: workload.Stream(d.settings.seed, "p2p/contacts/"+name),
	}
	n.uploads.origin, n.uploads.slots = n.origin, newSlots(d.settings.slots)
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.member, n.leave = context.WithCancel(n.ctx)
	return n
}

// resume starts what a node does without being asked: the origin serves, and a
// peer that was a member of swarms before it was restarted is one again, with
// the pieces that it has.
func (n *node) resume() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.origin {
		return n.open()
	}
	for _, f := range slices.Sorted(maps.Keys(n.disk.files)) {
		if n.dep.settings.leave && n.store.Complete(f) {
			continue
		}
		if _, err := n.join(f); err != nil {
			return err
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
	n.selfish = !n.store.Sharing()
	n.handle(wire.Pieces, n.servePieces)
	n.handle(wire.ManifestID, n.serveManifest)
	n.handle(wire.Rendezvous, n.serveRendezvous)
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

// fetch returns when the node holds the whole file. When nobody waits for it any
// more, the node gives an unfinished download up.
func (n *node) fetch(ctx context.Context, file string) error {
	n.mu.Lock()
	sh, err := n.join(file)
	if err != nil {
		n.mu.Unlock()
		return fmt.Errorf("fetching %s on %s: %w", file, n.name, err)
	}
	sh.waiting++
	n.mu.Unlock()
	select {
	case <-sh.done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-n.ctx.Done():
		err = errStopped
	}
	n.mu.Lock()
	if sh.over {
		err = sh.failure
	}
	if sh.waiting--; sh.waiting == 0 && !sh.complete() && n.ctx.Err() == nil {
		sh.giveUp()
	}
	n.mu.Unlock()
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
// already; mu is held.
func (n *node) join(file string) (*share, error) {
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
	n.disk.files[file] = true
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
	last := time.Now()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-tick.C:
			now := time.Now()
			n.mu.Lock()
			if now.Sub(last) > 3*tickInterval {
				n.excuse(now)
			}
			last = now
			n.downlink.tick(now)
			n.tick(now)
			n.seek(now)
			n.trim(now)
			n.obey(now)
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
