package workload_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// sink notes what it is told.
type sink struct {
	mu    sync.Mutex
	calls []string // guarded by mu
}

func (s *sink) Verified(node, file string, piece, bytes int, from string) {
	s.note("verified %s/%s %d: %d from %s", node, file, piece, bytes, from)
}

func (s *sink) Wasted(node, file string, bytes int, from, reason string) {
	s.note("wasted %s/%s: %d from %s, %s", node, file, bytes, from, reason)
}

func (s *sink) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf(format, args...))
}

// oneFile is a catalog of one generated file of 2.5 pieces of 1 KiB.
func oneFile() scenario.Workload {
	return generated(scenario.File{Name: "a.bin", Size: 2560})
}

func pieces(t *testing.T, c *workload.Content, file string) [][]byte {
	t.Helper()
	m, err := c.Manifest(file)
	require.NoError(t, err)
	var out [][]byte
	for i := range m.NumPieces() {
		p, err := c.Piece(file, i)
		require.NoError(t, err)
		out = append(out, p)
	}
	return out
}

func TestStoreAdd(t *testing.T) {
	c := open(t, oneFile(), 1)
	good := pieces(t, c, "a.bin")
	flipped := append([]byte(nil), good[0]...)
	flipped[17] ^= 1

	tests := []struct {
		name    string
		file    string
		piece   int
		data    []byte
		want    workload.Verdict
		wantErr string
		call    string // what the sink is told
		has     bool   // piece 0 afterwards
	}{
		{name: "right", file: "a.bin", data: good[0], want: workload.Accepted, call: "verified n/a.bin 0: 1024 from x", has: true},
		{name: "short last piece", file: "a.bin", piece: 2, data: good[2], want: workload.Accepted, call: "verified n/a.bin 2: 512 from x"},
		{name: "held already", file: "a.bin", piece: 1, data: good[1], want: workload.Duplicate, call: "wasted n/a.bin: 1024 from x, duplicate"},
		{name: "one bit flipped", file: "a.bin", data: flipped, want: workload.Corrupt, call: "wasted n/a.bin: 1024 from x, corrupt"},
		{name: "one byte short", file: "a.bin", data: good[0][:1023], want: workload.Corrupt, call: "wasted n/a.bin: 1023 from x, corrupt"},
		{name: "one byte long", file: "a.bin", piece: 2, data: append(append([]byte(nil), good[2]...), 0), want: workload.Corrupt, call: "wasted n/a.bin: 513 from x, corrupt"},
		{name: "empty", file: "a.bin", want: workload.Corrupt, call: "wasted n/a.bin: 0 from x, corrupt"},
		{name: "another piece's bytes", file: "a.bin", data: good[1], want: workload.Corrupt, call: "wasted n/a.bin: 1024 from x, corrupt"},
		{name: "held piece arrives corrupt", file: "a.bin", piece: 1, data: flipped, want: workload.Corrupt, call: "wasted n/a.bin: 1024 from x, corrupt"},
		{name: "below the first piece", file: "a.bin", piece: -1, data: good[0], want: workload.Corrupt, wantErr: "piece -1 of a.bin: the file has 3"},
		{name: "one past the last piece", file: "a.bin", piece: 3, data: good[0], want: workload.Corrupt, wantErr: "piece 3 of a.bin: the file has 3"},
		{name: "manifest not learned", file: "b.bin", data: good[0], want: workload.Corrupt, wantErr: `piece 0 of "b.bin": file is not in the catalog`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			heard := &sink{}
			s := workload.NewStore("n", c, heard)
			m, err := c.Manifest("a.bin")
			require.NoError(t, err)
			require.NoError(t, s.Learn(m))
			_, err = s.Add("a.bin", 1, good[1], "first")
			require.NoError(t, err)
			heard.calls = nil

			got, err := s.Add(tt.file, tt.piece, tt.data, "x")
			assert.Equal(t, tt.want, got)
			if tt.wantErr != "" {
				require.EqualError(t, err, tt.wantErr)
				assert.Empty(t, heard.calls)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{tt.call}, heard.calls)
			assert.Equal(t, tt.has, s.Has("a.bin", 0))
			assert.True(t, s.Has("a.bin", 1))
		})
	}
}

func TestStoreBecomesComplete(t *testing.T) {
	c := open(t, oneFile(), 1)
	s := workload.NewStore("n", c, nil)
	assert.Nil(t, s.Manifest("a.bin"))
	assert.Nil(t, s.Have("a.bin"))
	assert.False(t, s.Complete("a.bin"), "a file without manifest is not whole")

	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	require.NoError(t, s.Learn(m))
	good := pieces(t, c, "a.bin")
	for n, i := range []int{2, 0, 1} {
		assert.Equal(t, n, s.Count("a.bin"))
		assert.False(t, s.Complete("a.bin"))
		_, err := s.Piece("a.bin", i)
		assert.ErrorIs(t, err, workload.ErrNotHeld)
		_, err = s.Add("a.bin", i, good[i], "origin")
		require.NoError(t, err)
		require.NoError(t, s.Learn(m), "learning again keeps what is held")
	}
	assert.True(t, s.Complete("a.bin"))
	assert.Equal(t, []bool{true, true, true}, s.Have("a.bin"))
	got, err := s.Piece("a.bin", 2)
	require.NoError(t, err)
	assert.Same(t, &good[2][0], &got[0], "a held piece is the canonical copy")

	s.Have("a.bin")[0] = false
	assert.True(t, s.Complete("a.bin"), "Have returns a copy")
	assert.False(t, s.Has("a.bin", -1))
	assert.False(t, s.Has("a.bin", 3))
}

