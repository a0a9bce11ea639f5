package p2p

import (
	"context"
	"io"
	"net"
	"testing"

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

// TestMeter: what a stream was given counts until the connection below has it.
func TestMeter(t *testing.T) {
	a, b := net.Pipe()
	allow := make(chan struct{}, 100)
	client, err := newMuxer(false).NewConn(slowConn{a, allow}, false, nil)
	require.NoError(t, err)
	server, err := newMuxer(false).NewConn(b, true, nil)
	require.NoError(t, err)
	defer server.Close()
	defer client.Close()

	for range 20 { // window updates and pings that set the streams up
		allow <- struct{}{}
	}
	s, err := client.OpenStream(context.Background())
	require.NoError(t, err)
	peer, err := server.AcceptStream()
	require.NoError(t, err)
	_, err = s.Write([]byte("first"))
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
	waiting, drained := m.backlog()
	assert.EqualValues(t, 100_000, waiting)
	go io.Copy(io.Discard, peer)
	for range 10 {
		allow <- struct{}{}
	}
	<-drained
	settled(t, m)
}

// settled waits until nothing waits.
func settled(t *testing.T, m *meter) {
	for {
		waiting, drained := m.backlog()
		require.GreaterOrEqual(t, waiting, int64(0))
		if waiting == 0 {
			return
		}
		<-drained
	}
}
