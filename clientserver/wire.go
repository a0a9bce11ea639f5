package clientserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// endpoint is what one side does with a connection.
type endpoint interface {
	// receive takes one data message. It is called from one goroutine. An
	// error ends the connection, a *refusal with its close code.
	receive(kind int, r io.Reader) error
	// send writes at most one message and says whether it did. It is called
	// from one goroutine, the only one that writes.
	send(ws *websocket.Conn) (bool, error)
	// receiving says that more is due from the other side, which sees from its
	// own writing whether this one lives.
	receiving() bool
}

// wire is one WebSocket connection with its reader, its only writer, and the
// supervisor that ends both.
type wire struct {
	ws   *websocket.Conn
	raw  *liveConn     // below TLS: closing it releases a blocked read or write
	ping time.Duration // longest silence of this side, while it does not receive
	bye  int           // close code when the context ends

	wake      chan struct{} // capacity 1: there is something for the writer
	asked     chan struct{} // closed once closing is set
	readDone  chan struct{} // closed when the reader is gone
	writeDone chan struct{} // closed when the writer is gone

	mu      sync.Mutex            // guards the fields below; never held across a network call
	probing bool                  // a ping is due, silence or not
	pong    []byte                // payload of a pong that is due, nil without; only the latest ping is answered
	closing *websocket.CloseError // the close frame to send, nil while open
	cause   error                 // why the connection ends; the first reason stays
}

// newWire takes over ws, whose reads end after idle without a sign of life; this
// side pings often enough that the other's do not. bye is the close code when the
// context of run ends, limit the longest message to accept, in bytes.
func newWire(ws *websocket.Conn, raw *liveConn, idle time.Duration, bye int, limit int64) *wire {
	w := &wire{
		ws: ws, raw: raw, ping: idle / pingsPerTimeout, bye: bye,
		wake:      make(chan struct{}, 1),
		asked:     make(chan struct{}),
		readDone:  make(chan struct{}),
		writeDone: make(chan struct{}),
	}
	ws.SetReadLimit(limit)
	ws.SetPingHandler(func(payload string) error {
		w.mu.Lock()
		w.pong = append(make([]byte, 0, len(payload)), payload...)
		w.mu.Unlock()
		w.notify()
		return nil
	})
	// The reader must not write: the echo of a close frame is the writer's.
	ws.SetCloseHandler(func(int, string) error { return nil })
	return w
}

// notify makes the writer look for something to send.
func (w *wire) notify() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// ask makes the writer send a ping: a connection that the other side has
// forgotten is then reset.
func (w *wire) ask() {
	w.mu.Lock()
	w.probing = true
	w.mu.Unlock()
	w.notify()
}

// drop ends the connection at once, for a reason.
func (w *wire) drop(why error) {
	w.fail(why)
	w.raw.Close()
}

// fail records why the connection ends, unless a reason is known.
func (w *wire) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause == nil {
		w.cause = err
	}
}

// close asks the writer to send a close frame and end the connection.
func (w *wire) close(code int, text string) {
	w.mu.Lock()
	if w.closing == nil {
		w.closing = &websocket.CloseError{Code: code, Text: text}
		close(w.asked)
	}
	w.mu.Unlock()
	w.notify()
}

