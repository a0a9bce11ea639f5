package trial

import (
	"time"

	"versus/sim"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// wire is a network and what the trial itself needs of it.
type wire interface {
	Network
	// Counters returns a node's stream bytes so far.
	Counters(node string) (sent, received int64)
	// SentByOthers returns the stream bytes that all nodes but one have sent so far.
	SentByOthers(node string) int64
	// Retransmitted returns the stream bytes that TCP sent again for a node; ok
	// is false where nobody can tell.
	Retransmitted(node string) (n int64, ok bool)
	// WireBytes returns the bytes of all packets that a node has sent so far,
	// headers included; ok is false where nobody can tell.
	WireBytes(node string) (n int64, ok bool)
	// Links returns what the shared links have carried so far, in the
	// scenario's order.
	Links() []measure.Link
	// Settle returns when the nodes booted so far had the chance to listen.
	Settle()
	// Kill resets the node's connections and closes its listener, for good as far
	// as its software is concerned; Restart lets it use the network again.
	Kill(node string)
	Restart(node string)
	Close() error
}

// breaker is what faults can do to a simulated wire alone. Methods are those of
// sim.Bench.
type breaker interface {
	PowerOff(node string)
	Pause(node string)
	Resume(node string)
	Cut(from, to []string)
	Mend(from, to []string)
	Disconnect(a, b string) int
	// SetLink gives the node the link that n has.
	SetLink(n scenario.Node) error
}

// bench is the simulated wire.
type bench struct {
	*sim.Bench
	shared []string // names of the shared links
}

var (
	_ wire = bench{}
	_ wire = (*Loopback)(nil)

	_ breaker = bench{}
)

// newBench builds the scenario's network of the given nodes.
func newBench(net scenario.Network, nodes []scenario.Node, seed uint64) (bench, error) {
	cfg := sim.Config{Seed: seed, Congestion: sim.CongestionControl(net.TCP)}
	if net.Regions != "" {
		preset, err := scenario.LoadRegions(net.Regions)
		if err != nil {
			return bench{}, err
		}
		region := map[string]string{}
		for _, n := range nodes {
			region[n.Name] = n.Link.Region
		}
		cfg.Distance = func(from, to string) time.Duration { return preset.Delay(region[from], region[to]) }
	}
	w := bench{Bench: sim.New(cfg)}
	if err := w.build(net, nodes); err != nil {
		_ = w.Bench.Close() // never fails
		return bench{}, err
	}
	for _, l := range net.Shared {
		w.shared = append(w.shared, l.Name)
	}
	return w, nil
}

func (w bench) build(net scenario.Network, nodes []scenario.Node) error {
	for _, l := range net.Shared {
		err := w.Bench.AddShared(l.Name, sim.SharedLink{
			Uplink:   sim.Bandwidth(l.Uplink),
			Downlink: sim.Bandwidth(l.Downlink),
			Delay:    time.Duration(l.Delay),
			Queue:    sim.Discipline(l.Queue),
			Limit:    int64(l.QueueLimit),
		})
		if err != nil {
			return err
		}
	}
	for _, n := range nodes {
		if err := w.Bench.AddNode(n.Name, link(n)); err != nil {
			return err
		}
	}
	return nil
}

// link is a node's attachment as the bench takes it.
func link(n scenario.Node) sim.Link {
	l := n.Link
	return sim.Link{
		Uplink:    sim.Bandwidth(l.Uplink),
		Downlink:  sim.Bandwidth(l.Downlink),
		Delay:     time.Duration(l.Delay),
		Jitter:    time.Duration(l.Jitter),
		Loss:      l.Loss,
		BurstLoss: sim.GilbertElliott(l.BurstLoss),
		Queue:     sim.Discipline(l.Queue),
		Limit:     int64(l.QueueLimit),
		Shared:    l.Behind,
		NoInbound: n.NoInbound,
	}
}

// SetLink implements breaker.
func (w bench) SetLink(n scenario.Node) error { return w.Bench.SetLink(n.Name, link(n)) }

// Settle implements wire.
func (w bench) Settle() { sim.Settle() }

func (w bench) Counters(node string) (sent, received int64) {
	c := w.Bench.Counters(node)
	return c.SentBytes, c.ReceivedBytes
}

func (w bench) Retransmitted(node string) (n int64, ok bool) {
	return w.Bench.Counters(node).RetransmittedBytes, true
}

func (w bench) WireBytes(node string) (n int64, ok bool) {
	return w.Bench.SentWireBytes(node), true
}

func (w bench) Links() []measure.Link {
	links := make([]measure.Link, len(w.shared))
	for i, name := range w.shared {
		up, down := w.Bench.Carried(name)
		links[i] = measure.Link{
			Link:    name,
			UpBytes: up.Bytes, UpWireBytes: up.WireBytes, UpDroppedPackets: up.DroppedPackets,
			DownBytes: down.Bytes, DownWireBytes: down.WireBytes, DownDroppedPackets: down.DroppedPackets,
		}
	}
	return links
}

// Retransmitted implements wire: the kernel does not say.
func (l *Loopback) Retransmitted(string) (n int64, ok bool) { return 0, false }

// WireBytes implements wire: headers are the kernel's.
func (l *Loopback) WireBytes(string) (n int64, ok bool) { return 0, false }

// Links implements wire: there are no shared links.
func (l *Loopback) Links() []measure.Link { return nil }

// Settle implements wire: ports are bound before any node boots, so a dial
// finds them whether or not the node accepts yet.
func (l *Loopback) Settle() {}
