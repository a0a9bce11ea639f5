package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// TestBadFiles compares every problem of the files in testdata/bad with the
// .txt beside each.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			s, err := Load(filepath.Base(file), data, Overrides{}, testKinds())
			require.Error(t, err)
			assert.Nil(t, s)
			assert.IsType(t, Problems{}, err)
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			got := err.Error() + "\n"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

func TestBoundedInput(t *testing.T) {
	bomb := "name: x\na: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c <= 'h'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 10) + "]\n"
	}
	tests := []struct {
		name, data, want string
	}{
		{name: "size", data: "name: " + strings.Repeat("x", MaxFileBytes), want: "x.yaml: the file has 1048582 bytes, at most 1048576 are read"},
		{name: "depth", data: "workload: " + strings.Repeat("[", 20) + strings.Repeat("]", 20),
			want: "x.yaml:1: workload.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: nested deeper than 16 levels"},
		{name: "aliases", data: bomb, want: "more than 200000 values once aliases are expanded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(tt.data), Overrides{}, testKinds())
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// base is a scenario without mistakes, for tests that change one thing.
const base = `name: base
workload:
  files: [{name: a.bin, size: 1MiB}, {name: b.bin, size: 2MiB}]
network:
  origin: {uplink: 50Mbit/s, downlink: 50Mbit/s}
  peers:
    - {name: home, count: 6, uplink: 1Mbit/s, downlink: 10Mbit/s}
    - {name: office, count: 3, uplink: 5Mbit/s, downlink: 20Mbit/s, delay: 5ms}
    - {name: mobile, count: 1, uplink: 2Mbit/s, downlink: 4Mbit/s}
sweep: {peers: [10, 20], piece_size: [64KiB, 128KiB]}
`

// TestLimits sets one value at its limit and one past it.
func TestLimits(t *testing.T) {
	tests := []struct {
		name string
		sets []string
		want string // the message after the flag; empty if the value is allowed
	}{
		{name: "seed 0", sets: []string{"seed=0"}},
		{name: "largest seed", sets: []string{"seed=9007199254730991"}},
		{name: "seed past it", sets: []string{"seed=9007199254730992"}, want: "seed: 9007199254730992 is above 9007199254730991"},
		{name: "most repeats", sets: []string{"repeat=10000"}},
		{name: "repeats past it", sets: []string{"repeat=10001"}, want: "repeat: 10001 is above 10000"},
		{name: "no repeat", sets: []string{"repeat=0"}, want: "repeat: 0 is below 1"},
		{name: "longest time limit", sets: []string{"time_limit=720h"}},
		{name: "time limit past it", sets: []string{"time_limit=720h1s"}, want: "time_limit: 720h0m1s is above 720h"},
		{name: "no time", sets: []string{"time_limit=0s"}, want: "time_limit: 0s, want more than 0s"},
		{name: "smallest piece", sets: []string{"piece_size=1KiB"}},
		{name: "piece below it", sets: []string{"piece_size=1023B"}, want: "workload.piece_size: 1023B is below 1KiB"},
		{name: "largest piece", sets: []string{"piece_size=16MiB"}},
		{name: "piece past it", sets: []string{"piece_size=16777217B"}, want: "workload.piece_size: 16777217B is above 16MiB"},
		{name: "smallest file", sets: []string{"workload.files.0.size=1B"}},
		{name: "most pieces", sets: []string{"piece_size=1KiB", "workload.files.0.size=1GiB"}},
		{name: "pieces past it", sets: []string{"piece_size=1KiB", "workload.files.0.size=1073741825B"},
			want: "workload.files.0.size: 1073741825B is above 1GiB, which is 1048576 pieces of 1KiB; workload.piece_size makes them larger"},
		{name: "most files", sets: []string{"workload.files.0.count=99999"}},
		{name: "files past it", sets: []string{"workload.files.0.count=100000"}, want: "workload.files: 100001 files is above 100000"},
		{name: "slowest link", sets: []string{"network.origin.uplink=1kbit/s"}},
		{name: "link below it", sets: []string{"network.origin.uplink=999bit/s"}, want: "network.origin.uplink: 999bit/s is below 1kbit/s"},
		{name: "fastest link", sets: []string{"network.peers.0.downlink=1Tbit/s"}},
		{name: "link past it", sets: []string{"network.peers.0.downlink=1001Gbit/s"}, want: "network.peers.0.downlink: 1001Gbit/s is above 1Tbit/s"},
		{name: "bare zero delay", sets: []string{"network.origin.delay=0"}},
		{name: "longest delay", sets: []string{"network.origin.delay=60s"}},
		{name: "delay past it", sets: []string{"network.origin.delay=60001ms"}, want: "network.origin.delay: 1m0.001s is above 1m"},
		{name: "jitter past it", sets: []string{"network.origin.jitter=61s"}, want: "network.origin.jitter: 1m1s is above 1m"},
		{name: "no loss", sets: []string{"network.origin.loss=0"}},
		{name: "most loss", sets: []string{"network.origin.loss=0.999"}},
		{name: "certain loss", sets: []string{"network.origin.loss=1"}, want: "network.origin.loss: 1 is not below 1"},
		{name: "negative loss", sets: []string{"network.origin.loss=-0.1"}, want: "network.origin.loss: -0.1 is below 0"},
		{name: "loss that is no number", sets: []string{"network.origin.loss=nan"}, want: `network.origin.loss: "nan" is not a number`},
		{name: "loss past 1", sets: []string{"network.origin.loss=1.5"}, want: "network.origin.loss: 1.5 is above 1"},
		{name: "burst loss", sets: []string{"network.origin.burst_loss={good_to_bad: 1, bad_to_good: 1, loss_bad: 1}"}},
		{name: "burst loss past 1", sets: []string{"network.origin.burst_loss={good_to_bad: 1.1}"}, want: "network.origin.burst_loss.good_to_bad: 1.1 is above 1"},
		{name: "burst loss of everything", sets: []string{"network.origin.burst_loss={loss_good: 1}"}, want: "network.origin.burst_loss.loss_good: 1 is not below 1"},
		{name: "burst loss without end", sets: []string{"network.origin.burst_loss={good_to_bad: 0.1, loss_bad: 1}"},
			want: "network.origin.burst_loss.bad_to_good: 0, but a link that loses everything in its bad state has to leave it"},
		{name: "burst loss of nothing", sets: []string{"network.origin.burst_loss={}"},
			want: "network.origin.burst_loss: loses nothing; leave it out or give good_to_bad, bad_to_good, loss_good and loss_bad"},
		{name: "queue", sets: []string{"network.peers.0.queue=drop-tail", "network.peers.0.queue_limit=3000B"}},
		{name: "unknown queue", sets: []string{"network.peers.0.queue=droptail"},
			want: `network.peers.0.queue: unknown queue "droptail", want one of fair, drop-tail; did you mean drop-tail?`},
		{name: "queue below two packets", sets: []string{"network.peers.0.queue_limit=2999B"}, want: "network.peers.0.queue_limit: 2999B is below 3kB"},
		{name: "queue of nothing", sets: []string{"network.peers.0.queue_limit=0B"}, want: "network.peers.0.queue_limit: 0B is below 3kB"},
		{name: "longest queue", sets: []string{"network.peers.0.queue_limit=1GB"}},
		{name: "queue past it", sets: []string{"network.peers.0.queue_limit=1000000001B"}, want: "network.peers.0.queue_limit: 1000000001B is above 1GB"},
		{name: "reno", sets: []string{"network.tcp=reno"}},
		{name: "unknown congestion control", sets: []string{"network.tcp=cubik"},
			want: `network.tcp: unknown congestion control "cubik", want one of cubic, reno; did you mean cubic?`},
		{name: "no inbound connections", sets: []string{"network.peers.0.inbound=false"}},
		{name: "inbound that is no bool", sets: []string{"network.peers.0.inbound=no"}, want: `network.peers.0.inbound: "no" is neither true nor false`},
		{name: "inbound and unreachable", sets: []string{"network.peers.0.inbound=true", "network.peers.0.unreachable=0"},
			want: "network.peers.0.inbound: given beside unreachable, want one of them"},
		{name: "origin behind a NAT", sets: []string{"network.origin.inbound=false"},
			want: `network.origin.inbound: unknown key "inbound", want one of uplink, downlink, delay, jitter, loss, burst_loss, queue, queue_limit, behind, region`},
		{name: "unreachable past 1", sets: []string{"unreachable=1.01"}, want: "network.peers.0.unreachable: 1.01 is above 1"},
		{name: "most peers", sets: []string{"peers=100000"}},
		{name: "peers past it", sets: []string{"peers=100001"}, want: "peers: 100001 is above 100000"},
		{name: "groups past it together", sets: []string{"network.peers.0.count=99998"}, want: "network.peers: 100002 peers in all groups together is above 100000"},
		{name: "one peer for each group", sets: []string{"peers=3"}},
		{name: "fewer peers than groups", sets: []string{"peers=2"}, want: "peers: 2 is below 3, one peer for each group"},
		{name: "reserved group", sets: []string{"network.peers.0.name=origin"}, want: `network.peers.0.name: "origin" is reserved`},
		{name: "group that is a node of another", sets: []string{"network.peers.1.name=home-6"}, want: `network.peers.1.name: "home-6" is also the name of a node of network.peers.0`},
		{name: "group that is almost one", sets: []string{"network.peers.1.name=home-7"}},
		{name: "zipf", sets: []string{"workload.popularity={pattern: zipf, exponent: 0}"}},
		{name: "steepest zipf", sets: []string{"workload.popularity={pattern: zipf, exponent: 10}"}},
		{name: "zipf past it", sets: []string{"workload.popularity={pattern: zipf, exponent: 10.1}"}, want: "workload.popularity.exponent: 10.1 is above 10"},
		{name: "uniform with exponent", sets: []string{"workload.popularity.exponent=1"}, want: "workload.popularity.exponent: 1, not used by the pattern uniform, only by zipf"},
		{name: "poisson", sets: []string{"workload.requests={pattern: poisson, rate: 30/min, for: 5m}"}},
		{name: "poisson without rate", sets: []string{"workload.requests={pattern: poisson, for: 5m}"}, want: "workload.requests.rate: missing, the pattern poisson wants a value such as 2/s"},
		{name: "poisson at no rate", sets: []string{"workload.requests={pattern: poisson, rate: 0/s, for: 5m}"}, want: "workload.requests.rate: 0 or empty, the pattern poisson wants a value such as 2/s"},
		{name: "rarest arrivals", sets: []string{"workload.requests={pattern: poisson, rate: 0.009/h, for: 5m}"}, want: "workload.requests.rate: 0.009/h is below 0.01/h"},
		{name: "too many arrivals", sets: []string{"workload.requests={pattern: poisson, rate: 10001/s, for: 100s}"}, want: "workload.requests.rate: 10001/s for 1m40s is 1000100 requests, above 1000000"},
		{name: "arrivals past the end", sets: []string{"workload.requests={pattern: poisson, rate: 1/s, for: 31m}"}, want: "workload.requests.for: 31m is above the time limit 30m"},
		{name: "uniform", sets: []string{"workload.requests={pattern: uniform, over: 1m}"}},
		{name: "trace", sets: []string{"workload.requests={pattern: trace, path: t.csv}"}},
		{name: "trace without path", sets: []string{"workload.requests.pattern=trace"}, want: "workload.requests.path: missing, the pattern trace wants a value such as trace.csv"},
		{name: "most slots", sets: []string{"p2p.upload_slots=64"}},
		{name: "slots past it", sets: []string{"p2p.upload_slots=65"}, want: "architectures.p2p.upload_slots: 65 is above 64"},
		{name: "false option", sets: []string{"p2p.endgame=false"}},
		{name: "option of another type", sets: []string{"p2p.endgame=0"}, want: `architectures.p2p.endgame: "0" is neither true nor false`},
		{name: "whole number for a fraction", sets: []string{"p2p.seed_ratio=2"}},
		{name: "faults", sets: []string{"faults=[{at: 0s, kill: home-1}]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The sweep would answer for other points.
			ov := Overrides{Sets: append([]string{"sweep={}"}, tt.sets...)}
			s, err := Load("base.yaml", []byte(base), ov, testKinds())
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, s.Validate(testKinds()), "a loaded scenario is valid by itself")
				return
			}
			var problems Problems
			require.ErrorAs(t, err, &problems)
			if !strings.HasPrefix(strings.Join(tt.sets, " "), aliasUnreachable) { // which is about every group
				require.Len(t, problems, 1, "%v", err)
			}
			assert.Equal(t, tt.want, Problem{Path: problems[0].Path, Message: problems[0].Message}.String())
		})
	}
}

func TestProblemsAreBounded(t *testing.T) {
	data := "name: many\nexpect: [" + strings.Repeat("x,", 5000) + "]\n"
	_, err := Load("many.yaml", []byte(data), Overrides{}, testKinds())
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 101)
	assert.Equal(t, "many.yaml: 4904 more problems", problems[100].String())
}

func TestProblemsAreSorted(t *testing.T) {
	problems := Problems{
		{File: "--set a=1", Path: "a", Message: "flag"},
		{File: "x.yaml", Line: 3, Message: "third"},
		{File: "x.yaml", Line: 1, Path: "b", Message: "first"},
		{File: "x.yaml", Line: 3, Message: "third again"},
	}
	assert.EqualError(t, problems.err(), "x.yaml:1: b: first\nx.yaml:3: third\nx.yaml:3: third again\n--set a=1: a: flag")
	assert.NoError(t, Problems{}.err())
}
