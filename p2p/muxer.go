package p2p

import (
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	libp2pyamux "github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-yamux/v5"
)

// meteredMuxer is yamux with a meter on every connection. yamux takes up to 64
// messages from its streams before the first is on the wire, which would let a
// whole piece queue up ahead of every have and grant; a writer that watches the
// meter can keep that queue short.
type meteredMuxer struct {
	yamux *libp2pyamux.Transport
}

var _ network.Multiplexer = (*meteredMuxer)(nil)

// streamWindow is how many bytes a neighbour may send on a stream before it hears that
// some were read. It hears so after each half, and from a peer whose uplink is slow and
// busy as much as half a second late; with yamux's usual 256 KiB a fast sender stood
// still for most of that time.
const streamWindow = 1 << 20

// newMuxer returns the muxer. buffered says that nothing below buffers reads, as
// Noise does.
func newMuxer(buffered bool) *meteredMuxer {
	c := yamux.DefaultConfig()
	c.LogOutput = io.Discard
	if !buffered {
		c.ReadBufSize = 0
	}
	c.AcceptBacklog = 64 // streams; each costs memory on every connection
	c.PingBacklog = 4    // pings that wait for their reply
	c.InitialStreamWindowSize = streamWindow
	c.MaxStreamWindowSize = 4 << 20  // bytes: 500 Mbit/s over 60 ms; readers never leave it full
	c.MeasureRTTInterval = time.Hour // the first measurement serves to grow the window

	// A slow link shared by many takes long for a message; who is dead is noticed
	// above.
	c.ConnectionWriteTimeout = 30 * time.Second
	return &meteredMuxer{yamux: (*libp2pyamux.Transport)(c)}
}

// NewConn implements network.Multiplexer.
func (m *meteredMuxer) NewConn(c net.Conn, isServer bool, scope network.PeerScope) (network.MuxedConn, error) {
	meter := &meter{pulse: &pulse{}}
	if b, ok := c.(*beatingSecure); ok {
		meter.pulse = b.pulse
	}
	muxed, err := m.yamux.NewConn(&meteredConn{Conn: c, meter: meter}, isServer, scope)
	if err != nil {
		return nil, err
	}
	return &meteredSession{MuxedConn: muxed, meter: meter}, nil
}

// meter counts the stream bytes that a connection's muxer took and has not yet
// handed to the connection below.
type meter struct {
	pulse *pulse // of the socket beneath

	mu      sync.Mutex // guards what follows
	taken   int64
	written int64
	writers []waitingWriter
}

// waitingWriter is who waits for a meter to show less.
type waitingWriter struct {
	below int64           // bytes
	wake  chan<- struct{} // has room for one
}

// backlog returns the bytes that wait.
func (m *meter) backlog() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken - m.written
}

// below says whether fewer than n bytes wait. If not, wake gets a token, unless it
// has one, as soon as fewer do.
func (m *meter) below(n int64, wake chan<- struct{}) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.taken-m.written < n {
		return true
	}
	if i := slices.IndexFunc(m.writers, func(w waitingWriter) bool { return w.wake == wake }); i >= 0 {
		m.writers[i].below = n
	} else {
		m.writers = append(m.writers, waitingWriter{n, wake})
	}
	return false
}

func (m *meter) take(n int) {
	m.mu.Lock()
	m.taken += int64(n)
	m.mu.Unlock()
}

func (m *meter) wrote(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.written += int64(n)
	m.writers = slices.DeleteFunc(m.writers, func(w waitingWriter) bool {
		if m.taken-m.written >= w.below {
			return false
		}
		select {
		case w.wake <- struct{}{}:
		default:
		}
		return true
	})
}

// meteredConn sees yamux's frames on their way down. go-yamux writes one frame
// per call: a header of twelve bytes, whose second is the type, and the body.
type meteredConn struct {
	net.Conn
	meter *meter
}

const (
	yamuxHeader = 12 // bytes
	yamuxData   = 0  // type
)

func (c *meteredConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if len(p) > yamuxHeader && p[1] == yamuxData {
		c.meter.wrote(len(p) - yamuxHeader)
	}
	return n, err
}

// meteredSession hands out streams that tell the meter what they pass on.
type meteredSession struct {
	network.MuxedConn
	meter *meter
}

// As implements network.MuxedConn: it finds the meter.
func (s *meteredSession) As(target any) bool {
	if t, ok := target.(**meter); ok {
		*t = s.meter
		return true
	}
	return s.MuxedConn.As(target)
}

func (s *meteredSession) OpenStream(ctx context.Context) (network.MuxedStream, error) {
	st, err := s.MuxedConn.OpenStream(ctx)
	if err != nil {
		return nil, err
	}
	return &meteredStream{MuxedStream: st, meter: s.meter}, nil
}

func (s *meteredSession) AcceptStream() (network.MuxedStream, error) {
	st, err := s.MuxedConn.AcceptStream()
	if err != nil {
		return nil, err
	}
	return &meteredStream{MuxedStream: st, meter: s.meter}, nil
}

type meteredStream struct {
	network.MuxedStream
	meter *meter
}

func (s *meteredStream) Write(p []byte) (int, error) {
	s.meter.take(len(p))
	n, err := s.MuxedStream.Write(p)
	if n < len(p) {
		s.meter.take(n - len(p)) // what the stream refused never gets there
	}
	return n, err
}
