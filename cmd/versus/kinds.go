package main

import (
	"versus/clientserver"
	"versus/p2p"
	"versus/sim/trial"
)

// kinds lists every architecture, in the order in which reports show them. It
// is the only place that names them.
func kinds() []trial.Kind {
	return []trial.Kind{
		clientserver.Kind(),
		p2p.Kind(),
	}
}
