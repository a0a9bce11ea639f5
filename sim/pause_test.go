package sim_test

import (
	"context"
	"io"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// A paused node's kernel takes what its buffers hold; its process sees it on
// Resume.
func TestPause(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		b.Pause("b")
		var reading sync.WaitGroup
		start := time.Now()
		reading.Go(func() {
			n, err := io.ReadFull(c2, make([]byte, 1000))
			assert.NoError(t, err)
			assert.Equal(t, 1000, n)
			within(t, start, time.Minute)
		})
		_, err := c1.Write(make([]byte, 1000))
		require.NoError(t, err)
		time.Sleep(time.Minute)
		assert.EqualValues(t, 1000, b.Counters("b").ReceivedBytes, "TCP goes on")
		assert.Zero(t, b.Counters("a").RetransmittedBytes)
		b.Resume("b")
		reading.Wait()

		// Without a reader the sender stops when the window is full, and probes
		// it for as long as that lasts.
		b.Pause("b")
		start = time.Now()
		var writing sync.WaitGroup
		writing.Go(func() {
			_, err := c1.Write(make([]byte, 12<<20))
			assert.NoError(t, err)
			c1.Close()
		})
		time.Sleep(time.Hour)
		assert.InDelta(t, 6<<20, b.Counters("b").ReceivedBytes, sim.MSS, "one receive window")
		both := []string{"a", "b"}
		b.Cut(both, both) // which loses the word that there is room again
		b.Resume("b")
		reading.Go(func() {
			n, err := io.Copy(io.Discard, c2)
			assert.NoError(t, err)
			assert.EqualValues(t, 12<<20, n)
			c2.Close()
		})
		time.Sleep(time.Second)
		b.Mend(both, both)
		writing.Wait()
		reading.Wait()
		assert.Less(t, time.Since(start), time.Hour+3*time.Minute, "a probe finds out within two minutes")
	})
}

// Deadlines, closing, dialing and accepting on a node that is paused.
func TestPausedCalls(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		start := time.Now()
		time.AfterFunc(10*time.Second, func() { b.Resume("b") })
		b.Pause("b")

		var calls sync.WaitGroup
		calls.Go(func() { // passed on Resume, whatever came
			require.NoError(t, c2.SetReadDeadline(time.Now().Add(time.Second)))
			_, err := c2.Read(make([]byte, 1))
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			within(t, start, 10*time.Second)
		})
		calls.Go(func() {
			c, err := b.Dial(context.Background(), "b", b.Addr("a"))
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
			assert.Nil(t, c)
			within(t, start, 10*time.Second+2*oneWay)
		})
		calls.Go(func() { // so that a node can be taken down
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			_, err := b.Dial(ctx, "b", b.Addr("a"))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			within(t, start, 2*time.Second)
		})
		_, err := c1.Write([]byte("x"))
		require.NoError(t, err)
		calls.Wait()
		require.NoError(t, c2.SetReadDeadline(time.Time{}))
		_, err = c2.Read(make([]byte, 1))
		assert.NoError(t, err)

		b.Pause("b")
		start = time.Now()
		time.AfterFunc(5*time.Second, func() { b.Resume("b") })
		l, err := b.Listen("b")
		require.NoError(t, err)
		d, err := b.Dial(context.Background(), "a", b.Addr("b"))
		require.NoError(t, err, "the kernel takes connections")
		calls.Go(func() {
			s, err := l.Accept()
			if assert.NoError(t, err) {
				within(t, start, 5*time.Second)
				s.Close()
			}
		})
		assert.NoError(t, c2.Close())
		_, err = c1.Read(make([]byte, 1))
		assert.ErrorIs(t, err, io.EOF)
		within(t, start, 5*time.Second+oneWay)
		calls.Wait()
		for _, c := range []io.Closer{c1, d, l} {
			c.Close()
		}
	})
}
