package p2p

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
)

// TestRestartWithoutOrigin: the origin is gone, and peers that die come back:
// they find their way through peers that they knew.
func TestRestartWithoutOrigin(t *testing.T) {
	for name, take := range map[string]func(*sim.Bench, string){"killed": (*sim.Bench).Kill, "powered off": (*sim.Bench).PowerOff} {
		t.Run(name, func(t *testing.T) {
			c := small(1)
			c.groups[0].count = 10
			c.size = 8 << 20
			d := c.drill(t, nil, func(d *drill) {
				d.untilCopied()
				d.stop(take, scenario.Origin)
				down := []string{"peer-1", "peer-2", "peer-3", "peer-4"}
				d.stop(take, down...)
				time.Sleep(20 * time.Second)
				d.start(down...)
			})
			t.Log(d.makespan(), d.events, d.reasons)
			assert.Less(t, d.makespan(), time.Minute)
		})
	}
}

// TestEverybodyRestarts: the power goes everywhere, and comes back everywhere but
// at the origin. Nobody has a connection to anybody, and all find each other.
func TestEverybodyRestarts(t *testing.T) {
	c := small(1)
	c.groups[0].count = 10
	c.size = 8 << 20
	d := c.drill(t, nil, func(d *drill) {
		d.untilCopied()
		d.stop((*sim.Bench).PowerOff, d.nodes...)
		time.Sleep(20 * time.Second)
		d.start(d.nodes[1:]...)
	})
	t.Log(d.makespan(), d.events, d.reasons)
	assert.Less(t, d.makespan(), time.Minute)
	assert.Zero(t, d.wastedFor("duplicate"), "what a peer held it did not fetch again")
}

// TestWipedRestart: a peer that lost its disk, and what it knew with it, is found
// by those that knew it, and has the manifest from them.
func TestWipedRestart(t *testing.T) {
	c := small(1)
	c.size = 8 << 20
	d := c.drill(t, nil, func(d *drill) {
		for !d.spareable("peer-1") {
			time.Sleep(10 * time.Millisecond)
		}
		d.stop((*sim.Bench).Kill, scenario.Origin, "peer-1")
		d.stores["peer-1"].Wipe()
		time.Sleep(5 * time.Second)
		d.start("peer-1")
	})
	assert.Less(t, d.makespan(), 30*time.Second)
}

// TestNewcomerWaitsForTheOrigin: who was never in the swarm knows only the
// origin, and waits for it.
func TestNewcomerWaitsForTheOrigin(t *testing.T) {
	d := small(1).drill(t, []string{"peer-6"}, func(d *drill) {
		d.untilCopied()
		d.stop((*sim.Bench).Kill, scenario.Origin)
		d.until(20 * time.Second)
		d.ask("peer-6")
		d.until(60 * time.Second)
		assert.Nil(t, d.stores["peer-6"].Manifest("file"))
		d.start(scenario.Origin)
	})
	assert.Less(t, d.makespan(), 70*time.Second)
	assert.Equal(t, 1, len(d.about("peer-6 lost: origin")), "an unreachable origin is recorded once")
}

// TestReturnsBeforeItIsMissed: a neighbour that is back before anybody noticed
// that it was away is served at once, and its old connections end.
func TestReturnsBeforeItIsMissed(t *testing.T) {
	d := crowd(1).drill(t, nil, func(d *drill) {
		d.until(4 * time.Second)
		d.stop((*sim.Bench).PowerOff, "peer-1", "peer-2")
		d.until(5 * time.Second)
		d.start("peer-1", "peer-2")
	})
	t.Log(d.makespan(), d.events, d.reasons)
	assert.Less(t, d.makespan(), 20*time.Second)
}

// TestRestartAtOnce: a boot waits until the one before has ended.
func TestRestartAtOnce(t *testing.T) {
	d := small(1).drill(t, nil, func(d *drill) {
		d.until(time.Second)
		d.stop((*sim.Bench).Kill, "peer-1", "peer-2")
		d.start("peer-1", "peer-2")
	})
	t.Log(d.makespan(), d.events, d.reasons)
	assert.Less(t, d.makespan(), 10*time.Second)
}

// TestFetchIsGivenUp: a download whose time is up stops, and another begins
// where it ended.
func TestFetchIsGivenUp(t *testing.T) {
	small(1).withBench(t, nil, func(b *bench) {
		ctx, cancel := context.WithTimeout(b.ctx, 1500*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, b.d.Fetch(ctx, "peer-1", "file"), context.DeadlineExceeded)
		held := b.stores["peer-1"].Count("file")
		require.Positive(t, held)
		time.Sleep(time.Second) // the goodbyes
		before := b.net.Counters("peer-1")
		time.Sleep(10 * time.Second)
		assert.Equal(t, before, b.net.Counters("peer-1"), "it is silent")
		assert.Equal(t, held, b.stores["peer-1"].Count("file"))

		b.boots["peer-1"]()
		time.Sleep(time.Second)
		b.boot("peer-1")
		time.Sleep(5 * time.Second)
		assert.Equal(t, held, b.stores["peer-1"].Count("file"), "a restart does not take it up again")
		b.fetch(t, "file", "peer-1", "peer-2")
		assert.Zero(t, b.wastedFor("duplicate"))
	})
}

// TestTwoWait: a download goes on as long as one fetch waits for it.
func TestTwoWait(t *testing.T) {
	small(1).withBench(t, nil, func(b *bench) {
		ctx, cancel := context.WithTimeout(b.ctx, 1500*time.Millisecond)
		defer cancel()
		first := make(chan error, 1)
		go func() { first <- b.d.Fetch(ctx, "peer-1", "file") }()
		b.fetch(t, "file", "peer-1")
		assert.ErrorIs(t, <-first, context.DeadlineExceeded)
	})
}

// TestIdleConnectionsAreTrimmed: when all have the file, few connections are
// kept that nobody uses.
func TestIdleConnectionsAreTrimmed(t *testing.T) {
	c := small(1)
	c.groups[0].count = 12
	c.drill(t, nil, func(d *drill) {
		d.fetches.Wait()
		time.Sleep(time.Minute)
		dep := d.d.(*deployment)
		for _, name := range d.nodes[1:] {
			assert.LessOrEqual(t, len(dep.running[name].host.Network().Conns()), mostIdle+1, "%s: beside that to the origin", name)
		}
		d.fetches.Go(func() { d.fetch(t, "other", "peer-1", "peer-2", "peer-3") })
	})
}
