package sim

import "time"

// Loss detection and time-outs of a sender.
const (
	initialTimeout = int64(1e9)   // RFC 6298, section 2.1
	minTimeout     = int64(200e6) // Linux's; RFC 6298 asks for 1 s
	maxTimeout     = int64(120e9) // Linux's
	maxRetries     = 15           // Linux's tcp_retries2: then the connection fails
	minProbe       = int64(10e6)  // of a tail loss probe, after its first draft
	delayedAck     = int64(200e6) // what a lone packet's acknowledgement may be held back: RFC 8985, WCDelAckT
	reordering     = 3 * MSS      // bytes sent later that have arrived before a hole counts as lost: RFC 6675's DupThresh
)

// sender is what a TCP sender knows of the bytes it has put out. Offsets count
// from the start of the stream: una <= next.
type sender struct {
	congestion congestion

	next   int64 // first byte that was never sent
	una    int64 // first byte that is not acknowledged in order
	edge   int64 // first byte beyond the receive window
	sacked spans // bytes above una that have arrived: RFC 2018
	lost   spans // bytes to send again
	resent []resend

	order      int64 // bytes put out so far, repeated ones included: a clock of sending
	round      int64 // the round trip ends when more than this is acknowledged
	peak       int64 // most bytes in flight in this round trip
	peakBefore int64 // the same of the one before
	held       int64 // bytes of the window held back until they make a larger burst
	recover    int64 // the window backs off again for losses beyond this byte
	recovering bool  // in fast recovery, where acknowledgements do not grow the window
	recovery   recovery

	srtt, rttvar int64 // nanoseconds; 0 before the first sample
	since        int64 // instant that the time-out counts from: una moved on, or its byte left, for the first time or again
	retries      int   // time-outs in a row
	asked        int   // probes of the receiver's closed window since something was sent
	unanswered   int   // those of them in a row that brought no answer
	probed       bool  // a probe for a lost tail was sent since the last progress: RFC 8985
	timer        alarm

	stats SenderStats
}

// SenderStats counts what the sender of a connection went through. An end of a
// connection has it as the method SenderStats.
type SenderStats struct {
	RetransmittedBytes int64
	Recoveries         int64         // fast recoveries
	Timeouts           int64         // retransmission time-outs
	FirstTimeouts      int64         // series of time-outs in a row
	FirstTimeoutSum    time.Duration // of the first time-out of each series, for its mean
	RTTSamples         int64
	RTTSum             time.Duration // of the round-trip samples, for their mean
	Window             int64         // congestion window in bytes, now
}

// resend is a span that was sent again.
type resend struct {
	span
	order int64
	after int64 // every byte below this one had been sent before
}

// alarm is the one timer of a sender.
type alarm struct {
	movable
	kind alarmKind
}

type alarmKind int

const (
	alarmTimeout alarmKind = iota // retransmission time-out
	alarmProbe                    // tail loss probe
	alarmReorder                  // a hole has had its time to fill
	alarmWindow                   // the receiver has had no room for long: RFC 9293, section 3.8.6.1
)

// inFlight returns the bytes that may still be on their way.
func (s *sender) inFlight() int64 {
	return s.next - s.una - s.sacked.total() - s.lost.total()
}

// timeout returns the retransmission time-out in nanoseconds.
func (s *sender) timeout() int64 { return s.backedOff(s.retries) }

// backedOff returns the time-out after so many without an answer.
func (s *sender) backedOff(times int) int64 {
	rto := initialTimeout
	if s.srtt > 0 {
		rto = s.srtt + max(4*s.rttvar, minTimeout) // as Linux bounds the variation
	}
	for range times {
		rto *= 2
		if rto >= maxTimeout {
			return maxTimeout
		}
	}
	return rto
}

// sample takes a round-trip time: RFC 6298, section 2.
func (s *sender) sample(rtt int64) {
	if s.srtt == 0 {
		s.srtt, s.rttvar = max(rtt, 1), rtt/2
		return
	}
	d := s.srtt - rtt
	if d < 0 {
		d = -d
	}
	s.rttvar += (d - s.rttvar) / 4
	s.srtt += (rtt - s.srtt) / 8
}

