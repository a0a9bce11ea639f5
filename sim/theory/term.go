package theory

// Term names what sets a lower bound: the term of its formula that is largest.
type Term string

// Terms of the fluid bounds. Where several are equal, the first of this list
// that the formula has is named.
const (
	OriginUplink Term = "origin uplink" // all bits, or one copy of every file in a swarm, over u_s
	AllUplinks   Term = "all uplinks"   // all bits over the uplinks of origin and peers together
	PeerDownlink Term = "peer downlink" // what one peer asked for, over its own downlink
	SharedLink   Term = "shared link"   // a cut of the network by a link that several nodes lie behind
)

// ClientServerTerm returns FluidClientServer and the term that sets it, which is
// empty when the bound is 0.
func ClientServerTerm(l Links, reqs []Request) (seconds float64, term Term) {
	seconds, term = suffixMax(l, reqs, func(_ int, total float64) (float64, Term) {
		return transfer(total, l.Origin), OriginUplink
	})
	for _, s := range l.Shared {
		if cut := s.clientServer(l, reqs); cut > seconds {
			seconds, term = cut, SharedLink
		}
	}
	return seconds, term
}

// P2PTerm returns FluidP2P and the term that sets it, which is empty when the
// bound is 0.
func P2PTerm(l Links, reqs []Request) (seconds float64, term Term) {
	uplinks := l.Origin
	for _, u := range l.Up {
		uplinks += u
	}
	fresh := firstCopies(reqs)
	var copies float64
	seconds, term = suffixMax(l, reqs, func(k int, total float64) (float64, Term) {
		copies += fresh[k]
		once, all := transfer(copies, l.Origin), transfer(total, uplinks)
		if once < all {
			return all, AllUplinks
		}
		return once, OriginUplink
	})
	for _, s := range l.Shared {
		if cut := s.p2p(l, reqs); cut > seconds {
			seconds, term = cut, SharedLink
		}
	}
	return seconds, term
}
