package fidelity

import (
	"time"

	"versus/sim"
)

// path is a network of two nodes, server and client, between which data flows
// from the server to the client.
type path struct {
	rate  sim.Bandwidth  // of the bottleneck, in bits per second
	rtt   time.Duration  // without queues
	loss  float64        // probability that a packet of either direction is lost
	queue sim.Discipline // of the bottleneck; empty means fair
	limit int64          // wire bytes that the bottleneck's queue holds; 0 means the bench's default
	own   bool           // the bottleneck is the server's own uplink, else the client's downlink
}

// fast is the rate of links that shall not matter.
const fast = sim.Bandwidth(1e9)

const (
	server = "server"
	client = "client"
)

// nodes adds the path's two nodes to a bench. All of the loss is at the
// server's link, so that a packet meets it once.
func (p path) nodes(b *sim.Bench) error {
	serverLink := sim.Link{Uplink: fast, Downlink: fast, Delay: p.rtt / 4, Loss: p.loss}
	clientLink := sim.Link{Uplink: fast, Downlink: p.rate, Delay: p.rtt / 4, Queue: p.queue, Limit: p.limit}
	if p.own {
		serverLink.Uplink, serverLink.Queue, serverLink.Limit = p.rate, p.queue, p.limit
		clientLink.Downlink, clientLink.Queue, clientLink.Limit = fast, "", 0
	}
	if err := b.AddNode(server, serverLink); err != nil {
		return err
	}
	return b.AddNode(client, clientLink)
}

// transfer is what the server sends to the client over one new connection.
type transfer struct {
	bytes int64         // how much; 0 means as much as fits into span
	span  time.Duration // how long, from the start of the handshake, if bytes is 0
	skip  time.Duration // the beginning of span that does not count
}

// outcome is what a transfer came to.
type outcome struct {
	seconds float64 // from the start of the handshake, or the end of skip, to the last byte read
	bytes   int64   // read in that time
	sender  sim.SenderStats
}

// goodput returns bits per second.
func (o outcome) goodput() float64 {
	if o.seconds <= 0 {
		return 0
	}
	return float64(o.bytes) * 8 / o.seconds
}
