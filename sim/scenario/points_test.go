package scenario

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPoints(t *testing.T) {
	ov := Overrides{Varies: []string{"p2p.picker=random,sequential"}}
	s, err := Load("base.yaml", []byte(base), ov, testKinds())
	require.NoError(t, err)
	before, err := s.Canonical()
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)

	var got []string
	for _, p := range points {
		got = append(got, fmt.Sprint(s.Sweep.FormatPoint(p.Values), " -> ", p.Scenario.TotalPeers(), " ",
			p.Scenario.Workload.PieceSize, " ", p.Scenario.Architecture("p2p").Options.String("picker")))
		assert.Equal(t, Sweep{}, p.Scenario.Sweep)
	}
	assert.Equal(t, []string{
		"peers=10 piece_size=64KiB p2p.picker=random -> 10 64KiB random",
		"peers=10 piece_size=64KiB p2p.picker=sequential -> 10 64KiB sequential",
		"peers=10 piece_size=128KiB p2p.picker=random -> 10 128KiB random",
		"peers=10 piece_size=128KiB p2p.picker=sequential -> 10 128KiB sequential",
		"peers=20 piece_size=64KiB p2p.picker=random -> 20 64KiB random",
		"peers=20 piece_size=64KiB p2p.picker=sequential -> 20 64KiB sequential",
		"peers=20 piece_size=128KiB p2p.picker=random -> 20 128KiB random",
		"peers=20 piece_size=128KiB p2p.picker=sequential -> 20 128KiB sequential",
	}, got)
	assert.Equal(t, map[string]any{"peers": 10.0, "piece_size": "64KiB", "p2p.picker": "random"}, points[0].Values)
	after, err := s.Canonical()
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "points leave their scenario alone")
}

func TestPointsWithoutSweep(t *testing.T) {
	s, err := Load("base.yaml", []byte(base), Overrides{Sets: []string{"sweep={}"}}, testKinds())
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	require.Len(t, points, 1)
	assert.Equal(t, map[string]any{}, points[0].Values)
	assert.Equal(t, s, points[0].Scenario)
}

// TestPointsOfAnOptionThatIsNotRun keeps the key, which then changes nothing.
func TestPointsOfAnOptionThatIsNotRun(t *testing.T) {
	ov := Overrides{Archs: []string{"client-server"}, Sets: []string{"sweep={}"}, Varies: []string{"p2p.upload_slots=2,4"}}
	s, err := Load("base.yaml", []byte(base), ov, testKinds())
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	require.Len(t, points, 2)
	assert.Equal(t, points[0].Scenario, points[1].Scenario)
}

func TestOptionsByType(t *testing.T) {
	s, err := Load("base.yaml", []byte(base), Overrides{}, testKinds())
	require.NoError(t, err)
	o := s.Architecture("p2p").Options
	assert.Equal(t, "rarest-first", o.String("picker"))
	assert.Equal(t, 4, o.Int("upload_slots"))
	assert.InDelta(t, 1.0, o.Float("seed_ratio"), 0)
	assert.True(t, o.Bool("endgame"))
	assert.Nil(t, s.Architecture("p3p"))
}

func TestPointsReportsProblems(t *testing.T) {
	s, err := Load("base.yaml", []byte(base), Overrides{}, testKinds())
	require.NoError(t, err)
	s.Sweep = Sweep{{Key: "peers", Values: []string{"10", "0"}}}
	_, err = s.Points(testKinds())
	assert.EqualError(t, err, "sweep.peers: 0 is below 1")
	assert.EqualError(t, s.Validate(testKinds()), "sweep.peers: 0 is below 1")
}

func TestNodes(t *testing.T) {
	s, err := Load("base.yaml", []byte(base), Overrides{}, testKinds())
	require.NoError(t, err)
	nodes := s.Nodes()
	require.Len(t, nodes, 11)
	assert.Equal(t, Node{Name: Origin, Group: Origin, Link: s.Network.Origin}, nodes[0])
	assert.Equal(t, Node{Name: "home-1", Group: "home", Link: s.Network.Peers[0].Link}, nodes[1])
	assert.Equal(t, "home-6", nodes[6].Name)
	assert.Equal(t, Node{Name: "office-1", Group: "office", Link: s.Network.Peers[1].Link}, nodes[7])
	assert.Equal(t, "mobile-1", nodes[10].Name)
}

