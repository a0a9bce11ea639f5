package scenario

import (
	"fmt"
	"strings"
)

// LinkFault is what a degraded link has instead of its own; nil leaves a value
// as it is. Values may also be better than the link's own.
type LinkFault struct {
	Uplink, Downlink *Bandwidth
	Delay, Jitter    *Duration
	Loss             *float64
}

// On returns l with the given values.
func (f LinkFault) On(l Link) Link {
	put(&l.Uplink, f.Uplink)
	put(&l.Downlink, f.Downlink)
	put(&l.Delay, f.Delay)
	put(&l.Jitter, f.Jitter)
	put(&l.Loss, f.Loss)
	return l
}

// Then returns what f followed by later sets: where both give a value, later's.
func (f LinkFault) Then(later LinkFault) LinkFault {
	replace(&f.Uplink, later.Uplink)
	replace(&f.Downlink, later.Downlink)
	replace(&f.Delay, later.Delay)
	replace(&f.Jitter, later.Jitter)
	replace(&f.Loss, later.Loss)
	return f
}

func put[T any](into *T, value *T) {
	if value != nil {
		*into = *value
	}
}

func replace[T any](into **T, value *T) {
	if value != nil {
		*into = value
	}
}

// String lists the values, such as "uplink 1Mbit/s, loss 0.02"; empty if none
// is given.
func (f LinkFault) String() string {
	var parts []string
	for _, m := range f.members() {
		parts = append(parts, fmt.Sprintf("%s %v", m.key, m.value))
	}
	return strings.Join(parts, ", ")
}

// members lists the values that are given, in the order of a link's keys.
func (f LinkFault) members() ordered {
	var all ordered
	if f.Uplink != nil {
		all = append(all, member{"uplink", f.Uplink.String()})
	}
	if f.Downlink != nil {
		all = append(all, member{"downlink", f.Downlink.String()})
	}
	if f.Delay != nil {
		all = append(all, member{"delay", f.Delay.String()})
	}
	if f.Jitter != nil {
		all = append(all, member{"jitter", f.Jitter.String()})
	}
	if f.Loss != nil {
		all = append(all, member{"loss", *f.Loss})
	}
	return all
}
