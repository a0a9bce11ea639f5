package theory

import (
	"math"
	"math/bits"
)

// KuroseRossCS returns the minimum time in seconds to distribute one file from a
// server to n clients that all ask at 0 (Kurose and Ross, Computer Networking: A
// Top-Down Approach, 8th edition, section 2.5):
//
//	D_cs = max( n F/u_s , F/d_min )
//
// f is F, the file's size in bits; us is u_s, the server's uplink, and dmin the
// slowest client's downlink, both in bit/s. It is the special case of
// FluidClientServer and leaves out what that leaves out.
func KuroseRossCS(n int, f, us, dmin float64) float64 {
	return max(transfer(float64(n)*f, us), transfer(f, dmin))
}

// KuroseRossP2P returns the minimum time in seconds to distribute one file to n
// peers that all ask at 0 and upload what they have (same section):
//
//	D_p2p = max( F/u_s , F/d_min , n F/(u_s + sum of u_i) )
//
// sumU is the sum of all peers' uplinks in bit/s, the rest as in KuroseRossCS.
// It is the special case of FluidP2P. In a fluid it can be reached; with pieces
// that a peer passes on only when whole, MundingerWeberWeiss is the higher bound.
func KuroseRossP2P(n int, f, us, dmin, sumU float64) float64 {
	return max(transfer(f, us), transfer(f, dmin), transfer(float64(n)*f, us+sumU))
}

// MundingerWeberWeiss returns the minimum time in seconds to distribute one file
// of M equal pieces to N peers that all ask at 0, when a peer can pass a piece
// on only once it has the whole of it (Mundinger, Weber and Weiss, Optimal
// scheduling of peer-to-peer file dissemination, Journal of Scheduling 11, 2008):
//
//	(1 + floor(log2 N)/M) F/u
//
// size is F and piece F/M, in bits; u is the uplink of the origin and of every
// peer, in bit/s. In the model a node shares its uplink equally between the
// peers it sends to, and each piece comes from one sender whole. It has no limit
// on downlinks, which could only add time, and leaves out delay and headers.
//
// It is not ok if there is no peer, the uplinks are not all equal and above 0,
// there is a shared link, or size is not a whole multiple of piece. The caller sees to the rest: one
// file, every peer of l asking for the whole of it at 0, no faults.
func MundingerWeberWeiss(l Links, size, piece float64) (seconds float64, ok bool) {
	n := len(l.Up)
	if n == 0 || len(l.Shared) > 0 || !(l.Origin > 0) || !(piece > 0) || !(size > 0) {
		return 0, false
	}
	for _, u := range l.Up {
		if u != l.Origin {
			return 0, false
		}
	}
	m := size / piece
	if m != math.Trunc(m) {
		return 0, false
	}
	rounds := float64(bits.Len(uint(n)) - 1) // floor(log2 N)
	return (1 + rounds/m) * size / l.Origin, true
}