// take returns the next span to send, of at most limit bytes, and whether it
// was sent before. available is how many new bytes may be sent.
func (s *sender) take(limit, available, now int64) (out span, again bool) {
	if s.una == s.next {
		s.since = now
	}
	s.asked = 0
	if len(s.lost) > 0 {
		out = s.lost[0]
		out.hi = min(out.hi, out.lo+max(limit/MSS*MSS, MSS))
		if out.lo == s.una {
			s.since = now // as Linux does when it repeats the first that is missing
		}
		s.lost.remove(out)
		s.order += out.hi - out.lo
		s.recovery.out += out.hi - out.lo
		s.resent = append(s.resent, resend{out, s.order, s.next})
		return out, true
	}
	out = span{s.next, s.next + min(limit, available)}
	s.next = out.hi
	s.order += out.hi - out.lo
	s.recovery.out += out.hi - out.lo
	s.peak = max(s.peak, s.inFlight())
	return out, false
}

// giveBack takes back the end of what take returned last. What has arrived
// since, of an earlier sending, or counts as lost again, is not there any more.
func (s *sender) giveBack(rest span, again bool) {
	s.recovery.out -= rest.hi - rest.lo
	if !again {
		s.next = rest.lo
		s.lost.remove(rest)
		return
	}
	for i := range s.resent {
		if r := &s.resent[i]; r.lo <= rest.lo && r.hi == rest.hi {
			r.hi = rest.lo
			s.lost.add(rest)
		}
	}
}

// acknowledged takes an acknowledgement and returns whether it brought news.
func (s *sender) acknowledged(a *ack, now int64) (progress bool) {
	if a.delivered < s.una || a.edge < s.edge {
		return false // overtaken
	}
	s.edge = a.edge
	una, had := s.una, s.una+s.sacked.total()
	s.una, s.sacked = a.delivered, a.sacked
	fresh := s.una + s.sacked.total() - had
	if fresh <= 0 {
		return false
	}
	rtt := now - a.sentAt
	s.sample(rtt)
	s.stats.RTTSamples++
	s.stats.RTTSum += time.Duration(rtt)
	before := s.sentBefore(a.order)
	s.forgetArrived()
	s.retries, s.probed = 0, false
	advanced := s.una > una
	if advanced {
		s.since = now // what arrives beyond a hole does not put off its time-out: RFC 6298, section 5.3
	}
	if s.recovering && s.una >= s.recover {
		s.recovering = false
		s.congestion.recovered()
	}
	found := s.detect(a.order)
	if s.loseHoles(before) {
		found = true
	}
	if found && s.una >= s.recover {
		s.enterRecovery()
	}
	n := news{bytes: fresh, held: s.held, now: now, rtt: rtt, spread: a.spread, round: s.una > s.round}
	n.flight = max(s.peak, s.peakBefore)
	if n.round {
		s.round = s.next
		s.peak, s.peakBefore = s.inFlight(), s.peak
	}
	if s.recovering {
		s.congestion.cwnd = float64(s.recovery.window(fresh, s.inFlight(), int64(s.congestion.threshold), advanced && !found))
	} else if advanced { // what arrives beyond a hole may be the first sign of loss
		s.congestion.acknowledged(n)
	}
	return true
}

// enterRecovery starts a fast recovery: the window backs off, and until what
// is in flight now has arrived, the recovery says how much may be sent.
func (s *sender) enterRecovery() {
	s.recovery = recovery{before: max(s.congestion.window(), MSS)}
	s.recovering, s.recover = true, s.next
	s.stats.Recoveries++
	s.congestion.lost()
}

// recovery is a fast recovery that sends in proportion to what arrives:
// Proportional Rate Reduction, RFC 6937, as Linux has it. All are bytes.
type recovery struct {
	before    int64 // the window when it began
	delivered int64 // since then
	out       int64 // sent since then
}

// window returns the congestion window after fresh bytes have arrived, with
// pipe in flight. safe says that nothing further was found lost.
func (r *recovery) window(fresh, pipe, threshold int64, safe bool) int64 {
	r.delivered += fresh
	var send int64
	if pipe > threshold {
		send = (r.delivered*threshold+r.before-1)/r.before - r.out
	} else {
		send = max(r.delivered-r.out, fresh)
		if safe {
			send += MSS
		}
		send = min(send, threshold-pipe)
	}
	if r.out == 0 {
		send = max(send, MSS) // the first loss is repeated at once
	}
	return pipe + max(send, 0)
}

