package sim_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"versus/sim"
)

func TestVirtualTimeJumps(t *testing.T) {
	var took time.Duration
	sim.Virtual(func() {
		start := time.Now()
		time.Sleep(24 * time.Hour)
		took = time.Since(start)
	})
	assert.Equal(t, 24*time.Hour, took)
}

// What a mutex held across a blocking call does to virtual time is noticed
// from outside, with the stacks of those who hold it up.
func TestWatchNoticesAStall(t *testing.T) {
	var progress atomic.Uint64
	stalled := make(chan []byte, 1)
	stop := sim.Watch(10*time.Millisecond, progress.Load, func(s []byte) { stalled <- s })
	assert.Contains(t, string(<-stalled), "TestWatchNoticesAStall")
	stop()
	stop() // may be called twice
}

func TestWatchLetsProgressBe(t *testing.T) {
	var progress atomic.Uint64
	var calls atomic.Int64
	var wg sync.WaitGroup
	quit := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-quit:
				return
			default:
				progress.Add(1)
			}
		}
	})
	looked := make(chan struct{}, 100)
	stop := sim.Watch(time.Hour, func() uint64 { looked <- struct{}{}; return progress.Load() },
		func([]byte) { calls.Add(1) })
	<-looked
	stop()
	close(quit)
	wg.Wait()
	assert.Zero(t, calls.Load())
}
