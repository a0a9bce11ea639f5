// Package clientserver distributes files from one central WebSocket server.
//
// Every downloader holds one connection to the origin (gorilla/websocket,
// subprotocol versus.v1), asks for all pieces that it misses at once, and
// verifies each as it arrives. docs/protocols.md describes the messages.
//
// The package sees of the network only what trial.Network declares, so the
// same code runs on the bench and over the sockets of the machine. In virtual
// time a goroutine that waits for a sync.Mutex does not count as idle; hence
// one goroutine alone writes to a connection and closes it, and no mutex of
// this package is ever held across a network call.
package clientserver
