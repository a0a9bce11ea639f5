package sim

import "syscall"

// setAlarm sets the sender's timer anew.
func (p *pipe) setAlarm(b *Bench) {
	t := &p.sender.timer
	t.kind, t.at = p.sender.nextAlarm(b.now())
	if t.at == 0 && p.stuck() {
		t.kind, t.at = alarmWindow, b.now()+p.sender.backedOff(p.sender.asked)
	}
	t.schedule(b, (*alarmEvent)(p))
}

// alarmEvent is the sender's timer going off; most are set anew before.
type alarmEvent pipe

func (e *alarmEvent) run(b *Bench) {
	p := (*pipe)(e)
	s, now := &p.sender, b.now()
	t := &s.timer
	if at := e.due(now); at != now {
		if at != never {
			b.at(at, e)
		}
		return
	}
	t.pending, t.at = 0, 0
	if p.leaving {
		return // what has not left the node cannot be lost; sent sets the timer anew
	}
	switch t.kind {
	case alarmReorder:
		if s.loseHoles(s.sacked.end()) && s.una >= s.recover {
			s.enterRecovery()
			s.congestion.cwnd = float64(s.recovery.window(0, s.inFlight(), int64(s.congestion.threshold), false))
		}
	case alarmProbe:
		s.probe()
	case alarmWindow:
		if s.unanswered >= maxRetries {
			p.src.fail(syscall.ETIMEDOUT)
			return
		}
		if p.stuck() {
			s.asked++
			s.unanswered++
			b.send(p.forth, 1, call(func() { p.askedForRoom(b) }))
		}
	default:
		if s.retries >= maxRetries {
			p.src.fail(syscall.ETIMEDOUT)
			return
		}
		s.timedOut(now)
	}
	p.push(b)
	p.setAlarm(b)
}

// due implements mutable.
func (e *alarmEvent) due(at int64) int64 {
	p := (*pipe)(e)
	if p.over() {
		return never
	}
	return p.sender.timer.due(at)
}

// stuck says that there is something to send, but neither room for it at the
// receiver nor anything under way whose acknowledgement could tell of room.
func (p *pipe) stuck() bool {
	s := &p.sender
	if s.una < s.next || p.over() {
		return false
	}
	rest := p.end() - s.next
	return s.edge-s.next < min(rest, MSS) && !(p.closing && rest == 1)
}

// askedForRoom is a probe of a closed window that arrives: the acknowledgement
// that told of room may have been lost.
func (p *pipe) askedForRoom(b *Bench) {
	if p.dst.err != nil {
		p.dst.sendReset(b)
		return
	}
	p.acknowledge(b, 1, burst{order: p.sender.order, sentAt: b.now()})
}
