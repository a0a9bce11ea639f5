package sim_test

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// Nothing wakes up for a time-out that was called off or moved on.
func TestLapsedTimeoutsCostNothing(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		start := time.Now()
		require.NoError(t, c1.SetReadDeadline(start.Add(time.Minute)))
		require.NoError(t, c2.SetReadDeadline(start.Add(time.Minute)))
		require.NoError(t, c1.SetReadDeadline(time.Time{}))
		require.NoError(t, c2.SetReadDeadline(start.Add(time.Hour)))
		_, err := c1.Write([]byte("ping"))
		require.NoError(t, err)
		_, err = io.ReadFull(c2, make([]byte, 4))
		require.NoError(t, err)
		time.Sleep(10 * time.Second) // what the handshake and the ping may have to repeat
		before := b.Progress()
		time.Sleep(30 * time.Minute)
		assert.Equal(t, before, b.Progress())
		_, err = c2.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		within(t, start, time.Hour)
	})
}
