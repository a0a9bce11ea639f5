package fault

import "slices"

// cut separates each side of a partition from each other.
func (s *state) cut(by *instance, a act) []Order {
	var orders []Order
	for i := range a.sides {
		for j := i + 1; j < len(a.sides); j++ {
			if len(a.sides[i]) == 0 || len(a.sides[j]) == 0 {
				continue
			}
			o := Order{Verb: Partition, From: s.named(a.sides[i]), To: s.named(a.sides[j]), OneWay: a.oneWay, Cause: by.cause}
			s.cuts = append(s.cuts, cut{by, a.label, o})
			orders = append(orders, o)
		}
	}
	return orders
}

// heal ends the partitions that which says.
func (s *state) heal(which func(cut) bool, by *instance) []Order {
	var orders []Order
	s.cuts = slices.DeleteFunc(s.cuts, func(c cut) bool {
		if !which(c) {
			return false
		}
		o := c.order
		o.Verb, o.Cause = Heal, by.cause
		orders = append(orders, o)
		return true
	})
	return orders
}

// pairs are those of two sides whose connections are reset, each once.
func (s *state) pairs(by *instance, a act) []Order {
	var orders []Order
	first, second := members(a.sides[0]), members(a.sides[1])
	for _, i := range a.sides[0] {
		for _, j := range a.sides[1] {
			again := j < i && first[j] && second[i]
			if i != j && !again {
				orders = append(orders, Order{Verb: Disconnect, Node: s.names[i], Peer: s.names[j], Cause: by.cause})
			}
		}
	}
	return orders
}

func members(nodes []int) map[int]bool {
	set := make(map[int]bool, len(nodes))
	for _, i := range nodes {
		set[i] = true
	}
	return set
}

func (s *state) named(nodes []int) []string {
	names := make([]string, len(nodes))
	for k, i := range nodes {
		names[k] = s.names[i]
	}
	return names
}
