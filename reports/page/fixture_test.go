package page

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

const mib = 1 << 20

// swarm is a synthetic run: peers that all want one file, at several sweep
// points and with several seeds.
type swarm struct {
	archs []string
	seeds int
	peers []int // one point for each; a single one is no sweep
	nasty bool  // names, texts and errors that try to be markup
	hurt  bool  // faults, an incomplete request, a failed and a missing trial
}

// nasty is text that a page must not take for anything but text.
const nasty = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&{{.}}<!--`

func (c swarm) result() *measure.Result {
	s := &scenario.Scenario{
		Name: "crowd", Title: "A crowd downloads one file at once", Description: "What a release looks like from both sides.",
		Seed: 1, Repeat: c.seeds, TimeLimit: 1800e9,
		Workload: scenario.Workload{
			Files:     []scenario.File{{Name: "lecture.bin", Size: 16 * scenario.MiB}},
			PieceSize: 256 * scenario.KiB,
			Requests:  scenario.Requests{Pattern: scenario.AllAtOnce},
		},
		Network: scenario.Network{
			Origin: scenario.Link{Uplink: 50e6, Downlink: 50e6, Delay: 10e6},
			Peers:  []scenario.Group{{Name: "home", Count: c.peers[0], Link: scenario.Link{Uplink: 10e6, Downlink: 50e6, Delay: 20e6}}},
		},
		Expect: []string{"p2p.success_rate >= 1"},
	}
	for _, a := range c.archs {
		security := "none"
		if a == "p2p" {
			security = "noise"
		}
		s.Architectures = append(s.Architectures, scenario.Architecture{Name: a, Options: scenario.Options{"security": security}})
	}
	if len(c.peers) > 1 {
		axis := scenario.Axis{Key: "peers"}
		for _, n := range c.peers {
			axis.Values = append(axis.Values, fmt.Sprint(n))
		}
		s.Sweep = scenario.Sweep{axis}
	}
	r := &measure.Result{
		Schema: measure.Schema, Scenario: s, ScenarioSHA256: strings.Repeat("0123456789abcdef", 4),
		Build: measure.Build{Version: "v1", Go: "go1.26", Modules: map[string]string{"github.com/gorilla/websocket": "v1.5.3"}},
		Host:  measure.Host{OS: "linux", Arch: "amd64", CPUs: 2}, StartedAt: "2026-11-21T17:46:33Z",
		Command: []string{"versus", "run", "crowd", "--out", "x y", "--set", "peers=it's"},
	}
	for _, n := range c.peers {
		for seed := range c.seeds {
			for _, a := range c.archs {
				r.Trials = append(r.Trials, c.trial(a, uint64(seed+1), n))
			}
		}
	}
	value := 1.0
	r.Expectations = []measure.Expectation{{Text: "p2p.success_rate >= 1", Seed: 1, Point: map[string]any{}, Value: &value, OK: true}}
	if c.hurt {
		c.harm(r)
	}
	if c.nasty {
		s.Title, s.Description, s.Workload.Files[0].Name, s.Network.Peers[0].Name = nasty, nasty, nasty, nasty
		s.Name = "a-very-long-scenario-name-" + strings.Repeat("without-any-break", 12)
		r.Command = append(r.Command, nasty)
		r.Trials[0].Warnings = []string{nasty + strings.Repeat("x", 400)}
		r.Build.Version = nasty
	}
	return r
}

// trial invents one trial: a server serves everybody alike, a mesh at the pace
// of all uplinks together.
func (c swarm) trial(arch string, seed uint64, peers int) measure.Trial {
	const file, uplink, peerUplink = 16.0 * mib, 50e6, 10e6
	rnd := rand.New(rand.NewPCG(seed, uint64(peers)))
	n := float64(peers)
	limit, by, over := n*file*8/uplink, "origin uplink", 1.038
	if arch != "client-server" {
		limit, by, over = n*file*8/(uplink+n*peerUplink), "all uplinks", 1.12+0.05*rnd.Float64()
	}
	last := limit * over
	t := measure.Trial{
		TrialKey: measure.TrialKey{Architecture: arch, Seed: seed, Point: map[string]any{}}, Network: "virtual",
		Bounds: measure.Bounds{FluidS: &limit, FluidBy: &by}, MakespanS: &last,
		WallS: 0.4, VirtualS: last, PeakRSSBytes: 120 * mib,
	}
	if len(c.peers) > 1 {
		t.Point["peers"] = float64(peers)
	}
	stream := int64(n * file * 1.006)
	origin := stream
	if arch != "client-server" {
		origin = int64(3 * file)
	}
	for i := range peers {
		done, first := last*(0.9+0.1*float64(i+1)/n), 0.1+0.2*rnd.Float64()
		node := fmt.Sprintf("home-%d", i+1)
		t.Requests = append(t.Requests, measure.Request{ID: i, Node: node, File: "lecture.bin", FirstByteS: &first, FinishedS: &done, Outcome: measure.Complete, SHA256OK: true})
		t.Nodes = append(t.Nodes, measure.Node{Node: node, Group: "home", Role: measure.RoleDownloader, ReceivedBytes: stream / int64(peers),
			SentBytes: int64(float64(stream-origin) / n * (0.5 + rnd.Float64()))})
	}
	one, over1, fair := 1.0, 1.006, 0.998
	took, first, goodput, whole := last*0.95, 0.2, n*file*8/last, limit/last
	t.Efficiency = &whole
	t.Summary = measure.Summary{
		Requested: peers, Completed: peers, SuccessRate: &one,
		CompletionS: measure.Distribution{Mean: &took, P50: &took, P90: &last, P95: &last, P99: &last, Max: &last},
		FirstByteS:  measure.Distribution{Mean: &first, P50: &first, P90: &first, P95: &first, P99: &first, Max: &first},
		GoodputBPS:  &goodput, OriginSentBytes: origin, PeersSentBytes: stream - origin, OverheadRatio: &over1, FairnessJain: &fair,
	}
	const ticks = 239
	for i := range ticks + 1 {
		f := float64(i) / ticks
		t.Timeline = append(t.Timeline, measure.Tick{TS: f * last, DeliveredBytes: int64(n * file * f * f), OriginSentBytes: int64(float64(origin) * f),
			Online: peers + 1, Complete: int(n * max(f-0.9, 0) * 10), Downloading: peers})
	}
	return t
}

// harm adds what goes wrong.
func (c swarm) harm(r *measure.Result) {
	for i := range r.Trials {
		t := &r.Trials[i]
		for k := range 5 {
			t.Faults = append(t.Faults, measure.Fault{TS: 1.5, Action: "kill", Target: fmt.Sprintf("home-%d", k+1)})
		}
		t.Faults = append(t.Faults, measure.Fault{TS: 3, Action: "degrade", Target: "origin", Detail: "uplink 1Mbit/s"})
		q := &t.Requests[0]
		q.Outcome, q.FinishedS, q.Error, q.SHA256OK = measure.Incomplete, nil, "time limit reached", false
		t.Summary.Completed--
		t.MakespanS, t.Efficiency = nil, nil
	}
	reason := "the worker crashed: " + strings.Repeat("0123456789", 30)
	last := &r.Trials[len(r.Trials)-1]
	last.Error, last.Summary = &reason, measure.Summary{}
	r.Missing = []measure.TrialKey{{Architecture: c.archs[0], Seed: 99, Point: last.Point}}
	low := 0.9
	r.Expectations = append(r.Expectations, measure.Expectation{Text: "p2p.success_rate >= 1", Seed: 2, Point: map[string]any{}, Value: &low})
}

// progress invents the events from which the spread of pieces is drawn.
func (c swarm) progress(r *measure.Result) []measure.Event {
	var out []measure.Event
	for i := range r.Trials {
		t := &r.Trials[i]
		if t.Seed != 1 || len(t.Requests) != c.peers[len(c.peers)-1] {
			continue
		}
		for step := range 20 {
			for _, q := range t.Requests {
				out = append(out, measure.Event{TrialKey: t.TrialKey, TS: t.VirtualS * float64(step+1) / 20, Kind: measure.EventProgress,
					Node: q.Node, File: q.File, Detail: fmt.Sprintf("%.2f", float64(step+1)/20)})
			}
		}
	}
	return out
}

// runs are the results that the tests look at.
func runs() map[string]swarm {
	both := []string{"client-server", "p2p"}
	return map[string]swarm{
		"one point": {archs: both, seeds: 1, peers: []int{40}},
		"sweep":     {archs: both, seeds: 3, peers: []int{5, 10, 20, 40}},
		"faults":    {archs: both, seeds: 3, peers: []int{24}, hurt: true},
		"nasty":     {archs: []string{"client-server", "p2p", "hybrid"}, seeds: 2, peers: []int{6, 12}, nasty: true, hurt: true},
		"alone":     {archs: []string{"p2p"}, seeds: 1, peers: []int{1}},
	}
}
