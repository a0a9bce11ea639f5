package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func only(names ...string) Selection {
	s := Selection{}
	for _, name := range names {
		s = append(s, Selector{Of: name})
	}
	return s
}

func constant(d Duration) Distribution { return Distribution{Kind: Constant, Value: d} }

func ptr[T any](v T) *T { return &v }

// faulty has a fault of every kind.
var faulty = strings.Replace(base, "sweep:", `faults:
  - {at: 10s, kill: 30% of peers}
  - {at: 15s, poweroff: [origin, home-2], for: 20s}
  - {every: {exponential: {mean: 5s}}, from: 1s, until: 2m, leave: most-pieces}
  - {when: progress >= 50% and online > 3 or time >= 1m, pause: 2 of office, for: {pareto: {min: 1s, shape: 1.5}}}
  - {at: 5s, partition: [home, [office, mobile], origin]}
  - {at: 5s, partition: {from: home, to: origin}, for: 5s}
  - {at: 6s, heal: all}
  - {at: 0s, degrade: {nodes: home, uplink: 1Mbit/s, downlink: 1Mbit/s, delay: 5ms, jitter: 1ms, loss: 0.02}, for: 30s}
  - {at: 1s, slow: {nodes: 1 of home, factor: 10}}
  - {at: 1s, corrupt: {nodes: 20% of peers, share: 0.5}}
  - {at: 1s, free-ride: only-holder-of-rarest of all}
  - {at: 1s, wipe: mobile}
  - {at: 1s, disconnect: [home-1, origin]}
  - {at: 9s, restart: all}
  - {churn: {preset: kad, by: leave, warmup: 2h}, from: 10s}
  - {churn: {trace: t.csv, nodes: home}}
  - {script: x.star, tick: 2s}
sweep:`, 1)

