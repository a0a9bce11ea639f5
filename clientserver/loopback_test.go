package clientserver

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/sim/scenario"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFetchOverSockets(t *testing.T) {
	for _, tc := range []struct {
		name      string
		security  string
		pieceSize int
		size      int
	}{
		{name: "one byte", security: securityNone, pieceSize: 1 << 10, size: 1},
		{name: "one whole piece", security: securityNone, pieceSize: 1 << 10, size: 1 << 10},
		{name: "one byte past a piece", security: securityNone, pieceSize: 1 << 10, size: 1<<10 + 1},
		{name: "chunk of exactly the limit", security: securityNone, pieceSize: maxChunk, size: 3 * maxChunk},
		{name: "chunk one past the limit", security: securityNone, pieceSize: maxChunk + 1, size: 3 * maxChunk},
		{name: "chunks that end near the write buffer", security: securityNone, pieceSize: maxChunk + 2*writeBuffer, size: 3 * maxChunk},
		{name: "large pieces", security: securityNone, pieceSize: 16 << 20, size: 17 << 20},
		{name: "several pages of digests", security: securityNone, pieceSize: 1 << 10, size: (2*maxDigests+1)<<10 + 5},
		{name: "TLS", security: securityTLS, pieceSize: 256 << 10, size: 5 << 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newMemory(tc.pieceSize, map[string]int{"lecture.bin": tc.size})
			s := newSite(t, m, m, 2, tc.security)
			assert.Zero(t, s.net.dials, "dialed before the first fetch")
			for _, node := range s.content.nodes {
				require.NoError(t, s.fetch(t, node, "lecture.bin"), node)
				require.NoError(t, s.fetch(t, node, "lecture.bin"), "%s, a second time", node)
				assert.True(t, s.content.Store(node).Complete("lecture.bin"))
			}
			assert.Equal(t, 2*tc.size, s.seen.verified)
			assert.Empty(t, s.seen.wasted)
			assert.Empty(t, s.seen.kinds)
			assert.Equal(t, 2, s.net.dials)
		})
	}
}

// More files than a connection may have open at once wait for their turn.
func TestMoreFilesThanMayBeOpen(t *testing.T) {
	sizes := map[string]int{}
	for i := range 2*maxOpen + 3 {
		sizes[fmt.Sprintf("slide-%d.pdf", i)] = 3000
	}
	m := newMemory(1<<10, sizes)
	s := newSite(t, m, m, 1, securityNone)
	var wg sync.WaitGroup
	for file := range sizes {
		wg.Go(func() { assert.NoError(t, s.fetch(t, "home-1", file), file) })
	}
	wg.Wait()
	assert.Empty(t, s.seen.wasted)
	assert.Equal(t, 1, s.net.dials)
}

// A killed connection costs at most the piece that was under way.
func TestResumeAfterKilledConnection(t *testing.T) {
	for _, security := range []string{securityNone, securityTLS} {
		t.Run(security, func(t *testing.T) {
			const piece, size = 256 << 10, 64 << 20
			m := newMemory(piece, map[string]int{"lecture.bin": size})
			s := newSite(t, m, m, 1, security)
			s.seen.notify = func(pieces int) {
				// Further apart than what the kernel may still hold for the client.
				if pieces == 10 || pieces == 120 {
					s.net.kill()
				}
			}
			require.NoError(t, s.fetch(t, "home-1", "lecture.bin"))
			assert.Equal(t, size, s.seen.verified)
			assert.Zero(t, s.seen.wasted["duplicate"])
			assert.Less(t, s.seen.wasted["connection lost"], 2*piece)
			assert.Equal(t, 2, s.seen.event("connection-lost"))
			assert.Equal(t, 2, s.seen.event("reconnect"))
			assert.Equal(t, 3, s.net.dials)
		})
	}
}

// The node's software ends and starts again: what it had verified stays.
func TestClientRestart(t *testing.T) {
	const size = 8 << 20
	m := newMemory(64<<10, map[string]int{"lecture.bin": size})
	net := newLoopback(t)
	seen := newArrivals()
	cat, err := newCatalog(m, m, 1, seen)
	require.NoError(t, err)
	d, err := deploy(net, cat, seen, securityNone)
	require.NoError(t, err)
	stopServer := boot(d, scenario.Origin)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	half := make(chan struct{})
	seen.notify = func(pieces int) {
		if pieces == 64 {
			close(half)
		}
	}
	fetched := make(chan error, 1)
	go func() { fetched <- d.Fetch(ctx, "home-1", "lecture.bin") }() // before it is booted
	stop := boot(d, "home-1")
	<-half
	require.NoError(t, stop())
	stop = boot(d, "home-1")
	require.NoError(t, <-fetched)
	require.NoError(t, stop())
	require.NoError(t, stopServer())
	assert.Equal(t, size, seen.verified)
	assert.Zero(t, seen.wasted["duplicate"])
}

