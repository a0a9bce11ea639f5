package clientserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Name is the architecture's name in scenarios and results.
const Name = "client-server"

// Options that a scenario may set.
const (
	optionSecurity = "security"
	optionIdle     = "idle_timeout_s"

	securityNone = "none"
	securityTLS  = "tls"
)

// Kind describes the architecture to the program.
func Kind() trial.Kind {
	return trial.Kind{
		Name: Name,
		Options: []scenario.Option{
			{
				Name: optionSecurity, Default: securityNone, Values: []string{securityNone, securityTLS},
				Doc: "encryption of the connections: none, or TLS 1.3 with a certificate that clients pin",
			},
			{
				Name: optionIdle, Default: 15.0, Min: 1, Max: 3600,
				Doc: "seconds of silence after which a connection counts as lost; each side pings after a third of it, a client that receives after two",
			},
		},
		New: func(o scenario.Options, seed uint64) (trial.Architecture, error) {
			return &architecture{
				secure: o.String(optionSecurity) == securityTLS,
				idle:   time.Duration(o.Float(optionIdle) * float64(time.Second)),
				seed:   seed,
			}, nil
		},
	}
}

type architecture struct {
	secure bool
	idle   time.Duration
	seed   uint64
}

var (
	_ trial.Architecture = (*architecture)(nil)
	_ trial.Deployment   = (*deployment)(nil)
)

// Name implements trial.Architecture.
func (a *architecture) Name() string { return Name }

// Deploy implements trial.Architecture. With TLS it makes the certificate.
func (a *architecture) Deploy(_ context.Context, n trial.Network, c trial.Content, r trial.Recorder) (trial.Deployment, error) {
	const origin = scenario.Origin
	addr := n.Addr(origin)
	var serverTLS, clientTLS *tls.Config
	if a.secure {
		var err error
		if serverTLS, clientTLS, err = newSecurity(addr); err != nil {
			return nil, fmt.Errorf("deploying %s: %w", Name, err)
		}
	}
	d := &deployment{
		server: &server{
			store:  c.Store(origin),
			listen: func() (net.Listener, error) { return n.Listen(origin) },
			tls:    serverTLS,
			idle:   a.idle,
			event:  func(kind, detail string) { r.Event(origin, kind, detail) },
		},
		clients: map[string]*client{},
	}
	for _, node := range c.Nodes() {
		if node == origin {
			continue
		}
		via := greeter{addr: addr, tls: clientTLS, idle: a.idle}
		d.clients[node] = &client{
			node: node, server: origin,
			store:  c.Store(node),
			dial:   func(ctx context.Context) (net.Conn, error) { return n.Dial(ctx, node, addr) },
			greet:  via.greet,
			event:  func(kind, detail string) { r.Event(node, kind, detail) },
			random: workload.Stream(a.seed, "client-server/backoff/"+node),
			booted: make(chan struct{}),
		}
	}
	return d, nil
}

// deployment is the central server and its clients.
type deployment struct {
	server  *server
	clients map[string]*client // by node; never changes
}

// Boot implements trial.Deployment.
func (d *deployment) Boot(ctx context.Context, node string) error {
	if node == scenario.Origin {
		return d.server.run(ctx)
	}
	c, err := d.client(node)
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	return c.boot(ctx)
}

// Fetch implements trial.Deployment.
func (d *deployment) Fetch(ctx context.Context, node, file string) error {
	if node == scenario.Origin {
		if d.server.store.Complete(file) {
			return nil
		}
		return fmt.Errorf("fetching %s: %s has no one to fetch from: %w", file, node, workload.ErrUnknownFile)
	}
	c, err := d.client(node)
	if err != nil {
		return fmt.Errorf("fetching %s: %w", file, err)
	}
	return c.fetch(ctx, file)
}

// Close implements trial.Deployment; all that Deploy made is memory.
func (d *deployment) Close() error { return nil }

func (d *deployment) client(node string) (*client, error) {
	if c := d.clients[node]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%s: unknown node %q", Name, node)
}

// greeter makes WebSocket connections of sockets that lead to the central server.
type greeter struct {
	addr string
	tls  *tls.Config // nil: plain
	idle time.Duration
}

// greet does the handshakes on raw, within handshakeTimeout. It closes raw if
// they fail.
func (d greeter) greet(ctx context.Context, raw net.Conn) (*wire, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	release := guard(ctx, raw)
	defer release()

	live := &liveConn{Conn: raw, idle: d.idle}
	conn := net.Conn(live)
	if d.tls != nil {
		conn = tls.Client(conn, d.tls) // the first write does the handshake
	}
	ws, resp, err := (&websocket.Dialer{
		// TLS is beneath already, so that the wire knows the socket itself.
		NetDialContext:  func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		Subprotocols:    []string{Subprotocol},
		ReadBufferSize:  readBuffer,
		WriteBufferSize: readBuffer,
	}).DialContext(context.WithoutCancel(ctx), "ws://"+d.addr+Path, nil)
	switch {
	case err != nil && resp != nil:
		raw.Close()
		return nil, fmt.Errorf("connecting to the server: %w: %s", err, refusalText(resp))
	case err != nil:
		raw.Close()
		if ctx.Err() != nil {
			err = fmt.Errorf("handshake: %w", ctx.Err())
		}
		return nil, fmt.Errorf("connecting to the server: %w", err)
	case ws.Subprotocol() != Subprotocol:
		raw.Close()
		return nil, errors.New("connecting to the server: it does not speak " + Subprotocol)
	}
	return newWire(ws, live, d.idle, websocket.CloseNormalClosure, maxResponse), nil
}

// refusalText is what an HTTP answer says instead of upgrading.
func refusalText(resp *http.Response) string {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // whatever came
	return fmt.Sprintf("%s: %q", resp.Status, b)
}
