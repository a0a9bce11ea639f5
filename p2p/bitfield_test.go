package p2p

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseBitfield(t *testing.T) {
	tests := []struct {
		name   string
		pieces int
		wire   []byte
		want   []int
		err    string
	}{
		{name: "nothing", pieces: 9, wire: nil, want: nil},
		{name: "most significant bit first", pieces: 9, wire: []byte{0x80, 0x80}, want: []int{0, 8}},
		{name: "last bit of a byte", pieces: 8, wire: []byte{0x01}, want: []int{7}},
		{name: "all", pieces: 3, wire: []byte{0xe0}, want: []int{0, 1, 2}},
		{name: "too short", pieces: 9, wire: []byte{0x80}, err: "1 bytes for 9 pieces"},
		{name: "too long", pieces: 8, wire: []byte{0x80, 0}, err: "2 bytes for 8 pieces"},
		{name: "past the end", pieces: 3, wire: []byte{0x10}, err: "piece 3 is set, the file has 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parseBitfield(tt.pieces, tt.wire)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			var got []int
			for i := range tt.pieces {
				if f.has(i) {
					got = append(got, i)
				}
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, len(tt.want), f.count)
			assert.Equal(t, tt.wire, f.wire())
		})
	}
}

func TestBitfieldCounts(t *testing.T) {
	f := newBitfield(70)
	assert.True(t, f.set(69))
	assert.False(t, f.set(69), "set twice")
	f.clear(3)
	assert.Equal(t, 1, f.count, "clearing what is not set changes nothing")
	f.fill()
	assert.True(t, f.full())
	f.clear(69)
	assert.Equal(t, 69, f.count)
}
