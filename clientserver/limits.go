package clientserver

import "time"

// Subprotocol is the WebSocket subprotocol that both sides must agree on.
const Subprotocol = "versus.v1"

// Path is the HTTP path of the WebSocket endpoint.
const Path = "/versus"

// Limits of the protocol, part of its version: neither side may exceed them,
// and both refuse what does.
const (
	maxChunk    = 64 << 10               // piece bytes in one frame
	maxDigests  = maxChunk / 32          // digests in one frame
	maxResponse = frameHeader + maxChunk // bytes of a message to the client
	maxRequest  = 128 << 10              // bytes of a message to the server
	maxRanges   = 4096                   // ranges in one message
	maxOpen     = 64                     // files open at once on a connection
	maxPartial  = 4                      // pieces partly sent at once on a connection
)

// Limits of this implementation; the other side need not know them.
const (
	maxHandshake = 8 << 10 // bytes of an HTTP upgrade request
	maxReplies   = 64      // error replies that wait for the writer; then the server stops reading
	maxRefusals  = 3       // corrupt arrivals of one piece before its download fails
	writeBuffer  = 1 << 10 // bytes; chunks above twice this are written without copying
	readBuffer   = 4 << 10 // bytes; larger reads bypass it

	connectTimeout   = 10 * time.Second // for a dial to be answered
	handshakeTimeout = 10 * time.Second // TLS and HTTP upgrade together
	closeTimeout     = 2 * time.Second  // to end the closing handshake
	writeTimeout     = 2 * time.Minute  // for one frame to leave

	maxDials      = 6                      // dials of one client that wait for an answer at once
	dialPatience  = 500 * time.Millisecond // before a dial without an answer gets company, at most
	backoffFirst  = 100 * time.Millisecond // before the first reconnect, jitter aside
	backoffSteady = 250 * time.Millisecond // what it grows to
	backoffShare  = 100                    // of an outage, in parts, where that is more
	backoffMax    = 30 * time.Second

	suspectAfter = 2 * time.Second         // without a byte, while pieces are due
	probeTimeout = 2500 * time.Millisecond // for a server under suspicion to answer a dial
)

// pingsPerTimeout is how many pings fit in the idle time-out, half as many of a
// side that receives: one may be late by the rest before the other side gives up.
const pingsPerTimeout = 3
