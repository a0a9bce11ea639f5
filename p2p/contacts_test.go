package p2p

import (
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func known(id string) peer.AddrInfo {
	return addrInfo(peer.ID(id), ma.StringCast("/ip4/10.0.0.1/tcp/4001"))
}

func idNames(cs []*contact) (out []string) {
	for _, c := range cs {
		out = append(out, string(c.ID))
	}
	return out
}

func nobody(*contact) bool { return false }

func TestContactsDue(t *testing.T) {
	t0 := time.Unix(1000, 0)
	tests := []struct {
		name        string
		do          func(b *contacts)
		after       time.Duration
		lost, fresh []string
	}{
		{name: "nobody is known"},
		{name: "who was met before comes first", do: func(b *contacts) {
			b.add(known("a"))
			b.isMet(known("b"))
		}, fresh: []string{"b", "a"}},
		{name: "without an address", do: func(b *contacts) { b.add(addrInfo("a")) }},
		{name: "just lost", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0)
		}, after: redialFirst - 1},
		{name: "lost", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0)
		}, after: redialFirst, lost: []string{"a"}},
		{name: "lost and found", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0)
			b.isMet(addrInfo("a"))
		}, after: redialFirst, fresh: []string{"a"}},
		{name: "dialed in vain a moment ago", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0)
			b.failed("a", t0)
		}, after: redialPause - 1},
		{name: "lost long ago is dialed seldom", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0.Add(-redialEagerly-1))
			b.failed("a", t0)
		}, after: redialSeldom - 1},
		{name: "and still is", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0.Add(-redialEagerly-1))
			b.failed("a", t0)
		}, after: redialSeldom, lost: []string{"a"}},
		{name: "forgotten", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0.Add(-forgottenAfter-1))
			b.failed("a", t0)
		}, after: time.Hour},
		{name: "never met and dialed in vain", do: func(b *contacts) {
			b.add(known("a"))
			for range namedAttempts {
				b.failed("a", t0)
			}
		}, after: time.Hour},
		{name: "refused", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isRefused("a")
		}, after: time.Hour},
		{name: "does not share the file now", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isAbsent("a", t0)
		}, after: redialSeldom, lost: []string{"a"}},
		{name: "needs nothing", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isServed("a", t0)
		}, after: servedPause - 1},
		{name: "the node itself was away", do: func(b *contacts) {
			b.isMet(known("a"))
			b.isLost("a", t0)
			b.failed("a", t0)
			b.revive()
		}, fresh: []string{"a"}},
		{name: "dialed longest ago comes first", do: func(b *contacts) {
			for i, id := range []string{"a", "b", "c"} {
				b.isMet(known(id))
				b.isLost(peer.ID(id), t0.Add(time.Duration(-i)*time.Second))
			}
		}, after: time.Second, lost: []string{"c", "b", "a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newContacts()
			if tt.do != nil {
				tt.do(b)
			}
			lost, fresh := b.due(t0.Add(tt.after), true, nobody)
			assert.Equal(t, tt.lost, idNames(lost), "lost")
			assert.Equal(t, tt.fresh, idNames(fresh), "fresh")
			lost, fresh = b.due(t0.Add(tt.after), false, nobody)
			assert.Equal(t, tt.lost, idNames(lost), "lost")
			assert.Empty(t, fresh, "no others are wanted")
			lost, fresh = b.due(t0.Add(tt.after), true, func(*contact) bool { return true })
			assert.Empty(t, append(lost, fresh...))
		})
	}
}

func TestContactsAreBounded(t *testing.T) {
	b := newContacts()
	now := time.Unix(1000, 0)
	b.isMet(known("neighbour"))
	b.isMet(known("gone"))
	b.isLost("gone", now)
	for i := range 2 * mostContacts {
		require.NotNil(t, b.add(known(fmt.Sprint(i))))
	}
	assert.Len(t, b.all, mostContacts)
	assert.Len(t, b.byID, mostContacts)
	assert.NotNil(t, b.byID["neighbour"])
	assert.NotNil(t, b.byID["gone"], "strangers go first")
	for i := range 2 * mostContacts {
		b.isMet(known(fmt.Sprint("met", i)))
	}
	assert.Len(t, b.all, mostContacts)
	assert.NotNil(t, b.byID["neighbour"])
	assert.Nil(t, b.byID["gone"])
	assert.Nil(t, b.add(known("late")), "everybody is a neighbour")
}
