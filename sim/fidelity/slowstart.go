package fidelity

import (
	"time"

	"versus/sim"
)

// SlowStart returns how long it takes to fetch bytes over a new connection
// whose window only ever doubles: the latency model of Kurose and Ross,
// Computer Networking (section on TCP latency in its first six editions), with
// the initial window of RFC 6928 and this bench's headers. With
//
//	S    wire bits of the transfer, a header in every packet
//	R    rate of the bottleneck, tau = one full packet over R
//	RTT  round trip without queues
//	W_k  10 x 2^(k-1) packets, the window of round k
//	K    number of windows that the transfer needs
//
// the handshake takes 1.5 RTT until the server accepts, the data S/R and half
// an RTT, and after each window but the last the sender waits until the first
// acknowledgement comes, which answers two packets:
//
//	T = 2 RTT + S/R + sum for k = 1 to K-1 of max(0, RTT + 2 tau - W_k tau)
//
// It assumes that nothing is lost, that the bottleneck is the sender's own
// uplink, where what does not fit waits in the send buffer, and that neither
// the send buffer (4 MiB) nor the receive window (6 MiB) is below R x RTT.
func SlowStart(bytes int64, rate sim.Bandwidth, rtt time.Duration) time.Duration {
	packets := (bytes + sim.MSS - 1) / sim.MSS
	seconds := func(wire int64) float64 { return float64(wire) * 8 / float64(rate) }
	tau := seconds(sim.MTU)
	t := 2*rtt.Seconds() + seconds(bytes+packets*sim.HeaderBytes)
	for w := int64(10); w < packets; w *= 2 {
		t += max(0, rtt.Seconds()+2*tau-float64(w)*tau)
		packets -= w
	}
	return time.Duration(t * float64(time.Second))
}
