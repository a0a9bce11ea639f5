package fault

import (
	"cmp"
	"fmt"
	"slices"

	"versus/sim/scenario"
)

// chooser chooses the nodes of one occurrence of a fault.
type chooser struct {
	e       *Engine
	verb    string
	planned bool                     // by the plan alone, as far as no role is asked for
	lot     func(node string) uint64 // who comes first where a part is chosen
	seen    []NodeState              // the world's nodes, once they were asked for
}

// choice is whom a fault is done to, in the order of the nodes.
type choice struct {
	planned []int // as the plan has it
	real    []int // in the run: those, and who is chosen by role
}

// choose returns whom a selection selects now.
func (c *chooser) choose(sel scenario.Selection) (choice, error) {
	var got choice
	for _, one := range sel {
		nodes, err := c.one(one)
		if err != nil {
			return got, err
		}
		got.real = append(got.real, nodes...)
		if c.planned && one.Role == "" {
			got.planned = append(got.planned, nodes...)
		}
	}
	return choice{distinct(got.planned), distinct(got.real)}, nil
}

func distinct(nodes []int) []int {
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// one returns whom a single selector selects.
func (c *chooser) one(s scenario.Selector) ([]int, error) {
	nodes := c.e.members[s.Of]
	if s.Amount == scenario.Everyone && s.Role == "" {
		return nodes, nil
	}
	var open []int
	if c.planned && s.Role == "" {
		for _, i := range nodes {
			if c.e.plan.open(c.verb, i) {
				open = append(open, i)
			}
		}
	} else {
		if err := c.look(); err != nil {
			return nil, err
		}
		for _, i := range nodes {
			if inverse(c.verb) && c.e.live.open(c.verb, i) || !inverse(c.verb) && c.seen[i].Up {
				open = append(open, i)
			}
		}
	}
	if s.Role == scenario.OnlyHolderOfRarest {
		open = slices.DeleteFunc(open, func(i int) bool { return !c.seen[i].OnlyHolderOfRarest })
	}
	c.sort(s.Role, open)
	return slices.Clone(open[:s.Number(len(open))]), nil
}

// look asks the world for its nodes, once.
func (c *chooser) look() error {
	if c.seen != nil {
		return nil
	}
	var err error
	c.seen, err = c.e.look()
	return err
}

// look returns the world's nodes.
func (e *Engine) look() ([]NodeState, error) {
	seen := e.world.Nodes()
	if len(seen) != len(e.names) {
		return nil, fmt.Errorf("the trial lists %d nodes, its faults were made for %d", len(seen), len(e.names))
	}
	return seen, nil
}

// sort puts those first who are to be chosen first.
func (c *chooser) sort(role string, nodes []int) {
	by := func(less func(a, b NodeState) int) {
		slices.SortStableFunc(nodes, func(i, j int) int { return less(c.seen[i], c.seen[j]) })
	}
	speed := func(a, b NodeState) int {
		return cmp.Or(cmp.Compare(a.Link.Uplink, b.Link.Uplink), cmp.Compare(a.Link.Downlink, b.Link.Downlink))
	}
	switch role {
	case "":
		slices.SortStableFunc(nodes, func(i, j int) int {
			return cmp.Compare(c.lot(c.e.names[i]), c.lot(c.e.names[j]))
		})
	case scenario.Fastest:
		by(func(a, b NodeState) int { return speed(b, a) })
	case scenario.Slowest:
		by(speed)
	case scenario.MostPieces:
		by(func(a, b NodeState) int { return cmp.Compare(b.Pieces, a.Pieces) })
	}
}

// sides chooses those of a partition or of a pair. Who is on an earlier side is
// on no later one; a partition of one side is between it and everybody else.
func (c *chooser) sides(f []scenario.Selection) ([][]int, error) {
	var sides [][]int
	taken := map[int]bool{}
	for _, sel := range f {
		got, err := c.choose(sel)
		if err != nil {
			return nil, err
		}
		nodes := slices.DeleteFunc(got.real, func(i int) bool { return taken[i] && c.verb == Partition })
		for _, i := range nodes {
			taken[i] = true
		}
		sides = append(sides, nodes)
	}
	if len(sides) == 1 && c.verb == Partition {
		var others []int
		for i := range c.e.names {
			if !taken[i] {
				others = append(others, i)
			}
		}
		sides = append(sides, others)
	}
	return sides, nil
}
