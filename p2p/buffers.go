package p2p

import "sync"

// buffers recycles the memory of pieces on their way in and chunks on their
// way out.
type buffers struct {
	pools [buffersMax + 1]sync.Pool // by size: 2^i bytes
}

const buffersMax = 24 // 16 MiB, the largest piece

func newBuffers() *buffers { return &buffers{} }

func sizeClass(n int) int {
	c := 0
	for 1<<c < n {
		c++
	}
	return c
}

// get returns n bytes of any content, 0 <= n <= 16 MiB.
func (b *buffers) get(n int) []byte {
	c := sizeClass(n)
	if p, _ := b.pools[c].Get().(*[]byte); p != nil {
		return (*p)[:n]
	}
	return make([]byte, n, 1<<c)
}

// put takes back what get returned.
func (b *buffers) put(p []byte) {
	p = p[:cap(p)]
	c := sizeClass(len(p))
	if 1<<c == len(p) && c <= buffersMax {
		b.pools[c].Put(&p)
	}
}
