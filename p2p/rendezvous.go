package p2p

import (
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"versus/p2p/wire"
)

// serveRendezvous answers Registers until the stream ends. At the origin that
// withdraws the registration; any other peer names its neighbours, and keeps
// nothing.
func (n *node) serveRendezvous(raw network.Stream) {
	s := accepted(raw)
	defer s.Reset()
	from := s.Conn().RemotePeer()
	dec := wire.NewDecoder(s)
	var lease *member
	var list *registry
	var file string
	for {
		var req wire.Register
		if dec.Decode(&req, wire.MaxRendezvous) != nil || req.Check() != nil {
			break
		}
		n.mu.Lock()
		reply := &wire.Neighbours{}
		switch sh, err := n.shareOf(req.File); {
		case n.banned(from), file != "" && file != req.File: // one stream, one file
			reply.Status = wire.Status_STATUS_REFUSED
		case err != nil:
			reply.Status = wire.Status_STATUS_UNKNOWN_FILE
		case sh.registry == nil:
			file = req.File
			reply.Peers = sh.named(from, &req)
		default:
			list, file = sh.registry, req.File
			var named []*member
			lease, named = list.register(lease, from, req.Addresses, idsOf(req.Known), min(int(req.Want), wire.MaxPeers), req.Spare, time.Now())
			for _, m := range named {
				reply.Peers = append(reply.Peers, &wire.Peer{Id: []byte(m.id), Addresses: m.addresses})
			}
		}
		n.mu.Unlock()
		b, err := wire.Append(nil, reply)
		if err != nil {
			break
		}
		s.within(answerTimeout)
		if _, err := s.Write(b); err != nil {
			break
		}
		s.SetDeadline(time.Time{})
	}
	if lease != nil {
		n.mu.Lock()
		list.withdraw(lease)
		n.mu.Unlock()
	}
}

// named returns neighbours for a peer that asks for others, in random order,
// those that lack most first if it has capacity to spare; mu is held. Only who
// is connected is named, so that a dead peer is soon not heard of any more.
func (sh *share) named(to peer.ID, req *wire.Register) (peers []*wire.Peer) {
	n := sh.node
	known := idsOf(req.Known)
	var able []*session
	for _, s := range sh.sessions {
		c := sh.known.byID[s.peer]
		switch {
		case !s.greeted, s.peer == to, s.peer == sh.originID, c == nil, len(c.Addrs) == 0, !n.trusts(s.peer), slices.Contains(known, s.peer):
		case req.Spare && s.theirs.full():
		default:
			able = append(able, s)
		}
	}
	n.rng.Shuffle(len(able), func(i, j int) { able[i], able[j] = able[j], able[i] })
	if req.Spare {
		slices.SortStableFunc(able, func(a, b *session) int { return a.theirs.count - b.theirs.count })
	}
	for _, s := range able[:min(len(able), int(req.Want), wire.MaxPeers)] {
		p := &wire.Peer{Id: []byte(s.peer)}
		for _, a := range sh.known.byID[s.peer].Addrs {
			p.Addresses = append(p.Addresses, a.Bytes())
		}
		peers = append(peers, p)
	}
	return peers
}

// idsOf reads peer ids; what is none matches nobody.
func idsOf(raw [][]byte) []peer.ID {
	ids := make([]peer.ID, len(raw))
	for i, k := range raw {
		ids[i] = peer.ID(k)
	}
	return ids
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
	// Who does not answer, or does not want to, need not be named either.
	for _, c := range sh.known.all {
		if (!c.lost.IsZero() || c.refused || sh.node.banned(c.ID)) && sh.session(c.ID) == nil {
			req.Known = append(req.Known, []byte(c.ID))
		}
	}
	req.Known = req.Known[:min(len(req.Known), wire.MaxPeers)]
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
		return nil, fmt.Errorf("registering: %v", reply.Status)
	}
	if err := reply.Check(); err != nil {
		return nil, fmt.Errorf("reading the list of neighbours: %w", err)
	}
	var infos []peer.AddrInfo
	for _, p := range reply.Peers {
		id, err := peer.IDFromBytes(p.Id)
		if err != nil {
			continue
		}
		if addrs := readAddresses(p.Addresses); len(addrs) > 0 {
			infos = append(infos, peer.AddrInfo{ID: id, Addrs: addrs})
		}
	}
	return infos, nil
}

// readAddresses returns those that can be read.
func readAddresses(raw [][]byte) (addrs []ma.Multiaddr) {
	for _, a := range raw {
		if addr, err := ma.NewMultiaddrBytes(a); err == nil {
			addrs = append(addrs, addr)
		}
	}
	return addrs
}