// TestFaultsAreReadAndWritten reads every form of a fault, and what it is
// written as, which is the text itself unless told.
func TestFaultsAreReadAndWritten(t *testing.T) {
	tests := []struct {
		text string
		want Fault
		yaml string
	}{
		{text: "{at: 10s, kill: 30% of peers}",
			want: Fault{At: constant(10 * second), Action: Kill, Nodes: Selection{{Amount: Part, Percent: 30, Of: "peers"}}}},
		{text: "{at: 15s, poweroff: origin, for: 20s}",
			want: Fault{At: constant(15 * second), Action: PowerOff, Nodes: only("origin"), For: constant(20 * second)}},
		{text: "{at: 0s, leave: [home-1, 2 of office]}",
			want: Fault{At: constant(0), Action: Leave, Nodes: Selection{{Of: "home-1"}, {Amount: Some, Count: 2, Of: "office"}}}},
		{text: "{at: {uniform: {min: 1s, max: 9s}}, pause: all, for: {exponential: {mean: 5s}}}",
			want: Fault{At: Distribution{Kind: UniformSpan, Min: second, Max: 9 * second}, Action: Pause, Nodes: only("all"),
				For: Distribution{Kind: Exponential, Mean: 5 * second}}},
		{text: "{every: 10s, from: 5s, until: 1m, kill: fastest}",
			want: Fault{Every: constant(10 * second), From: 5 * second, Until: 60 * second, Action: Kill,
				Nodes: Selection{{Role: Fastest, Of: "peers"}}}},
		{text: "{every: {weibull: {scale: 40s, shape: 0.6}}, wipe: 2 slowest of home}",
			want: Fault{Every: Distribution{Kind: Weibull, Scale: 40 * second, Shape: 0.6}, Action: Wipe,
				Nodes: Selection{{Amount: Some, Count: 2, Role: Slowest, Of: "home"}}}},
		{text: "{when: progress >= 50% and online > 3 or time >= 1m, kill: most-pieces of all}",
			want: Fault{When: Condition{
				{{Variable: VarProgress, Op: ">=", Value: 50, Percent: true}, {Variable: VarOnline, Op: ">", Value: 3}},
				{{Variable: VarTime, Op: ">=", Time: 60 * second}},
			}, Action: Kill, Nodes: Selection{{Role: MostPieces, Of: "all"}}}},
		{text: "{when: completed == 4, poweroff: 12.5% only-holder-of-rarest}",
			want: Fault{When: Condition{{{Variable: VarCompleted, Op: "==", Value: 4}}}, Action: PowerOff,
				Nodes: Selection{{Amount: Part, Percent: 12.5, Role: OnlyHolderOfRarest, Of: "peers"}}}},
		{text: "{at: 5s, partition: [home, office], for: 60s}", yaml: "{at: 5s, partition: [home, office], for: 1m}",
			want: Fault{At: constant(5 * second), Action: Partition, Sides: []Selection{only("home"), only("office")}, For: constant(60 * second)}},
		{text: "{at: 5s, partition: 50% of peers}",
			want: Fault{At: constant(5 * second), Action: Partition, Sides: []Selection{{{Amount: Part, Percent: 50, Of: "peers"}}}}},
		{text: "{at: 5s, partition: [[home, origin], office]}",
			want: Fault{At: constant(5 * second), Action: Partition, Sides: []Selection{only("home", "origin"), only("office")}}},
		{text: "{at: 5s, partition: {from: home, to: origin}}",
			want: Fault{At: constant(5 * second), Action: Partition, OneWay: true, Sides: []Selection{only("home"), only("origin")}}},
		{text: "{at: 9s, heal: all}", want: Fault{At: constant(9 * second), Action: Heal, Sides: []Selection{only("all")}}},
		{text: "{at: 9s, disconnect: [home-1, origin]}",
			want: Fault{At: constant(9 * second), Action: Disconnect, Sides: []Selection{only("home-1"), only("origin")}}},
		{text: "{at: 0s, degrade: {nodes: 3 of home, uplink: 1Mbit/s, loss: 0.02}, for: 30s}",
			want: Fault{At: constant(0), Action: Degrade, Nodes: Selection{{Amount: Some, Count: 3, Of: "home"}},
				Link: LinkFault{Uplink: ptr(Mbps), Loss: ptr(0.02)}, For: constant(30 * second)}},
		{text: "{at: 0s, degrade: {nodes: origin, downlink: 2Mbit/s, delay: 0s, jitter: 5ms}}",
			want: Fault{At: constant(0), Action: Degrade, Nodes: only("origin"),
				Link: LinkFault{Downlink: ptr(2 * Mbps), Delay: ptr(Duration(0)), Jitter: ptr(Duration(5e6))}}},
		{text: "{at: 0s, slow: {nodes: 1 of home, factor: 10}}",
			want: Fault{At: constant(0), Action: Slow, Nodes: Selection{{Amount: Some, Count: 1, Of: "home"}}, Factor: 10}},
		{text: "{at: 0s, corrupt: {nodes: 20% of peers, share: 0.5}}",
			want: Fault{At: constant(0), Action: Corrupt, Nodes: Selection{{Amount: Part, Percent: 20, Of: "peers"}}, Share: 0.5}},
		{text: "{at: 0s, free-ride: home}", want: Fault{At: constant(0), Action: FreeRide, Nodes: only("home")}},
		{text: "{at: 1s, restart: 50% of home}",
			want: Fault{At: constant(second), Action: Restart, Nodes: Selection{{Amount: Part, Percent: 50, Of: "home"}}}},
		{text: "{churn: {nodes: home, session: {weibull: {scale: 40m, shape: 0.6}}, downtime: 10m, by: leave, warmup: 2h}, from: 10s}",
			yaml: "{from: 10s, churn: {nodes: home, session: {weibull: {scale: 40m, shape: 0.6}}, downtime: 10m, by: leave, warmup: 2h}}",
			want: Fault{From: 10 * second, Churn: &Churn{Nodes: only("home"), Session: Distribution{Kind: Weibull, Scale: 2400 * second, Shape: 0.6},
				Downtime: constant(600 * second), By: Leave, Warmup: 7200 * second}}},
		{text: "{churn: {preset: bittorrent-debian, downtime: forever}}",
			yaml: "{churn: {nodes: peers, preset: bittorrent-debian, session: {weibull: {scale: 42m24s, shape: 0.38}}, downtime: forever, by: kill}}",
			want: Fault{Churn: &Churn{Nodes: only("peers"), Preset: "bittorrent-debian",
				Session: Distribution{Kind: Weibull, Scale: 2544 * second, Shape: 0.38}, Downtime: Distribution{Kind: Forever}, By: Kill}}},
		{text: "{churn: {trace: t.csv}}", yaml: "{churn: {trace: /lab/t.csv, by: kill}}",
			want: Fault{Churn: &Churn{Trace: "/lab/t.csv", By: Kill}}},
		{text: "{script: sub/x.star}", yaml: "{script: /lab/sub/x.star, tick: 1s}", want: Fault{Script: "/lab/sub/x.star", Tick: second}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			data := strings.Replace(base, "sweep:", "faults:\n  - "+tt.text+"\nsweep:", 1)
			s, err := Load("/lab/x.yaml", []byte(data), Overrides{}, testKinds())
			require.NoError(t, err)
			require.Len(t, s.Faults, 1)
			assert.Equal(t, tt.want, s.Faults[0])
			assert.True(t, s.HasFaults())

			y, err := s.YAML()
			require.NoError(t, err)
			if tt.yaml == "" {
				tt.yaml = tt.text
			}
			assert.Contains(t, string(y), "\nfaults:\n  - "+tt.yaml+"\n")
			again, err := Load("/elsewhere/x.yaml", y, Overrides{}, testKinds())
			require.NoError(t, err, "%s", y)
			assert.Equal(t, s, again)

			j, err := json.Marshal(s)
			require.NoError(t, err)
			var back Scenario
			require.NoError(t, json.Unmarshal(j, &back))
			assert.Equal(t, *s, back)
			require.NoError(t, back.Validate(testKinds()))
		})
	}
}

