// Package trial runs one architecture with one seed at one sweep point and
// returns what it measured. It declares the contract that architectures
// implement and the network that they see.
package trial

import (
	"context"
	"net"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// Network is all that an architecture sees of the network. The bench and the
// machine's own loopback sockets both implement it. Methods are safe for
// concurrent use.
type Network interface {
	// Addr returns the address, as host:port with an IP literal, under which
	// other nodes dial this node. It never changes, restarts included.
	Addr(node string) string
	// Listen accepts connections at the node's address. A node has at most one
	// open listener; closing it frees the address for the next one.
	Listen(node string) (net.Listener, error)
	// Dial connects from node to an address that Addr returned.
	Dial(ctx context.Context, node, addr string) (net.Conn, error)
}

// Content is what an architecture sees of the workload.
type Content interface {
	// Nodes lists every node, the origin (scenario.Origin) first.
	Nodes() []string
	// Store returns the node's verified pieces; the origin's is full. The same
	// store is returned for the life of the trial, restarts included.
	Store(node string) *workload.Store
}

// Recorder takes an architecture's own notable events (a reconnect, a strike,
// a ban) for the events file. Delivery, waste and completion are measured by
// the stores and the trial, the same way for every architecture.
type Recorder interface {
	Event(node, kind, detail string)
}

// Architecture is a way to distribute files.
type Architecture interface {
	Name() string
	// Deploy prepares a deployment without opening any connection. Goroutines
	// that it starts end before Close returns.
	Deploy(ctx context.Context, n Network, c Content, r Recorder) (Deployment, error)
}

// Deployment is an architecture on the nodes of one trial.
type Deployment interface {
	// Boot runs the node's software until ctx ends and returns nil then, with
	// every goroutine that it started gone. It is called again after a restart.
	// A downloader sends nothing before its first Fetch.
	Boot(ctx context.Context, node string) error
	// Fetch returns nil when the whole file is verified in the node's store.
	// It waits for the node's software to run, retries what can be retried until
	// ctx ends, then says what was missing. Several may run at once on a node.
	Fetch(ctx context.Context, node, file string) error
	// Close frees what Deploy made. Every Boot has returned by then.
	Close() error
}

// Kind is how cmd lists an architecture: its name, the options that a scenario
// may set, and how to make one.
type Kind struct {
	Name    string
	Options []scenario.Option
	// New makes the architecture from options that the scenario package has
	// resolved and validated against Options. seed feeds its random choices
	// and host identities.
	New func(o scenario.Options, seed uint64) (Architecture, error)
	// Sharing says that downloaders upload to each other: it selects the bound.
	Sharing bool
	// NodeBytes is about what a node takes of a worker's memory in bytes, 0 if
	// that is unknown.
	NodeBytes int64
}

// Declarations returns what the scenario package needs to know of the kinds.
func Declarations(kinds []Kind) []scenario.Kind {
	out := make([]scenario.Kind, len(kinds))
	for i, k := range kinds {
		out[i] = scenario.Kind{Name: k.Name, Options: k.Options}
	}
	return out
}
