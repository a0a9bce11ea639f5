package theory

import "slices"

// Shared is a link that some nodes lie behind, with the rest of the network on
// its other side; nodes on the same side reach each other without crossing it.
//
// Call the side of the origin near and the other one far, R (bit/s) the link's
// rate towards the far side and R' its rate back: the downlink and the uplink
// if the origin is outside, the other way round if it lies behind the link too.
// Of the requests at or after r_k, let F_k and N_k (bits) be the sums of b_j of
// the far and of the near nodes, and C_k the size of the distinct files that a
// far node first asks for at or after r_k. The makespan is at least
//
//	client-server:  max over k of  r_k + F_k/R
//	p2p:            max over k of  r_k + max( C_k/R , F_k/(U_far + R) , N_k/(U_near + R') )
//
// where U_far and U_near (bit/s) are the sums of the uplinks of that side, the
// origin's in U_near. A server sends every bit of F_k over the link. In a swarm
// no far node holds any part of the files of C_k at r_k, so each has to cross
// once, and what a side receives comes from its own uplinks or over the link.
// This is the argument of FluidP2P's terms applied to a cut of the network, and
// like those it leaves out what only adds time.
type Shared struct {
	Up, Down float64 // bit/s, from and to the nodes behind it, at least 0
	Peers    []int   // those behind it, as indices into Links.Up
	Origin   bool    // the origin lies behind it too
}

// far says for each peer whether the origin is on the other side.
func (s Shared) far(l Links) []bool {
	far := make([]bool, len(l.Up))
	for i := range far {
		far[i] = s.Origin
	}
	for _, i := range s.Peers {
		far[i] = !s.Origin
	}
	return far
}

// rates returns the link's rates away from the origin and towards it.
func (s Shared) rates() (away, back float64) {
	if s.Origin {
		return s.Up, s.Down
	}
	return s.Down, s.Up
}

func (s Shared) clientServer(l Links, reqs []Request) float64 {
	far, _ := split(reqs, s.far(l))
	away, _ := s.rates()
	bound, _ := suffixMax(l, far, func(_ int, total float64) (float64, Term) { return transfer(total, away), SharedLink })
	return bound
}

func (s Shared) p2p(l Links, reqs []Request) float64 {
	isFar := s.far(l)
	far, near := split(reqs, isFar)
	away, back := s.rates()
	farUp, nearUp := 0.0, l.Origin
	for i, u := range l.Up {
		if isFar[i] {
			farUp += u
		} else {
			nearUp += u
		}
	}
	fresh := firstCopies(far)
	var copies float64
	out, _ := suffixMax(l, far, func(k int, total float64) (float64, Term) {
		copies += fresh[k]
		return max(transfer(copies, away), transfer(total, farUp+away)), SharedLink
	})
	in, _ := suffixMax(l, near, func(_ int, total float64) (float64, Term) { return transfer(total, nearUp+back), SharedLink })
	return max(out, in)
}

// split returns the requests of the far and of the near nodes.
func split(reqs []Request, isFar []bool) (far, near []Request) {
	isNear := func(r Request) bool { return !isFar[r.Node] }
	far = slices.DeleteFunc(slices.Clone(reqs), isNear)
	return far, slices.DeleteFunc(slices.Clone(reqs), func(r Request) bool { return !isNear(r) })
}
