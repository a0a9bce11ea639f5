package trial_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
)

// campus is a crowd of which the first two peers lie behind a shared link and
// two do not.
func campus(size scenario.Bytes, l scenario.SharedLink) *scenario.Scenario {
	s := crowd(2, size)
	l.Name = "campus"
	s.Network.Shared = scenario.SharedLinks{l}
	inside, outside := &s.Network.Peers[0], s.Network.Peers[0]
	inside.Behind = "campus"
	outside.Name = "away"
	s.Network.Peers = append(s.Network.Peers, outside)
	return s
}

func TestSharedLinkIsMeasuredAndBound(t *testing.T) {
	const size = 2 << 20
	got, _ := trial.Run(spec(t, campus(size, scenario.SharedLink{Uplink: scenario.Mbps, Downlink: 8 * scenario.Mbps}), trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.InDelta(t, 2*size*8/8e6, *got.Bounds.FluidS, 1e-9, "both members' copies over the downlink")
	assert.Greater(t, *got.Efficiency, 0.9)
	require.Len(t, got.Links, 1)
	l := got.Links[0]
	assert.Equal(t, "campus", l.Link)
	assert.InEpsilon(t, 2*size, l.DownBytes, 0.01)
	assert.InEpsilon(t, 2*size*1500/1448.0, l.DownWireBytes, 0.01)
	assert.Less(t, l.UpBytes, int64(10_000), "the members only ask")
	assert.Greater(t, l.UpWireBytes, int64(20_000), "and acknowledge")
}

func TestOriginBehindASharedLink(t *testing.T) {
	const size = 2 << 20
	s := campus(size, scenario.SharedLink{Uplink: 8 * scenario.Mbps, Downlink: scenario.Mbps})
	s.Network.Origin.Behind = "campus"
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	assert.InDelta(t, 2*size*8/8e6, *got.Bounds.FluidS, 1e-9, "the copies of those outside over the uplink")
	assert.InEpsilon(t, 2*size, got.Links[0].UpBytes, 0.01)
	for _, r := range got.Requests {
		inside := r.Node == "home-1" || r.Node == "home-2"
		assert.Equal(t, inside, *r.FinishedS < *got.Bounds.FluidS/2, "request of %s", r.Node)
	}
}

func TestSharingPeersBehindASharedLink(t *testing.T) {
	const size = 2 << 20
	s := campus(size, scenario.SharedLink{Uplink: scenario.Mbps, Downlink: 8 * scenario.Mbps})
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{Sharing: true}))
	require.Nil(t, got.Error)
	assert.InDelta(t, size*8/8e6, *got.Bounds.FluidS, 1e-9, "one copy has to come in")
	assert.Nil(t, got.Bounds.PiecesS)
}

// TestNetworkKeysReachTheBench changes one key of a link, or of the network, at
// a time and looks for its effect on one download.
func TestNetworkKeysReachTheBench(t *testing.T) {
	const size = 4 << 20
	took := func(change func(n *scenario.Network)) (makespan float64, retransmitted int64) {
		s := crowd(1, size)
		change(&s.Network)
		got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
		require.Nil(t, got.Error)
		require.NotNil(t, got.Summary.RetransmittedBytes)
		var sum int64
		for _, n := range got.Nodes {
			sum += *n.RetransmittedBytes
		}
		assert.Equal(t, sum, *got.Summary.RetransmittedBytes)
		assert.Less(t, got.Summary.OriginSentBytes, int64(size*102/100), "what is sent again is counted apart")
		return *got.MakespanS, sum
	}
	plain, again := took(func(*scenario.Network) {})
	assert.Zero(t, again)
	lossy := func(n *scenario.Network) { n.Peers[0].Loss = 0.02 }
	tests := []struct {
		name   string
		change func(n *scenario.Network)
		slower float64 // seconds at least
		again  bool    // something must be retransmitted
	}{
		{name: "loss", change: lossy, slower: 0.5, again: true},
		{name: "loss of the origin", change: func(n *scenario.Network) { n.Origin.Loss = 0.02 }, slower: 0.5, again: true},
		{name: "burst loss", again: true, slower: 0.1, change: func(n *scenario.Network) {
			n.Peers[0].BurstLoss = scenario.BurstLoss{GoodToBad: 0.01, BadToGood: 0.2, LossBad: 0.5}
		}},
		{name: "jitter", change: func(n *scenario.Network) { n.Peers[0].Jitter = scenario.Duration(20 * time.Millisecond) }, slower: 0.02},
		{name: "short queue", again: true, slower: 0.01, change: func(n *scenario.Network) {
			n.Peers[0].Queue, n.Peers[0].QueueLimit = scenario.DropTail, 15_000
		}},
		{name: "regions", slower: 0.2, change: func(n *scenario.Network) {
			n.Regions, n.Origin.Region, n.Peers[0].Region = "ibm-cloud-2024-08", "eu-de", "au-syd"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			makespan, again := took(tt.change)
			assert.Greater(t, makespan, plain+tt.slower)
			if tt.again {
				assert.Positive(t, again)
			}
		})
	}
	t.Run("congestion control", func(t *testing.T) {
		cubic, _ := took(lossy)
		reno, _ := took(func(n *scenario.Network) { lossy(n); n.TCP = scenario.Reno })
		assert.Greater(t, reno, cubic, "Reno backs off by more")
	})
}

func TestRegionsAreDelays(t *testing.T) {
	s := crowd(2, 1<<10)
	s.Network.Regions, s.Network.Origin.Region = "ibm-cloud-2024-08", "eu-de"
	s.Network.Peers[0].Region = "eu-de"
	far := s.Network.Peers[0]
	far.Name, far.Count, far.Region = "far", 1, "us-east"
	s.Network.Peers[0].Count = 1
	s.Network.Peers = append(s.Network.Peers, far)
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
	require.Nil(t, got.Error)
	near, away := *got.Requests[0].FinishedS, *got.Requests[1].FinishedS
	// Two round trips: to connect and to ask. The table has 91 ms either way.
	assert.InDelta(t, 2*0.091, away-near, 0.001)
}

func TestUnknownRegionsAreAnError(t *testing.T) {
	s := crowd(1, 1<<10)
	s.Network.Regions = "atlantis"
	got, _ := trial.Run(spec(t, s, trial.Virtual, trialtest.Relay{}))
	require.NotNil(t, got.Error)
	assert.Contains(t, *got.Error, `making the network: unknown regions "atlantis"`)
}
