package p2p

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"versus/sim/workload"
)

// identity is a node's Ed25519 key and the peer id that follows from it.
type identity struct {
	key crypto.PrivKey
	id  peer.ID
}

// newIdentity draws the node's key from the seed, so that the same trial always
// has the same peer ids. Such a key is no secret.
func newIdentity(seed uint64, node string) (identity, error) {
	r := workload.Stream(seed, "p2p/identity/"+node)
	var material [ed25519.SeedSize]byte
	for i := 0; i < len(material); i += 8 {
		binary.BigEndian.PutUint64(material[i:], r.Uint64())
	}
	key, err := crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(material[:]))
	if err != nil {
		return identity{}, fmt.Errorf("identity of %s: %w", node, err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return identity{}, fmt.Errorf("identity of %s: %w", node, err)
	}
	return identity{key: key, id: id}, nil
}
