// Package p2p is the mesh: libp2p peers that download a file from each other
// and from the origin, which also introduces them.
package p2p

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/peer"

	"versus/sim/scenario"
	"versus/sim/trial"
)

// Name is the architecture's name in scenarios and results.
const Name = "p2p"

// Values of the options.
const (
	pickRarest     = "rarest-first"
	pickRandom     = "random"
	pickSequential = "sequential"
	chokeNone      = "none"
	chokeTitForTat = "tit-for-tat"
	doneStay       = "stay"
	doneLeave      = "leave"

	securityNoise     = "noise"
	securityPlaintext = "plaintext"
)

// Kind declares the mesh and its options.
func Kind() trial.Kind {
	return trial.Kind{
		Name:      Name,
		Sharing:   true,
		NodeBytes: 2000 << 10, // with the usual number of neighbours
		New:       newArchitecture,
		Options: []scenario.Option{
			{Name: "security", Doc: "how connections are secured: noise, or plaintext, which saves the CPU time of encryption",
				Default: securityNoise, Values: []string{securityNoise, securityPlaintext}},
			{Name: "picker", Doc: "which missing piece a peer asks for next", Default: pickRarest,
				Values: []string{pickRarest, pickRandom, pickSequential}},
			{Name: "upload_slots", Doc: "uploads that a node starts with, or one where round trips are short; it adapts the number to what fills its uplink",
				Default: 3, Min: 1, Max: 64},
			{Name: "neighbours", Doc: "peers that each peer exchanges pieces with, beside the origin",
				Default: 8, Min: 1, Max: 256},
			{Name: "discovery", Doc: "how peers find each other", Default: "origin", Values: []string{"origin"}},
			{Name: "choking", Doc: "whom a downloading peer uploads to: all in turn, or those that give most",
				Default: chokeNone, Values: []string{chokeNone, chokeTitForTat}},
			{Name: "when_done", Doc: "what a peer does once it has the file: stay and serve, or leave",
				Default: doneStay, Values: []string{doneStay, doneLeave}},
			{Name: "strikes", Doc: "corrupt pieces from one peer after which a peer bans it",
				Default: 3, Min: 1, Max: 1000},
		},
	}
}

// settings are the resolved options.
type settings struct {
	order      order
	slots      int
	neighbours int
	titForTat  bool
	leave      bool
	plaintext  bool
	strikes    int
	seed       uint64
}

type architecture struct{ settings settings }

var _ trial.Architecture = (*architecture)(nil)

func newArchitecture(o scenario.Options, seed uint64) (trial.Architecture, error) {
	s := settings{
		slots:      o.Int("upload_slots"),
		neighbours: o.Int("neighbours"),
		titForTat:  o.String("choking") == chokeTitForTat,
		leave:      o.String("when_done") == doneLeave,
		plaintext:  o.String("security") == securityPlaintext,
		strikes:    o.Int("strikes"),
		seed:       seed,
	}
	switch p := o.String("picker"); p {
	case pickRarest:
		s.order = rarestFirst
	case pickRandom:
		s.order = randomOrder
	case pickSequential:
		s.order = sequentially
	default:
		return nil, fmt.Errorf("p2p: picker %q is unknown", p)
	}
	if s.slots < 1 || s.neighbours < 1 || s.strikes < 1 {
		return nil, fmt.Errorf("p2p: upload_slots %d, neighbours %d and strikes %d must be at least 1", s.slots, s.neighbours, s.strikes)
	}
	return &architecture{settings: s}, nil
}

// Name implements trial.Architecture.
func (a *architecture) Name() string { return Name }

// Deploy implements trial.Architecture.
func (a *architecture) Deploy(_ context.Context, n trial.Network, c trial.Content, r trial.Recorder) (trial.Deployment, error) {
	d := &deployment{
		settings: a.settings, network: n, content: c, recorder: r,
		identities: map[string]identity{}, names: map[peer.ID]string{},
		running: map[string]*node{}, booting: map[string]chan struct{}{}, disks: map[string]*disk{}, ending: map[string]chan struct{}{},
	}
	for _, name := range c.Nodes() {
		id, err := newIdentity(a.settings.seed, name)
		if err != nil {
			return nil, err
		}
		d.identities[name] = id
		d.names[id.id] = name
	}
	return d, nil
}
