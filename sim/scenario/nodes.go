package scenario

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// Nodes lists every node: the origin first, then the peers of each group in
// the scenario's order, named group-1, group-2 and so on.
func (s *Scenario) Nodes() []Node {
	nodes := make([]Node, 0, 1+s.TotalPeers())
	nodes = append(nodes, Node{Name: Origin, Group: Origin, Link: s.Network.Origin})
	for _, g := range s.Network.Peers {
		for i := 1; i <= g.Count; i++ {
			nodes = append(nodes, Node{Name: fmt.Sprintf("%s-%d", g.Name, i), Group: g.Name, Link: g.Link, NoInbound: g.noInbound(i)})
		}
	}
	return nodes
}

// noInbound says whether the group's i-th peer, from 1, accepts no connections:
// the share is spread evenly, so that it also holds for those that come first.
func (g Group) noInbound(i int) bool {
	upTo := func(i int) float64 { return math.Round(g.Unreachable * float64(i)) }
	return upTo(i) > upTo(i-1)
}

// names lists the shared links.
func (l SharedLinks) names() []string {
	names := make([]string, len(l))
	for i, link := range l {
		names[i] = link.Name
	}
	return names
}

// TotalPeers returns the number of peers in all groups, the origin not counted.
func (s *Scenario) TotalPeers() int {
	total := 0
	for _, g := range s.Network.Peers {
		total += g.Count
	}
	return total
}

// BringsNodes says that each request of a trial brings a new node: which nodes
// there are then depends on the arrivals, and Nodes lists as many of each group
// as its weight says.
func (s *Scenario) BringsNodes() bool {
	r := s.Workload.Requests
	return r.Pattern == Poisson && r.Arrivals == NewNodes
}

// Names returns the names of the files that an entry of the catalog stands
// for: its own, or one with -1 ... -Count before the extension.
func (f File) Names() []string {
	if f.Count <= 1 {
		return []string{f.Name}
	}
	extension := filepath.Ext(f.Name)
	stem := strings.TrimSuffix(f.Name, extension)
	names := make([]string, f.Count)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%d%s", stem, i+1, extension)
	}
	return names
}

// Architecture returns the named architecture, or nil if it is not run.
func (s *Scenario) Architecture(name string) *Architecture {
	for i := range s.Architectures {
		if s.Architectures[i].Name == name {
			return &s.Architectures[i]
		}
	}
	return nil
}
