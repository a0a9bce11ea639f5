package workload

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"versus/sim/scenario"
)

// Forever is a span of a Visit that does not end.
const Forever = scenario.Endless

// Visit is the stay of a node that comes with its one request: it boots when the
// request arrives. Spans are 0 or more, or Forever.
type Visit struct {
	Patience time.Duration `json:"patience_ns"`  // from its arrival, until it leaves if it is not finished
	SeedTime time.Duration `json:"seed_time_ns"` // from its completion, until it leaves
}

// visits gives each request its node's stay, in the order of the requests. Every
// span is drawn from a stream of its own, so that another distribution of the
// one does not shift the other, nor the arrivals.
func visits(r scenario.Requests, reqs []Request, seed uint64) {
	if r.Arrivals != scenario.NewNodes {
		return
	}
	patience, stay := Stream(seed, "workload/patience"), Stream(seed, "workload/seed_time")
	for i := range reqs {
		reqs[i].Visit = &Visit{Patience: r.Patience.Draw(patience), SeedTime: r.SeedTime.Draw(stay)}
	}
}

// newcomers are Poisson arrivals that each bring a node. Its group is that of a
// random one of nodes, so a group's share of them is its weight, and it is named
// by its group and its number of arrival therein.
type newcomers struct {
	nodes []string
	count map[string]int // by group
}

func (n *newcomers) next(r *rand.Rand) string {
	group := groupOf(n.nodes[r.IntN(len(n.nodes))])
	n.count[group]++
	return fmt.Sprintf("%s-%d", group, n.count[group])
}

// groupOf cuts a peer's number off its name.
func groupOf(node string) string { return node[:max(strings.LastIndexByte(node, '-'), 0)] }

// Population lists the nodes of a trial with these requests: those of the
// scenario or, where each request brings a new one, the origin and those that
// arrive, by group in the scenario's order and then by arrival.
func Population(s *scenario.Scenario, reqs []Request) []scenario.Node {
	if !s.BringsNodes() {
		return s.Nodes()
	}
	count := map[string]int{}
	for _, r := range reqs {
		count[groupOf(r.Node)]++
	}
	arrived := *s
	arrived.Network.Peers = nil
	for _, g := range s.Network.Peers {
		g.Count = count[g.Name]
		arrived.Network.Peers = append(arrived.Network.Peers, g)
	}
	return arrived.Nodes()
}
