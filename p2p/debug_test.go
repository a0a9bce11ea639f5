package p2p

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"versus/sim/trial"
)

// dump prints the state of the nodes whose name has the prefix.
func dump(d trial.Deployment, prefix string, limit int) {
	dep := d.(*deployment)
	dep.mu.Lock()
	defer dep.mu.Unlock()
	var names []string
	for n := range dep.running {
		if strings.HasPrefix(n, prefix) || prefix == "?" && !dep.content.Store(n).Complete("file") {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for _, name := range names[:min(limit, len(names))] {
		n := dep.running[name]
		n.mu.Lock()
		u := &n.uploads
		fmt.Printf("%s: level %d claims %d queue %d active %d granted %d reply %v best %.2f Mbit/s rates", name, u.slots.n, u.claims(), len(u.queue), len(u.active), u.lanes.granted(), u.reply, u.slots.best()*8/1e6)
		for _, r := range u.slots.rates {
			fmt.Printf(" %.1f", r*8/1e6)
		}
		fmt.Println()
		for _, sh := range n.shares {
			if sh.pick == nil {
				continue
			}
			fmt.Printf("  have %d inflight %d/%d:", sh.pick.have.count, sh.pick.inflight.count, sh.pick.have.n)
			for _, s := range sh.sessions {
				if s.theirs == nil {
					continue
				}
				got := 0
				for _, r := range s.requests {
					if r.got > 0 {
						got++
					}
				}
				fmt.Printf(" %s[%d w%v g%d q%d a%d sent%d | req %d started %d decl %v silent %v]", s.label, s.theirs.count, s.lane.willing, s.lane.granted, s.lane.queued, s.lane.active, len(s.sent), len(s.requests), got, s.declined, time.Since(s.heard).Round(time.Millisecond))
			}
			fmt.Println()
		}
		n.mu.Unlock()
	}
}
