package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What arrives beyond a hole does not put off the time-out of the hole, whose
// repetition may be lost as well (RFC 6298, section 5.3).
func TestTimeoutOfAHoleIsNotPutOff(t *testing.T) {
	const ms = int64(time.Millisecond)
	s := &sender{congestion: newCongestion(Reno), edge: 1 << 30}
	for range 20 {
		s.take(MSS, MSS, 0)
	}
	arrived := func(packet, now int64) {
		a := &ack{delivered: s.una, edge: s.edge, order: (packet + 1) * MSS, sentAt: now - 100*ms}
		a.sacked = append(spans{}, s.sacked...)
		a.sacked.add(span{packet * MSS, (packet + 1) * MSS})
		require.True(t, s.acknowledged(a, now))
	}
	now, repeated := 100*ms, int64(0)
	for packet := int64(1); packet < 20; packet++ {
		arrived(packet, now)
		if len(s.lost) > 0 {
			out, again := s.take(MSS, 0, now)
			require.True(t, again)
			require.Equal(t, span{0, MSS}, out)
			repeated = now
		}
		now += 50 * ms
	}
	require.Equal(t, 200*ms, repeated, "once three packets beyond it have arrived")
	_, at := s.nextAlarm(now)
	assert.Equal(t, max(repeated+s.timeout(), now+1), at)
	assert.Less(t, repeated+s.timeout(), now, "or the test does not tell")

	// In order, the hole's bytes start it anew.
	s.take(MSS, MSS, now)
	a := &ack{delivered: 20 * MSS, edge: s.edge, order: 22 * MSS, sentAt: now - 100*ms}
	require.True(t, s.acknowledged(a, now))
	_, at = s.nextAlarm(now)
	assert.Greater(t, at, now)
	assert.LessOrEqual(t, at, now+s.timeout())
}