func TestStoreFill(t *testing.T) {
	c := open(t, oneFile(), 1)
	heard := &sink{}
	s := workload.NewStore("origin", c, heard)
	require.ErrorIs(t, s.Fill("a.bin", "b.bin"), workload.ErrUnknownFile)
	assert.Zero(t, s.Count("a.bin"), "an error fills nothing")
	require.NoError(t, s.Fill("a.bin"))
	assert.True(t, s.Complete("a.bin"))
	assert.Empty(t, heard.calls)
	v, err := s.Add("a.bin", 0, pieces(t, c, "a.bin")[0], "x")
	require.NoError(t, err)
	assert.Equal(t, workload.Duplicate, v)
}

func TestStoreLearnRefusesOtherManifests(t *testing.T) {
	c := open(t, oneFile(), 1)
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	tests := []struct {
		name   string
		change func(m *workload.Manifest)
		want   string
	}{
		{name: "unknown file", change: func(m *workload.Manifest) { m.File = "b.bin" }, want: "file is not in the catalog"},
		{name: "size", change: func(m *workload.Manifest) { m.Size-- }, want: "differs from the file that was published"},
		{name: "piece size", change: func(m *workload.Manifest) { m.PieceSize++ }, want: "differs from the file that was published"},
		{name: "whole digest", change: func(m *workload.Manifest) { m.SHA256[0] ^= 1 }, want: "differs from the file that was published"},
		{name: "piece digest", change: func(m *workload.Manifest) { m.Pieces[2][31] ^= 1 }, want: "digest of piece 2 differs"},
		{name: "digest missing", change: func(m *workload.Manifest) { m.Pieces = m.Pieces[:2] }, want: "2 digests for 3 pieces"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other := *m
			other.Pieces = append([]workload.Digest(nil), m.Pieces...)
			tt.change(&other)
			s := workload.NewStore("n", c, nil)
			require.ErrorContains(t, s.Learn(&other), tt.want)
			assert.Nil(t, s.Manifest(other.File))
		})
	}
}

// Many connections deliver the same pieces at once: each is accepted once.
func TestStoreConcurrentAdds(t *testing.T) {
	c := open(t, generated(scenario.File{Name: "a.bin", Size: 64 << 10}), 1)
	good := pieces(t, c, "a.bin")
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	heard := &sink{}
	s := workload.NewStore("n", c, heard)

	const senders = 8
	accepted := make([]int, senders)
	var wg sync.WaitGroup
	for k := range senders {
		wg.Go(func() {
			assert.NoError(t, s.Learn(m))
			for i := range good {
				i = (i + 7*k) % len(good)
				if v, err := s.Add("a.bin", i, good[i], "x"); assert.NoError(t, err) && v == workload.Accepted {
					accepted[k]++
				}
				_, err := s.Piece("a.bin", i)
				assert.NoError(t, err)
				s.Have("a.bin")
			}
			assert.NoError(t, s.Fill("a.bin"))
		})
	}
	wg.Wait()
	var sum int
	for _, n := range accepted {
		sum += n
	}
	assert.LessOrEqual(t, sum, len(good))
	assert.Equal(t, len(good), s.Count("a.bin"))
	assert.True(t, s.Complete("a.bin"))
	assert.Len(t, heard.calls, senders*len(good))
}

func TestStoreWaste(t *testing.T) {
	heard := &sink{}
	s := workload.NewStore("n", open(t, oneFile(), 1), heard)
	s.Waste("a.bin", 0, "x", "cancelled")
	assert.Empty(t, heard.calls)
	s.Waste("a.bin", 10, "x", "cancelled")
	assert.Equal(t, []string{"wasted n/a.bin: 10 from x, cancelled"}, heard.calls)
	workload.NewStore("n", open(t, oneFile(), 1), nil).Waste("a.bin", 10, "x", "nobody listens")
}

func TestContentMatchesManifest(t *testing.T) {
	c := open(t, oneFile(), 1)
	m, err := c.Manifest("a.bin")
	require.NoError(t, err)
	whole := sha256.New()
	for i, p := range pieces(t, c, "a.bin") {
		assert.Len(t, p, m.PieceLen(i))
		assert.Equal(t, m.Pieces[i], sha256.Sum256(p))
		whole.Write(p)
	}
	assert.Equal(t, m.SHA256[:], whole.Sum(nil))
}
