package clientserver

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/gorilla/websocket"
)

// send implements endpoint: an error reply, else the next message of the file
// whose turn it is. Files take turns chunk by chunk; beyond maxPartial files,
// piece by piece, so that few pieces are in memory.
func (d *delivery) send(ws *websocket.Conn) (bool, error) {
	select {
	case b := <-d.replies:
		return true, ws.WriteMessage(websocket.TextMessage, b)
	default:
	}
	for {
		t := d.turn()
		switch {
		case t == nil:
			return false, nil
		case !t.announced:
			t.announced = true
			return true, ws.WriteMessage(websocket.TextMessage, announcement(t))
		case t.digests < t.manifest.NumPieces():
			return true, sendDigests(ws, t)
		case t.data != nil:
			return true, d.sendChunk(ws, t)
		}
		more, err := d.load(t)
		if err != nil {
			d.end(t)
			return true, ws.WriteMessage(websocket.TextMessage, encode(response{
				Type: typeError, Handle: t.handle, Code: codeUnavailable,
				Message: fmt.Sprintf("piece %d of %s: the server cannot read it", t.piece, t.manifest.File),
			}))
		}
		if !more {
			d.active = slices.Delete(d.active, 0, 1)
		}
	}
}

// turn returns the open transfer at the head of the ring, nil when there is
// nothing to send.
func (d *delivery) turn() *transfer {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		for len(d.active) < maxPartial && len(d.waiting) > 0 {
			d.active = append(d.active, d.waiting[0])
			d.waiting = slices.Delete(d.waiting, 0, 1)
		}
		if len(d.active) == 0 {
			return nil
		}
		if t := d.active[0]; !t.closed {
			return t
		}
		d.active = slices.Delete(d.active, 0, 1)
	}
}

// load takes the next wanted piece; false means that there is none, and that
// the transfer is no longer queued.
func (d *delivery) load(t *transfer) (bool, error) {
	d.mu.Lock()
	i, ok := t.wanted.NextSet(t.from)
	if ok {
		t.wanted.Clear(i)
		t.from = i + 1
	} else {
		t.queued = false
	}
	d.mu.Unlock()
	if !ok {
		return false, nil
	}
	t.piece, t.offset = int(i), 0
	data, err := d.store.Piece(t.manifest.File, t.piece)
	if err == nil && len(data) != t.manifest.PieceLen(t.piece) {
		err = fmt.Errorf("piece has %d bytes, not %d", len(data), t.manifest.PieceLen(t.piece))
	}
	if err != nil {
		d.failed(fmt.Sprintf("piece %d of %s: %v", t.piece, t.manifest.File, err))
		return false, err
	}
	t.data = data
	return true, nil
}

// sendChunk writes the next chunk of the piece and passes the turn on.
func (d *delivery) sendChunk(ws *websocket.Conn, t *transfer) error {
	chunk := t.data[t.offset:min(t.offset+maxChunk, len(t.data))]
	h := header{kind: framePiece, handle: t.handle, index: uint32(t.piece), offset: uint32(t.offset)}
	d.wire.raw.lend(chunk) // a store's pieces never change
	err := writeFrame(ws, h, chunk)
	d.wire.raw.lend(nil)
	if err != nil {
		return err
	}
	d.wire.raw.progress() // chunks, unlike pings, soon fill the buffers of a path that is dead
	t.offset += len(chunk)
	if t.offset == len(t.data) {
		t.data = nil
	}
	d.active = slices.Delete(d.active, 0, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.data == nil && len(d.waiting) > 0 {
		d.waiting = append(d.waiting, t)
	} else {
		d.active = append(d.active, t)
	}
	return nil
}

// receiving implements endpoint: clients send little, and nothing that is due.
func (d *delivery) receiving() bool { return false }

func announcement(t *transfer) []byte {
	m := t.manifest
	return encode(response{
		Type: typeManifest, Handle: t.handle, File: m.File, Size: m.Size, PieceSize: m.PieceSize,
		Pieces: m.NumPieces(), SHA256: hex.EncodeToString(m.SHA256[:]),
		Digests: t.digests < m.NumPieces(),
	})
}

func sendDigests(ws *websocket.Conn, t *transfer) error {
	h := header{kind: frameDigests, handle: t.handle, index: uint32(t.digests)}
	page := t.manifest.Pieces[t.digests:min(t.digests+maxDigests, t.manifest.NumPieces())]
	t.digests += len(page)
	payload := make([]byte, 0, len(page)*len(page[0]))
	for i := range page {
		payload = append(payload, page[i][:]...)
	}
	return writeFrame(ws, h, payload)
}

// writeFrame writes one binary message. gorilla hands a payload of more than
// twice its buffer to the connection as it is, without copying.
func writeFrame(ws *websocket.Conn, h header, payload []byte) error {
	w, err := ws.NextWriter(websocket.BinaryMessage)
	if err != nil {
		return err
	}
	fixed := h.encode()
	if _, err := w.Write(fixed[:]); err != nil {
		return err
	}
	if _, err := w.Write(payload); err != nil {
		return err
	}
	return w.Close()
}
