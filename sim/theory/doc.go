// Package theory holds the lower bounds and models that measurements are
// compared with. Every formula names its symbols with units, its source, and
// what it leaves out. The package is pure: functions keep no state, change no
// argument and may be called at once from several goroutines.
//
// Sizes are in bits of file content, rates in bits per second, times in seconds.
package theory

// HeaderOverhead is how many bits a link carries for one bit of a TCP stream: a
// full Ethernet packet of 1,500 bytes holds 1,448 bytes of stream after 20 of
// IPv4 header (RFC 791), 20 of TCP header (RFC 9293) and 12 of TCP time-stamp
// option (RFC 7323). The bounds of this package are in file bits and leave it
// out, so a makespan over its bound cannot be below this on a loaded link. Not
// included: Ethernet framing, acknowledgements, retransmissions.
const HeaderOverhead = 1500.0 / 1448.0
