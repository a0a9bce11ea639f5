package p2p

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowConn takes what is written when it is told to.
type slowConn struct {
	net.Conn
	allow chan struct{}
}

func (c slowConn) Write(p []byte) (int, error) {
	<-c.allow
	return c.Conn.Write(p)
}

// muxed puts the muxer on both ends of a connection, and opens a stream.
func muxed(t *testing.T, a, b net.Conn) (client network.MuxedConn, out, in network.MuxedStream) {
	client, err := newMuxer(false).NewConn(a, false, nil)
	require.NoError(t, err)
	server, err := newMuxer(false).NewConn(b, true, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	out, err = client.OpenStream(context.Background())
	require.NoError(t, err)
	in, err = server.AcceptStream()
	require.NoError(t, err)
	return client, out, in
}

// TestMeter: what a stream was given counts until the connection below has it.
func TestMeter(t *testing.T) {
	a, b := net.Pipe()
	allow := make(chan struct{}, 100)
	for range 20 { // window updates and pings that set the streams up
		allow <- struct{}{}
	}
	client, s, peer := muxed(t, slowConn{a, allow}, b)
	_, err := s.Write([]byte("first"))
	require.NoError(t, err)
	buf := make([]byte, 5)
	_, err = io.ReadFull(peer, buf)
	require.NoError(t, err)

	var m *meter
	require.True(t, client.As(&m))
	settled(t, m)
	for len(allow) > 0 {
		<-allow
	}
	_, err = s.Write(make([]byte, 100_000)) // two frames
	require.NoError(t, err)
	assert.EqualValues(t, 100_000, m.backlog())
	half := make(chan struct{}, 1)
	assert.False(t, m.below(50_000, half))
	go io.Copy(io.Discard, peer)
	for range 10 {
		allow <- struct{}{}
	}
	<-half
	assert.Less(t, m.backlog(), int64(50_000))
	settled(t, m)
	assert.True(t, m.below(1, half))
	assert.Empty(t, half, "one token for each wait")
}

// TestStreamWindow: a neighbour can send several pieces ahead of the news that
// something was read.
func TestStreamWindow(t *testing.T) {
	a, b := net.Pipe()
	_, out, in := muxed(t, a, b)
	// The first byte that comes back follows the window that came with the acceptance.
	_, err := in.Write([]byte{1})
	require.NoError(t, err)
	_, err = io.ReadFull(out, make([]byte, 1))
	require.NoError(t, err)

	const pieces = 4 * 256 << 10                                          // bytes
	require.NoError(t, out.SetWriteDeadline(time.Now().Add(time.Minute))) // only where it fails
	_, err = out.Write(make([]byte, pieces))                              // nobody reads
	require.NoError(t, err)
	_, err = io.ReadFull(in, make([]byte, pieces))
	require.NoError(t, err)
}

// settled waits until nothing waits.
func settled(t *testing.T, m *meter) {
	drained := make(chan struct{}, 1)
	if !m.below(1, drained) {
		<-drained
	}
	require.Zero(t, m.backlog())
}
