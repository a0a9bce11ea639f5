package p2p

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/p2p/wire"
)

// quietShare is an idleShare that grants nothing, whose neighbours hold only so many
// pieces.
func quietShare(pieces, sessions, held int) (*share, []*session) {
	sh, s := idleShare(pieces, sessions)
	sh.node.selfish = true
	sh.node.uploads.slots = newSlots(3)
	for _, x := range s {
		x.lane.session = x
		for i := held; i < pieces; i++ {
			x.theirs.clear(i)
			sh.pick.copies[i]--
		}
	}
	return sh, s
}

// frames returns what is queued for the neighbour, and takes it out.
func (s *session) frames(t *testing.T) (all []*wire.Frame) {
	dec := wire.NewDecoder(bytes.NewReader(s.outbox))
	s.outbox = nil
	for {
		f := &wire.Frame{}
		err := dec.Decode(f, wire.MaxFrame)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, f)
	}
}

// TestNothingIsOfferedInVain: a neighbour that has asked for all that is held here is
// offered nothing, until something new is held or it says that it would take something.
func TestNothingIsOfferedInVain(t *testing.T) {
	sh, all := quietShare(10, 1, 0)
	s := all[0]
	sh.pick.have.set(0)
	sh.pick.have.set(1)
	s.lane.willing = true
	s.rank()
	behind := s.lane.behind

	s.onHave(&wire.Have{Asked: []uint32{0, 5}}, time.Now())
	assert.True(t, s.lane.willing, "piece 1 is left")
	assert.Less(t, s.lane.behind, behind, "what will come counts")
	s.hears([]uint32{1})
	assert.False(t, s.lane.willing)

	sh.gained(5, s, time.Now())
	assert.False(t, s.lane.willing, "it has asked for that one, too")
	sh.gained(6, s, time.Now())
	assert.True(t, s.lane.willing)

	s.hears([]uint32{6})
	s.onInterest(true) // a source has failed, or is slow
	s.hears([]uint32{0, 1, 5, 6})
	assert.True(t, s.lane.willing, "as it has said itself")
	assert.False(t, s.wanting())
	s.lane.granted = []time.Time{time.Now()}
	require.NoError(t, s.take(&wire.Frame{Body: &wire.Frame_Decline{Decline: &wire.Decline{Count: 1}}}))
	assert.False(t, s.lane.willing)

	s.onInterest(true)
	s.lane.granted = []time.Time{time.Now()}
	s.hears([]uint32{1, 5, 6})
	s.onRequest(0, 0, time.Now())
	assert.False(t, s.lane.willing, "the request was for the last that it lacks")
}

// TestTellingWhatIsAsked: neighbours of which nothing else is wanted hear of it at once,
// the others with what is sent to them anyway; all of them while nothing is held.
func TestTellingWhatIsAsked(t *testing.T) {
	sh, s := quietShare(10, 4, 2) // they hold 0 and 1
	s[2].theirs.set(2)
	s[3].theirs = newBitfield(10)
	telling := func() (who []int) {
		for i, x := range s {
			if x.telling {
				who = append(who, i)
			}
			x.telling = false
		}
		return who
	}
	sh.claimed(0, s[0])
	assert.Equal(t, []int{1, 2, 3}, telling(), "nothing is held")
	assert.Equal(t, []uint32{0}, s[1].news())
	assert.Empty(t, s[1].news(), "once")
	assert.Empty(t, s[0].news(), "it was asked itself")

	sh.gained(0, s[0], time.Now())
	sh.claimed(1, s[0])
	assert.Equal(t, []int{1, 3}, telling(), "the third has something else to offer")
	assert.False(t, s[1].unwanted(), "it does not know yet")
	s[1].telling = true
	s[1].announce()
	got := s[1].frames(t)
	require.Len(t, got, 1)
	assert.Equal(t, []uint32{1}, got[0].GetHave().GetAsked())
	assert.True(t, s[1].unwanted())
	assert.False(t, s[2].unwanted())

	sh.release(1)
	got = s[1].frames(t)
	require.Len(t, got, 1)
	assert.True(t, got[0].GetInterest().GetInterested(), "the one that was asked does not send it")
	assert.False(t, s[1].unwanted())
	assert.Empty(t, s[2].frames(t), "it believes that something is wanted anyway")

	sh.claimed(1, s[0])
	late := &request{piece: 1, asked: time.Now()}
	s[0].requests[1] = late
	s[1].takeOver(s[0], late, time.Now())
	assert.True(t, s[1].unwanted(), "it was asked for all that it has")
}

// TestQuietHaves: who holds a piece hears that it is held here only when something is
// sent to it anyway.
func TestQuietHaves(t *testing.T) {
	sh, s := quietShare(10, 2, 2)
	for i := range 2 {
		sh.gained(i, s[1], time.Now())
	}
	s[0].announce()
	assert.Empty(t, s[0].frames(t))
	sh.gained(2, s[1], time.Now())
	s[0].announce()
	got := s[0].frames(t)
	require.Len(t, got, 1)
	assert.Equal(t, []uint32{2, 0, 1}, got[0].GetHave().GetPieces())
	s[1].announce()
	got = s[1].frames(t)
	require.Len(t, got, 1)
	assert.Equal(t, []uint32{0, 1, 2}, got[0].GetHave().GetPieces(), "they are the acknowledgement")
}
