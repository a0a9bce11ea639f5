package p2p

import (
	"context"
	"fmt"
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/sim/scenario"
	"versus/sim/trial"
)

// deployment is the mesh on the nodes of one trial.
type deployment struct {
	settings   settings
	network    trial.Network
	content    trial.Content
	recorder   trial.Recorder
	identities map[string]identity // by node
	names      map[peer.ID]string

	mu      sync.Mutex               // guards what follows
	running map[string]*node         // booted nodes
	booting map[string]chan struct{} // closed when the node is booted; of nodes that a Fetch waits for
	disks   map[string]*disk         // by node, kept over restarts
	ending  map[string]chan struct{} // of nodes whose software still stops; closed when it has
}

var _ trial.Deployment = (*deployment)(nil)

// Boot implements trial.Deployment.
func (d *deployment) Boot(ctx context.Context, name string) error {
	id, ok := d.identities[name]
	if !ok {
		return fmt.Errorf("booting %q: no such node", name)
	}
	d.mu.Lock()
	for d.ending[name] != nil {
		c := d.ending[name]
		d.mu.Unlock()
		<-c
		d.mu.Lock()
	}
	if d.running[name] != nil {
		d.mu.Unlock()
		return fmt.Errorf("booting %s: it runs already", name)
	}
	disk := d.disks[name]
	if disk == nil || disk.wiped(d.content.Store(name)) {
		disk = newDisk()
		d.disks[name] = disk
	}
	// The node outlives ctx by what it takes to leave politely.
	n := newNode(context.WithoutCancel(ctx), d, name, id, disk)
	d.running[name] = n
	if c := d.booting[name]; c != nil {
		close(c)
		delete(d.booting, name)
	}
	d.mu.Unlock()

	err := n.resume()
	if err == nil {
		<-ctx.Done()
	}
	// Fetch calls find no node from here on.
	d.mu.Lock()
	delete(d.running, name)
	ended := make(chan struct{})
	d.ending[name] = ended
	d.mu.Unlock()
	if err == nil {
		n.retire()
	}
	n.close()
	d.mu.Lock()
	delete(d.ending, name)
	close(ended)
	d.mu.Unlock()
	return err
}

// Fetch implements trial.Deployment.
func (d *deployment) Fetch(ctx context.Context, name, file string) error {
	n, err := d.booted(ctx, name)
	if err != nil {
		return fmt.Errorf("fetching %s on %s: the node is not booted: %w", file, name, err)
	}
	return n.fetch(ctx, file)
}

// booted waits for the node to be booted.
func (d *deployment) booted(ctx context.Context, name string) (*node, error) {
	for {
		d.mu.Lock()
		if n := d.running[name]; n != nil {
			d.mu.Unlock()
			return n, nil
		}
		c := d.booting[name]
		if c == nil {
			c = make(chan struct{})
			d.booting[name] = c
		}
		d.mu.Unlock()
		select {
		case <-c:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Close implements trial.Deployment.
func (d *deployment) Close() error { return nil }

// label names a peer for people: the node's name if it is one of the trial's.
func (d *deployment) label(p peer.ID) string {
	if n, ok := d.names[p]; ok {
		return n
	}
	return p.String()
}

// isOrigin says whether the node is the first seeder, which introduces peers.
func isOrigin(name string) bool { return name == scenario.Origin }