func TestFileNames(t *testing.T) {
	tests := []struct {
		name string
		file File
		want []string
	}{
		{name: "one", file: File{Name: "a.bin", Count: 1}, want: []string{"a.bin"}},
		{name: "count left out", file: File{Name: "a.bin"}, want: []string{"a.bin"}},
		{name: "several", file: File{Name: "a.tar.gz", Count: 2}, want: []string{"a.tar-1.gz", "a.tar-2.gz"}},
		{name: "no extension", file: File{Name: "page", Count: 2}, want: []string{"page-1", "page-2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, tt.file.Names()) })
	}
}

func TestParseExpect(t *testing.T) {
	tests := []struct {
		name, text string
		want       Expect
		err        string
	}{
		{name: "number", text: "p2p.success_rate >= 1", want: Expect{Left: Operand{Architecture: "p2p", Field: "success_rate"}, Op: ">=", Right: Operand{Number: 1}}},
		{name: "no spaces", text: "p2p.makespan_s<12.5", want: Expect{Left: Operand{Architecture: "p2p", Field: "makespan_s"}, Op: "<", Right: Operand{Number: 12.5}}},
		{name: "field on both sides", text: "client-server.completion_s.p95 != p2p.slowdown.max",
			want: Expect{Left: Operand{Architecture: "client-server", Field: "completion_s.p95"}, Op: "!=", Right: Operand{Architecture: "p2p", Field: "slowdown.max"}}},
		{name: "negative exponent", text: "p2p.efficiency == 1e-3", want: Expect{Left: Operand{Architecture: "p2p", Field: "efficiency"}, Op: "==", Right: Operand{Number: 0.001}}},
		{name: "unknown operator", text: "p2p.efficiency = 1", err: `"p2p.efficiency = 1" compares with "=", want one of >= > <= < == !=`},
		{name: "nothing on the right", text: "p2p.efficiency >", err: `"p2p.efficiency >": "" is neither a number nor ARCHITECTURE.FIELD`},
		{name: "no field", text: "p2p > 1", err: `"p2p > 1": "p2p" is neither a number nor ARCHITECTURE.FIELD`},
		{name: "a distribution, not a number of it", text: "p2p.completion_s > 1", err: `"p2p.completion_s > 1": unknown field "completion_s"; did you mean completion_s.mean?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseExpect(tt.text)
			tt.want.Text = tt.text
			checkParsed(t, tt.want, got, tt.err, err)
		})
	}
}

func TestSweptPathsAreRelativeToTheFile(t *testing.T) {
	ov := Overrides{Sets: []string{"workload.requests={pattern: trace, path: /t.csv}"}}
	data := strings.Replace(base, "sweep: {", "sweep: {workload.requests.path: [a.csv, /b.csv], ", 1)
	s, err := Load("/lab/base.yaml", []byte(data), ov, testKinds())
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	assert.Equal(t, "/lab/a.csv", points[0].Scenario.Workload.Requests.Path)
	assert.Equal(t, "/lab/a.csv", points[0].Values["workload.requests.path"])
	assert.Equal(t, "/b.csv", points[len(points)-1].Scenario.Workload.Requests.Path)
}

// BenchmarkPoints expands the largest sweep.
func BenchmarkPoints(b *testing.B) {
	s, err := Load("base.yaml", []byte(base), Overrides{Varies: []string{"peers=" + numbers(102)[4:], "piece_size=64KiB", "network.origin.delay=" +
		strings.ReplaceAll(numbers(100), ",", "ms,") + "ms"}}, testKinds())
	require.NoError(b, err)
	for b.Loop() {
		points, err := s.Points(testKinds())
		require.NoError(b, err)
		require.Len(b, points, 10_000)
	}
}
