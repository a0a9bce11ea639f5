package soak

import (
	"sync"
	"time"

	"versus/sim/fault"
	"versus/sim/trial"
)

// arrival is a piece that a store accepted.
type arrival struct {
	at               time.Duration // since the trial's first request, as all instants
	node, file, from string
	piece, bytes     int
}

// waste is file bytes that a store did not accept.
type waste struct {
	at                       time.Duration
	node, file, from, reason string
	bytes                    int
}

// order is a fault as it was carried out.
type order struct {
	at time.Duration
	fault.Order
}

// witness keeps what a trial's Witness is told. Methods are safe for concurrent
// use; the fields may be read when the trial is over.
type witness struct {
	mu       sync.Mutex // guards everything below
	arrivals []arrival  // in order of time
	wastes   []waste
	wipes    map[string][]time.Duration // of a node's disk
	orders   []order
	remains  *trial.Remains // nil until the end
}

var _ trial.Witness = (*witness)(nil)

// Verified implements trial.Witness.
func (w *witness) Verified(at time.Duration, node, file string, piece, bytes int, from string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arrivals = append(w.arrivals, arrival{at, node, file, from, piece, bytes})
}

// Wasted implements trial.Witness.
func (w *witness) Wasted(at time.Duration, node, file string, bytes int, from, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wastes = append(w.wastes, waste{at, node, file, from, reason, bytes})
}

// Wiped implements trial.Witness.
func (w *witness) Wiped(at time.Duration, node string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wipes == nil {
		w.wipes = map[string][]time.Duration{}
	}
	w.wipes[node] = append(w.wipes[node], at)
}

// wiped returns when a node's disk was erased last, up to an instant; negative if
// it was not.
func (w *witness) wiped(node string, until time.Duration) time.Duration {
	last := time.Duration(-1)
	for _, at := range w.wipes[node] {
		if at <= until {
			last = max(last, at)
		}
	}
	return last
}

// Fault implements trial.Witness.
func (w *witness) Fault(at time.Duration, o fault.Order) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.orders = append(w.orders, order{at, o})
}

// Ended implements trial.Witness.
func (w *witness) Ended(r trial.Remains) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remains = &r
}