func TestFaultsTakeOverrides(t *testing.T) {
	data := strings.Replace(base, "sweep: {peers: [10, 20], piece_size: [64KiB, 128KiB]}",
		"faults: [{at: 5s, kill: 10% of peers}, {at: 0s, corrupt: {nodes: home, share: 0.1}}]", 1)
	t.Run("set", func(t *testing.T) {
		ov := Overrides{Sets: []string{"faults.0.kill=[origin, home]", "faults.1.corrupt.share=1", "faults.1.for=5s"}}
		s, err := Load("x.yaml", []byte(data), ov, testKinds())
		require.NoError(t, err)
		assert.Equal(t, only("origin", "home"), s.Faults[0].Nodes)
		assert.Equal(t, 1.0, s.Faults[1].Share)
		assert.Equal(t, constant(5*second), s.Faults[1].For)
	})
	t.Run("vary", func(t *testing.T) {
		ov := Overrides{Varies: []string{"faults.0.kill=0% of peers,50% of peers,3 of home"}}
		s, err := Load("x.yaml", []byte(data), ov, testKinds())
		require.NoError(t, err)
		points, err := s.Points(testKinds())
		require.NoError(t, err)
		require.Len(t, points, 3)
		assert.True(t, points[0].Scenario.Faults[0].Nodes.Nobody())
		assert.Equal(t, 50.0, points[1].Scenario.Faults[0].Nodes[0].Percent)
		assert.Equal(t, "3 of home", points[2].Values["faults.0.kill"])
		var sums []string
		for _, p := range points {
			sum, err := p.Scenario.WithoutFaults().SHA256()
			require.NoError(t, err)
			sums = append(sums, sum)
		}
		assert.Equal(t, []string{sums[0], sums[0], sums[0]}, sums, "one baseline for all")
		assert.Empty(t, s.WithoutFaults().Sweep)
		assert.Len(t, s.Faults, 2, "a copy")
	})
	tests := []struct{ name, set, want string }{
		{name: "no such entry", set: "faults.2.kill=home", want: "--set faults.2.kill=home: faults.2: faults has 2 entries, want an index of 0 to 1"},
		{name: "a second action", set: "faults.0.pause=home", want: "--set faults.0.pause=home: faults.0.pause: given beside kill, want one action in an entry"},
		{name: "a group that is not there", set: "faults.0.kill=2 of offise",
			want: `--set faults.0.kill=2 of offise: faults.0.kill: unknown node or group "offise", want one of peers, origin, all, home, office, mobile, fastest, slowest, most-pieces, only-holder-of-rarest; did you mean office?`},
		{name: "all of them", set: "faults=[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(data), Overrides{Sets: []string{tt.set}}, testKinds())
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
	t.Run("a node that a point does not have", func(t *testing.T) {
		ov := Overrides{Sets: []string{"faults.0.kill=home-5"}, Varies: []string{"peers=5,10"}}
		_, err := Load("x.yaml", []byte(data), ov, testKinds())
		require.ErrorContains(t, err, `faults.0.kill: unknown node or group "home-5"`)
		require.ErrorContains(t, err, "(at the sweep's point peers=5)")
		require.NotContains(t, err.Error(), "peers=10)")
	})
}

func TestFaultInputs(t *testing.T) {
	data := strings.Replace(base, "sweep:",
		"faults: [{script: b.star}, {churn: {trace: a.csv}}, {script: b.star, tick: 5s}, {at: 1s, kill: home}]\nsweep:", 1)
	s, err := Load("/lab/x.yaml", []byte(data), Overrides{Varies: []string{"faults.0.script=c.star,d.star"}}, testKinds())
	require.NoError(t, err)
	assert.Equal(t, []string{"/lab/a.csv", "/lab/b.star"}, s.FaultInputs())
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	here, err := os.Getwd()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(here, "d.star"), points[len(points)-1].Scenario.Faults[0].Script, "relative to where the flag is given")
}

// TestReservedGroupNames holds only where there are faults: a scenario without
// may have such a group.
func TestReservedGroupNames(t *testing.T) {
	data := strings.Replace(base, "name: mobile", "name: fastest", 1)
	_, err := Load("x.yaml", []byte(data), Overrides{}, testKinds())
	require.NoError(t, err)
	_, err = Load("x.yaml", []byte(data), Overrides{Sets: []string{"faults=[{at: 0s, kill: home}]", "sweep={}"}}, testKinds())
	assert.EqualError(t, err, `x.yaml:9: network.peers.2.name: "fastest" is reserved where there are faults`)
}

func TestNumberOfASelector(t *testing.T) {
	tests := []struct {
		text    string
		of      int
		want    int
		nothing bool
	}{
		{text: "home", of: 7, want: 7},
		{text: "home", of: 0, want: 0},
		{text: "3 of home", of: 7, want: 3},
		{text: "3 of home", of: 2, want: 2},
		{text: "0 of home", of: 7, want: 0, nothing: true},
		{text: "30% of home", of: 5, want: 2},
		{text: "30% of home", of: 4, want: 1},
		{text: "1% of home", of: 7, want: 1},
		{text: "0% of home", of: 7, want: 0, nothing: true},
		{text: "100% of home", of: 7, want: 7},
		{text: "1% of home", of: 0, want: 0},
		{text: "fastest", of: 7, want: 1},
		{text: "2 fastest of home", of: 7, want: 2},
		{text: "50% slowest", of: 7, want: 4},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			s, err := ParseSelector(tt.text)
			require.NoError(t, err)
			assert.Equal(t, tt.text, s.String())
			assert.Equal(t, tt.want, s.Number(tt.of), "of %d", tt.of)
			assert.Equal(t, tt.nothing, Selection{s}.Nobody())
		})
	}
}

