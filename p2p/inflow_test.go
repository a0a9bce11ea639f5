package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestPatience: how long a neighbour is waited for follows the pace of the link,
// and is longer while nothing has gone to it or come from it.
func TestPatience(t *testing.T) {
	at := func(bytesPerSecond int, received int64) time.Duration {
		sh, s := idleShare(10, 1)
		s[0].received = received
		now := time.Unix(1000, 0)
		for range 5 {
			sh.node.downlink.tick(now)
			sh.node.downlink.add(bytesPerSecond)
			now = now.Add(time.Second)
		}
		sh.node.uploads.slots = newSlots(4)
		return s[0].pongLimit()
	}
	assert.InDelta(t, (pongLeast + 160*time.Millisecond).Seconds(), at(10e6/8, 1).Seconds(), 0.02, "10 Mbit/s")
	assert.InDelta(t, (pongLeast + 19*time.Second).Seconds(), at(250e3/8, 1).Seconds(), 1, "250 kbit/s")
	assert.Equal(t, pongMost, at(1000, 1))
	assert.InDelta(t, (pongLeast + 6160*time.Millisecond).Seconds(), at(10e6/8, 0).Seconds(), 0.02, "a stranger")
}

func TestInflowFades(t *testing.T) {
	var f inflow
	now := time.Unix(1000, 0)
	f.tick(now)
	f.add(1_000_000)
	f.tick(now.Add(inflowWindow - 1))
	assert.Zero(t, f.peak, "the window is not over")
	f.tick(now.Add(inflowWindow))
	assert.InDelta(t, 1e6, f.peak, 1)
	f.tick(now.Add(2 * inflowWindow))
	assert.InDelta(t, 1e6, f.peak, 1, "that nothing comes says nothing of the link")
	f.add(1000)
	f.tick(now.Add(3 * inflowWindow))
	assert.InDelta(t, 0.98e6, f.peak, 1)
}

func TestAnswersFade(t *testing.T) {
	var a answers
	now := time.Unix(1000, 0)
	a.took(4*time.Second, now)
	a.took(time.Second, now.Add(answersFade))
	assert.Equal(t, 2*time.Second, a.longest)
	a.took(3*time.Second, now.Add(answersFade))
	assert.Equal(t, 3*time.Second, a.longest)
}
