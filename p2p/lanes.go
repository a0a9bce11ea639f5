package p2p

import (
	"slices"
	"time"
)

// lane is what the upload scheduler knows of one neighbour and one file.
type lane struct {
	session *session    // whose lane it is; of no interest to the scheduler
	willing bool        // a grant would probably be used: it lacks something held here and has not declined since
	choked  bool        // tit-for-tat gives it nothing for now
	granted []time.Time // when the grants left that it has not answered, the oldest first
	queued  int         // its requests that wait for a slot
	active  int         // its requests that are being sent
	behind  int         // how much of the file it lacks, in steps of 1/behindLevels
	spare   int         // how much its uplink could do beyond what it does; see level
	turn    uint64

	reply time.Duration // smoothed time from a grant to its answer, 0 if unknown
	trip  time.Duration // how long a message and its answer took when the connection was made, 0 if unknown
}

// pending returns the uploads that this neighbour has claimed.
func (l *lane) pending() int { return len(l.granted) + l.queued + l.active }

// lanes shares a node's upload slots among its neighbours. A slot goes to the
// willing neighbour that claims the fewest, and among those to the one that was
// served longest ago. It is not safe for concurrent use.
type lanes struct {
	all   []*lane
	turns uint64
}

func (s *lanes) add(l *lane) {
	s.all = append(s.all, l)
}

func (s *lanes) remove(l *lane) {
	for i, x := range s.all {
		if x == l {
			s.all[i] = s.all[len(s.all)-1]
			s.all = s.all[:len(s.all)-1]
			return
		}
	}
}

// next returns the lane to serve, or nil if no neighbour would take anything.
func (s *lanes) next(allowed func(*lane) bool) *lane {
	var best *lane
	spread := s.turns%2 == 0
	for _, l := range s.all {
		if !l.willing || l.choked || best != nil && !l.before(best, spread) {
			continue
		}
		if allowed(l) {
			best = l
		}
	}
	return best
}

// before says whether l deserves the next slot rather than m.
func (l *lane) before(m *lane, spread bool) bool {
	switch {
	case spread && l.spare != m.spare:
		return l.spare > m.spare
	case l.behind != m.behind:
		return l.behind > m.behind
	case l.pending() != m.pending():
		return l.pending() < m.pending()
	}
	return l.turn < m.turn
}

// served notes that the lane had its turn.
func (s *lanes) served(l *lane) {
	s.turns++
	l.turn = s.turns
}

// granted counts the grants that are not answered.
func (s *lanes) granted() (n int) {
	for _, l := range s.all {
		n += len(l.granted)
	}
	return n
}

// answered takes the oldest grant of the lane as answered, and returns how long that
// took; ok is false if none was left to answer.
func (l *lane) answered(now time.Time) (took time.Duration, ok bool) {
	if len(l.granted) == 0 {
		return 0, false
	}
	took = now.Sub(l.granted[0])
	l.granted = slices.Delete(l.granted, 0, 1)
	if l.reply == 0 {
		l.reply = took
	}
	l.reply += (took - l.reply) / 4
	return took, true
}
