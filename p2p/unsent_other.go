//go:build !linux

package p2p

import "net"

// limitUnsentTCP does nothing: this system has no TCP_NOTSENT_LOWAT, or package
// unix does not know it here.
func limitUnsentTCP(*net.TCPConn) {}
