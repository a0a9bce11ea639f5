package wire

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// many returns n strings of so many bytes.
func many(n, bytes int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = make([]byte, bytes)
	}
	return out
}

func TestCheckRegister(t *testing.T) {
	tests := []struct {
		name string
		req  *Register
		want string // empty for none
	}{
		{name: "empty", req: &Register{}},
		{name: "as much as may be", req: &Register{Addresses: many(MaxAddresses, MaxAddress), Known: many(MaxPeers, MaxPeerID)}},
		{name: "one peer more", req: &Register{Known: many(MaxPeers+1, 1)}, want: "register: 1025 known peers, the limit is 1024"},
		{name: "no id", req: &Register{Known: many(1, 0)}, want: "register: peer id of 0 bytes is outside 1 to 128"},
		{name: "long id", req: &Register{Known: many(1, MaxPeerID+1)}, want: "peer id of 129 bytes"},
		{name: "one address more", req: &Register{Addresses: many(MaxAddresses+1, 1)}, want: "register: 17 addresses, the limit is 16"},
		{name: "no address", req: &Register{Addresses: many(1, 0)}, want: "register: address of 0 bytes is outside 1 to 256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, tt.req.Check(), tt.want) })
	}
}

func TestCheckNeighbours(t *testing.T) {
	peers := func(n int, p *Peer) *Neighbours {
		r := &Neighbours{}
		for range n {
			r.Peers = append(r.Peers, p)
		}
		return r
	}
	one := &Peer{Id: []byte("id"), Addresses: many(1, 8)}
	tests := []struct {
		name  string
		reply *Neighbours
		want  string // empty for none
	}{
		{name: "empty", reply: &Neighbours{}},
		{name: "as many as may be", reply: peers(MaxPeers, one)},
		{name: "one more", reply: peers(MaxPeers+1, one), want: "neighbours: 1025 peers, the limit is 1024"},
		{name: "no id", reply: peers(1, &Peer{}), want: "neighbours: peer id of 0 bytes"},
		{name: "nobody can dial it", reply: peers(1, &Peer{Id: []byte("id")})},
		{name: "long address", reply: peers(1, &Peer{Id: []byte("id"), Addresses: many(1, MaxAddress+1)}), want: "address of 257 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, tt.reply.Check(), tt.want) })
	}
}

func wants(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		assert.NoError(t, err)
	} else {
		assert.ErrorContains(t, err, want)
	}
}
