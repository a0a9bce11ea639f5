package p2p

import (
	"net"

	"golang.org/x/sys/unix"
)

// limitUnsentTCP sets TCP_NOTSENT_LOWAT, which is advice.
func limitUnsentTCP(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // a connection that has failed says so when it is used
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsentLimit) // a kernel without it sends as well
	})
}
