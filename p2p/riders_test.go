package p2p

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim/scenario"
)

// TestFreeRiders: who uploads nothing is served last when tit-for-tat is on, and
// the others are better off for it. Riders need not finish later than they would
// without: the others' uplinks are busy either way, and whoever is last is done when
// all has been sent.
func TestFreeRiders(t *testing.T) {
	skipLarge(t)
	const crowds = 2 // one alone is now and then an exception
	mean := func(d *drill, nodes []string) (sum time.Duration) {
		for _, n := range nodes {
			sum += d.done[n] / time.Duration(len(nodes))
		}
		return sum
	}
	honest, riding := map[string]time.Duration{}, map[string]time.Duration{}
	for _, choking := range []string{chokeNone, chokeTitForTat} {
		for seed := range uint64(crowds) {
			c := crowd(seed + 1)
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
			honest[choking] += mean(d, others) / crowds
			riding[choking] += mean(d, riders) / crowds
			t.Logf("%s: honest %v, at last %v, riders %v, at last %v, wasted %v, events %v", choking, mean(d, others), d.makespan(riders...),
				mean(d, riders), d.makespan(others...), d.reasons, d.events)
		}
	}
	lag := func(choking string) float64 { return riding[choking].Seconds()/honest[choking].Seconds() - 1 }
	assert.Greater(t, lag(chokeTitForTat), 0.06)
	assert.Greater(t, lag(chokeTitForTat), lag(chokeNone))
	assert.Less(t, honest[chokeTitForTat], honest[chokeNone])
}
