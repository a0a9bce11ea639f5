package workload

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// manifestJSON is a Manifest as data: digests are 64 lower-case hex digits.
type manifestJSON struct {
	File      string     `json:"file"`
	Size      int64      `json:"size_bytes"`
	PieceSize int        `json:"piece_size_bytes"`
	SHA256    *hexDigest `json:"sha256"`
	Pieces    hexDigests `json:"pieces"`
}

// MarshalJSON writes file, size_bytes, piece_size_bytes, sha256 and pieces: the
// digests of all pieces in order, as one string of 64 hex digits each.
func (m *Manifest) MarshalJSON() ([]byte, error) {
	return json.Marshal(manifestJSON{m.File, m.Size, m.PieceSize, (*hexDigest)(&m.SHA256), m.Pieces})
}

// UnmarshalJSON reads what MarshalJSON wrote. It refuses unknown fields and
// whatever Check refuses; m is unchanged then.
func (m *Manifest) UnmarshalJSON(data []byte) error {
	var v manifestJSON
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("decoding a manifest: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("decoding a manifest: more than one JSON value")
	}
	if v.SHA256 == nil {
		return fmt.Errorf("decoding a manifest: sha256 is missing")
	}
	out := Manifest{v.File, v.Size, v.PieceSize, Digest(*v.SHA256), v.Pieces}
	if err := out.Check(); err != nil {
		return err
	}
	*m = out
	return nil
}

type hexDigest Digest

func (d hexDigest) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, d[:]), nil
}

func (d *hexDigest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("a digest has %d hex digits, must be %d", len(text), 2*len(d))
	}
	_, err := hex.Decode(d[:], text)
	return err
}

type hexDigests []Digest

func (ds hexDigests) MarshalText() ([]byte, error) {
	out := make([]byte, 0, len(ds)*2*len(Digest{}))
	for _, d := range ds {
		out = hex.AppendEncode(out, d[:])
	}
	return out, nil
}

func (ds *hexDigests) UnmarshalText(text []byte) error {
	const digits = 2 * len(Digest{})
	if len(text)%digits != 0 || len(text)/digits > MaxPieces {
		return fmt.Errorf("piece digests have %d hex digits, must be a multiple of %d and at most %d digests", len(text), digits, MaxPieces)
	}
	out := make([]Digest, len(text)/digits)
	for i := range out {
		if _, err := hex.Decode(out[i][:], text[i*digits:(i+1)*digits]); err != nil {
			return fmt.Errorf("digest of piece %d: %w", i, err)
		}
	}
	*ds = out
	return nil
}
