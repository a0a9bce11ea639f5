package p2p

import (
	"slices"
	"time"

	"versus/p2p/wire"
)

// flushTime is what a node that stops leaves its last words to go out.
const flushTime = 50 * time.Millisecond

// retire makes the node leave every swarm as a program does that is told to
// stop: it is no longer to be found, and everybody hears a goodbye. Pieces that
// are half sent are lost, and fetched elsewhere. If the wire was cut before,
// there is nobody left to say goodbye to.
func (n *node) retire() {
	n.leave() // withdraws the registrations
	n.mu.Lock()
	for _, sh := range n.shares {
		sh.left = true // nobody new is let in
	}
	n.mu.Unlock()
	if n.goodbyes() {
		wait(flushTime)
	}
}

// goodbyes ends every session and says whether there was one.
func (n *node) goodbyes() (said bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, sh := range n.shares {
		for _, s := range slices.Clone(sh.sessions) {
			s.goodbye(wire.Reason_REASON_LEAVING)
			said = true
		}
	}
	return said
}

// wait sleeps whatever happens.
func wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	<-t.C
}
