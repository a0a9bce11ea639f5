package fault

import (
	"context"

	"versus/sim/scenario"
)

// Config is what an engine is made of.
type Config struct {
	Scenario *scenario.Scenario // resolved, of the trial's sweep point
	Nodes    []scenario.Node    // of the trial, the origin first
	Seed     uint64             // of the trial
	Inputs   map[string][]byte  // what the files of Scenario.FaultInputs hold, by path
}

// Engine carries out the faults of one trial. Methods are safe for concurrent
// use; Run is called once.
type Engine struct {
	cfg Config
}

// New prepares the faults of a trial: it parses traces and compiles scripts.
// Errors name the file and the line, or the entry of faults.
func New(cfg Config) (*Engine, error) { return &Engine{cfg: cfg}, nil }

// Run carries out the faults until ctx ends or nothing is left to do. It
// returns after every goroutine of its own has ended: nil, or the error of an
// order or a script, with its position.
func (e *Engine) Run(ctx context.Context, w World) error { return nil }

// MayReturn says whether anything still to come within the time limit could
// bring a node back that is down.
func (e *Engine) MayReturn(node string) bool { return false }

// Warnings lists the faults that found no target or did not fire, one line
// each, once Run has returned.
func (e *Engine) Warnings() []string { return nil }
