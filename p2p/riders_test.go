package p2p

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/scenario"
)

// TestFreeRiders: who uploads nothing is served last when tit-for-tat is on, and
// the others are better off for it.
func TestFreeRiders(t *testing.T) {
	skipLarge(t)
	mean := func(d *drill, nodes []string) (sum time.Duration) {
		for _, n := range nodes {
			sum += d.done[n] / time.Duration(len(nodes))
		}
		return sum
	}
	honest, riding := map[string]time.Duration{}, map[string]time.Duration{}
	for _, choking := range []string{chokeNone, chokeTitForTat} {
		c := crowd(1)
		c.options = scenario.Options{"choking": choking}
		var riders, others []string
		d := c.drill(t, nil, func(d *drill) {
			riders = some(d.nodes, 0.3, 1)
			for _, n := range d.nodes[1:] {
				if slices.Contains(riders, n) {
					d.stores[n].SetSharing(false)
				} else {
					others = append(others, n)
				}
			}
		})
		for _, n := range riders {
			assert.Zero(t, d.sentBy(n), "%s uploads nothing", n)
		}
		honest[choking], riding[choking] = mean(d, others), mean(d, riders)
		t.Logf("%s: honest %v, at last %v, riders %v, at last %v, wasted %v, events %v", choking, honest[choking], d.makespan(riders...),
			riding[choking], d.makespan(others...), d.reasons, d.events)
	}
	assert.Less(t, honest[chokeTitForTat], honest[chokeNone])
	assert.Greater(t, riding[chokeTitForTat], riding[chokeNone])
	assert.Greater(t, riding[chokeTitForTat], honest[chokeTitForTat])
}
