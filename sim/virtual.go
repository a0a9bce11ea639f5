package sim

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Virtual runs fn in virtual time: the clock of package time starts at
// 2000-01-01 UTC and jumps to the next timer whenever every goroutine that fn
// started is blocked on something inside. It returns when fn and all of them
// have ended.
//
// Channels, timers and contexts belong to the Virtual call that made them and
// must not be used across it; atomics may. A panic inside ends the process. If
// every goroutine blocks and no timer is left, Virtual panics with their
// stacks. A goroutine that waits for a sync.Mutex does not count as blocked:
// holding one across a blocking call stops virtual time, which only Watch
// notices.
func Virtual(fn func()) {
	// testing/synctest is the one clock that go-libp2p, gorilla/websocket and
	// the standard library obey without change. It asks for a *testing.T, of
	// which a zero value serves: fn reports nothing through it.
	synctest.Test(new(testing.T), func(*testing.T) { fn() })
}

// Settle waits until every other goroutine of the Virtual call is blocked, at
// the present instant of virtual time. It may be called only inside Virtual.
func Settle() { synctest.Wait() }

// Watch calls stalled, once, with the stacks of all goroutines when progress
// returns the same value for limit of real time. It must be called outside
// Virtual; stop ends it and waits for it.
//
// A process whose goroutines compute without touching the bench for longer
// than limit counts as stalled too.
func Watch(limit time.Duration, progress func() uint64, stalled func(stacks []byte)) (stop func()) {
	quit := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		tick := time.NewTicker(limit / 10)
		defer tick.Stop()
		last, since := progress(), time.Now()
		for {
			select {
			case <-quit:
				return
			case now := <-tick.C:
				if p := progress(); p != last {
					last, since = p, now
				} else if now.Sub(since) >= limit {
					stalled(stacks())
					return
				}
			}
		}
	})
	var once sync.Once
	return func() {
		once.Do(func() { close(quit) })
		watcher.Wait()
	}
}

// stacks returns the stacks of all goroutines, as a crash prints them.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) >= 64<<20 {
			return buf[:n]
		}
		buf = make([]byte, 2*len(buf))
	}
}
