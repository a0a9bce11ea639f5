package p2p

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim"
	"versus/sim/scenario"
)

// crowd is a swarm of 20 that takes about 20 seconds.
func crowd(seed uint64) swarmCase {
	link := sim.Link{Uplink: 10 * mbit, Downlink: 50 * mbit, Delay: 10 * time.Millisecond}
	return swarmCase{name: "crowd", origin: link, groups: []group{{"peer", 20, link}}, size: 16 << 20, piece: 128 << 10, seed: seed}
}

// TestPeersDie: 30 % of the peers die at half time, with resets or in silence;
// the others finish nearly as soon as without.
func TestPeersDie(t *testing.T) {
	skipLarge(t)
	tests := []struct {
		name string
		take func(*sim.Bench, string)
	}{
		{name: "killed", take: (*sim.Bench).Kill},
		{name: "powered off", take: (*sim.Bench).PowerOff},
	}
	undisturbed := crowd(1).drill(t, nil, func(*drill) {}).makespan()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var dead []string
			d := crowd(1).drill(t, nil, func(d *drill) {
				dead = some(d.nodes, 0.3, 1)
				d.until(undisturbed / 2)
				d.stop(tt.take, dead...)
			})
			inflation := float64(d.makespan(dead...)) / float64(undisturbed)
			t.Logf("%v after %v: %.3f, events %v, wasted %v", d.makespan(dead...), undisturbed, inflation, d.events, d.reasons)
			assert.Less(t, inflation, 1.35)
			assert.Positive(t, d.count("lost"))
		})
	}
}

// TestOriginDies: once a copy is out, nobody needs the origin any more.
func TestOriginDies(t *testing.T) {
	skipLarge(t)
	undisturbed := crowd(1).drill(t, nil, func(*drill) {}).makespan()
	for name, take := range map[string]func(*sim.Bench, string){"killed": (*sim.Bench).Kill, "powered off": (*sim.Bench).PowerOff} {
		t.Run(name, func(t *testing.T) {
			d := crowd(1).drill(t, nil, func(d *drill) {
				d.untilCopied()
				d.stop(take, scenario.Origin)
			})
			t.Logf("%v after %v, events %v, wasted %v", d.makespan(), undisturbed, d.events, d.reasons)
			assert.Less(t, float64(d.makespan())/float64(undisturbed), 1.35)
		})
	}
}

// TestPartition: half of the peers are cut off for a minute. Both halves go on
// with what they have, and find each other when they can.
func TestPartition(t *testing.T) {
	skipLarge(t)
	for name, at := range map[string]time.Duration{"early": 3 * time.Second, "late": 12 * time.Second} {
		t.Run(name, func(t *testing.T) {
			var before, after int64
			var recovered time.Duration
			d := crowd(1).drill(t, nil, func(d *drill) {
				half := some(d.nodes, 0.5, 1)
				rest := []string{scenario.Origin}
				for _, n := range d.nodes[1:] {
					if !slices.Contains(half, n) {
						rest = append(rest, n)
					}
				}
				d.until(at)
				d.net.Cut(half, rest)
				d.net.Cut(rest, half)
				d.until(at + time.Minute)
				before = d.held(half)
				d.net.Mend(half, rest)
				d.net.Mend(rest, half)
				healed := time.Now()
				total := int64(len(half)) * int64(d.files["file"].manifest.Size)
				for d.held(half) == before && before < total && time.Since(healed) < time.Minute {
					time.Sleep(50 * time.Millisecond)
				}
				recovered = time.Since(healed)
				time.Sleep(5*time.Second - recovered)
				after = d.held(half)
			})
			t.Logf("done %v, first byte %v after healing, %d MiB before, %d MiB 5 s after, events %v, wasted %v",
				d.makespan(), recovered, before>>20, after>>20, d.events, d.reasons)
			assert.Less(t, recovered, 3*time.Second)
		})
	}
}

// held returns the bytes that nodes hold of the file, a piece counted as whole.
func (d *drill) held(nodes []string) (bytes int64) {
	for _, n := range nodes {
		bytes += int64(d.stores[n].Count("file")) * int64(d.files["file"].manifest.PieceSize)
	}
	return bytes
}
