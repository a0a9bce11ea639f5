// Package workload holds what is shared and who asks for it: files and their
// manifests, the pieces that each node has verified, and seeded arrivals.
package workload

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a manifest; both wire protocols refuse what exceeds them.
const (
	MinPieceSize = 1 << 10  // bytes
	MaxPieceSize = 16 << 20 // bytes
	MaxPieces    = 1 << 20  // pieces of one file
	MaxFileName  = 255      // bytes
)

// Digest is a SHA-256 sum.
type Digest = [sha256.Size]byte

// Manifest describes one file: its size in bytes, how it is cut, and the
// SHA-256 of every piece and of the whole. It is immutable once made.
type Manifest struct {
	File      string
	Size      int64    // bytes, at least 1
	PieceSize int      // bytes; the last piece may be shorter
	SHA256    Digest   // of the whole file
	Pieces    []Digest // in order
}

// NumPieces returns ceil(Size / PieceSize).
func (m *Manifest) NumPieces() int {
	return int((m.Size + int64(m.PieceSize) - 1) / int64(m.PieceSize))
}

// PieceLen returns the length in bytes of piece i, 0 <= i < NumPieces.
func (m *Manifest) PieceLen(i int) int {
	if i == m.NumPieces()-1 {
		return int(m.Size - int64(i)*int64(m.PieceSize))
	}
	return m.PieceSize
}

// Check reports the first field that is outside its limits, or digests that
// do not match the size: what a receiver must ask of a manifest off the wire.
// A name may hold path separators; whoever writes to disk must mind them.
func (m *Manifest) Check() error {
	if err := m.checkShape(); err != nil {
		return err
	}
	if len(m.Pieces) != m.NumPieces() {
		return fmt.Errorf("manifest of %s: %d digests for %d pieces", m.File, len(m.Pieces), m.NumPieces())
	}
	return nil
}

// checkShape checks all that is known before any piece has been hashed.
func (m *Manifest) checkShape() error {
	switch {
	case m.File == "" || len(m.File) > MaxFileName:
		return fmt.Errorf("manifest: file name has %d bytes, allowed are 1 to %d", len(m.File), MaxFileName)
	case !utf8.ValidString(m.File) || strings.ContainsFunc(m.File, unicode.IsControl):
		return fmt.Errorf("manifest: file name %q holds a control character or is not UTF-8", m.File)
	case m.Size < 1:
		return fmt.Errorf("manifest of %s: size %d is below 1", m.File, m.Size)
	case m.PieceSize < MinPieceSize || m.PieceSize > MaxPieceSize:
		return fmt.Errorf("manifest of %s: piece size %d is outside %d to %d", m.File, m.PieceSize, MinPieceSize, MaxPieceSize)
	case (m.Size-1)/int64(m.PieceSize)+1 > MaxPieces:
		return fmt.Errorf("manifest of %s: %d bytes in pieces of %d are more than %d pieces", m.File, m.Size, m.PieceSize, MaxPieces)
	}
	return nil
}
