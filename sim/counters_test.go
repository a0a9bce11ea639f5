package sim

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a node's own queue drops has not been sent: it counts when it leaves, and
// then as sent for the first time.
func TestCountersOfAQueueThatDrops(t *testing.T) {
	const size = 400_000
	Virtual(func() {
		b := New(Config{Seed: 1})
		defer b.Close()
		slow := Link{Uplink: 1_000_000, Downlink: 10_000_000, Delay: 50 * time.Millisecond, Queue: DropTail, Limit: 5 * MTU}
		require.NoError(t, b.AddNode("a", slow))
		require.NoError(t, b.AddNode("b", Link{Uplink: 10_000_000, Downlink: 10_000_000}))
		l, err := b.Listen("b")
		require.NoError(t, err)
		go func() {
			c, err := b.Dial(context.Background(), "a", b.Addr("b"))
			if assert.NoError(t, err) {
				_, err = c.Write(make([]byte, size))
				assert.NoError(t, err)
				assert.NoError(t, c.Close())
			}
		}()
		c, err := l.Accept()
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, c)
		require.NoError(t, err)
		assert.EqualValues(t, size, n)
		assert.NoError(t, c.Close())
		assert.NoError(t, l.Close())
		time.Sleep(5 * time.Minute)
		assert.EqualValues(t, size, b.Counters("a").SentBytes)
		assert.EqualValues(t, size, b.Counters("b").ReceivedBytes)
		assert.EqualValues(t, size, b.SentByOthers("b"))
		assert.Zero(t, b.SentByOthers("a"))
		assert.True(t, b.Remains().Nothing(), "%s", b.Remains())
	})
}
