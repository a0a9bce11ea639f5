package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnreachableShareOfAGroup(t *testing.T) {
	tests := []struct {
		name  string
		share string
		want  []bool // NoInbound of home-1 to home-6
	}{
		{name: "none", share: "0", want: []bool{false, false, false, false, false, false}},
		{name: "below half a peer", share: "0.08", want: []bool{false, false, false, false, false, false}},
		{name: "half a peer is one", share: "0.0834", want: []bool{false, false, false, false, false, true}},
		{name: "half", share: "0.5", want: []bool{true, false, true, false, true, false}},
		{name: "a third", share: "0.3333", want: []bool{false, true, false, false, true, false}},
		{name: "all", share: "1", want: []bool{true, true, true, true, true, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load("base.yaml", []byte(base), Overrides{Sets: []string{"network.peers.0.unreachable=" + tt.share}}, testKinds())
			require.NoError(t, err)
			nodes := s.Nodes()
			assert.False(t, nodes[0].NoInbound, "the origin")
			got := make([]bool, 6)
			for i := range got {
				got[i] = nodes[1+i].NoInbound
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// TestSweepUnreachable sweeps a ratio over a group that has the short form.
func TestSweepUnreachable(t *testing.T) {
	s, err := Load("base.yaml", []byte(base), Overrides{
		Sets: []string{"sweep={}", "network.peers.0.inbound=false"}, Varies: []string{"unreachable=0,0.5"}}, testKinds())
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	require.Len(t, points, 2)
	assert.Equal(t, map[string]any{"unreachable": 0.5}, points[1].Values)
	assert.Zero(t, points[0].Scenario.Network.Peers[0].Unreachable)
	assert.Equal(t, 0.5, points[1].Scenario.Network.Peers[2].Unreachable)
}

func TestRegionPresets(t *testing.T) {
	require.NotEmpty(t, RegionPresets())
	for _, name := range RegionPresets() {
		t.Run(name, func(t *testing.T) {
			r, err := LoadRegions(name)
			require.NoError(t, err)
			for _, a := range r.Names() {
				assert.Zero(t, r.Delay(a, a))
				for _, b := range r.Names() {
					there, back := r.Delay(a, b), r.Delay(b, a)
					assert.InDelta(t, there.Seconds(), back.Seconds(), 0.005, "%s and %s", a, b)
					assert.LessOrEqual(t, there, time.Duration(MaxDelay))
				}
			}
		})
	}
}

// TestRegionDelay compares figures with the published table: half of the round
// trip as measured from either end.
func TestRegionDelay(t *testing.T) {
	r, err := LoadRegions("ibm-cloud-2024-08")
	require.NoError(t, err)
	tests := []struct {
		from, to string
		rtt      float64 // milliseconds
	}{
		{from: "us-south", to: "ca-tor", rtt: 34},
		{from: "us-east", to: "eu-gb", rtt: 75},
		{from: "us-south", to: "eu-es", rtt: 119},
		{from: "eu-es", to: "us-south", rtt: 122},
		{from: "br-sao", to: "jp-tok", rtt: 283},
		{from: "jp-tok", to: "br-sao", rtt: 284},
		{from: "jp-osa", to: "jp-tok", rtt: 9},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			assert.Equal(t, tt.rtt/2, float64(r.Delay(tt.from, tt.to))/1e6)
		})
	}
	_, err = LoadRegions("ibm-cloud-2024")
	assert.EqualError(t, err, `unknown regions "ibm-cloud-2024", want one of ibm-cloud-2024-08; did you mean ibm-cloud-2024-08?`)
	assert.Panics(t, func() { r.Delay("us-south", "eu-west") })
}

func TestRegionTables(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{name: "cut", data: "from,a,b\na,0,1\n", want: "1 rows for 2 regions"},
		{name: "another order", data: "from,a,b\nb,0,1\na,1,0\n", want: "row 1 is that of b"},
		{name: "one row too many", data: "from,a\na,0\nb,0\n", want: "row 2 is that of b"},
		{name: "a gap", data: "from,a,b\na,0,\nb,1,0\n", want: `from a to b: ""`},
		{name: "nothing between two", data: "from,a,b\na,0,0\nb,1,0\n", want: `from a to b: "0"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.EqualError(t, new(Regions).parse(tt.data), tt.want)
		})
	}
}
