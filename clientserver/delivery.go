package clientserver

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/bits-and-blooms/bitset"
	"github.com/gorilla/websocket"

	"versus/sim/workload"
)

// delivery is the server's side of one connection: the files that the client
// has opened and what it still wants of them. What is outstanding is one bit a
// piece, so a client cannot make it grow by asking.
type delivery struct {
	store   *workload.Store
	wire    *wire
	failed  func(detail string) // told of a piece that cannot be read
	replies chan []byte         // error messages; full means that reading waits

	mu        sync.Mutex           // guards the fields below, and those of transfers that say so
	transfers map[uint32]*transfer // by handle
	waiting   []*transfer          // have something to send and are not in active
	last      uint32               // highest handle ever opened

	active []*transfer // in turn, at most maxPartial; the writer's own
}

var _ endpoint = (*delivery)(nil)

// transfer is one open file.
type transfer struct {
	handle   uint32
	manifest *workload.Manifest

	wanted *bitset.BitSet // guarded by delivery.mu
	from   uint           // no wanted piece is below; guarded by delivery.mu
	queued bool           // in waiting or active; guarded by delivery.mu
	closed bool           // guarded by delivery.mu

	// The writer's own:
	announced bool   // the manifest message is sent
	digests   int    // next digest to send
	piece     int    // whose bytes are data
	data      []byte // the piece being sent, shared and immutable; nil between pieces
	offset    int    // of the next chunk in data
}

func newDelivery(store *workload.Store, w *wire, failed func(detail string)) *delivery {
	return &delivery{
		store: store, wire: w, failed: failed,
		replies:   make(chan []byte, maxReplies),
		transfers: map[uint32]*transfer{},
	}
}

// receive implements endpoint.
func (d *delivery) receive(kind int, r io.Reader) error {
	if kind != websocket.TextMessage {
		return &refusal{websocket.CloseUnsupportedData, "binary messages go from server to client only"}
	}
	b, err := io.ReadAll(r) // the read limit bounds it
	if err != nil {
		return err
	}
	q, err := decodeRequest(b)
	if err != nil {
		return err
	}
	switch q.Type {
	case typeOpen:
		return d.open(q)
	case typeGet:
		return d.get(q)
	}
	return d.forget(q)
}

func (d *delivery) open(q request) error {
	m := d.store.Manifest(q.File)
	d.mu.Lock()
	if q.Handle <= d.last {
		d.mu.Unlock()
		return badMessage("open: handle %d is not above the last one, %d", q.Handle, d.last)
	}
	d.last = q.Handle
	count := len(d.transfers)
	d.mu.Unlock()

	switch {
	case count >= maxOpen:
		d.refuse(q.Handle, codeTooMany, fmt.Sprintf("%d files are open, close one first", maxOpen))
		return nil
	case m == nil:
		d.refuse(q.Handle, codeUnknownFile, fmt.Sprintf("there is no file %q", q.File))
		return nil
	case q.SHA256 != "" && !strings.EqualFold(q.SHA256, hex.EncodeToString(m.SHA256[:])):
		d.refuse(q.Handle, codeChanged, fmt.Sprintf("%s has the SHA-256 %x", q.File, m.SHA256))
		return nil
	}
	t := &transfer{handle: q.Handle, manifest: m, wanted: bitset.New(uint(m.NumPieces()))}
	if q.SHA256 != "" {
		t.digests = m.NumPieces() // the client has them
	}
	if q.All {
		q.Ranges = []span{{0, uint32(m.NumPieces() - 1)}}
	}
	return d.want(t, q.Ranges)
}

func (d *delivery) get(q request) error {
	d.mu.Lock()
	t, last := d.transfers[q.Handle], d.last
	d.mu.Unlock()
	if q.Handle > last {
		return badMessage("get: handle %d was never opened", q.Handle)
	}
	if t == nil {
		return nil // closed by an error that the client had not seen yet
	}
	return d.want(t, q.Ranges)
}

// want adds pieces to a transfer, new or open.
func (d *delivery) want(t *transfer, ranges []span) error {
	// Ascending ranges also bound the work that one message can ask for.
	n, next := t.manifest.NumPieces(), uint32(0)
	for _, s := range ranges {
		if s[0] < next || s[0] > s[1] || s[1] >= uint32(n) {
			d.end(t)
			d.refuse(t.handle, codeBadRange, fmt.Sprintf("pieces %d to %d of %s, allowed are ascending ranges within 0 to %d", s[0], s[1], t.manifest.File, n-1))
			return nil
		}
		next = s[1] + 1
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range ranges {
		for i := uint(s[0]); i <= uint(s[1]); i++ {
			t.wanted.Set(i)
		}
		t.from = min(t.from, uint(s[0]))
	}
	d.transfers[t.handle] = t
	if !t.queued {
		t.queued = true
		d.waiting = append(d.waiting, t)
	}
	d.wire.notify()
	return nil
}

func (d *delivery) forget(q request) error {
	d.mu.Lock()
	t, last := d.transfers[q.Handle], d.last
	d.mu.Unlock()
	if q.Handle > last {
		return badMessage("close: handle %d was never opened", q.Handle)
	}
	if t != nil {
		d.end(t)
	}
	return nil
}

// end closes a transfer; the writer drops it when it is next in turn.
func (d *delivery) end(t *transfer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.closed = true
	delete(d.transfers, t.handle)
}

// refuse queues an error message. It waits while too many are queued, which
// stops reading until the client takes them.
func (d *delivery) refuse(handle uint32, code, text string) {
	b := encode(response{Type: typeError, Handle: handle, Code: code, Message: text})
	select {
	case d.replies <- b:
		d.wire.notify()
	case <-d.wire.writeDone:
	}
}
