package soak

import (
	"versus/sim/scenario"
	"versus/sim/trial"
)

// Kind is an architecture and what the checks have to know of it.
type Kind struct {
	trial.Kind
	// Traits tells them of a set of options; nil stands for the zero Traits.
	Traits func(scenario.Options) Traits
}

// Traits is what an architecture promises, or refuses, by its design. The zero
// value promises the most that a server with clients does.
type Traits struct {
	// Leaves says that a node serves nobody once it has its file.
	Leaves bool
	// Reciprocal says that a node may be left to starve that gives nothing.
	Reciprocal bool
	// Neighbours is how many others a peer exchanges pieces with at most; 0 if
	// peers exchange none.
	Neighbours int
	// Strikes is how many corrupt pieces from a node get it banned; 0 if nobody is.
	Strikes int
	// GivesUp says that a download may fail because of corrupt pieces.
	GivesUp bool
	// Once says that no piece is ever received twice.
	Once bool
}

// traits returns those of a kind with options.
func (k Kind) traits(o scenario.Options) Traits {
	if k.Traits == nil {
		return Traits{}
	}
	return k.Traits(o)
}

// trialKinds are the kinds as a trial has them.
func trialKinds(kinds []Kind) []trial.Kind {
	out := make([]trial.Kind, len(kinds))
	for i, k := range kinds {
		out[i] = k.Kind
	}
	return out
}
