package trial

import (
	"context"
	"net"
	"time"

	"versus/sim"
	"versus/sim/scenario"
)

// wire is a network and what the trial itself needs of it.
type wire interface {
	Network
	// Counters returns a node's stream bytes so far.
	Counters(node string) (sent, received int64)
	// Settle returns when the nodes booted so far had the chance to listen.
	Settle()
	Close() error
}

// bench is the simulated wire.
type bench struct{ b *sim.Bench }

var (
	_ wire = bench{}
	_ wire = (*Loopback)(nil)
)

func newBench(nodes []scenario.Node, seed uint64) (bench, error) {
	b := sim.New(sim.Config{Seed: seed})
	for _, n := range nodes {
		err := b.AddNode(n.Name, sim.Link{
			Uplink:   sim.Bandwidth(n.Link.Uplink),
			Downlink: sim.Bandwidth(n.Link.Downlink),
			Delay:    time.Duration(n.Link.Delay),
			Jitter:   time.Duration(n.Link.Jitter),
		})
		if err != nil {
			_ = b.Close()
			return bench{}, err
		}
	}
	return bench{b}, nil
}

func (w bench) Addr(node string) string                  { return w.b.Addr(node) }
func (w bench) Listen(node string) (net.Listener, error) { return w.b.Listen(node) }
func (w bench) Dial(ctx context.Context, node, addr string) (net.Conn, error) {
	return w.b.Dial(ctx, node, addr)
}
func (w bench) Settle()      { sim.Settle() }
func (w bench) Close() error { return w.b.Close() }

func (w bench) Counters(node string) (sent, received int64) {
	c := w.b.Counters(node)
	return c.SentBytes, c.ReceivedBytes
}

// Settle implements wire: ports are bound before any node boots, so a dial
// finds them whether or not the node accepts yet.
func (l *Loopback) Settle() {}
