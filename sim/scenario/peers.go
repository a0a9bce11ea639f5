package scenario

import (
	"strconv"
)

// scalePeers sets the counts of all groups so that they add up to a total.
func (o *overrider) scalePeers(value *node) {
	const path = aliasPeers
	if value.kind != scalarNode {
		o.report(value.at, path, "%s, want a whole number", value.kind)
		return
	}
	total, err := parseWhole(value.text)
	if err != nil {
		o.report(value.at, path, "%v", err)
		return
	}
	groups, counts := o.groupCounts()
	if counts == nil {
		return // decoding says what is wrong with the groups
	}
	switch {
	case total > MaxPeers:
		o.report(value.at, path, "%d is above %d", total, MaxPeers)
	case total < 1:
		o.report(value.at, path, "%d is below 1", total)
	case total < len(counts):
		o.report(value.at, path, "%d is below %d, one peer for each group", total, len(counts))
	default:
		for i, n := range apportion(total, counts) {
			groups[i].set("count", scalar(strconv.Itoa(n), value.at))
		}
	}
}

// setUnreachable sets the share of every group that accepts no connections.
func (o *overrider) setUnreachable(value *node) {
	network := o.root.get("network")
	if network == nil {
		return // decoding says what is missing
	}
	peers := network.get("peers")
	if peers == nil || peers.kind != listNode {
		return
	}
	for _, e := range peers.entries {
		if e.value.kind == mapNode {
			e.value.remove("inbound")
			e.value.set("unreachable", value)
		}
	}
}

// groupCounts returns the groups and their sizes, or nil if any cannot be read.
func (o *overrider) groupCounts() (groups []*node, counts []int) {
	network := o.root.get("network")
	if network == nil {
		return nil, nil
	}
	peers := network.get("peers")
	if peers == nil || peers.kind != listNode {
		return nil, nil
	}
	for _, e := range peers.entries {
		count := e.value.get("count")
		if count == nil {
			return nil, nil
		}
		n, err := parseWhole(count.text)
		if err != nil || n < 1 || n > MaxPeers {
			return nil, nil
		}
		groups, counts = append(groups, e.value), append(counts, n)
	}
	return groups, counts
}

// apportion divides total among groups in proportion to their weights, by
// largest remainder; of equal remainders the earlier group goes first. A group
// whose share rounds to nothing gets one from the largest. total is at least
// the number of groups, and weights are at least 1.
func apportion(total int, weights []int) []int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	shares, remainders, left := make([]int, len(weights)), make([]int, len(weights)), total
	for i, w := range weights {
		shares[i], remainders[i] = total*w/sum, total*w%sum
		left -= shares[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i, r := range remainders {
			if r > remainders[best] {
				best = i
			}
		}
		shares[best]++
		remainders[best] = -1
	}
	for i := range shares {
		if shares[i] == 0 {
			largest := 0
			for j, n := range shares {
				if n > shares[largest] {
					largest = j
				}
			}
			shares[largest]--
			shares[i]++
		}
	}
	return shares
}
