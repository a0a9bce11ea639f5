package p2p

import (
	"net"

	"golang.org/x/sys/unix"
)

// limitUnsentTCP sets TCP_NOTSENT_LOWAT, which is advice: its errors are of no
// consequence.
func limitUnsentTCP(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsentLimit)
	})
}