func TestConditionHolds(t *testing.T) {
	run := RunState{Time: 30 * time.Second, Delivered: 500, Wanted: 1000, Online: 8, Nodes: 10, Completed: 1, Asked: 3}
	tests := []struct {
		text string
		want bool
	}{
		{text: "progress >= 0.5", want: true},
		{text: "progress > 0.5"},
		{text: "progress >= 50%", want: true},
		{text: "progress < 51%", want: true},
		{text: "time >= 30s", want: true},
		{text: "time > 30s"},
		{text: "online <= 8", want: true},
		{text: "online == 8", want: true},
		{text: "online != 8"},
		{text: "online <= 80%", want: true},
		{text: "online < 80%"},
		{text: "completed >= 33%", want: true},
		{text: "completed >= 34%"},
		{text: "completed > 0 and time > 1m"},
		{text: "completed > 0 and time > 1s", want: true},
		{text: "time > 1m or completed > 0", want: true},
		{text: "time > 1m and online > 0 or completed > 0 and online > 9"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			c, err := ParseCondition(tt.text)
			require.NoError(t, err)
			assert.Equal(t, tt.text, c.String())
			assert.Equal(t, tt.want, c.Holds(run))
		})
	}
	t.Run("nothing to compare with", func(t *testing.T) {
		for _, text := range []string{"progress > 0", "progress > 0%", "completed > 0%", "online > 0%"} {
			c, err := ParseCondition(text)
			require.NoError(t, err)
			assert.False(t, c.Holds(RunState{}), text)
		}
	})
}

// TestChurnPresets compares the fits with the means of the samples that the
// study of KAD fitted them to, in minutes: a fit is near, not equal.
func TestChurnPresets(t *testing.T) {
	sampled := map[string]float64{"kad": 266.5358, "kad-first-crawl": 670.6789}
	for _, p := range ChurnPresets() {
		t.Run(p.Name, func(t *testing.T) {
			assert.NotEmpty(t, p.Source)
			assert.Less(t, p.Session.Shape, 1.0, "what has lasted long lasts longer")
			mean, ok := p.Session.Average()
			require.True(t, ok)
			if want, known := sampled[p.Name]; known {
				assert.InEpsilon(t, want, mean.Minutes(), 0.1)
				away, ok := p.Downtime.Average()
				require.True(t, ok)
				assert.InEpsilon(t, 1110.2091, away.Minutes(), 0.2)
			}
		})
	}
}