// forgetArrived drops what has arrived from what is lost or sent again.
func (s *sender) forgetArrived() {
	if len(s.lost) > 0 {
		s.lost.remove(span{0, s.una})
		for _, o := range s.sacked {
			s.lost.remove(o)
		}
	}
	kept := s.resent[:0]
	for _, r := range s.resent {
		if r.lo = max(r.lo, s.una); r.lo < r.hi && !s.sacked.covers(r.span) {
			kept = append(kept, r)
		}
	}
	s.resent = kept
}

// detect moves what must be lost, given that something of the given order has
// arrived, to the bytes to send again, and returns whether there was any.
func (s *sender) detect(order int64) (found bool) {
	for i := 0; i < len(s.resent); i++ {
		if r := s.resent[i]; order >= r.order+reordering {
			s.lost.add(r.span)
			for _, o := range s.sacked {
				s.lost.remove(o)
			}
			s.resent = append(s.resent[:i], s.resent[i+1:]...)
			found = true
			i--
		}
	}
	above := s.sacked.total()
	lo := s.una
	for _, o := range s.sacked {
		if above < reordering {
			break
		}
		if s.lose(span{lo, o.lo}) {
			found = true
		}
		above -= o.hi - o.lo
		lo = o.hi
	}
	return found
}

// lose marks the bytes of a hole that are not marked or sent again already.
func (s *sender) lose(hole span) bool {
	if hole.lo >= hole.hi {
		return false
	}
	rest := spans{hole}
	for _, o := range s.lost {
		rest.remove(o)
	}
	for _, r := range s.resent {
		rest.remove(r.span)
	}
	for _, o := range rest {
		s.lost.add(o)
	}
	return len(rest) > 0
}

// sentBefore returns the end of the bytes that were sent for the first time
// before the one of the given order, which has arrived, was sent again; 0 if
// that was a first sending itself.
func (s *sender) sentBefore(order int64) (end int64) {
	for _, r := range s.resent {
		if r.order <= order && (r.lo < s.una || s.sacked.covers(r.span)) {
			end = max(end, r.after)
		}
	}
	return end
}

// loseHoles marks every byte below end that has not arrived and was not sent
// again: what was sent later has arrived (RFC 8985).
func (s *sender) loseHoles(end int64) (found bool) {
	lo := s.una
	for _, o := range s.sacked {
		if o.lo >= end {
			break
		}
		if s.lose(span{lo, o.lo}) {
			found = true
		}
		lo = o.hi
	}
	if lo < end && s.lose(span{lo, end}) {
		found = true
	}
	return found
}

// loseAll marks everything that has not arrived, as a time-out does.
func (s *sender) loseAll() {
	s.resent = s.resent[:0]
	lo := s.una
	for _, o := range s.sacked {
		s.lost.add(span{lo, o.lo})
		lo = o.hi
	}
	s.lost.add(span{lo, s.next})
}

// timedOut is a retransmission time-out.
func (s *sender) timedOut(now int64) {
	s.stats.Timeouts++
	if s.retries == 0 {
		s.stats.FirstTimeouts++
		s.stats.FirstTimeoutSum += time.Duration(s.timeout())
		s.congestion.timedOut(s.inFlight())
	} else {
		s.congestion.cwnd = MSS
	}
	s.retries++
	s.since = now
	s.recovering, s.recover = false, s.next
	s.loseAll()
}

// nextAlarm returns when and why the sender must look again if nothing arrives.
func (s *sender) nextAlarm(now int64) (alarmKind, int64) {
	if s.una == s.next {
		return 0, 0
	}
	rto := max(s.since+s.timeout(), now+1)
	switch {
	case s.retries > 0 || s.srtt == 0:
		return alarmTimeout, rto
	case len(s.sacked) > 0 && len(s.lost) == 0 && len(s.resent) == 0:
		// A hole, but too little above it to call it lost.
		return alarmReorder, min(now+max(s.srtt/4, 1), rto)
	case !s.probed && !s.recovering && len(s.sacked) == 0 && len(s.lost) == 0:
		pto := now + max(2*s.srtt, minProbe)
		if s.next-s.una <= MSS {
			pto += delayedAck
		}
		return alarmProbe, min(pto, rto)
	}
	return alarmTimeout, rto
}

// probe makes the last packet due again, to learn what became of the tail.
func (s *sender) probe() {
	s.probed = true
	s.lose(span{max(s.una, s.next-MSS), s.next})
}

// windowLeft returns how many bytes the congestion window leaves.
func (s *sender) windowLeft() int64 {
	return s.congestion.window() - s.inFlight()
}
