package p2p

import (
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"

	"versus/p2p/wire"
	"versus/sim/workload"
)

// serveManifest answers one ManifestRequest.
func (n *node) serveManifest(raw network.Stream) {
	s := accepted(raw)
	s.within(answerTimeout)
	var req wire.ManifestRequest
	if err := wire.NewDecoder(s).Decode(&req, wire.MaxRequest); err != nil {
		s.Reset()
		return
	}
	var reply []byte
	var err error
	if m := n.store.Manifest(req.File); m != nil {
		reply, err = wire.EncodeManifest(nil, m)
	} else {
		reply, err = wire.Append(nil, &wire.Manifest{Status: wire.Status_STATUS_UNKNOWN_FILE})
	}
	for err == nil && len(reply) > 0 {
		// Over a slow link a long manifest takes longer than an answer may: it is
		// its next bytes that must go.
		n := min(len(reply), maxChunk)
		s.within(answerTimeout)
		_, err = s.Write(reply[:n])
		reply = reply[n:]
	}
	if err != nil {
		s.Reset()
		return
	}
	s.Close()
}

// patient is a stream whose next bytes must come within answerTimeout.
type patient struct{ *stream }

func (p patient) Read(b []byte) (int, error) {
	p.within(answerTimeout)
	return p.stream.Read(b)
}

// readManifest reads the answer to a ManifestRequest.
func readManifest(s *stream, file string) (*workload.Manifest, error) {
	m, status, err := wire.DecodeManifest(wire.NewDecoder(patient{s}))
	switch {
	case err != nil:
		return nil, err
	case status == wire.Status_STATUS_UNKNOWN_FILE:
		return nil, workload.ErrUnknownFile
	case status != wire.Status_STATUS_OK:
		return nil, fmt.Errorf("asking for the manifest of %s: %v", file, status)
	case m.File != file:
		return nil, fmt.Errorf("asking for the manifest of %s: got that of %s", file, m.File)
	}
	return m, nil
}
