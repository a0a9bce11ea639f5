package p2p

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/sec"
	blankhost "github.com/libp2p/go-libp2p/p2p/host/blank"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	libp2pyamux "github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/insecure"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	ma "github.com/multiformats/go-multiaddr"

	"versus/sim/trial"
)

// openHost builds a libp2p host of the parts that a swarm needs and no others:
// go-libp2p's swarm, Noise and yamux over the node's transport, without
// identify, ping, relay, NAT mapping, address discovery or metrics, which would
// send what the bench would have to count as the mesh's own. Plaintext takes the
// place of Noise where that is asked for.
func openHost(n trial.Network, node string, self identity, plaintext bool) (*openedHost, error) {
	addr, err := multiaddrOf(n.Addr(node))
	if err != nil {
		return nil, fmt.Errorf("host of %s: %w", node, err)
	}
	store, err := pstoremem.NewPeerstore()
	if err != nil {
		return nil, fmt.Errorf("host of %s: %w", node, err)
	}
	h, err := assembleHost(n, node, self, plaintext, addr, store)
	if err != nil {
		store.Close()
		return nil, fmt.Errorf("host of %s: %w", node, err)
	}
	if len(h.Network().ListenAddresses()) == 0 {
		addr = nil
	}
	return &openedHost{Host: h, addr: addr, store: store}, nil
}

// forgive makes libp2p forget that it dialed the peer in vain: it would refuse to
// try again for seconds that grow to minutes. The contacts say when to dial.
func (h *openedHost) forgive(p peer.ID) {
	if sw, ok := h.Network().(*swarm.Swarm); ok {
		sw.Backoff().Clear(p)
	}
}

func assembleHost(n trial.Network, node string, self identity, plaintext bool, addr ma.Multiaddr, store peerstore.Peerstore) (host.Host, error) {
	if err := errors.Join(store.AddPrivKey(self.id, self.key), store.AddPubKey(self.id, self.key.GetPublic())); err != nil {
		return nil, err
	}
	limits := &network.NullResourceManager{}
	bus := eventbus.NewBus()
	muxers := []upgrader.StreamMuxer{{ID: libp2pyamux.ID, Muxer: newMuxer(plaintext)}}
	secure, err := newSecurity(self, plaintext, muxers)
	if err != nil {
		return nil, err
	}
	up, err := upgrader.New([]sec.SecureTransport{beatingSecurity{secure}}, muxers, nil, limits, nil)
	if err != nil {
		return nil, err
	}
	sw, err := swarm.NewSwarm(self.id, store, bus,
		swarm.WithResourceManager(limits),
		swarm.WithDialRanker(swarm.NoDelayDialRanker),
		swarm.WithDialTimeout(dialTimeout),
		swarm.WithDialTimeoutLocal(dialTimeout),
		swarm.WithUDPBlackHoleSuccessCounter(nil),
		swarm.WithIPv6BlackHoleSuccessCounter(nil),
	)
	if err != nil {
		return nil, err
	}
	if err := sw.AddTransport(&nodeTransport{network: n, node: node, upgrader: up, limits: limits}); err != nil {
		sw.Close()
		return nil, err
	}
	h := blankhost.NewBlankHost(sw, blankhost.WithEventBus(bus))
	if h == nil {
		sw.Close()
		return nil, errors.New("go-libp2p made no host")
	}
	// A node that accepts no connections, as behind a NAT, is a host all the
	// same: it dials others and shares over the connections that it made.
	if err := sw.AddListenAddr(addr); err != nil && !errors.Is(err, syscall.EADDRNOTAVAIL) {
		sw.Close()
		return nil, err
	}
	return h, nil
}

// newSecurity returns Noise, or libp2p's plaintext, which exchanges keys and
// believes them.
func newSecurity(self identity, plaintext bool, muxers []upgrader.StreamMuxer) (sec.SecureTransport, error) {
	if plaintext {
		return insecure.NewWithIdentity(insecure.ID, self.id, self.key), nil
	}
	return noise.New(noise.ID, self.key, muxers)
}

// openedHost is a host that listens where the network lets it.
type openedHost struct {
	host.Host
	addr  ma.Multiaddr // where it can be dialed; nil if it cannot
	store peerstore.Peerstore
}

// Close ends every connection and returns when the host's goroutines are gone.
func (h *openedHost) Close() error {
	return errors.Join(h.Host.Close(), h.store.Close())
}
