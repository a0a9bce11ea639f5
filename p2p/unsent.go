package p2p

import "net"

// unsentLimit is how many bytes may wait in a connection's send buffer that
// were not sent once. A have or a grant waits behind them, so they must not be
// worth much of a slow uplink's time; the bytes in flight are not limited.
const unsentLimit = 16 << 10

// unsentLimiter is a connection whose network can be asked for that limit.
type unsentLimiter interface{ SetUnsentLimit(n int) error }

// limitUnsent sets the limit where the connection has one. Elsewhere the
// protocol works as well, with later answers.
func limitUnsent(c net.Conn) {
	switch c := c.(type) {
	case unsentLimiter:
		_ = c.SetUnsentLimit(unsentLimit) // a connection that has failed says so when it is used
	case *net.TCPConn:
		limitUnsentTCP(c)
	}
}

// limitingListener limits what it accepts.
type limitingListener struct{ net.Listener }

func (l limitingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		limitUnsent(c)
	}
	return c, err
}
