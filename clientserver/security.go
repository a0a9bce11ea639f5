package clientserver

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// certificateLife is how long the server's certificate is valid, on either
// side of now.
const certificateLife = 10 * 365 * 24 * time.Hour

// TLS works in virtual time under two conditions, which tests run in a bench:
// only the wire's writer writes to a tls.Conn and closes it, and whoever else
// has to end a connection closes the socket beneath. A tls.Conn holds a mutex
// while it writes to the network, and takes the same one to close; a second
// goroutine waiting for it would stop the clock.

// newSecurity makes a self-signed certificate for the host of addr and returns
// the TLS settings of the server and of clients that trust it alone.
func newSecurity(addr string) (server, client *tls.Config, err error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate for %s: %w", addr, err)
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return nil, nil, fmt.Errorf("certificate for %s: %q is not an IP address", addr, host)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate for %s: %w", addr, err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "versus"},
		NotBefore:    time.Now().Add(-certificateLife),
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{ip},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate for %s: %w", addr, err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate for %s: %w", addr, err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	server = &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}},
		// Nobody resumes a session, so tickets would only cost bytes.
		SessionTicketsDisabled: true,
		// Small first records show the first bytes sooner, but a piece counts
		// only when it is whole.
		DynamicRecordSizingDisabled: true,
	}
	client = &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool, ServerName: host}
	return server, client, nil
}
