package fidelity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"versus/sim"
)

// onBench measures one transfer on the bench, in virtual time.
func onBench(p path, control sim.CongestionControl, t transfer, seed uint64) (out outcome, err error) {
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: seed, Congestion: control})
		defer b.Close()
		if err = p.nodes(b); err != nil {
			return
		}
		out, err = fetch(b, client, server, t)
	})
	if err != nil {
		return outcome{}, fmt.Errorf("bench: %w", err)
	}
	return out, nil
}

// fetch makes one node download from another and returns what came of it.
func fetch(b *sim.Bench, to, from string, t transfer) (out outcome, err error) {
	l, err := b.Listen(from)
	if err != nil {
		return outcome{}, err
	}
	defer l.Close()
	var (
		serving sync.WaitGroup
		sent    error
	)
	serving.Go(func() { out.sender, sent = serve(l, t.bytes) })
	start := time.Now()
	c, err := b.Dial(context.Background(), to, b.Addr(from))
	if err != nil {
		return outcome{}, err
	}
	if t.skip > 0 {
		_, err = receive(c, transfer{span: t.skip}, start)
	}
	got := int64(0)
	if err == nil {
		got, err = receive(c, t, start)
	}
	took := (time.Since(start) - t.skip).Seconds()
	c.Close()
	serving.Wait()
	out.bytes, out.seconds = got, took
	return out, errors.Join(err, sent)
}

// receive reads what the transfer is to bring, which began at start.
func receive(c net.Conn, t transfer, start time.Time) (int64, error) {
	if t.bytes == 0 {
		if err := c.SetReadDeadline(start.Add(t.span)); err != nil {
			return 0, err
		}
	}
	buf := make([]byte, 256<<10)
	got := int64(0)
	for {
		n, err := c.Read(buf)
		got += int64(n)
		switch {
		case err == nil:
		case t.bytes == 0 && errors.Is(err, os.ErrDeadlineExceeded):
			return got, nil
		case errors.Is(err, io.EOF) && got == t.bytes:
			return got, nil
		default:
			return got, fmt.Errorf("after %d of %d bytes: %w", got, t.bytes, err)
		}
	}
}

// serve accepts one connection and sends n bytes over it, or without end
// until the other side closes if n is 0.
func serve(l net.Listener, n int64) (stats sim.SenderStats, err error) {
	c, err := l.Accept()
	if err != nil {
		return stats, err
	}
	buf := make([]byte, 256<<10)
	for left := n; n == 0 || left > 0; {
		part := buf
		if n > 0 {
			part = buf[:min(left, int64(len(buf)))]
		}
		wrote, err := c.Write(part)
		left -= int64(wrote)
		if err != nil {
			if n == 0 { // the client has had its time
				break
			}
			c.Close()
			return stats, err
		}
	}
	if n > 0 {
		// The end of the client's stream says that it has everything.
		if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			return stats, err
		}
		if _, err := c.Read(buf); !errors.Is(err, io.EOF) {
			return stats, err
		}
	}
	stats = c.(interface{ SenderStats() sim.SenderStats }).SenderStats()
	c.Close()
	return stats, nil
}
