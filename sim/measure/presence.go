package measure

import "time"

// Up says that the node's software runs.
func (r *Recorder) Up(node string) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.online[node] {
		return
	}
	r.turn(now, node, true)
	if since, ok := r.downSince[node]; ok {
		r.down[node] += now - max(since, 0)
		delete(r.downSince, node)
	}
}

// Down says that the node's software has ended.
func (r *Recorder) Down(node string) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.online[node] {
		return
	}
	r.turn(now, node, false)
	r.downSince[node] = now
}

// turn notes that a node goes up or down; r.mu is held.
func (r *Recorder) turn(now time.Duration, node string, up bool) {
	r.online[node] = up
	if up {
		r.upCount++
	} else {
		r.upCount--
	}
	r.waiting.turns(now, node, up)
	r.copies.turns(node, up)
}

// Wiped says that the node, which is down, has lost every piece.
func (r *Recorder) Wiped(node string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, h := range r.holdings {
		if k.node == node {
			h.bytes, h.steps = 0, 0
		}
	}
	r.copies.wiped(node)
}

// Arrive says that a node that comes with its request is there: before, it was
// not down but absent.
func (r *Recorder) Arrive(node string) {
	now := r.cfg.Now()
	r.mu.Lock()
	r.arrived[node] = now
	r.mu.Unlock()
	r.Up(node)
}

// Leave says that such a node is gone for good, and why. It is not down since,
// but absent.
func (r *Recorder) Leave(node, why string) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.online[node] {
		r.turn(now, node, false)
	}
	if since, ok := r.downSince[node]; ok {
		r.down[node] += now - max(since, 0)
		delete(r.downSince, node)
	}
	r.left[node] = now
	r.event(now, EventLeave, node, "", why)
}
