package workload_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/workload"
)

func TestPartialNeverChanges(t *testing.T) {
	s := workload.NewStore("n", nil, nil)
	sum := func(text string) workload.Digest { return sha256.Sum256([]byte(text)) }
	for _, keep := range []bool{false, true} {
		empty := s.Begin(keep)
		start := empty.Append([]byte("start,"))
		// Two go on from the same start, and what they were given is used again.
		buf := []byte("one")
		one := start.Append(buf)
		copy(buf, "two")
		two := start.Append(buf)

		assert.Equal(t, sum(""), empty.Digest())
		assert.Equal(t, sum("start,"), start.Digest())
		assert.Equal(t, sum("start,one"), one.Digest())
		assert.Equal(t, sum("start,two"), two.Digest())
		if keep {
			assert.Equal(t, "start,one", string(one.Bytes()))
			assert.Equal(t, "start,two", string(two.Bytes()))
		} else {
			assert.Nil(t, one.Bytes())
		}
	}
}

// TestAddPartial: a piece that was hashed as it came is judged as one that came at
// once, and a store that retains what it gets has its bytes.
func TestAddPartial(t *testing.T) {
	c := open(t, oneFile(), 1)
	good := pieces(t, c, "a.bin")
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	flipped := bytes.Clone(good[0])
	flipped[1000] ^= 1
	for _, retains := range []bool{false, true} {
		for name, tt := range map[string]struct {
			data []byte
			want workload.Verdict
		}{
			"right":     {good[0], workload.Accepted},
			"one bit":   {flipped, workload.Corrupt},
			"too short": {good[0][:1023], workload.Corrupt},
			"empty":     {nil, workload.Corrupt},
		} {
			t.Run(name, func(t *testing.T) {
				s := workload.NewStore("n", c, &sink{})
				if retains {
					s.Retain()
				}
				require.NoError(t, s.Learn(m))
				p := s.Begin(false)
				for b := tt.data; len(b) > 0; b = b[min(len(b), 300):] {
					p = p.Append(b[:min(len(b), 300)])
				}
				verdict, err := s.AddPartial("a.bin", 0, p, "x")
				require.NoError(t, err)
				assert.Equal(t, tt.want, verdict)
				assert.Equal(t, tt.want == workload.Accepted, s.Has("a.bin", 0))
				if tt.want != workload.Accepted {
					return
				}
				got, err := s.Piece("a.bin", 0)
				require.NoError(t, err)
				assert.Equal(t, good[0], got)
				assert.Equal(t, retains, &got[0] != &good[0][0], "its own copy")
			})
		}
	}
}
