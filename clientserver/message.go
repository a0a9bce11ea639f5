package clientserver

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"versus/sim/workload"
)

// Types of text message.
const (
	typeOpen     = "open"     // client: send me this file's manifest and these pieces
	typeGet      = "get"      // client: send these pieces too
	typeClose    = "close"    // client: forget this handle
	typeManifest = "manifest" // server: what the file is
	typeError    = "error"    // server: the handle is closed, and why
)

// Codes of an error message. Each ends its handle, not the connection.
const (
	codeUnknownFile = "unknown-file"
	codeChanged     = "changed" // the file's SHA-256 is not the one that the client named
	codeBadRange    = "bad-range"
	codeTooMany     = "too-many-files"
	codeUnavailable = "unavailable" // the server cannot read a piece
)

// closeBadMessage is the close code for a message that breaks the protocol.
const closeBadMessage = 4000

// refusal is what this side found wrong with a message of the other: it closes
// the connection with its code and reason.
type refusal struct {
	code   int
	reason string
}

func (r *refusal) Error() string { return r.reason }

// badMessage returns the refusal of a message that breaks the protocol.
func badMessage(format string, args ...any) error {
	return &refusal{code: closeBadMessage, reason: fmt.Sprintf(format, args...)}
}

// span is a range of pieces, both ends included: [first, last] in JSON.
type span [2]uint32

// UnmarshalJSON takes exactly two numbers; the default would accept any count.
func (s *span) UnmarshalJSON(b []byte) error {
	var ends []uint32
	if err := json.Unmarshal(b, &ends); err != nil {
		return err
	}
	if len(ends) != 2 {
		return fmt.Errorf("a range has %d numbers, not first and last", len(ends))
	}
	*s = span{ends[0], ends[1]}
	return nil
}

// request is a text message from client to server.
type request struct {
	Type   string `json:"type"`
	Handle uint32 `json:"handle"`
	File   string `json:"file,omitempty"`   // open
	SHA256 string `json:"sha256,omitempty"` // open, by a client that knows the manifest
	All    bool   `json:"all,omitempty"`    // open: every piece
	Ranges []span `json:"ranges,omitempty"` // open and get
}

// response is a text message from server to client.
type response struct {
	Type      string `json:"type"`
	Handle    uint32 `json:"handle"`
	File      string `json:"file,omitempty"`             // manifest
	Size      int64  `json:"size_bytes,omitempty"`       // manifest
	PieceSize int    `json:"piece_size_bytes,omitempty"` // manifest
	Pieces    int    `json:"pieces,omitempty"`           // manifest
	SHA256    string `json:"sha256,omitempty"`           // manifest
	Digests   bool   `json:"digests,omitempty"`          // manifest: the pieces' digests follow
	Code      string `json:"code,omitempty"`             // error
	Message   string `json:"message,omitempty"`          // error, for people
}

// encode marshals a message of this package, which cannot fail.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("clientserver: encoding %T: %v", v, err))
	}
	return b
}

// decodeRequest parses a text message from a client and checks all that can
// be checked without the connection's state.
func decodeRequest(b []byte) (request, error) {
	var q request
	if err := json.Unmarshal(b, &q); err != nil {
		return q, badMessage("not a JSON message: %v", err)
	}
	if q.Handle == 0 {
		return q, badMessage("%.20q without a handle of 1 or more", q.Type)
	}
	if len(q.Ranges) > maxRanges {
		return q, badMessage("%d ranges, allowed are %d", len(q.Ranges), maxRanges)
	}
	switch q.Type {
	case typeOpen:
		if q.File == "" || len(q.File) > workload.MaxFileName {
			return q, badMessage("open: file name has %d bytes, allowed are 1 to %d", len(q.File), workload.MaxFileName)
		}
		if q.All && len(q.Ranges) > 0 {
			return q, badMessage("open: both all and ranges")
		}
		if q.SHA256 != "" {
			if _, err := parseDigest(q.SHA256); err != nil {
				return q, badMessage("open: %v", err)
			}
		}
	case typeGet:
		if len(q.Ranges) == 0 {
			return q, badMessage("get without ranges")
		}
	case typeClose:
	default:
		return q, badMessage("unknown message type %.20q", q.Type)
	}
	return q, nil
}

// decodeResponse parses a text message from the server. A manifest comes back
// with sizes inside the limits, so that memory may be reserved by them.
func decodeResponse(b []byte) (response, error) {
	var p response
	if err := json.Unmarshal(b, &p); err != nil {
		return p, badMessage("not a JSON message: %v", err)
	}
	if p.Handle == 0 {
		return p, badMessage("%.20q without a handle of 1 or more", p.Type)
	}
	switch p.Type {
	case typeManifest:
		switch {
		case p.Size < 1:
			return p, badMessage("manifest: size %d is below 1", p.Size)
		case p.PieceSize < workload.MinPieceSize || p.PieceSize > workload.MaxPieceSize:
			return p, badMessage("manifest: piece size %d is outside %d to %d", p.PieceSize, workload.MinPieceSize, workload.MaxPieceSize)
		case (p.Size-1)/int64(p.PieceSize)+1 > workload.MaxPieces:
			return p, badMessage("manifest: more than %d pieces", workload.MaxPieces)
		case (p.Size-1)/int64(p.PieceSize)+1 != int64(p.Pieces):
			return p, badMessage("manifest: %d pieces do not make %d bytes", p.Pieces, p.Size)
		}
		if _, err := parseDigest(p.SHA256); err != nil {
			return p, badMessage("manifest: %v", err)
		}
	case typeError:
		if p.Code == "" {
			return p, badMessage("error without a code")
		}
	default:
		return p, badMessage("unknown message type %.20q", p.Type)
	}
	return p, nil
}

// parseDigest reads a SHA-256 as 64 hexadecimal digits.
func parseDigest(s string) (workload.Digest, error) {
	var d workload.Digest
	if len(s) != hex.EncodedLen(len(d)) {
		return d, fmt.Errorf("sha256 has %d digits, not %d", len(s), hex.EncodedLen(len(d)))
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return d, fmt.Errorf("sha256: %w", err)
	}
	return d, nil
}
