package p2p

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/workload"
)

// idleShare is a share of a file of so many pieces of 1,000 bytes, with
// sessions that have no stream: for decisions, not for I/O.
func idleShare(pieces, sessions int) (*share, []*session) {
	m := &workload.Manifest{File: "f", Size: int64(pieces) * 1000, PieceSize: 1000, Pieces: make([]workload.Digest, pieces)}
	n := &node{dep: &deployment{settings: settings{strikes: 3}}, disk: newDisk(), store: workload.NewStore("n", nil, nil),
		parole: map[peer.ID]time.Time{}, shares: map[string]*share{}}
	sh := &share{node: n, file: "f", manifest: m, whole: map[int]bool{}, doubts: map[int][]doubt{}, known: newContacts(),
		pick: newPicker(pieces, rarestFirst, rand.New(rand.NewPCG(1, 2)))}
	n.shares["f"] = sh
	for i := range sessions {
		s := &session{node: n, share: sh, peer: peer.ID(rune('a' + i)), greeted: true, counts: true, theirs: newBitfield(pieces),
			asked: newBitfield(pieces), told: newBitfield(pieces), requests: map[int]*request{}, signal: make(chan struct{}, 1)}
		for p := range pieces {
			s.theirs.set(p)
			sh.pick.seen(p)
		}
		sh.sessions = append(sh.sessions, s)
	}
	return sh, sh.sessions
}

// steady is an intake in which bytes have come at the rate for a while.
func steady(rate float64) (d intake) {
	for range 2 * rateTicks {
		d.got(int(rate * tickInterval.Seconds()))
		d.tick()
	}
	return d
}

func TestRescue(t *testing.T) {
	now := time.Unix(1000, 0)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	type late struct {
		asked time.Duration // ago
		first time.Duration // ago; 0 for not begun
		got   int
	}
	tests := []struct {
		name      string
		pace      time.Duration // of the new source
		oldPace   time.Duration
		requests  []late // of the old source, by piece; pieces beyond are held
		free      bool   // a further piece is not asked for at all
		fullSpeed bool
		reply     time.Duration
		moved     int64
		want      int // piece, -1 for none
	}{
		{name: "nothing is asked for", pace: time.Second, want: -1},
		{name: "about as soon from the old", pace: time.Second, oldPace: time.Second,
			requests: []late{{asked: 500 * time.Millisecond}}, want: -1},
		{name: "not begun at a slow source", pace: time.Second, oldPace: 5 * time.Second,
			requests: []late{{asked: time.Second}}, want: 0},
		{name: "just asked", pace: 100 * time.Millisecond, oldPace: 5 * time.Second,
			requests: []late{{asked: 50 * time.Millisecond}}, want: -1},
		{name: "half of it at a slow source", pace: time.Second, oldPace: time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 500}}, want: 0},
		{name: "nearly all of it", pace: time.Second, oldPace: time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 990}}, want: -1},
		{name: "the latest of several", pace: time.Second, oldPace: 2 * time.Second,
			requests: []late{{asked: 2 * time.Second, first: 2 * time.Second, got: 500}, {asked: 9 * time.Second, first: 9 * time.Second, got: 500}}, want: 1},
		{name: "something else is to be had", pace: time.Second, oldPace: 5 * time.Second,
			requests: []late{{asked: time.Second}}, free: true, want: -1},
		{name: "the downlink is full for longer", pace: time.Second, oldPace: 5 * time.Second,
			requests: []late{{asked: time.Second}}, fullSpeed: true, want: -1},
		{name: "the budget is used up", pace: time.Second, oldPace: 5 * time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 500}}, reply: time.Second, moved: 10_000, want: -1},
		{name: "the budget is used up, but nothing is on its way", pace: time.Second, oldPace: 5 * time.Second,
			requests: []late{{asked: time.Second}}, reply: time.Second, moved: 10_000, want: 0},
		{name: "too much of it is on its way", pace: time.Second, oldPace: time.Second, reply: 5 * time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 500}}, want: -1},
		{name: "but it is the last and would be long in coming", pace: 100 * time.Millisecond, oldPace: 5 * time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 900}}, reply: 500 * time.Millisecond, moved: 117, want: 0},
		{name: "it is the last, but soon comes", pace: 100 * time.Millisecond, oldPace: 5 * time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 965}}, reply: 500 * time.Millisecond, moved: 117, want: -1},
		{name: "it is one of many", pace: 100 * time.Millisecond, oldPace: 5 * time.Second,
			requests: []late{{asked: 10 * time.Second, first: 10 * time.Second, got: 900}, {asked: 10 * time.Millisecond}, {asked: 10 * time.Millisecond}}, reply: 500 * time.Millisecond, moved: 117, want: -1},
		{name: "nothing is known of any source", requests: []late{{asked: 9 * time.Second}}, want: -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sh, s := idleShare(10, 2)
			old, fresh := s[0], s[1]
			old.pace, fresh.pace = tt.oldPace, tt.pace
			sh.moved = tt.moved
			fresh.node.uploads.reply = tt.reply
			for i := range 10 {
				switch {
				case i < len(tt.requests):
					r := tt.requests[i]
					x := &request{piece: i, asked: ago(r.asked), got: r.got}
					if r.first > 0 {
						x.first = ago(r.first)
					}
					old.requests[i] = x
					sh.pick.inflight.set(i)
				case i < 9 || !tt.free:
					sh.pick.have.set(i)
				}
			}
			if tt.fullSpeed {
				sh.intake = steady(100)
			}
			from, r := sh.rescue(fresh, now)
			if tt.want < 0 {
				assert.Nil(t, r)
				return
			}
			require.NotNil(t, r)
			assert.Same(t, old, from)
			assert.Equal(t, tt.want, r.piece)
		})
	}
}

