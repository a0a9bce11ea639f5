package workload

import (
	"context"
	"crypto/sha256"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// hashInto fills the digests of m by reading every piece of src once, in order.
// The whole is hashed in sequence while other goroutines hash the pieces. It
// holds a few pieces in memory, whatever the size of the file, and starts no
// goroutine that outlives it. m must have passed checkShape.
func hashInto(ctx context.Context, m *Manifest, src source) error {
	pieces := m.NumPieces()
	m.Pieces = make([]Digest, pieces)
	if pieces == 1 {
		buf := make([]byte, m.PieceLen(0))
		if err := src.read(0, 0, buf); err != nil {
			return err
		}
		m.SHA256 = sha256.Sum256(buf)
		m.Pieces[0] = m.SHA256
		return ctx.Err()
	}

	type slot struct {
		buf   []byte // of PieceSize
		piece int
		users atomic.Int32 // hashers that still need buf
	}
	workers := min(runtime.GOMAXPROCS(0), 8)
	slots := min(workers+2, pieces)
	free := make(chan *slot, slots) // holds every slot, so returning one never blocks
	for range slots {
		free <- &slot{buf: make([]byte, m.PieceSize)}
	}
	done := func(s *slot) {
		if s.users.Add(-1) == 0 {
			free <- s
		}
	}
	toWhole := make(chan *slot, slots)
	toPieces := make(chan *slot, slots)

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(toWhole)
		defer close(toPieces)
		for i := range pieces {
			if err := ctx.Err(); err != nil { // select alone may prefer a free slot
				return err
			}
			var s *slot
			select {
			case s = <-free:
			case <-ctx.Done():
				return ctx.Err()
			}
			s.piece = i
			s.users.Store(2)
			if err := src.read(i, int64(i)*int64(m.PieceSize), s.buf[:m.PieceLen(i)]); err != nil {
				return err
			}
			toWhole <- s
			toPieces <- s
		}
		return nil
	})
	g.Go(func() error {
		whole := sha256.New()
		for s := range toWhole {
			whole.Write(s.buf[:m.PieceLen(s.piece)])
			done(s)
		}
		whole.Sum(m.SHA256[:0])
		return nil
	})
	for range workers {
		g.Go(func() error {
			for s := range toPieces {
				m.Pieces[s.piece] = sha256.Sum256(s.buf[:m.PieceLen(s.piece)])
				done(s)
			}
			return nil
		})
	}
	return g.Wait()
}
