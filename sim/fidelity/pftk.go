package fidelity

import "math"

// PFTK returns the throughput, in packets per second, of a Reno sender that
// loses packets: the full model of Padhye, Firoiu, Towsley and Kurose, Modeling
// TCP throughput: a simple model and its empirical validation, SIGCOMM 1998,
// equations 28 to 33. With
//
//	p     probability of a loss indication, 0 < p < 1
//	rtt   mean round-trip time in seconds, queues included
//	t0    mean first retransmission time-out in seconds
//	b     packets that one acknowledgement grows the window for: 1 with byte counting
//	wmax  largest window in packets
//
// and W the mean window when a loss is indicated, Q the probability that this
// is by time-out, F the growth of successive time-outs,
//
//	W = (2+b)/(3b) + sqrt(8(1-p)/(3bp) + ((2+b)/(3b))^2)
//	Q = min(1, (1-(1-p)^3) (1+(1-p)^3 (1-(1-p)^(W-3))) / (1-(1-p)^W))
//	F = 1 + p + 2p^2 + 4p^3 + 8p^4 + 16p^5 + 32p^6
//	B = ((1-p)/p + W + Q/(1-p)) / (rtt (b W/2 + 1) + Q t0 F/(1-p))         if W < wmax
//	B = ((1-p)/p + wmax + Q/(1-p)) /
//	    (rtt (b wmax/8 + (1-p)/(p wmax) + 2) + Q t0 F/(1-p))               else, with Q of wmax
//
// It leaves out slow start, fast recovery beyond one round trip, and everything
// after Reno that avoids time-outs (SACK, tail loss probes); and it takes the
// losses of one round trip for one indication.
func PFTK(p, rtt, t0, b, wmax float64) float64 {
	w, _ := pftkWindow(p, b, wmax)
	return pftk(p, rtt, t0, b, wmax, timeoutShare(p, w))
}

// pftk is PFTK with the share q of loss indications that are time-outs.
func pftk(p, rtt, t0, b, wmax, q float64) float64 {
	w, limited := pftkWindow(p, b, wmax)
	f := 1 + p + 2*math.Pow(p, 2) + 4*math.Pow(p, 3) + 8*math.Pow(p, 4) + 16*math.Pow(p, 5) + 32*math.Pow(p, 6)
	sent := (1-p)/p + w + q/(1-p)
	rounds := b*w/2 + 1
	if limited {
		rounds = b*w/8 + (1-p)/(p*w) + 2
	}
	return sent / (rtt*rounds + q*t0*f/(1-p))
}

// pftkWindow returns PFTK's W, or wmax and true if that is smaller.
func pftkWindow(p, b, wmax float64) (w float64, limited bool) {
	k := (2 + b) / (3 * b)
	w = k + math.Sqrt(8*(1-p)/(3*b*p)+k*k)
	return min(w, wmax), w >= wmax
}

// timeoutShare returns PFTK's Q for a window of w packets.
func timeoutShare(p, w float64) float64 {
	kept := math.Pow(1-p, 3)
	return math.Min(1, (1-kept)*(1+kept*(1-math.Pow(1-p, w-3)))/(1-math.Pow(1-p, w)))
}

// Mathis returns the throughput, in packets per second, of a sender that only
// ever backs off by half, once for each of its losses: rtt in seconds, p the
// probability of a loss, b as for PFTK. It is sqrt(3/(2 b p)) / rtt (Mathis,
// Semke, Mahdavi and Ott, The macroscopic behavior of the TCP congestion
// avoidance algorithm, CCR 27(3), 1997), an upper bound that time-outs and
// large p fall short of.
func Mathis(p, rtt, b float64) float64 {
	return math.Sqrt(3/(2*b*p)) / rtt
}
