package trial

import (
	"context"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
)

func TestLoopbackDialBeforeListen(t *testing.T) {
	l, err := NewLoopback([]string{"origin", "a"})
	require.NoError(t, err)
	defer l.Close()

	dialed, err := l.Dial(context.Background(), "a", l.Addr("origin"))
	require.NoError(t, err)
	_, err = io.WriteString(dialed, "hello")
	require.NoError(t, err)

	ln, err := l.Listen("origin")
	require.NoError(t, err)
	assert.Equal(t, l.Addr("origin"), ln.Addr().String())
	accepted, err := ln.Accept()
	require.NoError(t, err)
	buf := make([]byte, 5)
	_, err = io.ReadFull(accepted, buf)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(buf))

	sent, received := l.Counters("a")
	assert.Equal(t, [2]int64{5, 0}, [2]int64{sent, received})
	sent, received = l.Counters("origin")
	assert.Equal(t, [2]int64{0, 5}, [2]int64{sent, received})
	assert.EqualValues(t, 5, l.SentByOthers("origin"))
	assert.Zero(t, l.SentByOthers("a"))
}

func TestLoopbackListensAgainAtTheSameAddress(t *testing.T) {
	l, err := NewLoopback([]string{"origin"})
	require.NoError(t, err)
	defer l.Close()
	addr := l.Addr("origin")

	first, err := l.Listen("origin")
	require.NoError(t, err)
	_, err = l.Listen("origin")
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	require.NoError(t, first.Close())
	_, err = l.Dial(context.Background(), "origin", addr)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)

	second, err := l.Listen("origin")
	require.NoError(t, err)
	assert.Equal(t, addr, second.Addr().String())
	c, err := l.Dial(context.Background(), "origin", addr)
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

func TestLoopbackCloseEndsEverything(t *testing.T) {
	l, err := NewLoopback([]string{"origin", "a"})
	require.NoError(t, err)
	ln, err := l.Listen("origin")
	require.NoError(t, err)
	c, err := l.Dial(context.Background(), "a", l.Addr("origin"))
	require.NoError(t, err)

	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = ln.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = l.Listen("a")
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestLoopbackKillAndRestart(t *testing.T) {
	ctx := context.Background()
	l, err := NewLoopback([]string{"origin", "a", "b"})
	require.NoError(t, err)
	defer l.Close()
	ln, err := l.Listen("origin")
	require.NoError(t, err)
	c, err := l.Dial(ctx, "a", l.Addr("origin"))
	require.NoError(t, err)
	accepted, err := ln.Accept()
	require.NoError(t, err)

	l.Kill("origin")
	_, err = accepted.Write([]byte("x"))
	require.ErrorIs(t, err, net.ErrClosed, "its own calls fail")
	_, err = ln.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET, "the other side is told")
	_, err = l.Dial(ctx, "a", l.Addr("origin"))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	_, err = l.Dial(ctx, "origin", l.Addr("a"))
	require.ErrorIs(t, err, syscall.ENETDOWN)
	_, err = l.Listen("origin")
	require.ErrorIs(t, err, syscall.ENETDOWN)

	l.Restart("origin")
	ln, err = l.Listen("origin")
	require.NoError(t, err)
	c, err = l.Dial(ctx, "b", l.Addr("origin"))
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, ln.Close())
	l.Kill("a") // whose port nobody has listened on
	_, err = l.Dial(ctx, "b", l.Addr("a"))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// TestNodesWithoutInboundConnections asks both networks for the same refusal.
func TestNodesWithoutInboundConnections(t *testing.T) {
	link := scenario.Link{Uplink: scenario.Mbps, Downlink: scenario.Mbps}
	nodes := []scenario.Node{{Name: scenario.Origin, Link: link}, {Name: "a", Link: link, NoInbound: true}}
	check := func(t *testing.T, w wire) {
		_, err := w.Listen("a")
		require.ErrorIs(t, err, syscall.EADDRNOTAVAIL)
		ln, err := w.Listen(scenario.Origin)
		require.NoError(t, err)
		c, err := w.Dial(context.Background(), "a", w.Addr(scenario.Origin))
		require.NoError(t, err, "it can dial")
		require.NoError(t, c.Close())
		require.NoError(t, ln.Close())
	}
	t.Run("bench", func(t *testing.T) {
		sim.Virtual(func() {
			w, err := newBench(scenario.Network{}, nodes, 1)
			require.NoError(t, err)
			defer w.Close()
			check(t, w)
		})
	})
	t.Run("loopback", func(t *testing.T) {
		w, err := (&Spec{Nodes: nodes}).loopback()
		require.NoError(t, err)
		defer w.Close()
		check(t, w)
		_, err = w.Dial(context.Background(), scenario.Origin, w.Addr("a"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}
