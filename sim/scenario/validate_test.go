package scenario

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestValidate changes a resolved scenario as a program could.
func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(s *Scenario)
		want   string
	}{
		{name: "nothing", change: func(*Scenario) {}},
		{name: "no name", change: func(s *Scenario) { s.Name = "" }, want: "name: missing, want a name such as flash-crowd"},
		{name: "no peers", change: func(s *Scenario) { s.Network.Peers = nil }, want: "network.peers: no peers, want at least one group"},
		{name: "relative path", change: func(s *Scenario) { s.Workload.Files[0] = File{Name: "a", Path: "a", Count: 1} },
			want: `workload.files.0.path: "a" is not absolute`},
		{name: "copies of a file on disk", change: func(s *Scenario) { s.Workload.Files[0] = File{Name: "a", Path: "/a", Count: 2} },
			want: "workload.files.0.count: 2 beside path, want 1"},
		{name: "loss that is no number", change: func(s *Scenario) { s.Network.Origin.Loss = math.NaN() }, want: "network.origin.loss: NaN is not a number"},
		{name: "negative delay", change: func(s *Scenario) { s.Network.Origin.Delay = -1 }, want: "network.origin.delay: -1ns is below 0s"},
		{name: "unknown architecture", change: func(s *Scenario) { s.Architectures[1].Name = "p3p" },
			want: `architectures.p3p: unknown architecture "p3p", want one of client-server, p2p; did you mean p2p?`},
		{name: "architecture twice", change: func(s *Scenario) { s.Architectures[1] = s.Architectures[0] }, want: "architectures.client-server: given twice"},
		{name: "missing option", change: func(s *Scenario) { delete(s.Architectures[1].Options, "picker") },
			want: "architectures.p2p.picker: missing, want a value such as rarest-first"},
		{name: "option of another type", change: func(s *Scenario) { s.Architectures[1].Options["upload_slots"] = 4.0 },
			want: "architectures.p2p.upload_slots: 4 is a float64, want a int"},
		{name: "unknown option", change: func(s *Scenario) { s.Architectures[1].Options["pickers"] = 1 },
			want: `architectures.p2p.pickers: unknown key "pickers", want one of picker, upload_slots, seed_ratio, endgame; did you mean picker?`},
		{name: "fault", change: func(s *Scenario) { s.Faults = []Fault{{At: Distribution{Kind: Constant}}} }, want: "faults.0: no action, want one of kill, poweroff, leave, pause, partition, degrade, slow, corrupt, free-ride, wipe, disconnect, restart, resume, heal, restore, cure, share, churn, script"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load("base.yaml", []byte(base), Overrides{Sets: []string{"sweep={}"}}, testKinds())
			require.NoError(t, err)
			tt.change(s)
			err = s.Validate(testKinds())
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
}

func TestNew(t *testing.T) {
	s, err := Load("mine.yaml", New("mine"), Overrides{}, testKinds())
	require.NoError(t, err)
	assert.Equal(t, "mine", s.Name)
	assert.Len(t, s.Architectures, 2)
	_, err = Load("bad.yaml", New("Bad Name: x"), Overrides{}, testKinds())
	assert.Error(t, err)
}

// TestEmptyKeys takes a key without a value for one that is left out, where a
// mapping or a list may stand.
func TestEmptyKeys(t *testing.T) {
	const data = `name: empty
workload:
  files: [{name: a.bin, size: 1MiB}]
  requests:
network:
  origin: {uplink: 50Mbit/s, downlink: 50Mbit/s}
  peers: [{name: home, count: 6, uplink: 1Mbit/s, downlink: 10Mbit/s}]
architectures:
faults:
sweep:
expect:
`
	s, err := Load("empty.yaml", []byte(data), Overrides{}, testKinds())
	require.NoError(t, err)
	assert.Len(t, s.Architectures, 2)
	assert.Equal(t, AllAtOnce, s.Workload.Requests.Pattern)
	one, err := Load("empty.yaml", []byte(data), Overrides{Sets: []string{"p2p.upload_slots=2", "workload.popularity.pattern=uniform"}, Varies: []string{"peers=1,2"}}, testKinds())
	require.NoError(t, err)
	assert.Len(t, one.Architectures, 2)
}
