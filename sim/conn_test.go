package sim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"versus/sim"
)

var twoNodes = map[string]sim.Link{
	"a": {Uplink: 10 * mbit, Downlink: 20 * mbit, Delay: 5 * time.Millisecond},
	"b": {Uplink: 50 * mbit, Downlink: 40 * mbit, Delay: 10 * time.Millisecond},
}

// pair connects a to b.
func pair(t *testing.T, b *sim.Bench) (dialed, accepted net.Conn) {
	t.Helper()
	l, err := b.Listen("b")
	require.NoError(t, err)
	dialed, err = b.Dial(context.Background(), "a", b.Addr("b"))
	require.NoError(t, err)
	accepted, err = l.Accept()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return dialed, accepted
}

// The standard conformance test of net.Conn.
func TestConnConforms(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			c1, c2 = pair(t, b)
			return c1, c2, func() { c1.Close(); c2.Close() }, nil
		})
	})
}

// A connection takes one round trip; its first byte another half.
func TestConnectTakesARoundTrip(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		start := time.Now()
		c1, c2 := pair(t, b)
		assert.InDelta(t, 0.045, time.Since(start).Seconds(), 0.0003, "1.5 round trips until Accept")
		start = time.Now()
		_, err := c1.Write([]byte("x"))
		require.NoError(t, err)
		_, err = c2.Read(make([]byte, 10))
		require.NoError(t, err)
		assert.InDelta(t, 0.015, time.Since(start).Seconds(), 0.0003)
		assert.Equal(t, c1.LocalAddr().String(), c2.RemoteAddr().String())
		assert.Equal(t, b.Addr("b"), c1.RemoteAddr().String())
	})
}

func TestErrorsAreTheStandardOnes(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error
		want error
	}{
		{name: "read after the other side closed", want: io.EOF,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				c2.Close()
				_, err := c1.Read(make([]byte, 1))
				return err
			}},
		{name: "read after own close", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				c1.Close()
				_, err := c1.Read(make([]byte, 1))
				return err
			}},
		{name: "write after own close", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				c1.Close()
				_, err := c1.Write([]byte("x"))
				return err
			}},
		{name: "blocked read, own close", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				time.AfterFunc(time.Second, func() { c1.Close() })
				_, err := c1.Read(make([]byte, 1))
				return err
			}},
		{name: "close twice", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				c1.Close()
				return c1.Close()
			}},
		{name: "read past the deadline", want: os.ErrDeadlineExceeded,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				start := time.Now()
				require.NoError(t, c1.SetReadDeadline(start.Add(3*time.Second)))
				_, err := c1.Read(make([]byte, 1))
				assert.Equal(t, 3*time.Second, time.Since(start))
				return err
			}},
		{name: "deadline moved back while a read blocks", want: os.ErrDeadlineExceeded,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				start := time.Now()
				require.NoError(t, c1.SetReadDeadline(start.Add(3*time.Second)))
				time.AfterFunc(time.Second, func() { c1.SetReadDeadline(start.Add(7 * time.Second)) })
				_, err := c1.Read(make([]byte, 1))
				assert.Equal(t, 7*time.Second, time.Since(start))
				return err
			}},
		{name: "blocked write past the deadline", want: os.ErrDeadlineExceeded,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				require.NoError(t, c1.SetWriteDeadline(time.Now().Add(20*time.Second)))
				n, err := c1.Write(make([]byte, 50<<20)) // nobody reads
				assert.Greater(t, n, 6<<20, "the receive window was filled")
				assert.Less(t, n, 11<<20)
				return err
			}},
		{name: "write to a closed connection", want: syscall.ECONNRESET,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				c2.Close()
				_, err := c1.Write([]byte("x"))
				assert.NoError(t, err, "it is only found out a round trip later")
				time.Sleep(time.Second)
				_, err = c1.Write([]byte("x"))
				return err
			}},
		{name: "read after the other side closed with data unread", want: syscall.ECONNRESET,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				_, err := c1.Write([]byte("x"))
				assert.NoError(t, err)
				time.Sleep(time.Second)
				c2.Close()
				_, err = c1.Read(make([]byte, 1))
				return err
			}},
		{name: "dial where nobody listens", want: syscall.ECONNREFUSED,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				start := time.Now()
				_, err := b.Dial(context.Background(), "b", b.Addr("a"))
				assert.InDelta(t, 0.030, time.Since(start).Seconds(), 0.0003)
				return err
			}},
		{name: "dial given up", want: context.DeadlineExceeded,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
				defer cancel()
				_, err := b.Dial(ctx, "b", b.Addr("a"))
				return err
			}},
		{name: "dial an address that nobody has", want: syscall.EHOSTUNREACH,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				_, err := b.Dial(context.Background(), "b", "10.9.9.9:4001")
				return err
			}},
		{name: "listen twice", want: syscall.EADDRINUSE,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				l, err := b.Listen("a")
				require.NoError(t, err)
				defer l.Close()
				_, err = b.Listen("a")
				return err
			}},
		{name: "bench closed under a read", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				time.AfterFunc(time.Second, func() { b.Close() })
				_, err := c1.Read(make([]byte, 1))
				return err
			}},
		{name: "bench closed under a dial", want: net.ErrClosed,
			do: func(t *testing.T, b *sim.Bench, c1, c2 net.Conn) error {
				time.AfterFunc(time.Millisecond, func() { b.Close() })
				_, err := b.Dial(context.Background(), "b", b.Addr("a"))
				return err
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBench(t, twoNodes, func(b *sim.Bench) {
				c1, c2 := pair(t, b)
				err := tc.do(t, b, c1, c2)
				assert.ErrorIs(t, err, tc.want)
				var op *net.OpError
				if tc.want != io.EOF {
					assert.ErrorAs(t, err, &op, "dressed as package net does")
					assert.Equal(t, errors.Is(tc.want, os.ErrDeadlineExceeded) || errors.Is(tc.want, context.DeadlineExceeded), op.Timeout())
				}
				c1.Close()
				c2.Close()
			})
		})
	}
}

