// Package sim is the bench: a network of nodes and links in virtual time.
// Nodes listen and dial as on a real network and get ordinary net.Conns; the
// bench decides when each byte arrives. It uses the standard library alone
// and knows nothing of files, pieces or architectures.
//
// # Model
//
// A node has an uplink and a downlink, each with a rate, and a one-way delay
// with jitter that counts once in each direction. A connection direction is a
// reliable byte stream that crosses the sender's uplink, the sum of both
// nodes' delays, and the receiver's downlink. A packet carries up to MSS bytes
// of stream and occupies MSS + HeaderBytes of link time; one acknowledgement
// of HeaderBytes goes back for every two packets and occupies the links of the
// way back.
//
// A node's process can be killed, paused and resumed, its machine can lose
// power and be restarted, and ways between nodes can be cut and mended. Each end of
// a connection fails on its own, by what reaches it: a reset, or nothing.
//
// Data moves in bursts of whole packets, so that bulk transfer costs few
// events; a burst in service is cut at a packet boundary as soon as another
// connection wants the link, so that a small message waits for one packet, not
// for a burst.
package sim

// What a packet costs (IPv4 20 + TCP 20 + timestamps 12 bytes).
const (
	MTU         = 1500              // bytes of link time of a full packet
	HeaderBytes = 52                // bytes of every packet that are not stream
	MSS         = MTU - HeaderBytes // bytes of stream in a full packet
)
