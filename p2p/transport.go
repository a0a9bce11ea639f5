package p2p

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"versus/sim/trial"
)

// nodeTransport is the libp2p transport of one node: TCP multiaddrs, dialed and
// listened on through the trial's network, secured and multiplexed by the
// host's upgrader.
type nodeTransport struct {
	network  trial.Network
	node     string
	upgrader transport.Upgrader
	limits   network.ResourceManager
}

var _ transport.Transport = (*nodeTransport)(nil)

// Dial implements transport.Transport.
func (t *nodeTransport) Dial(ctx context.Context, raddr ma.Multiaddr, p peer.ID) (transport.CapableConn, error) {
	_, addr, err := manet.DialArgs(raddr)
	if err != nil {
		return nil, fmt.Errorf("dialing %s: %w", raddr, err)
	}
	scope, err := t.limits.OpenConnection(network.DirOutbound, true, raddr)
	if err != nil {
		return nil, err
	}
	if err := scope.SetPeer(p); err != nil {
		scope.Done()
		return nil, err
	}
	raw, err := t.network.Dial(ctx, t.node, addr)
	if err != nil {
		scope.Done()
		return nil, err
	}
	limitUnsent(raw)
	conn, err := manet.WrapNetConn(raw)
	if err != nil {
		raw.Close()
		scope.Done()
		return nil, err
	}
	return t.upgrader.Upgrade(ctx, t, conn, network.DirOutbound, p, scope)
}

// Listen implements transport.Transport. The address must be the node's own.
func (t *nodeTransport) Listen(laddr ma.Multiaddr) (transport.Listener, error) {
	l, err := t.network.Listen(t.node)
	if err != nil {
		return nil, fmt.Errorf("listening at %s: %w", laddr, err)
	}
	wrapped, err := manet.WrapNetListener(&lastingListener{Listener: limitingListener{l}, closed: make(chan struct{})})
	if err != nil {
		l.Close()
		return nil, err
	}
	return t.upgrader.UpgradeGatedMaListener(t, t.upgrader.GateMaListener(wrapped)), nil
}

// lastingListener hands out no error before it is closed: when a node's network
// is gone its software is about to stop, and libp2p would complain on stderr.
type lastingListener struct {
	net.Listener
	once   sync.Once
	closed chan struct{}
}

func (l *lastingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.closed
	}
	return c, err
}

func (l *lastingListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	if err := l.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// CanDial implements transport.Transport.
func (t *nodeTransport) CanDial(addr ma.Multiaddr) bool {
	_, err := addr.ValueForProtocol(ma.P_TCP)
	return err == nil
}

// Protocols implements transport.Transport.
func (t *nodeTransport) Protocols() []int { return []int{ma.P_TCP} }

// Proxy implements transport.Transport.
func (t *nodeTransport) Proxy() bool { return false }

// multiaddrOf turns host:port into /ip4/host/tcp/port or its ip6 sibling.
func multiaddrOf(hostport string) (ma.Multiaddr, error) {
	addr, err := net.ResolveTCPAddr("tcp", hostport)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", hostport, err)
	}
	return manet.FromNetAddr(addr)
}
