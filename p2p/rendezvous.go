package p2p

import (
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"versus/p2p/wire"
)

// serveRendezvous answers Registers until the stream ends, which withdraws the
// registration.
func (n *node) serveRendezvous(raw network.Stream) {
	s := accepted(raw)
	defer s.Reset()
	from := s.Conn().RemotePeer()
	dec := wire.NewDecoder(s)
	var lease *member
	var list *registry
	for {
		var req wire.Register
		if dec.Decode(&req, wire.MaxRendezvous) != nil || len(req.Addresses) > wire.MaxAddresses || len(req.Known) > wire.MaxPeers {
			break
		}
		n.mu.Lock()
		reply := &wire.Neighbours{}
		switch sh, err := n.shareOf(req.File); {
		case n.banned(from):
			reply.Status = wire.Status_STATUS_REFUSED
		case err != nil:
			reply.Status = wire.Status_STATUS_UNKNOWN_FILE
		case list != nil && list != sh.registry: // one stream, one file
			reply.Status = wire.Status_STATUS_REFUSED
		default:
			list = sh.registry
			known := make([]peer.ID, len(req.Known))
			for i, k := range req.Known {
				known[i] = peer.ID(k)
			}
			var named []*member
			lease, named = list.register(lease, from, req.Addresses, known, min(int(req.Want), wire.MaxPeers), req.Spare)
			for _, m := range named {
				reply.Peers = append(reply.Peers, &wire.Peer{Id: []byte(m.id), Addresses: m.addresses})
			}
		}
		n.mu.Unlock()
		b, err := wire.Append(nil, reply)
		if err != nil {
			break
		}
		if _, err := s.Write(b); err != nil {
			break
		}
	}
	if lease != nil {
		n.mu.Lock()
		list.withdraw(lease)
		n.mu.Unlock()
	}
}

// registration encodes what a peer tells the origin; mu is held.
func (sh *share) registration(want int, spare bool) ([]byte, error) {
	req := &wire.Register{File: sh.file, Want: uint32(want), Spare: spare}
	if addr := sh.node.host.addr; addr != nil {
		req.Addresses = [][]byte{addr.Bytes()}
	}
	for _, s := range sh.sessions {
		if s.peer != sh.originID {
			req.Known = append(req.Known, []byte(s.peer))
		}
	}
	return wire.Append(nil, req)
}

// readNeighbours reads the answer to a Register. Peers without a usable address
// are left out.
func readNeighbours(dec *wire.Decoder) ([]peer.AddrInfo, error) {
	var reply wire.Neighbours
	if err := dec.Decode(&reply, wire.MaxRendezvous); err != nil {
		return nil, fmt.Errorf("reading the list of neighbours: %w", err)
	}
	if reply.Status != wire.Status_STATUS_OK {
		return nil, fmt.Errorf("registering at the origin: %v", reply.Status)
	}
	if len(reply.Peers) > wire.MaxPeers {
		return nil, fmt.Errorf("reading the list of neighbours: %d peers, the limit is %d", len(reply.Peers), wire.MaxPeers)
	}
	var infos []peer.AddrInfo
	for _, p := range reply.Peers {
		id, err := peer.IDFromBytes(p.Id)
		if err != nil || len(p.Addresses) > wire.MaxAddresses {
			continue
		}
		info := peer.AddrInfo{ID: id}
		for _, a := range p.Addresses {
			if addr, err := ma.NewMultiaddrBytes(a); err == nil {
				info.Addrs = append(info.Addrs, addr)
			}
		}
		if len(info.Addrs) > 0 {
			infos = append(infos, info)
		}
	}
	return infos, nil
}
