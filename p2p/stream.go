package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multistream"
)

var errStopped = errors.New("the node has stopped")

// stream is a libp2p stream whose protocol may still be under negotiation.
type stream struct {
	network.Stream
	io.ReadWriter // the protocol's bytes
}

func (s *stream) Read(p []byte) (int, error)  { return s.ReadWriter.Read(p) }
func (s *stream) Write(p []byte) (int, error) { return s.ReadWriter.Write(p) }

// accepted wraps a stream that the host has negotiated.
func accepted(s network.Stream) *stream { return &stream{Stream: s, ReadWriter: s} }

// openStream opens a stream to a connected peer. The protocol is proposed
// together with the first bytes written, which saves a round trip; a peer that
// does not speak it makes the first read fail.
func (n *node) openStream(ctx context.Context, p peer.ID, id protocol.ID) (*stream, error) {
	raw, err := n.host.Network().NewStream(network.WithNoDial(ctx, "streams go over the connection that was made for them"), p)
	if err != nil {
		return nil, fmt.Errorf("opening %s to %s: %w", id, n.dep.label(p), err)
	}
	raw.SetProtocol(id)
	return &stream{Stream: raw, ReadWriter: multistream.NewMSSelect(raw, id)}, nil
}

// connect makes sure that there is a connection to the peer, within limit.
func (n *node) connect(ctx context.Context, to peer.AddrInfo, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	there := n.host.Network().Connectedness(to.ID) == network.Connected
	n.host.forgive(to.ID)
	began := time.Now()
	if err := n.host.Connect(ctx, to); err != nil {
		return fmt.Errorf("connecting to %s: %w", n.dep.label(to.ID), err)
	}
	if !there {
		n.mu.Lock()
		if n.setup == 0 {
			n.setup = time.Since(began)
		}
		n.setup += (time.Since(began) - n.setup) / 4
		n.mu.Unlock()
	}
	return nil
}

// within makes the stream's reads and writes fail after d from now.
func (s *stream) within(d time.Duration) { s.Stream.SetDeadline(time.Now().Add(d)) }

// meter returns the meter of the stream's connection, nil if it has none.
func (s *stream) meter() *meter {
	var m *meter
	s.Conn().As(&m)
	return m
}

func addrInfo(id peer.ID, addrs ...ma.Multiaddr) peer.AddrInfo {
	return peer.AddrInfo{ID: id, Addrs: addrs}
}
