package scenario

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOverrides(t *testing.T) {
	seed, repeat := uint64(7), 5
	tests := []struct {
		name  string
		ov    Overrides
		check func(t *testing.T, s *Scenario)
	}{
		{
			name: "set by index",
			ov:   Overrides{Sets: []string{"workload.files.1.size=4MiB", "network.origin.uplink=25Mbit/s", "network.peers.0.count=3"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, 4*MiB, s.Workload.Files[1].Size)
				assert.Equal(t, 25*Mbps, s.Network.Origin.Uplink)
				assert.Equal(t, 3, s.Network.Peers[0].Count)
				assert.Equal(t, Sweep{{"peers", []string{"10", "20"}}, {"piece_size", []string{"64KiB", "128KiB"}}}, s.Sweep)
			},
		},
		{
			name: "set makes what is missing",
			ov:   Overrides{Sets: []string{"workload.requests.pattern=uniform", "workload.requests.over=10s", "title=a: [b] = 3"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, Requests{Pattern: Uniform, Over: Duration(10e9)}, s.Workload.Requests)
				assert.Equal(t, "a: [b] = 3", s.Title)
			},
		},
		{
			name:  "text may look like a number",
			ov:    Overrides{Sets: []string{"title=2024"}},
			check: func(t *testing.T, s *Scenario) { assert.Equal(t, "2024", s.Title) },
		},
		{
			name: "set takes a key from the sweep, by alias or by path",
			ov:   Overrides{Sets: []string{"peers=20", "workload.piece_size=32KiB"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, Sweep{}, s.Sweep)
				assert.Equal(t, 32*KiB, s.Workload.PieceSize)
				assert.Equal(t, []int{12, 6, 2}, []int{s.Network.Peers[0].Count, s.Network.Peers[1].Count, s.Network.Peers[2].Count})
			},
		},
		{
			name: "vary replaces one key of the sweep in its place and adds another",
			ov:   Overrides{Varies: []string{"peers=5, 50", "p2p.upload_slots=2,4,8"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, Sweep{
					{"peers", []string{"5", "50"}},
					{"piece_size", []string{"64KiB", "128KiB"}},
					{"p2p.upload_slots", []string{"2", "4", "8"}},
				}, s.Sweep)
			},
		},
		{
			name: "unreachable is of every group, in place of inbound",
			ov:   Overrides{Sets: []string{"network.peers.1.inbound=false", "unreachable=0.2"}},
			check: func(t *testing.T, s *Scenario) {
				for _, g := range s.Network.Peers {
					assert.Equal(t, 0.2, g.Unreachable, g.Name)
				}
			},
		},
		{
			name: "seed and repeat",
			ov:   Overrides{Seed: &seed, Repeat: &repeat},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, seed, s.Seed)
				assert.Equal(t, repeat, s.Repeat)
			},
		},
		{
			name: "chosen architectures keep their order",
			ov:   Overrides{Archs: []string{"p2p", "client-server"}, Sets: []string{"p2p.upload_slots=2", "client-server.security=tls"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, Architectures{
					{"p2p", Options{"picker": "rarest-first", "upload_slots": 2, "seed_ratio": 1.0, "endgame": true}},
					{"client-server", Options{"security": "tls"}},
				}, s.Architectures)
			},
		},
		{
			name: "the short form of an architecture that is not run changes nothing",
			ov:   Overrides{Archs: []string{"client-server"}, Sets: []string{"p2p.upload_slots=2"}},
			check: func(t *testing.T, s *Scenario) {
				assert.Equal(t, Architectures{{"client-server", Options{"security": "none"}}}, s.Architectures)
			},
		},
		{
			name: "an option of one architecture leaves the other running",
			ov:   Overrides{Sets: []string{"architectures.p2p.upload_slots=2"}},
			check: func(t *testing.T, s *Scenario) {
				require.Len(t, s.Architectures, 2)
				assert.Equal(t, "client-server", s.Architectures[0].Name)
				assert.Equal(t, 2, s.Architectures[1].Options.Int("upload_slots"))
			},
		},
		{
			name: "files replace the catalog",
			ov:   Overrides{Files: []string{"/data/lecture.mp4", "x/notes.pdf"}},
			check: func(t *testing.T, s *Scenario) {
				here, err := os.Getwd()
				require.NoError(t, err)
				assert.Equal(t, []File{
					{Name: "lecture.mp4", Path: "/data/lecture.mp4", Count: 1},
					{Name: "notes.pdf", Path: filepath.Join(here, "x/notes.pdf"), Count: 1},
				}, s.Workload.Files)
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load("base.yaml", []byte(base), tt.ov, testKinds())
			require.NoError(t, err)
			tt.check(t, s)
		})
	}
}

