package workload_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/workload"
)

// small is a valid manifest of 2,049 bytes in pieces of 1 KiB.
func small() workload.Manifest {
	return workload.Manifest{
		File: "a.bin", Size: 2049, PieceSize: 1024,
		SHA256: workload.Digest{0xab}, Pieces: []workload.Digest{{1}, {2}, {3}},
	}
}

func TestPieceLengths(t *testing.T) {
	tests := []struct {
		name   string
		size   int64
		pieces int
		last   int
	}{
		{name: "one byte", size: 1, pieces: 1, last: 1},
		{name: "one piece", size: 1024, pieces: 1, last: 1024},
		{name: "one past", size: 1025, pieces: 2, last: 1},
		{name: "whole pieces", size: 4096, pieces: 4, last: 1024},
	}
	for _, tt := range tests {
		m := workload.Manifest{Size: tt.size, PieceSize: 1024}
		assert.Equal(t, tt.pieces, m.NumPieces(), tt.name)
		assert.Equal(t, tt.last, m.PieceLen(tt.pieces-1), tt.name)
		if tt.pieces > 1 {
			assert.Equal(t, 1024, m.PieceLen(0), tt.name)
		}
	}
}

func TestManifestCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *workload.Manifest)
		want   string
	}{
		{name: "valid", change: func(*workload.Manifest) {}},
		{name: "longest name", change: func(m *workload.Manifest) { m.File = strings.Repeat("n", workload.MaxFileName) }},
		{name: "name one too long", change: func(m *workload.Manifest) { m.File = strings.Repeat("n", workload.MaxFileName+1) }, want: "file name has 256 bytes, allowed are 1 to 255"},
		{name: "no name", change: func(m *workload.Manifest) { m.File = "" }, want: "file name has 0 bytes"},
		{name: "name in other letters", change: func(m *workload.Manifest) { m.File = "données 数据.bin" }},
		{name: "name not UTF-8", change: func(m *workload.Manifest) { m.File = "a\xff" }, want: "is not UTF-8"},
		{name: "name with a newline", change: func(m *workload.Manifest) { m.File = "a\nb" }, want: "control character"},
		{name: "empty", change: func(m *workload.Manifest) { m.Size = 0 }, want: "size 0 is below 1"},
		{name: "negative", change: func(m *workload.Manifest) { m.Size = -5 }, want: "size -5 is below 1"},
		{name: "absurd size", change: func(m *workload.Manifest) { m.Size = math.MaxInt64 }, want: "are more than 1048576 pieces"},
		{name: "one past the most pieces", change: func(m *workload.Manifest) { m.Size = workload.MaxPieces*1024 + 1 }, want: "are more than 1048576 pieces"},
		{name: "the most pieces", change: func(m *workload.Manifest) { m.Size = workload.MaxPieces * 1024 }, want: "3 digests for 1048576 pieces"},
		{name: "piece size zero", change: func(m *workload.Manifest) { m.PieceSize = 0 }, want: "piece size 0 is outside 1024 to 16777216"},
		{name: "piece size below", change: func(m *workload.Manifest) { m.PieceSize = workload.MinPieceSize - 1 }, want: "piece size 1023 is outside"},
		{name: "piece size above", change: func(m *workload.Manifest) { m.PieceSize = workload.MaxPieceSize + 1 }, want: "piece size 16777217 is outside"},
		{name: "digest missing", change: func(m *workload.Manifest) { m.Pieces = m.Pieces[:2] }, want: "2 digests for 3 pieces"},
		{name: "digest too many", change: func(m *workload.Manifest) { m.Pieces = append(m.Pieces, workload.Digest{}) }, want: "4 digests for 3 pieces"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := small()
			tt.change(&m)
			if tt.want == "" {
				require.NoError(t, m.Check())
				return
			}
			require.ErrorContains(t, m.Check(), tt.want)
		})
	}
}

func TestManifestJSON(t *testing.T) {
	m := small()
	data, err := json.Marshal(&m)
	require.NoError(t, err)
	hex := func(first string) string { return first + strings.Repeat("0", 62) }
	want := `{"file":"a.bin","size_bytes":2049,"piece_size_bytes":1024,"sha256":"` + hex("ab") +
		`","pieces":"` + hex("01") + hex("02") + hex("03") + `"}`
	assert.Equal(t, want, string(data))
	var got workload.Manifest
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, m, got)

	tests := []struct {
		name     string
		old, new string
		want     string
	}{
		{name: "unknown field", old: `"file"`, new: `"owner":1,"file"`, want: `unknown field "owner"`},
		{name: "field missing", old: `"file":"a.bin",`, new: ``, want: "file name has 0 bytes"},
		{name: "digest missing", old: `"sha256":"` + hex("ab") + `",`, new: ``, want: "decoding a manifest: sha256 is missing"},
		{name: "digest short", old: hex("ab"), new: "ab", want: "a digest has 2 hex digits, must be 64"},
		{name: "digest not hex", old: hex("ab"), new: hex("xy"), want: "invalid byte"},
		{name: "piece not hex", old: hex("02"), new: hex("0x"), want: "digest of piece 1"},
		{name: "piece short", old: hex("02"), new: hex("0"), want: "have 191 hex digits, must be a multiple of 64"},
		{name: "piece missing", old: hex("02"), new: "", want: "2 digests for 3 pieces"},
		{name: "size is a string", old: `2049`, new: `"2049"`, want: "decoding a manifest"},
		{name: "size out of range", old: `2049`, new: `99999999999999999999`, want: "decoding a manifest"},
		{name: "a list", old: want, new: `[]`, want: "decoding a manifest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(want, tt.old, tt.new, 1)
			got := small()
			require.ErrorContains(t, json.Unmarshal([]byte(bad), &got), tt.want)
			assert.Equal(t, small(), got, "an error changes nothing")
		})
	}
	require.ErrorContains(t, got.UnmarshalJSON([]byte(want+want)), "more than one JSON value")
}

// Whatever decodes is valid and survives the round trip.
func FuzzManifestJSON(f *testing.F) {
	m := small()
	data, err := json.Marshal(&m)
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"file":"a","size_bytes":9223372036854775807,"piece_size_bytes":1024,"sha256":"","pieces":""}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m workload.Manifest
		if m.UnmarshalJSON(data) != nil {
			return
		}
		require.NoError(t, m.Check())
		out, err := json.Marshal(&m)
		require.NoError(t, err)
		var again workload.Manifest
		require.NoError(t, again.UnmarshalJSON(out))
		require.Equal(t, m, again)
		out2, err := json.Marshal(&again)
		require.NoError(t, err)
		require.True(t, bytes.Equal(out, out2))
	})
}
