package workload

import (
	"crypto/sha256"
	"hash"
	"sync"
	"sync/atomic"
)

// Arrival is a piece that arrives part by part, in order. Hashing may hash its
// parts while others are on their way. The zero value is ready and may be used
// for one piece after the other. All methods but those of Hashing are for one
// goroutine at a time.
type Arrival struct {
	hashing *Hashing // of the store; nil without one

	queued atomic.Bool // waits for a helper
	wanted atomic.Bool // the goroutine that receives the piece wants mu

	mu   sync.Mutex // guards what follows; held for a block's time at most
	buf  []byte     // of the piece; nil between pieces
	got  int        // bytes of buf that have arrived
	done int        // bytes of them that are hashed
	sum  hash.Hash  // of buf[:done]; nil before the first helper
}

// Begin starts a piece whose bytes will be in buf, which belongs to the arrival
// until End.
func (a *Arrival) Begin(s *Store, buf []byte) {
	a.lock()
	defer a.mu.Unlock()
	a.hashing, a.buf, a.got, a.done = s.hashing, buf, 0, 0
}

// Grow says that the first n bytes of the buffer have arrived, and will not
// change before End.
func (a *Arrival) Grow(n int) {
	if a.hashing == nil {
		return
	}
	a.lock()
	a.got = n
	a.mu.Unlock()
	a.hashing.offer(a)
}

// End gives the buffer back; the piece is added, or thrown away.
func (a *Arrival) End() {
	a.lock()
	defer a.mu.Unlock()
	a.buf, a.got = nil, 0
}

// digest returns the hash of the whole buffer.
func (a *Arrival) digest() (d Digest) {
	a.lock()
	defer a.mu.Unlock()
	if a.done == 0 {
		return sha256.Sum256(a.buf)
	}
	a.sum.Write(a.buf[a.done:])
	a.done = len(a.buf)
	a.sum.Sum(d[:0])
	return d
}

// lock takes mu from a helper after the block that it is at.
func (a *Arrival) lock() {
	a.wanted.Store(true)
	a.mu.Lock()
	a.wanted.Store(false)
}

// advance hashes what has arrived, block by block, until somebody wants mu.
func (a *Arrival) advance() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.done < a.got && !a.wanted.Load() {
		if a.done == 0 {
			if a.sum == nil {
				a.sum = sha256.New()
			}
			a.sum.Reset()
		}
		n := min(a.got-a.done, hashBlock)
		a.sum.Write(a.buf[a.done : a.done+n])
		a.done += n
	}
}

// hashBlock is how many bytes a helper hashes before it looks whether it is in
// the way.
const hashBlock = 16 << 10

// Hashing counts what stores hash and can do it beside the trial, in a goroutine
// outside of virtual time: hashes take none of it, so the trial's results are the
// same. The zero value is ready and has no helper. Who needs a digest hashes what
// the helper has not got to, so nobody waits for it longer than for a block. Methods
// are safe for concurrent use, but Start and Stop belong to one owner.
type Hashing struct {
	hashed atomic.Uint64
	queue  atomic.Pointer[chan *Arrival] // nil without a helper
	quit   chan struct{}
	helper sync.WaitGroup
}

// Hashed returns how many bytes of pieces were hashed so far.
func (h *Hashing) Hashed() uint64 { return h.hashed.Load() }

// Start starts the helper. It must be called outside of virtual time, and Stop
// afterwards.
func (h *Hashing) Start() {
	queue := make(chan *Arrival, hashQueue)
	h.quit = make(chan struct{})
	h.helper.Go(func() { help(queue, h.quit) })
	h.queue.Store(&queue)
}

// hashQueue is how many pieces may wait for a helper; who finds it full hashes
// the piece when it is whole.
const hashQueue = 1024

// Stop ends the helper and waits for it.
func (h *Hashing) Stop() {
	h.queue.Store(nil)
	close(h.quit)
	h.helper.Wait()
}

// offer gives a piece to the helper, if there is one with time for it.
func (h *Hashing) offer(a *Arrival) {
	queue := h.queue.Load()
	if queue == nil || a.queued.Swap(true) {
		return
	}
	select {
	case *queue <- a:
	default:
		a.queued.Store(false)
	}
}

// hashPatience is how many looks at an empty queue a helper takes, some 0.2 ms,
// before it sleeps: a processor that sleeps is woken up by every hand-over between
// the trial's goroutines, which takes their processor longer than it gains.
const hashPatience = 50_000

// help hashes what is in the queue until quit.
func help(queue <-chan *Arrival, quit <-chan struct{}) {
	hash := func(a *Arrival) {
		a.queued.Store(false)
		a.advance()
	}
	for {
		for looks := 0; looks < hashPatience; looks++ {
			select {
			case a := <-queue:
				hash(a)
				looks = 0
			default:
			}
		}
		select {
		case a := <-queue:
			hash(a)
		case <-quit:
			return
		}
	}
}