func TestTakeOver(t *testing.T) {
	now := time.Unix(1000, 0)
	sh, s := idleShare(10, 2)
	old := &request{piece: 4, got: 3, body: sh.node.store.Begin(false).Append([]byte("abc"))}
	s[0].requests[4] = old
	sh.pick.inflight.set(4)
	s[1].takeOver(s[0], old, now)
	assert.True(t, old.withdrawn)
	r := s[1].requests[4]
	require.NotNil(t, r)
	assert.Equal(t, 3, r.got)
	assert.Equal(t, []part{{from: s[0].peer, end: 3, sum: sha256.Sum256([]byte("abc"))}}, r.parts, "who sent what, should the piece be corrupt")
	old.body = old.body.Append([]byte("xyz")) // the old reader goes on
	assert.Equal(t, workload.Digest(sha256.Sum256([]byte("abcdef"))), r.body.Append([]byte("def")).Digest())
	assert.Equal(t, workload.Digest(sha256.Sum256([]byte("def"))), r.own.Append([]byte("def")).Digest(), "what this neighbour sends")
	assert.NotEmpty(t, s[0].outbox, "a Cancel")
	assert.NotEmpty(t, s[1].outbox, "a Request")
}

func TestTooSlow(t *testing.T) {
	tests := []struct {
		name       string
		pace       time.Duration
		other      time.Duration
		rate       float64 // bytes per second; five pieces of 1,000 bytes are missing
		full       bool    // the downlink is
		asked      int     // pieces that were asked for
		otherHolds bool
		want       bool
	}{
		{name: "there is time", pace: time.Second, other: 100 * time.Millisecond, rate: 1000, otherHolds: true},
		{name: "it would be the last", pace: 5 * time.Second, other: time.Second, rate: 10_000, otherHolds: true, want: true},
		{name: "nobody is much faster", pace: 5 * time.Second, other: 3 * time.Second, rate: 10_000, otherHolds: true},
		{name: "nobody else holds it", pace: 5 * time.Second, other: time.Second, rate: 10_000},
		{name: "a new source", other: time.Second, rate: 10_000, otherHolds: true},
		{name: "the downlink is full without it", pace: time.Second, other: 100 * time.Millisecond, rate: 500, full: true, asked: 4, otherHolds: true, want: true},
		{name: "the downlink is full, but not for long", pace: time.Second, other: 100 * time.Millisecond, rate: 500, full: true, asked: 3, otherHolds: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sh, s := idleShare(10, 2)
			s[0].pace, s[1].pace = tt.pace, tt.other
			if !tt.otherHolds {
				s[1].theirs.clear(7)
			}
			for i := range 5 {
				sh.pick.have.set(i)
			}
			for i := range tt.asked {
				sh.pick.inflight.set(5 + i)
			}
			sh.intake = steady(tt.rate)
			if !tt.full {
				sh.intake.most *= 2
			}
			assert.Equal(t, tt.want, sh.tooSlow(s[0], 7, time.Unix(1000, 0)))
		})
	}
}
