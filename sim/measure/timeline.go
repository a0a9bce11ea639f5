package measure

import "time"

// MaxTicks bounds the points of a stored timeline.
const MaxTicks = 240

// firstSpacing is the timeline's finest resolution.
const firstSpacing = 250 * time.Microsecond

// timeline keeps evenly spaced points of a trial whose length is unknown: when
// twice the allowed points are there, every second one is dropped and the
// spacing doubles. The zero value is ready.
type timeline struct {
	ticks   []Tick
	spacing time.Duration
}

func (t *timeline) add(p Tick) {
	if t.spacing == 0 {
		t.spacing = firstSpacing
	}
	if n := len(t.ticks); n > 0 && t.ticks[n-1].TS >= p.TS {
		t.ticks[n-1] = p // one point an instant: the latest
		return
	}
	t.ticks = append(t.ticks, p)
	if len(t.ticks) >= 2*(MaxTicks-1) {
		t.thin()
	}
}

// next returns how long after now the next point is due: points lie on
// multiples of the spacing.
func (t *timeline) next(now time.Duration) time.Duration {
	return t.spacing - now%t.spacing
}

// thin keeps the first point and every second one after it.
func (t *timeline) thin() {
	kept := t.ticks[:0]
	for i := 0; i < len(t.ticks); i += 2 {
		kept = append(kept, t.ticks[i])
	}
	t.ticks = kept
	t.spacing *= 2
}

func (t *timeline) finish(last Tick) []Tick {
	if len(t.ticks) > MaxTicks-1 {
		t.thin()
	}
	t.add(last)
	return t.ticks
}
