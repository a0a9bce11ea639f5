package sim

// event is something due at an instant. Events order by (at, seq), so what is
// scheduled first at an instant happens first.
type event struct {
	at  int64 // nanoseconds since the bench started
	seq uint64
	do  action
}

// action is what an event does; it runs with the bench's lock held.
type action interface {
	run(b *Bench)
}

// mutable is an action whose instant may be moved on, or come to nothing, after
// it was scheduled.
type mutable interface {
	action
	// due returns the instant for which the action of the event at the given one
	// is due as things stand: the same, a later one, or never. Unless it is the
	// same, the event is scheduled anew or forgotten.
	due(at int64) int64
}

// movable is the instant of a mutable action, and of the one event that looks
// whether it has come.
type movable struct {
	at      int64 // instant; 0 for none
	pending int64 // instant of the event that will look at it; 0 for none
}

// schedule sees to it that an event looks at the instant in time.
func (m *movable) schedule(b *Bench, do mutable) {
	if m.at != 0 && (m.pending == 0 || m.pending > m.at) {
		m.pending = m.at
		b.at(m.at, do)
	}
}

// due is that of a mutable action.
func (m *movable) due(at int64) int64 {
	switch {
	case m.pending > at:
		return never // an earlier one was set after the event was
	case m.at > at:
		m.pending = m.at
		return m.at
	case m.at == 0:
		m.pending = 0
		return never
	}
	return at
}

// eventHeap is a binary heap of events by (at, seq). It is written out because
// container/heap boxes every event it moves.
type eventHeap []event

func (h eventHeap) less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

func (h *eventHeap) push(e event) {
	*h = append(*h, e)
	s := *h
	for i := len(s) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s.less(i, parent) {
			break
		}
		s[i], s[parent] = s[parent], s[i]
		i = parent
	}
}

func (h *eventHeap) pop() event {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	s[last] = event{}
	s = s[:last]
	*h = s
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s.less(child+1, child) {
			child++
		}
		if !s.less(child, i) {
			break
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
	return top
}
