package wire

import "fmt"

// Check reports a Register that no correct peer sends.
func (r *Register) Check() error {
	if len(r.Known) > MaxPeers {
		return fmt.Errorf("register: %d known peers, the limit is %d", len(r.Known), MaxPeers)
	}
	for _, id := range r.Known {
		if err := checkID("register", id); err != nil {
			return err
		}
	}
	return checkAddresses("register", r.Addresses)
}

// Check reports a Neighbours that no correct peer sends. An entry that is only
// unreadable, an address of an unknown kind say, is no error: its receiver
// leaves it out.
func (n *Neighbours) Check() error {
	if len(n.Peers) > MaxPeers {
		return fmt.Errorf("neighbours: %d peers, the limit is %d", len(n.Peers), MaxPeers)
	}
	for _, p := range n.Peers {
		if err := checkID("neighbours", p.Id); err != nil {
			return err
		}
		if err := checkAddresses("neighbours", p.Addresses); err != nil {
			return err
		}
	}
	return nil
}

func checkID(where string, id []byte) error {
	if n := len(id); n < 1 || n > MaxPeerID {
		return fmt.Errorf("%s: peer id of %d bytes is outside 1 to %d", where, n, MaxPeerID)
	}
	return nil
}

func checkAddresses(where string, addresses [][]byte) error {
	if n := len(addresses); n > MaxAddresses {
		return fmt.Errorf("%s: %d addresses, the limit is %d", where, n, MaxAddresses)
	}
	for _, a := range addresses {
		if n := len(a); n < 1 || n > MaxAddress {
			return fmt.Errorf("%s: address of %d bytes is outside 1 to %d", where, n, MaxAddress)
		}
	}
	return nil
}
