package scenario

import (
	"maps"
	"slices"
	"strings"
)

// Actions of a fault. The first ten have an inverse, which for applies and
// which is an action of its own; docs/faults.md describes each.
const (
	Kill       = "kill"       // the process dies, its connections are reset; restart
	PowerOff   = "poweroff"   // silence; restart
	Leave      = "leave"      // a goodbye, then the process ends; restart
	Pause      = "pause"      // the process is stopped where it is; resume
	Partition  = "partition"  // packets between sides are lost; heal
	Degrade    = "degrade"    // other values of the link; restore
	Slow       = "slow"       // both rates divided by a factor; restore
	Corrupt    = "corrupt"    // a share of the pieces it serves is wrong; cure
	FreeRide   = "free-ride"  // it downloads and uploads nothing; share
	Wipe       = "wipe"       // killed, its disk erased; restart
	Disconnect = "disconnect" // the connections of pairs are reset, once
	Restart    = "restart"
	Resume     = "resume"
	Heal       = "heal"
	Restore    = "restore"
	Cure       = "cure"
	Share      = "share"
)

// Actions lists them all, as a fault's keys.
func Actions() []string {
	return []string{Kill, PowerOff, Leave, Pause, Partition, Degrade, Slow, Corrupt, FreeRide, Wipe, Disconnect,
		Restart, Resume, Heal, Restore, Cure, Share}
}

// Inverse returns the action that ends another one; empty if it does not last.
func Inverse(action string) string {
	switch action {
	case Kill, PowerOff, Leave, Wipe:
		return Restart
	case Pause:
		return Resume
	case Partition:
		return Heal
	case Degrade, Slow:
		return Restore
	case Corrupt:
		return Cure
	case FreeRide:
		return Share
	}
	return ""
}

// Fault is one entry of a scenario's faults: an action with the time that it
// happens at (one of At, Every and When), a churn process, or a script.
type Fault struct {
	At    Distribution // of the instant, since the trial's first request
	Every Distribution // of the time from From to the first occurrence, and from each to the next
	When  Condition    // at the first instant that it holds

	From  Duration // of Every and Churn: when it begins
	Until Duration // of Every and Churn: when it ends; 0 for the end of the trial

	Action string      // one of Actions; empty for Churn and Script
	Nodes  Selection   // whom it is done to; none for what has Sides
	Sides  []Selection // Partition and Heal: each cut off from each other, or one from everybody else; Disconnect: two
	OneWay bool        // Partition and Heal: only from the first side to the second
	Link   LinkFault   // Degrade
	Factor float64     // Slow: both rates are divided by it, above 1
	Share  float64     // Corrupt: of the pieces that a node serves, 0 to 1

	For Distribution // how long, until the inverse; none for ever

	Churn  *Churn
	Script string   // path of a Starlark file
	Tick   Duration // between two calls of the script's on_tick
}

// Churn makes nodes come and go: each alternates between sessions and
// downtimes of its own, or follows a trace.
type Churn struct {
	Nodes    Selection    // none with a Trace: its names are then those of nodes
	Preset   string       // name of a published fit; what it gives is in Session and Downtime
	Session  Distribution // how long a node stays
	Downtime Distribution // how long it is away
	Trace    string       // path of a CSV file
	By       string       // how a node goes: Kill, PowerOff or Leave
	Warmup   Duration     // the process has run that long when it begins
}

// Limits of faults.
const (
	MaxFaults     = 1000 // entries
	MaxSelectors  = 1000 // in one selection
	MaxFactor     = 1e6
	MinOccurrence = Duration(10 * 1e6) // of a constant Every, and of Tick
	DefaultTick   = Duration(1e9)
)

// HasFaults says that a trial of the scenario may meet a fault.
func (s *Scenario) HasFaults() bool { return len(s.Faults) > 0 }

// WithoutFaults returns a copy without its faults, and without those keys of
// its sweep that are about them. Two points of a sweep that differ in their
// faults alone give copies with equal hashes.
func (s *Scenario) WithoutFaults() *Scenario {
	plain := *s
	plain.Faults = []Fault{}
	plain.Sweep = slices.DeleteFunc(slices.Clone(s.Sweep), func(a Axis) bool {
		return a.Key == "faults" || strings.HasPrefix(a.Key, "faults.")
	})
	return &plain
}

// FaultInputs lists the files that the faults read, traces and scripts, sorted
// and each once. What they hold is a part of the experiment, as the scenario is.
func (s *Scenario) FaultInputs() []string {
	paths := map[string]bool{}
	for _, f := range s.Faults {
		paths[f.Script] = true
		if f.Churn != nil {
			paths[f.Churn.Trace] = true
		}
	}
	delete(paths, "")
	return slices.Sorted(maps.Keys(paths))
}
