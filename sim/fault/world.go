package fault

import (
	"time"

	"versus/sim/scenario"
)

// World is a running trial as faults see it. The engine calls it from one
// goroutine at a time.
type World interface {
	// Now is the time since the trial's first request; negative before it.
	Now() time.Duration
	// Nodes lists every node of the trial as it is now, the origin first, then in
	// the order of Config.Nodes; the slice is the caller's.
	Nodes() []NodeState
	// Progress is how far the trial has come.
	Progress() Progress
	// Apply carries out one order. changed is false if it had no effect, such as
	// the kill of a node that is down already; detail then says why, else what
	// happened beyond the order, and may be empty. An error is for an order that
	// the trial cannot carry out at all (such as one that its network does not
	// support); it ends the engine's Run, which returns it.
	Apply(Order) (changed bool, detail string, err error)
}

// NodeState is one node at one instant.
type NodeState struct {
	Name, Group string
	// Present is false before a node that comes with its request has arrived and
	// after it left by itself; it is then not Up, and no order can bring it.
	Present  bool
	Up       bool          // its software runs, be it paused
	Paused   bool          // Up, but stopped
	Link     scenario.Link // with every change that is in force
	Pieces   int           // verified, of the files in Wanted (of all files for the origin)
	Wanted   int           // pieces of the files that it has requested so far (of all files for the origin)
	Complete bool          // Wanted is above 0 and Pieces equals it
	// OnlyHolderOfRarest says that the node is up and there is a piece of a
	// requested file which it alone of all nodes that are up holds.
	OnlyHolderOfRarest bool
}

// Progress is how far a trial has come.
type Progress struct {
	DeliveredBytes, WantedBytes int64 // of all requests, those still to come included in WantedBytes
	Completed, Requested        int   // requests; Requested counts those still to come
	Online                      int   // nodes that are up, the origin included
}

// Verbs of an Order.
const (
	// Node: its process dies, connections are reset. The machine stays.
	Kill = scenario.Kill
	// Node: it falls silent.
	PowerOff = scenario.PowerOff
	// Node: it says goodbye and stops, as a user who quits.
	Leave = scenario.Leave
	// Node: ends Kill, PowerOff and Leave; its verified pieces are still there.
	Restart = scenario.Restart
	// Node, which is down: its verified pieces are forgotten.
	Wipe = scenario.Wipe
	// Node: stops where it is, connections stay.
	Pause = scenario.Pause
	// Node: ends Pause.
	Resume = scenario.Resume
	// From, To, OneWay: packets from any of From to any of To are lost, and also
	// the other way unless OneWay. Counted: each order is undone by one Heal of
	// equal fields.
	Partition = scenario.Partition
	// From, To, OneWay: ends one Partition of equal fields.
	Heal = scenario.Heal
	// Node, Link: its link becomes what Link makes of the scenario's.
	Degrade = scenario.Degrade
	// Node, Link: as Degrade, and some change ended. Link holds those that
	// remain; it changes nothing when none does.
	Restore = scenario.Restore
	// Node, Link: as Degrade.
	Slow = scenario.Slow
	// Node, Peer: every connection between the two is reset.
	Disconnect = scenario.Disconnect
	// Node, Share: that share of the pieces that it serves is wrong, above 0 to 1.
	Corrupt = scenario.Corrupt
	// Node: ends Corrupt.
	Cure = scenario.Cure
	// Node: it uploads nothing.
	FreeRide = scenario.FreeRide
	// Node: ends FreeRide.
	Share = scenario.Share
)

// Order is one thing to do to one target. Only the fields that its verb names
// are set. The engine gives every order once and keeps account of what overlaps:
// while two faults hold a node down, it sends one Kill and, when both have
// ended, one Restart.
type Order struct {
	Verb     string
	Node     string
	Peer     string   // Disconnect
	From, To []string // Partition, Heal: node names in the order of the nodes, no name in both; not to be changed
	OneWay   bool
	Link     *LinkChange // Degrade, Slow, Restore: everything that is in force from now on; never nil for these
	Share    float64     // Corrupt
	// Cause is the fault behind the order, as faults.2, or script.star:12.
	Cause string
}

// Target is the order's target as results name it: the node, or the sides of a
// partition joined by | (> if it is one-way), or the two nodes of a pair joined
// by -, sides of more than 4 nodes as their first and their number.
func (o Order) Target() string {
	switch {
	case o.Peer != "":
		return o.Node + "|" + o.Peer
	case len(o.From) > 0 && o.OneWay:
		return side(o.From) + ">" + side(o.To)
	case len(o.From) > 0:
		return side(o.From) + "|" + side(o.To)
	}
	return o.Node
}