// run serves the connection until it is lost, closed by either side, or ctx
// ends; then all its goroutines are gone and the connection is closed. It
// returns the first reason, never nil.
func (w *wire) run(ctx context.Context, e endpoint) error {
	go func() {
		defer close(w.readDone)
		w.read(e)
	}()
	go func() {
		defer close(w.writeDone)
		w.write(e)
	}()

	lost := false
	select {
	case <-ctx.Done():
		w.fail(ctx.Err())
		w.close(w.bye, "")
	case <-w.asked:
	case <-w.readDone:
		select {
		case <-w.asked:
		default:
			lost = true
		}
	case <-w.writeDone:
	}
	if !lost {
		// The writer may be blocked behind a slow or silent peer.
		timer := time.NewTimer(closeTimeout)
		select {
		case <-w.writeDone:
		case <-timer.C:
		}
		timer.Stop()
	}
	w.raw.Close()
	<-w.readDone
	<-w.writeDone
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// read hands messages to the endpoint until the connection ends.
func (w *wire) read(e endpoint) {
	refused := false
	for {
		kind, r, err := w.ws.NextReader()
		if err == nil && !refused {
			err = e.receive(kind, r)
		}
		if err != nil {
			var bad *refusal
			if errors.As(err, &bad) {
				// Keep reading, so that the close frame is not overtaken by
				// the reset that unread bytes would cause.
				w.fail(err)
				w.close(bad.code, bad.reason)
				refused = true
				continue
			}
			w.ended(err)
			return
		}
	}
}

// ended sorts out why reading stopped.
func (w *wire) ended(err error) {
	w.fail(readError(err))
	var ce *websocket.CloseError
	switch {
	case errors.As(err, &ce):
		if ce.Code != websocket.CloseAbnormalClosure {
			w.close(ce.Code, "") // echo
		}
	case errors.Is(err, websocket.ErrReadLimit), strings.HasPrefix(err.Error(), "websocket: "):
		// gorilla has sent the close frame. Linger as above.
		w.close(websocket.CloseProtocolError, "")
		if w.raw.SetReadDeadline(time.Now().Add(closeTimeout)) == nil {
			_, _ = io.CopyN(io.Discard, w.raw, 1<<20) // only to drain
		}
	}
}

// readError words the reasons that a reader of the events file will meet.
func readError(err error) error {
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return fmt.Errorf("nothing arrived within the idle time-out: %w", err)
	}
	return err
}

// write sends what is due, in this order: the close frame, a ping that was asked
// for, a pong, the endpoint's messages, a ping after silence. It closes the
// connection, and is the only one to: a tls.Conn locks its writing half to close.
func (w *wire) write(e endpoint) {
	defer w.ws.Close()
	timer := time.NewTimer(w.ping)
	defer timer.Stop()
	last := time.Now()
	for {
		w.mu.Lock()
		pong, closing, probing := w.pong, w.closing, w.probing
		w.pong, w.probing = nil, false
		w.mu.Unlock()

		if closing != nil {
			w.writeClose(closing)
			return
		}
		sent, err := true, error(nil)
		if probing {
			if err = w.sendPing(); err != nil {
				w.fail(err)
				return
			}
		}
		_ = w.ws.SetWriteDeadline(time.Now().Add(writeTimeout)) // never fails
		if pong != nil {
			err = w.ws.WriteMessage(websocket.PongMessage, pong)
		} else {
			sent, err = e.send(w.ws)
		}
		if err != nil {
			w.fail(err)
			return
		}
		if sent {
			last = time.Now()
			continue
		}

		select {
		case <-w.wake:
		case <-w.readDone:
			select {
			case <-w.asked:
			default:
				return
			}
		case <-timer.C:
			silence, longest := time.Since(last), w.ping
			if e.receiving() && time.Since(w.raw.lastHeard()) < w.ping {
				longest *= 2
			}
			if silence >= longest {
				if err := w.sendPing(); err != nil {
					w.fail(err)
					return
				}
				last, silence = time.Now(), 0
			}
			timer.Reset(longest - silence)
		}
	}
}

func (w *wire) sendPing() error {
	_ = w.ws.SetWriteDeadline(time.Now().Add(writeTimeout)) // never fails
	// WriteControl makes a timer, to wait for other writers: there are none.
	return w.ws.WriteMessage(websocket.PingMessage, nil)
}

// writeClose sends the close frame and waits for the other side's.
func (w *wire) writeClose(ce *websocket.CloseError) {
	text := ce.Text
	if len(text) > maxCloseText {
		text = text[:maxCloseText]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	err := w.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(ce.Code, text), time.Now().Add(closeTimeout))
	if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
		return
	}
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	select {
	case <-w.readDone:
	case <-timer.C:
	}
}

// maxCloseText is what RFC 6455, section 5.5, leaves for the reason of a close
// frame, in bytes.
const maxCloseText = 123
