package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/scenarios"
	"versus/sim/scenario"
)

// TestWhatFaultScenariosSayToTry loads each scenario with the flags that its
// description says to try.
func TestWhatFaultScenariosSayToTry(t *testing.T) {
	tests := []struct {
		scenario     string
		sets, varies []string
		points       int
	}{
		{scenario: "server-crash", varies: []string{"faults.0.at=1s,2s,3s,5s"}, points: 4},
		{scenario: "server-crash", sets: []string{"faults.0.kill=30% of peers"}, points: 1},
		{scenario: "server-crash-and-return", varies: []string{"faults.0.for=1s,10s,60s"}, points: 3},
		{scenario: "server-crash-and-return", sets: []string{"faults.0={at: 5s, poweroff: origin, for: 30s}"}, points: 1},
		{scenario: "seeder-leaves-early", sets: []string{"faults.0.at=2s"}, varies: []string{"p2p.picker=rarest-first,random"}, points: 2},
		{scenario: "peers-die", sets: []string{"faults=[{when: progress >= 50%, poweroff: 30% of peers}]", "sweep={}"}, points: 1},
		{scenario: "partition", sets: []string{"faults.0.partition={from: 50% of peers, to: origin}"}, points: 1},
		{scenario: "partition", varies: []string{"faults.0.at=0s,1s,3s,10s"}, points: 4},
		{scenario: "flaky-links", sets: []string{"faults.0.degrade.loss=0.2"}, points: 1},
		{scenario: "flaky-links", sets: []string{"faults.0.degrade.nodes=origin"}, points: 1},
		{scenario: "churn", sets: []string{"faults.0.churn.by=poweroff"}, points: 1},
		{scenario: "churn", varies: []string{"faults.0.churn.session.weibull.scale=10s,30s,90s"}, points: 3},
		{scenario: "churn", sets: []string{"faults.0.churn={preset: kad}"}, points: 1},
		{scenario: "poisoned-mesh", sets: []string{"faults.0.corrupt.nodes=20% of peers"}, varies: []string{"faults.0.corrupt.share=0.01,0.1,1"}, points: 3},
		{scenario: "free-riders", varies: []string{"network.origin.uplink=5Mbit/s,50Mbit/s"}, points: 12},
		{scenario: "power-cut", sets: []string{"faults.0.poweroff=peers"}, points: 1},
		{scenario: "power-cut", varies: []string{"faults.0.for=100ms,1s,10s,60s"}, points: 4},
		{scenario: "power-cut", sets: []string{"faults.0={at: 5s, wipe: peers, for: 20s}"}, points: 1},
	}
	kinds := kinds()
	kinds[1].Options = append(kinds[1].Options, scenario.Option{Name: "picker", Default: "rarest-first", Values: []string{"rarest-first", "random"}})
	for _, tt := range tests {
		t.Run(tt.scenario, func(t *testing.T) {
			data, err := scenarios.Read(tt.scenario)
			require.NoError(t, err)
			s, err := scenario.Load(tt.scenario+".yaml", data, scenario.Overrides{Sets: tt.sets, Varies: tt.varies}, kinds)
			require.NoError(t, err)
			require.True(t, s.HasFaults())
			points, err := s.Points(kinds)
			require.NoError(t, err)
			assert.Len(t, points, tt.points)
		})
	}
}

// TestClaimsOfFaultScenarios checks the figures that their comments and
// descriptions state.
func TestClaimsOfFaultScenarios(t *testing.T) {
	crash := load(t, "server-crash")
	at, file := crash.Faults[0].At.Value.Seconds(), crash.Workload.Files[0].Size
	assert.InDelta(t, 3.7, at/crash.Network.Origin.Uplink.Transfer(file), 0.05, "copies that are out")
	leaves := load(t, "seeder-leaves-early")
	copySent := leaves.Network.Origin.Uplink.Transfer(leaves.Workload.Files[0].Size)
	assert.InDelta(t, 1.34, copySent, 0.005)
	assert.InDelta(t, 40, copySent*float64(leaves.TotalPeers()), 0.5)
	back := load(t, "server-crash-and-return")
	whole := back.Network.Origin.Uplink.Transfer(back.Workload.Files[0].Size) * float64(back.TotalPeers())
	assert.InDelta(t, 80.5, whole, 0.05)
	assert.LessOrEqual(t, 110.0, whole+back.Faults[0].For.Value.Seconds())
	mean, ok := load(t, "churn").Faults[0].Churn.Session.Average()
	require.True(t, ok)
	assert.InDelta(t, 45, mean.Seconds(), 0.5)
}
