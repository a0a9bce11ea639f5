package theory

import (
	"math"
	"slices"
)

// Links holds the rates of a network, each the highest of the time looked at.
type Links struct {
	Origin float64   // u_s: uplink of the origin, bit/s, at least 0
	Up     []float64 // u_i: uplink of peer i, bit/s, at least 0, dead peers included
	Down   []float64 // d_i: downlink of peer i, bit/s, at least 0, as many as Up
	Shared []Shared  // links that several nodes lie behind; a node lies behind one at most
}

// Request is one peer asking for one file.
type Request struct {
	Arrival float64 // r_k: seconds after the first request, at least 0
	Bits    float64 // b_k: what the peer lacks of the file, at least 0
	Node    int     // i: index into Links.Up and Links.Down
	File    int     // any number that is the same for the same file; negative: no copy of it has to leave the origin
}

// FluidClientServer returns a lower bound in seconds on the makespan, from the
// first request to the last completion, when every bit comes from the origin:
//
//	max over k of  r_k + max( B_k/u_s , max over i of B_ik/d_i )
//
// B_k (bits) is the sum of b_j over requests j with r_j >= r_k, none of which
// can begin before r_k; B_ik is the part of B_k that node i asked for. With all
// requests at 0 and one file of F bits it is the D_cs of Kurose and Ross.
//
// It treats data as a fluid and leaves out delay, headers, slow start, pieces
// and losses, all of which only add time. A token bucket's burst would let a
// link carry more than its rate: subtract it from Bits.
//
// Each shared link adds a bound of its own, see Shared.
//
// The caller passes the requests that completed; those that did not may be
// passed with Bits 0. The result is 0 without any bits, and +Inf where bits have
// to cross a link of rate 0. It takes O(n log n) time for n requests.
func FluidClientServer(l Links, reqs []Request) float64 {
	bound, _ := ClientServerTerm(l, reqs)
	return bound
}

// FluidP2P returns the lower bound of FluidClientServer for peers that upload to
// each other. The term of the origin's uplink becomes two:
//
//	max over k of  r_k + max( B_k/(u_s + sum of u_i) , C_k/u_s , max over i of B_ik/d_i )
//
// C_k (bits) is the size of the distinct files first asked for at or after r_k:
// no peer has any of them before, so the origin must send each at least once.
// With all requests at 0 and one file of F bits it is the D_p2p of Kurose and
// Ross (after Kumar and Ross, "Peer-assisted file distribution: the minimum
// distribution time", HOTWEB 2006).
//
// The size of a file is the largest Bits of its requests, and it is first asked
// for at the earliest Arrival of any of them. So requests that did not complete
// have to be passed too, with Bits 0: what was sent for them can have reached
// the others since. A file that some peer held before the trial has a negative
// File.
//
// For the rest, the remarks at FluidClientServer apply.
func FluidP2P(l Links, reqs []Request) float64 {
	bound, _ := P2PTerm(l, reqs)
	return bound
}

// suffixMax goes through the requests from the last to the first, so that each
// sum over r_j >= r_k grows by one addend. Within one instant it also looks at
// incomplete sums; they are smaller and change nothing. upload returns the time
// that request k's suffix keeps the uplinks busy, and which term says so.
func suffixMax(l Links, reqs []Request, upload func(k int, total float64) (float64, Term)) (bound float64, term Term) {
	order := make([]int, len(reqs))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case reqs[a].Arrival > reqs[b].Arrival:
			return -1
		case reqs[a].Arrival < reqs[b].Arrival:
			return 1
		}
		return a - b // a fixed order of addends makes the result exact to the bit
	})
	perNode := make([]float64, len(l.Down))
	var total float64
	for _, k := range order {
		r := reqs[k]
		total += r.Bits
		perNode[r.Node] += r.Bits
		busy, by := upload(k, total)
		if down := transfer(perNode[r.Node], l.Down[r.Node]); down > busy {
			busy, by = down, PeerDownlink
		}
		if busy > 0 && r.Arrival+busy > bound {
			bound, term = r.Arrival+busy, by
		}
	}
	return bound, term
}

// firstCopies returns for each request the bits that it makes the origin send
// for the first time: the file's size at the request that comes first, else 0.
func firstCopies(reqs []Request) []float64 {
	first := map[int]int{} // file -> request
	size := map[int]float64{}
	for k, r := range reqs {
		if r.File < 0 {
			continue
		}
		if f, ok := first[r.File]; !ok || r.Arrival < reqs[f].Arrival {
			first[r.File] = k
		}
		size[r.File] = max(size[r.File], r.Bits)
	}
	bits := make([]float64, len(reqs))
	for file, k := range first {
		bits[k] = size[file]
	}
	return bits
}

// transfer returns bits / rate, where nothing takes no time on any link.
func transfer(bits, rate float64) float64 {
	switch {
	case bits <= 0:
		return 0
	case rate <= 0:
		return math.Inf(1)
	}
	return bits / rate
}