func TestCorruptContent(t *testing.T) {
	const piece = 2 << 10
	flip := func(b []byte) []byte {
		b = slices.Clone(b)
		b[len(b)/2] ^= 1
		return b
	}
	for _, tc := range []struct {
		name     string
		lies     int // how often piece 5 is read wrong
		want     string
		corrupt  int // arrivals refused
		complete bool
	}{
		{name: "once", lies: 1, corrupt: 1, complete: true},
		{name: "one time less than the limit", lies: maxRefusals - 1, corrupt: maxRefusals - 1, complete: true},
		{
			name: "always", lies: 1 << 30, corrupt: maxRefusals,
			want: " of 16 pieces of lecture.bin missing: piece 5 of lecture.bin from origin was corrupt 3 times",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			truth := newMemory(piece, map[string]int{"lecture.bin": 16 * piece})
			served := newMemory(piece, map[string]int{"lecture.bin": 16 * piece})
			lies := 0
			served.spoil = func(_ string, i int, b []byte) ([]byte, error) {
				if i == 5 && lies < tc.lies {
					lies++
					return flip(b), nil
				}
				return b, nil
			}
			s := newSite(t, served, truth, 1, securityNone)
			err := s.fetch(t, "home-1", "lecture.bin")
			if tc.complete {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.want)
			}
			assert.Equal(t, tc.corrupt, s.seen.event("corrupt-piece"))
			assert.Equal(t, tc.corrupt*piece, s.seen.wasted["corrupt"])
			assert.Equal(t, tc.complete, s.content.Store("home-1").Complete("lecture.bin"))
		})
	}
}

func TestFetchErrors(t *testing.T) {
	const piece = 2 << 10
	sizes := map[string]int{"lecture.bin": 4 * piece}
	for _, tc := range []struct {
		name   string
		served *memory
		node   string
		file   string
		want   string
	}{
		{
			name: "file that the server has not", served: newMemory(piece, nil), node: "home-1", file: "lecture.bin",
			want: `manifest of lecture.bin missing: the server refused: unknown-file: there is no file "lecture.bin"`,
		},
		{
			name: "manifest of another file", served: newMemory(2*piece, sizes), node: "home-1", file: "lecture.bin",
			want: "manifest of lecture.bin missing: from origin: manifest of lecture.bin differs from the file that was published",
		},
		{
			name: "piece that the server cannot read", node: "home-1", file: "lecture.bin",
			served: func() *memory {
				m := newMemory(piece, sizes)
				m.spoil = func(_ string, i int, b []byte) ([]byte, error) {
					if i == 2 {
						return nil, context.DeadlineExceeded
					}
					return b, nil
				}
				return m
			}(),
			want: "2 of 4 pieces of lecture.bin missing: the server refused: unavailable: piece 2 of lecture.bin: the server cannot read it",
		},
		{
			name: "node that is not there", served: newMemory(piece, sizes), node: "home-9", file: "lecture.bin",
			want: `fetching lecture.bin: client-server: unknown node "home-9"`,
		},
		{
			name: "origin without the file", served: newMemory(piece, nil), node: scenario.Origin, file: "lecture.bin",
			want: "fetching lecture.bin: origin has no one to fetch from: file is not in the catalog",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, tc.served, newMemory(piece, sizes), 1, securityNone)
			require.EqualError(t, s.fetch(t, tc.node, tc.file), tc.want)
		})
	}
}

func TestBootErrors(t *testing.T) {
	m := newMemory(1<<10, map[string]int{"lecture.bin": 1})
	s := newSite(t, m, m, 1, securityNone)
	require.NoError(t, s.fetch(t, "home-1", "lecture.bin")) // both nodes run
	assert.EqualError(t, s.dep.Boot(t.Context(), "home-9"), `booting: client-server: unknown node "home-9"`)
	assert.EqualError(t, s.dep.Boot(t.Context(), "home-1"), "booting home-1: it is running")
	assert.ErrorContains(t, s.dep.Boot(t.Context(), scenario.Origin), "central server: ")
}