// What was written before Close arrives, and then the end of the stream.
func TestCloseSendsWhatWasWritten(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		_, err := c1.Write(make([]byte, 50_000))
		require.NoError(t, err)
		require.NoError(t, c1.Close())
		n, err := io.Copy(io.Discard, c2)
		assert.NoError(t, err)
		assert.EqualValues(t, 50_000, n)
		assert.NoError(t, c2.Close())
		assert.Equal(t, sim.Counters{SentBytes: 50_000}, b.Counters("a"))
		assert.Equal(t, sim.Counters{ReceivedBytes: 50_000}, b.Counters("b"))
	})
}

// What is written by reference arrives as it is, in its place, also when the send
// buffer takes it in parts and when little of it is read at a time.
func TestWriteConst(t *testing.T) {
	big := make([]byte, 300_000)
	for i := range big {
		big[i] = byte(i * 7 / 3)
	}
	var want []byte
	for _, p := range [][]byte{big[:26], big, big[:100], big[5:70_000], nil, big[1:2000]} {
		want = append(append(want, p...), "copied"...)
	}
	inBench(t, twoNodes, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		var wg sync.WaitGroup
		wg.Go(func() {
			w := c1.(interface{ WriteConst([]byte) (int, error) })
			for _, p := range [][]byte{big[:26], big, big[:100], big[5:70_000], nil, big[1:2000]} {
				n, err := w.WriteConst(p)
				assert.NoError(t, err)
				assert.Equal(t, len(p), n)
				_, err = c1.Write([]byte("copied"))
				assert.NoError(t, err)
			}
			assert.NoError(t, c1.Close())
			_, err := w.WriteConst(big)
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		got, err := io.ReadAll(iotest.HalfReader(c2))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got), "%d bytes arrived", len(got))
		assert.NoError(t, c2.Close())
		wg.Wait()
	})
}

// A listener that closes resets those who wait, and frees the address.
func TestListenerCloses(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		l, err := b.Listen("b")
		require.NoError(t, err)
		c, err := b.Dial(context.Background(), "a", b.Addr("b"))
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, l.Close())
		_, err = c.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		c.Close()
		var wg sync.WaitGroup
		again, err := b.Listen("b")
		require.NoError(t, err)
		wg.Go(func() {
			_, err := again.Accept()
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		sim.Settle()
		require.NoError(t, again.Close())
		wg.Wait()
	})
}

func TestAddNodeChecks(t *testing.T) {
	good := sim.Link{Uplink: mbit, Downlink: mbit}
	inBench(t, map[string]sim.Link{"taken": good}, func(b *sim.Bench) {
		assert.ErrorContains(t, b.AddNode("taken", good), "exists already")
		assert.ErrorContains(t, b.AddNode("x", sim.Link{Uplink: 0, Downlink: 1}), "above 0")
		assert.ErrorContains(t, b.AddNode("x", sim.Link{Uplink: 1, Downlink: 1, Delay: -1}), "negative")
	})
}
