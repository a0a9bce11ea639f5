package p2p

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRetire: a seeder whose software is stopped in the middle of its uploads
// says goodbye, so that nobody waits for it, and is not named to others again.
func TestRetire(t *testing.T) {
	small(1).withBench(t, nil, func(b *bench) {
		b.fetch(t, "file", "peer-1")
		var fetched sync.WaitGroup
		fetched.Go(func() { b.fetch(t, "file", "peer-2", "peer-3") })
		time.Sleep(time.Second)
		require.Positive(t, b.sentBy("peer-1"), "it uploads")
		b.boots["peer-1"]()
		time.Sleep(2 * flushTime)
		d := b.d.(*deployment)
		d.mu.Lock()
		assert.Nil(t, d.running["peer-1"])
		d.mu.Unlock()
		gone := b.net.Counters("peer-1").SentBytes
		fetched.Wait()
		b.fetch(t, "file", "peer-4")
		assert.Equal(t, gone, b.net.Counters("peer-1").SentBytes)
		assert.Zero(t, b.count("unreachable"), "nobody looked for it")
	})
}

// TestFetchWaitsForBoot: a fetch that comes a moment before its node's software
// is no error.
func TestFetchWaitsForBoot(t *testing.T) {
	small(1).withBench(t, nil, func(b *bench) {
		b.boots["peer-1"]()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(b.ctx, 3*time.Second)
		defer cancel()
		err := b.d.Fetch(ctx, "peer-1", "file")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "fetching file on peer-1: the node is not booted")

		var fetched sync.WaitGroup
		fetched.Go(func() { b.fetch(t, "file", "peer-1") })
		time.Sleep(time.Second)
		b.boot("peer-1")
		fetched.Wait()
	})
}
