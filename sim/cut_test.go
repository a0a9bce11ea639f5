package sim_test

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// Cuts are one-way and counted.
func TestCut(t *testing.T) {
	nodes := map[string]sim.Link{"c": twoNodes["b"]}
	for name, l := range twoNodes {
		nodes[name] = l
	}
	for _, tc := range []struct {
		name       string
		do         func(b *sim.Bench)
		there, rev bool // whether a reaches b, and b a
	}{
		{name: "nothing", do: func(*sim.Bench) {}, there: true, rev: true},
		{name: "one way", do: func(b *sim.Bench) { b.Cut([]string{"a"}, []string{"b"}) }, rev: true},
		{name: "other nodes", do: func(b *sim.Bench) { b.Cut([]string{"a", "b"}, []string{"c"}) }, there: true, rev: true},
		{name: "both ways", do: func(b *sim.Bench) { b.Cut([]string{"a", "b"}, []string{"a", "b"}) }},
		{name: "mended", do: func(b *sim.Bench) {
			b.Cut([]string{"a"}, []string{"b", "c"})
			b.Mend([]string{"a"}, []string{"b", "c"})
		}, there: true, rev: true},
		{name: "two that overlap, one mended", do: func(b *sim.Bench) {
			b.Cut([]string{"a"}, []string{"b", "c"})
			b.Cut([]string{"a", "c"}, []string{"b"})
			b.Mend([]string{"a"}, []string{"b", "c"})
		}, rev: true},
		{name: "two that overlap, both mended", do: func(b *sim.Bench) {
			b.Cut([]string{"a"}, []string{"b", "c"})
			b.Cut([]string{"a", "c"}, []string{"b"})
			b.Mend([]string{"a", "c"}, []string{"b"})
			b.Mend([]string{"a"}, []string{"b", "c"})
		}, there: true, rev: true},
		{name: "a mend too many does not count against the next cut", do: func(b *sim.Bench) {
			b.Mend([]string{"a"}, []string{"b"})
			b.Cut([]string{"a"}, []string{"b"})
		}, rev: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBench(t, nodes, func(b *sim.Bench) {
				c1, c2 := pair(t, b)
				tc.do(b)
				for _, way := range []struct {
					from, to net.Conn
					open     bool
				}{{c1, c2, tc.there}, {c2, c1, tc.rev}} {
					_, err := way.from.Write([]byte("x"))
					require.NoError(t, err)
					require.NoError(t, way.to.SetReadDeadline(time.Now().Add(time.Minute)))
					_, err = way.to.Read(make([]byte, 1))
					if way.open {
						assert.NoError(t, err)
					} else {
						assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
					}
				}
				ledger := b.Ledger()
				assert.Equal(t, !tc.there || !tc.rev, ledger.Dropped > 0)
				c1.Close()
				c2.Close()
			})
		})
	}
}

// A transfer goes on where it was when a cut is mended.
func TestTransferOutlastsACut(t *testing.T) {
	inBench(t, twoNodes, func(b *sim.Bench) {
		stop := serveBytes(t, b, "b", 5_000_000)
		both := []string{"a", "b"}
		time.AfterFunc(500*time.Millisecond, func() { b.Cut(both, both) })
		time.AfterFunc(5*time.Second, func() { b.Mend(both, both) })
		took := download(t, b, "a", "b", 5_000_000)
		stop()
		// 2.1 s without the cut; the time-outs of 0.2 s, doubled, end 6.4 s after
		// it begins.
		assert.Greater(t, took, 6500*time.Millisecond)
		assert.Less(t, took, 10*time.Second)
	})
}

func TestDisconnectCounts(t *testing.T) {
	inBench(t, map[string]sim.Link{"a": twoNodes["a"], "b": twoNodes["b"], "c": twoNodes["b"]}, func(b *sim.Bench) {
		c1, c2 := pair(t, b)
		c3, c4 := pair(t, b)
		assert.Zero(t, b.Disconnect("a", "c"))
		assert.Equal(t, 2, b.Disconnect("b", "a"))
		assert.Zero(t, b.Disconnect("a", "b"), "they are gone")
		for _, c := range []net.Conn{c1, c2, c3, c4} {
			_, err := c.Write([]byte("x"))
			assert.ErrorIs(t, err, syscall.ECONNRESET)
			c.Close()
		}
		c5, c6 := pair(t, b)
		c5.Close()
		c6.Close()
		time.Sleep(time.Second)
		assert.Zero(t, b.Disconnect("a", "b"), "closed connections do not count")
	})
}
