package sim

import "sync"

// buffer is a FIFO of bytes in chunks that are returned when read. Some chunks
// are borrowed: others own the memory, and nobody may write to it.
type buffer struct {
	head, tail *chunk
}

type chunk struct {
	next *chunk
	data []byte // data[:r] was read, data[r:w] is held
	r, w int
	size int // index into chunkSizes, or borrowed
}

// Small writes must not cost a large chunk, nor large ones many small chunks.
var chunkSizes = [...]int{2 << 10, 16 << 10, 64 << 10}

// borrowed is the size of a chunk whose memory is not ours.
const borrowed = -1

var borrowedPool sync.Pool // of chunks without memory

// The pools hold plain memory, so they may be shared between benches.
var chunkPools [len(chunkSizes)]sync.Pool

func newChunk(n int) *chunk {
	size := 0
	for size < len(chunkSizes)-1 && chunkSizes[size] < n {
		size++
	}
	if c, _ := chunkPools[size].Get().(*chunk); c != nil {
		return c
	}
	return &chunk{data: make([]byte, chunkSizes[size]), size: size}
}

func (c *chunk) free() {
	c.next, c.r, c.w = nil, 0, 0
	if c.size == borrowed {
		c.data = nil
		borrowedPool.Put(c)
		return
	}
	chunkPools[c.size].Put(c)
}

// write appends a copy of p.
func (b *buffer) write(p []byte) {
	for len(p) > 0 {
		if b.tail == nil || b.tail.w == len(b.tail.data) {
			b.append(newChunk(len(p)))
		}
		n := copy(b.tail.data[b.tail.w:], p)
		b.tail.w += n
		p = p[n:]
	}
}

// borrow appends p itself, which must never change from now on.
func (b *buffer) borrow(p []byte) {
	if len(p) < minBorrowed {
		b.write(p)
		return
	}
	c, _ := borrowedPool.Get().(*chunk)
	if c == nil {
		c = &chunk{size: borrowed}
	}
	c.data, c.w = p, len(p)
	b.append(c)
}

// minBorrowed is how many bytes are worth a chunk.
const minBorrowed = 512

func (b *buffer) append(c *chunk) {
	if b.tail == nil {
		b.head = c
	} else {
		b.tail.next = c
	}
	b.tail = c
}

// read copies up to len(p) bytes out, which must not be more than it holds.
func (b *buffer) read(p []byte) {
	for len(p) > 0 {
		c := b.head
		n := copy(p, c.data[c.r:c.w])
		c.r += n
		p = p[n:]
		if c.r == c.w {
			if b.head = c.next; b.head == nil {
				b.tail = nil
			}
			c.free()
		}
	}
}

// drop throws everything away.
func (b *buffer) drop() {
	for c := b.head; c != nil; {
		next := c.next
		c.free()
		c = next
	}
	b.head, b.tail = nil, nil
}
