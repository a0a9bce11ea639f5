package clientserver

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// Reads end exactly idle after the latest sign of life, be it bytes that came or
// bytes that went, and at once when somebody else has set a deadline.
func TestSignsOfLife(t *testing.T) {
	const idle = 15 * time.Second
	for _, tc := range []struct {
		name          string
		bytes, chunks []time.Duration // instants
		theirs        time.Duration   // somebody else's deadline is set at this instant, 0 for none
		want          time.Duration
	}{
		{name: "none", want: idle},
		{name: "bytes", bytes: []time.Duration{time.Second, 14 * time.Second}, want: 29 * time.Second},
		{name: "bytes too soon to move the deadline", bytes: []time.Duration{time.Second, 3 * time.Second}, want: 18 * time.Second},
		{name: "chunks that went", chunks: []time.Duration{10 * time.Second, 20 * time.Second}, want: 35 * time.Second},
		{name: "both", bytes: []time.Duration{2 * time.Second}, chunks: []time.Duration{12 * time.Second, 26 * time.Second}, want: 41 * time.Second},
		{name: "too late", chunks: []time.Duration{16 * time.Second}, want: idle},
		{name: "another deadline", chunks: []time.Duration{4 * time.Second}, theirs: 5 * time.Second, want: 6 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var err error
			var took time.Duration
			sim.Virtual(func() {
				near, far := net.Pipe()
				defer far.Close()
				c := &liveConn{Conn: near, idle: idle}
				start := time.Now()
				at := func(instants []time.Duration, fn func()) {
					for _, d := range instants {
						time.AfterFunc(d, fn)
					}
				}
				at(tc.bytes, func() { _, _ = far.Write([]byte{1}) })
				at(tc.chunks, c.progress)
				if tc.theirs > 0 {
					at([]time.Duration{tc.theirs}, func() { _ = near.SetReadDeadline(time.Now().Add(time.Second)) })
				}
				for err == nil {
					_, err = c.Read(make([]byte, 8))
				}
				took = time.Since(start)
			})
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Equal(t, tc.want, took)
		})
	}
}
