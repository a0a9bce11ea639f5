// Package trialtest has the simplest architecture there can be, for tests of
// the laboratory itself: the origin sends every file, or what is missing of it,
// over one connection per fetch. Hooks let a test break it in any way it likes.
// It also prepares single trials of any architecture.
package trialtest

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Relay describes the architecture. The zero value works under the name
// "relay".
type Relay struct {
	Name    string
	Sharing bool
	Options []scenario.Option
	// Boot and Fetch, if not nil, are called instead of the deployment's own
	// methods, which they may call as next.
	Boot  func(ctx context.Context, o scenario.Options, node string, next func() error) error
	Fetch func(ctx context.Context, o scenario.Options, store *workload.Store, file string, next func() error) error
}

// Kind returns the architecture as cmd would list it.
func (r Relay) Kind() trial.Kind {
	if r.Name == "" {
		r.Name = "relay"
	}
	return trial.Kind{
		Name: r.Name, Options: r.Options, Sharing: r.Sharing,
		New: func(o scenario.Options, _ uint64) (trial.Architecture, error) {
			return &relay{Relay: r, options: o}, nil
		},
	}
}

type relay struct {
	Relay
	options scenario.Options
}

func (r *relay) Name() string { return r.Relay.Name }

func (r *relay) Deploy(_ context.Context, n trial.Network, c trial.Content, rec trial.Recorder) (trial.Deployment, error) {
	return &deployment{relay: r, net: n, content: c, recorder: rec}, nil
}

type deployment struct {
	relay    *relay
	net      trial.Network
	content  trial.Content
	recorder trial.Recorder
}

func (d *deployment) Close() error { return nil }

func (d *deployment) Boot(ctx context.Context, node string) error {
	next := func() error { return d.boot(ctx, node) }
	if d.relay.Boot != nil {
		return d.relay.Boot(ctx, d.relay.options, node, next)
	}
	return next()
}

func (d *deployment) Fetch(ctx context.Context, node, file string) error {
	next := func() error { return d.fetch(ctx, node, file) }
	if d.relay.Fetch != nil {
		return d.relay.Fetch(ctx, d.relay.options, d.content.Store(node), file, next)
	}
	return next()
}

func (d *deployment) boot(ctx context.Context, node string) error {
	if node != scenario.Origin {
		<-ctx.Done()
		return nil
	}
	ln, err := d.net.Listen(node)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	var serving sync.WaitGroup
	defer serving.Wait()
	for {
		c, err := ln.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		serving.Go(func() {
			defer c.Close()
			defer context.AfterFunc(ctx, func() { _ = c.Close() })()
			if err := d.serve(c); err != nil && ctx.Err() == nil {
				d.recorder.Event(node, "serve_error", err.Error())
			}
		})
	}
}

// serve answers two lines, a file's name and a piece, by the file's manifest and
// its pieces from that one on, each behind its length in 4 bytes.
func (d *deployment) serve(c net.Conn) error {
	lines := bufio.NewReader(io.LimitReader(c, 1024))
	file, err := readLine(lines)
	if err != nil {
		return err
	}
	number, err := readLine(lines)
	if err != nil {
		return err
	}
	first, err := strconv.Atoi(number)
	if err != nil || first < 0 {
		return fmt.Errorf("no piece %q", number)
	}
	store := d.content.Store(scenario.Origin)
	m := store.Manifest(file)
	if m == nil {
		return fmt.Errorf("no file %q", file)
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := writeFrame(c, data); err != nil {
		return err
	}
	for i := first; i < m.NumPieces(); i++ {
		piece, err := store.Piece(file, i)
		if err != nil {
			return err
		}
		if err := writeFrame(c, piece); err != nil {
			return err
		}
	}
	return nil
}

func (d *deployment) fetch(ctx context.Context, node, file string) error {
	c, err := d.net.Dial(ctx, node, d.net.Addr(scenario.Origin))
	if err != nil {
		return err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	store := d.content.Store(node)
	first := store.Count(file) // they came in order
	if _, err := fmt.Fprintf(c, "%s\n%d\n", file, first); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	data, err := readFrame(r)
	if err != nil {
		return err
	}
	m := &workload.Manifest{}
	if err := json.Unmarshal(data, m); err != nil {
		return err
	}
	if err := store.Learn(m); err != nil {
		return err
	}
	for i := first; i < m.NumPieces(); i++ {
		piece, err := readFrame(r)
		if err != nil {
			return err
		}
		verdict, err := store.Add(file, i, piece, scenario.Origin)
		if err != nil {
			return err
		}
		if verdict == workload.Corrupt {
			return errors.New("corrupt piece")
		}
	}
	return nil
}

// readLine reads a line without its end.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

func writeFrame(w io.Writer, data []byte) error {
	if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data)))); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > 64<<20 {
		return nil, fmt.Errorf("frame of %d bytes", n)
	}
	data := make([]byte, n)
	_, err := io.ReadFull(r, data)
	return data, err
}
