package p2p

import "sync"

// buffers recycles the memory of chunks on their way in and out.
type buffers struct {
	pools [buffersMax + 1]sync.Pool // by size: 2^i bytes
}

const buffersMax = 17 // 128 KiB: what is larger is rare

func newBuffers() *buffers { return &buffers{} }

func sizeClass(n int) int {
	c := 0
	for 1<<c < n {
		c++
	}
	return c
}

// get returns n bytes of any content.
func (b *buffers) get(n int) *[]byte {
	c := sizeClass(n)
	if c <= buffersMax {
		if p, _ := b.pools[c].Get().(*[]byte); p != nil {
			*p = (*p)[:n]
			return p
		}
	}
	p := make([]byte, n, 1<<c)
	return &p
}

// put takes back what get returned.
func (b *buffers) put(p *[]byte) {
	if c := sizeClass(cap(*p)); c <= buffersMax {
		b.pools[c].Put(p)
	}
}