func TestOverrideProblems(t *testing.T) {
	tests := []struct {
		name string
		ov   Overrides
		want string
	}{
		{name: "no equals sign", ov: Overrides{Sets: []string{"peers"}}, want: "--set peers: want --set path=value, such as --set network.origin.uplink=25Mbit/s"},
		{name: "no values", ov: Overrides{Varies: []string{"peers="}}, want: "--vary peers=: want --vary path=value,value, such as --vary peers=10,20,40"},
		{name: "misspelt key", ov: Overrides{Sets: []string{"network.origin.uplnk=25Mbit/s"}},
			want: `--set network.origin.uplnk=25Mbit/s: network.origin.uplnk: unknown key "uplnk", want one of uplink, downlink, delay, jitter, loss, burst_loss, queue, queue_limit, behind, region; did you mean uplink?`},
		{name: "no unit", ov: Overrides{Sets: []string{"network.origin.uplink=25"}},
			want: `--set network.origin.uplink=25: network.origin.uplink: "25" has no unit, want one of bit/s kbit/s Mbit/s Gbit/s Tbit/s, such as 10Mbit/s`},
		{name: "no such index", ov: Overrides{Sets: []string{"network.peers.3.count=1"}},
			want: "--set network.peers.3.count=1: network.peers.3: network.peers has 3 entries, want an index of 0 to 2"},
		{name: "below a value", ov: Overrides{Sets: []string{"seed.x=1", "name.x=1"}},
			want: "--set name.x=1: name.x: name is a single value and has no keys"},
		{name: "set and vary", ov: Overrides{Sets: []string{"piece_size=64KiB"}, Varies: []string{"workload.piece_size=64KiB,128KiB"}},
			want: "--vary workload.piece_size=64KiB,128KiB: workload.piece_size: given to --set and to --vary, want one of them"},
		{name: "set of the sweep", ov: Overrides{Sets: []string{"sweep.peers=3"}}, want: "--set sweep.peers=3: sweep.peers: want --vary peers=value,value"},
		{name: "unknown architecture", ov: Overrides{Archs: []string{"p2pp"}}, want: `--arch p2pp: unknown architecture "p2pp", want one of client-server, p2p; did you mean p2p?`},
		{name: "architecture twice", ov: Overrides{Archs: []string{"p2p", "p2p"}}, want: "--arch p2p,p2p: architecture p2p is given twice"},
		{name: "full path of an architecture that is not run", ov: Overrides{Archs: []string{"client-server"}, Sets: []string{"architectures.p2p.upload_slots=2"}},
			want: "--set architectures.p2p.upload_slots=2: architectures.p2p.upload_slots: p2p is not among the architectures that run; --arch chooses them"},
		{name: "unknown option", ov: Overrides{Sets: []string{"p2p.slots=2"}},
			want: `--set p2p.slots=2: architectures.p2p.slots: unknown key "slots", want one of picker, upload_slots, seed_ratio, endgame`},
		{name: "peers that are no number", ov: Overrides{Sets: []string{"peers=many"}}, want: `--set peers=many: peers: "many" is not a whole number`},
		{name: "vary a value that is wrong at some points", ov: Overrides{Varies: []string{"peers=5,1"}}, want: "--vary peers=5,1: sweep.peers: 1 is below 3, one peer for each group"},
		{name: "too many points", ov: Overrides{Varies: []string{"peers=" + numbers(101), "network.peers.0.count=" + numbers(50)}},
			want: "base.yaml:10: sweep: more than 10000 points"},
		{name: "swept seed", ov: Overrides{Varies: []string{"seed=1,2"}}, want: "--vary seed=1,2: sweep.seed: seed cannot be swept; repeat runs several seeds"},
		{name: "one number twice", ov: Overrides{Varies: []string{"peers=10,10.0"}}, want: "--vary peers=10,10.0: sweep.peers.1: 10.0 is given twice"},
		{name: "title of two lines", ov: Overrides{Sets: []string{"title=a\nb"}}, want: "--set title=a\nb: title: \"a\\nb\", want one line without control characters"},
		{name: "two files of one name", ov: Overrides{Files: []string{"a/x.bin", "b/x.bin"}},
			want: `--file b/x.bin: workload.files.1.name: "x.bin" is also the name of a file of workload.files.0`},
		{name: "a list that does not end", ov: Overrides{Sets: []string{"expect=[1"}}, want: `--set expect=[1: expect: "[1" is not a YAML list or mapping`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("base.yaml", []byte(base), tt.ov, testKinds())
			require.Error(t, err)
			assert.Contains(t, err.Error()+"\n", tt.want+"\n")
		})
	}
}

// TestWrongOnlyAtAPoint has a value that is right for the scenario alone.
func TestWrongOnlyAtAPoint(t *testing.T) {
	ov := Overrides{Sets: []string{"workload.files.0.size=200GiB", "peers=10"}, Varies: []string{"piece_size=1MiB,128KiB"}}
	_, err := Load("base.yaml", []byte(base), ov, testKinds())
	assert.EqualError(t, err, "--set workload.files.0.size=200GiB: workload.files.0.size: 200GiB is above 128GiB, "+
		"which is 1048576 pieces of 128KiB; workload.piece_size makes them larger (at the sweep's point piece_size=128KiB)")
}

// numbers lists 1 to n.
func numbers(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i + 1)
	}
	return strings.Join(list, ",")
}

func TestApportion(t *testing.T) {
	tests := []struct {
		name    string
		total   int
		weights []int
		want    []int
	}{
		{name: "exact", total: 20, weights: []int{6, 3, 1}, want: []int{12, 6, 2}},
		{name: "largest remainder", total: 20, weights: []int{14, 13, 11, 4}, want: []int{7, 6, 5, 2}},                         // quotas 6.67 6.19 5.24 1.90
		{name: "an empty group takes one from the largest", total: 10, weights: []int{14, 13, 11, 2}, want: []int{3, 3, 3, 1}}, // 4 3 3 0 by quotas 3.5 3.25 2.75 0.5
		{name: "ties go to the earlier", total: 4, weights: []int{1, 1, 1}, want: []int{2, 1, 1}},
		{name: "one each", total: 3, weights: []int{100, 1, 1}, want: []int{1, 1, 1}},
		{name: "one group", total: 100_000, weights: []int{7}, want: []int{100_000}},
		{name: "largest weights", total: 100_000, weights: []int{100_000, 100_000, 100_000}, want: []int{33_334, 33_333, 33_333}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, apportion(tt.total, tt.weights)) })
	}
}
