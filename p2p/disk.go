package p2p

import (
	"github.com/libp2p/go-libp2p/core/peer"

	"versus/sim/workload"
)

// disk is what a node's software keeps beside the pieces, as a program would in
// files next to them: it outlives a restart, and not a new disk. One boot at a
// time uses it; the node's mutex guards it then.
type disk struct {
	files    map[string]bool      // whose swarms the node is a member of
	learned  map[string]bool      // whose manifests it has
	contacts map[string]*contacts // by file
	strikes  map[peer.ID]int      // corrupt pieces by sender
}

func newDisk() *disk {
	return &disk{
		files: map[string]bool{}, learned: map[string]bool{},
		contacts: map[string]*contacts{}, strikes: map[peer.ID]int{},
	}
}

// wiped says whether the pieces' disk was emptied since: it lacks a manifest that
// it had.
func (d *disk) wiped(s *workload.Store) bool {
	for file := range d.learned {
		if s.Manifest(file) == nil {
			return true
		}
	}
	return false
}

// contactsOf returns whom the node knows of a file's swarm.
func (d *disk) contactsOf(file string) *contacts {
	c := d.contacts[file]
	if c == nil {
		c = newContacts()
		d.contacts[file] = c
	}
	return c
}
