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
		reachable := g.Count - int(math.Round(g.Unreachable*float64(g.Count)))
		for i := 1; i <= g.Count; i++ {
			nodes = append(nodes, Node{Name: fmt.Sprintf("%s-%d", g.Name, i), Group: g.Name, Link: g.Link, NoInbound: i > reachable})
		}
	}
	return nodes
}

// TotalPeers returns the number of peers in all groups, the origin not counted.
func (s *Scenario) TotalPeers() int {
	total := 0
	for _, g := range s.Network.Peers {
		total += g.Count
	}
	return total
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
