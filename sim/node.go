package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// sharedLink is a link that nodes lie behind.
type sharedLink struct {
	up, down *link
	delay    int64 // nanoseconds
}

// AddShared adds a shared link, which nodes added later may lie behind. Its
// name must be new and its fields in range.
func (b *Bench) AddShared(name string, l SharedLink) error {
	link := Link{Uplink: l.Uplink, Downlink: l.Downlink, Delay: l.Delay, Queue: l.Queue, Limit: l.Limit}
	if err := link.check(); err != nil {
		return fmt.Errorf("shared link %s: %w", name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shared[name] != nil {
		return fmt.Errorf("shared link %s exists already", name)
	}
	s := &sharedLink{up: b.newLink(link), down: b.newLink(link), delay: int64(l.Delay)}
	s.up.configure(l.Uplink, l.Limit, 0, GilbertElliott{})
	s.down.configure(l.Downlink, l.Limit, 0, GilbertElliott{})
	b.shared[name] = s
	return nil
}

// AddNode adds a node. Its name must be new and its link's fields in range.
func (b *Bench) AddNode(name string, l Link) error {
	if err := l.check(); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.nodes[name] != nil {
		return fmt.Errorf("node %s exists already", name)
	}
	shared := b.shared[l.Shared]
	if l.Shared != "" && shared == nil {
		return fmt.Errorf("node %s: there is no shared link %q", name, l.Shared)
	}
	i := len(b.nodes) + 1
	if i >= 1<<24 {
		return fmt.Errorf("node %s: the bench has room for %d nodes", name, 1<<24-2)
	}
	n := &node{
		bench:    b,
		name:     name,
		addr:     netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}),
		up:       b.newLink(l),
		down:     b.newLink(l),
		shared:   shared,
		inbound:  !l.NoInbound,
		nextPort: firstEphemeral,
		conns:    map[*conn]struct{}{},
		cut:      map[*node]int{},
	}
	n.resumed.L = &b.mu
	n.configure(l)
	b.nodes[name] = n
	b.byAddr[n.addr] = n
	return nil
}

// SetLink changes the rates, delay, jitter, losses and queue limit of a node's
// link; its queueing discipline, its shared link and whether it accepts
// connections stay. The packet on the wire is not affected. It panics if there
// is no such node.
func (b *Bench) SetLink(name string, l Link) error {
	if err := l.check(); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Add(1)
	n := b.mustNode(name)
	for _, link := range []*link{n.up, n.down} {
		if link.serving != nil && !link.fifo {
			link.cutShort(b)
		}
	}
	n.configure(l)
	return nil
}

func (n *node) configure(l Link) {
	n.delay, n.jitter = int64(l.Delay), int64(l.Jitter)
	n.up.configure(l.Uplink, l.Limit, l.Loss, l.BurstLoss)
	n.down.configure(l.Downlink, l.Limit, l.Loss, l.BurstLoss)
}

// newLink returns a link of l's discipline; each has its own losses.
func (b *Bench) newLink(l Link) *link {
	out := &link{fifo: l.Queue == DropTail}
	out.lossy.rng = rand.New(rand.NewPCG(b.rng.Uint64(), 0x6c6f737300000000))
	b.links = append(b.links, out)
	return out
}

func (l Link) check() error {
	for _, p := range []struct {
		what  string
		value float64
	}{
		{"loss", l.Loss},
		{"burst loss: good to bad", l.BurstLoss.GoodToBad}, {"burst loss: bad to good", l.BurstLoss.BadToGood},
		{"burst loss: loss when good", l.BurstLoss.LossGood}, {"burst loss: loss when bad", l.BurstLoss.LossBad},
	} {
		if err := checkProbability(p.what, p.value); err != nil {
			return err
		}
	}
	switch {
	case l.Uplink <= 0 || l.Downlink <= 0:
		return fmt.Errorf("uplink %d and downlink %d bit/s must be above 0", l.Uplink, l.Downlink)
	case l.Delay < 0 || l.Jitter < 0:
		return fmt.Errorf("delay %v and jitter %v must not be negative", l.Delay, l.Jitter)
	case l.Queue != "" && l.Queue != Fair && l.Queue != DropTail:
		return fmt.Errorf("queue %q is unknown; use %s or %s", l.Queue, Fair, DropTail)
	case l.Limit != 0 && l.Limit < 2*MTU:
		return fmt.Errorf("queue limit of %d bytes is below %d", l.Limit, 2*MTU)
	}
	return nil
}
