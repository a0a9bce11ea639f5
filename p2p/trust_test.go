package p2p

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/assert"

	"versus/sim/workload"
)

// TestBlame: a corrupt piece from several senders is charged to those whose part
// was wrong, once the right one has come.
func TestBlame(t *testing.T) {
	right := bytes.Repeat([]byte{7}, 1000)
	wrong := func(at ...int) []byte {
		b := bytes.Clone(right)
		for _, i := range at {
			b[i] ^= 1
		}
		return b
	}
	tests := []struct {
		name   string
		got    []byte
		parts  []part
		last   peer.ID
		guilty []peer.ID
	}{
		{name: "the first part", got: wrong(0), parts: []part{{from: "a", end: 400}}, last: "b", guilty: []peer.ID{"a"}},
		{name: "the last byte of the first part", got: wrong(399), parts: []part{{from: "a", end: 400}}, last: "b", guilty: []peer.ID{"a"}},
		{name: "the first byte of the second", got: wrong(400), parts: []part{{from: "a", end: 400}}, last: "b", guilty: []peer.ID{"b"}},
		{name: "both", got: wrong(0, 999), parts: []part{{from: "a", end: 400}}, last: "b", guilty: []peer.ID{"a", "b"}},
		{name: "one of three", got: wrong(500), parts: []part{{from: "a", end: 400}, {from: "b", end: 700}}, last: "c", guilty: []peer.ID{"b"}},
		{name: "twice the same", got: wrong(0, 999), parts: []part{{from: "a", end: 400}, {from: "b", end: 700}}, last: "a", guilty: []peer.ID{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sh, _ := idleShare(10, 3)
			sh.suspect(sentBy(sh.node.store, 4, tt.got, tt.parts), tt.last)
			assert.True(t, sh.blameOpen(4))
			assert.Empty(t, sh.node.disk.strikes, "nobody knows yet")
			sh.resolve(3, right, time.Unix(1000, 0))
			assert.Empty(t, sh.node.disk.strikes, "another piece")
			sh.resolve(4, right, time.Unix(1000, 0))
			want := map[peer.ID]int{}
			for _, p := range tt.guilty {
				want[p] = 1
			}
			assert.Equal(t, want, sh.node.disk.strikes)
			assert.Zero(t, sh.doubtful)
			assert.False(t, sh.blameOpen(4))
			sh.resolve(4, right, time.Unix(1001, 0))
			assert.Equal(t, want, sh.node.disk.strikes, "once")
		})
	}
}

// sentBy returns the request for a piece whose parts came from some neighbours and
// the rest from the one that was asked last.
func sentBy(store *workload.Store, piece int, got []byte, parts []part) *request {
	r := &request{piece: piece, body: store.Begin(false)}
	take := func(end int) {
		b := got[r.got:end]
		if r.body = r.body.Append(b); r.own != nil {
			r.own = r.own.Append(b)
		}
		r.got = end
	}
	for _, p := range parts {
		take(p.end)
		r = r.rest(p.from, store, time.Unix(1000, 0))
	}
	take(len(got))
	return r
}

// TestNoBlameWithoutTheRightBytes: a doubt that cannot be settled is forgotten.
func TestNoBlameWithoutTheRightBytes(t *testing.T) {
	sh, _ := idleShare(10, 2)
	sh.suspect(sentBy(sh.node.store, 4, make([]byte, 1000), []part{{from: "a", end: 400}}), "b")
	sh.resolve(4, nil, time.Unix(1000, 0))
	assert.Empty(t, sh.node.disk.strikes)
	assert.Zero(t, sh.doubtful)
	assert.False(t, sh.blameOpen(4))
}

func TestDoubtsAreBounded(t *testing.T) {
	sh, _ := idleShare(2*mostDoubts, 2)
	for i := range 2 * mostDoubts {
		sh.suspect(sentBy(sh.node.store, i, make([]byte, 1000), []part{{from: "a", end: 400}}), "b")
	}
	assert.Equal(t, mostDoubts, sh.doubtful)
	assert.Len(t, sh.doubts, mostDoubts/2)
}

// TestDistrust: who sent a corrupt piece is asked for nothing that another has,
// then for one piece at a time, and what it holds does not count any more.
func TestDistrust(t *testing.T) {
	now := time.Unix(1000, 0)
	sh, s := idleShare(10, 2)
	n, bad, good := sh.node, s[0], s[1]
	good.theirs.clear(6)
	sh.pick.copies[6]--
	bad.requests[2] = &request{piece: 2, asked: now}
	sh.pick.inflight.set(2)
	assert.EqualValues(t, 2, sh.pick.copies[1])

	n.strike(bad.peer, now)
	assert.EqualValues(t, 1, sh.pick.copies[1], "its announcements count for nothing")
	assert.EqualValues(t, 0, sh.pick.copies[6])
	assert.True(t, bad.requests[2].withdrawn, "what it was asked for is taken back")
	assert.False(t, sh.pick.inflight.has(2), "and asked for elsewhere")
	delete(bad.requests, 2)
	piece, _, _, ok := sh.choose(bad, now.Add(time.Second))
	assert.True(t, ok)
	assert.Equal(t, 6, piece, "nobody else has it")
	sh.pick.have.set(6)
	_, _, _, ok = sh.choose(bad, now.Add(time.Second))
	assert.False(t, ok)
	_, _, _, ok = sh.choose(bad, now.Add(paroleTime+1))
	assert.True(t, ok, "another chance")
	bad.requests[3] = &request{piece: 3, asked: now}
	_, _, _, ok = sh.choose(bad, now.Add(paroleTime+1))
	assert.False(t, ok, "one at a time")
	_, _, _, ok = sh.choose(good, now)
	assert.True(t, ok)
}

func TestTakeOverFromTheDistrusted(t *testing.T) {
	now := time.Unix(1000, 0)
	sh, s := idleShare(10, 2)
	sh.node.disk.strikes[s[0].peer] = 1
	old := &request{piece: 4, got: 3, body: sh.node.store.Begin(false).Append([]byte("abc"))}
	s[0].requests[4] = old
	s[1].takeOver(s[0], old, now)
	r := s[1].requests[4]
	assert.Zero(t, r.got, "its bytes are not used")
	assert.Empty(t, r.parts, fmt.Sprint("the piece has one sender: ", s[1].peer))
}
