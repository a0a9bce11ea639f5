package fault

import (
	"fmt"
	"strings"

	"versus/sim/scenario"
)

// LinkChange is what faults change about a node's link. The zero value changes
// nothing.
type LinkChange struct {
	scenario.LinkFault         // what is set; nil fields are as the scenario has them
	Factor             float64 // both rates are then divided by it; 0 stands for 1
}

// On returns the link that the change makes of l. No rate falls below
// scenario.MinRate.
func (c LinkChange) On(l scenario.Link) scenario.Link {
	l = c.LinkFault.On(l)
	if c.Factor > 0 {
		l.Uplink = max(scenario.MinRate, scenario.Bandwidth(float64(l.Uplink)/c.Factor))
		l.Downlink = max(scenario.MinRate, scenario.Bandwidth(float64(l.Downlink)/c.Factor))
	}
	return l
}

// IsZero says that nothing is changed.
func (c LinkChange) IsZero() bool { return c == LinkChange{} }

// String lists what is changed, such as "uplink 1Mbit/s, rates / 4".
func (c LinkChange) String() string {
	var parts []string
	if text := c.LinkFault.String(); text != "" {
		parts = append(parts, text)
	}
	if c.Factor > 0 {
		parts = append(parts, fmt.Sprintf("rates / %v", c.Factor))
	}
	return strings.Join(parts, ", ")
}

// side names a side of a partition, in bounded length.
func side(nodes []string) string {
	const most = 4
	if len(nodes) <= most {
		return strings.Join(nodes, ",")
	}
	return fmt.Sprintf("%s and %d more", nodes[0], len(nodes)-1)
}
