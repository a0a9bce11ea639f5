package measure

import "time"

// asker is how long a node has waited for a verified byte. Its clock runs while
// it is up and has a request open.
type asker struct {
	open    int           // requests
	since   time.Duration // when its clock was read last
	waited  time.Duration // on its clock since the last verified byte
	longest time.Duration
}

// progress ends a spell of waiting.
func (a *asker) progress() {
	a.longest = max(a.longest, a.waited)
	a.waited = 0
}

// waiting is the patience of all nodes. The zero value is not ready; r.mu of the
// recorder guards it.
type waiting struct {
	askers map[string]*asker // nodes that have asked
	active int               // open requests of nodes that are up
	pace   pace
}

// read brings the clocks to now, where up says whether the node's runs.
func (w *waiting) read(now time.Duration, a *asker, up bool) {
	now = max(now, 0)
	w.pace.ask(now, w.active)
	if up && a.open > 0 {
		a.waited += max(now-a.since, 0)
	}
	a.since = now
}

// asks opens a request of a node.
func (w *waiting) asks(now time.Duration, node string, up bool) {
	a := w.askers[node]
	if a == nil {
		a = &asker{}
		w.askers[node] = a
	}
	w.read(now, a, up)
	a.open++
	if up {
		w.active++
	}
}

// ends closes a request of a node.
func (w *waiting) ends(now time.Duration, node string, up bool) {
	a := w.askers[node]
	w.read(now, a, up)
	if a.open--; a.open == 0 {
		a.progress()
	}
	if up {
		w.active--
	}
}

// turns says that a node goes up or down.
func (w *waiting) turns(now time.Duration, node string, up bool) {
	a := w.askers[node]
	if a == nil {
		return
	}
	w.read(now, a, !up)
	if up {
		w.active += a.open
	} else {
		w.active -= a.open
	}
}

// verified says that a node got bytes.
func (w *waiting) verified(now time.Duration, node string, up bool, bytes int) {
	w.pace.deliver(now, bytes)
	if a := w.askers[node]; a != nil {
		w.read(now, a, up)
		a.progress()
	}
}

// stalls returns the longest wait of each node that has asked, those that go on
// included.
func (w *waiting) stalls(now time.Duration, online map[string]bool) map[string]time.Duration {
	out := make(map[string]time.Duration, len(w.askers))
	for node, a := range w.askers {
		w.read(now, a, online[node])
		out[node] = max(a.longest, a.waited)
	}
	return out
}
