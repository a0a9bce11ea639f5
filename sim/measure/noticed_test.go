package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDetectS(t *testing.T) {
	kill := Done{Action: "kill", Target: "p", Gone: []string{"p"}}
	cut := Done{Action: "partition", Target: "p,q|r", Gone: []string{"p", "q"}, From: []string{"r"}}
	lost := func(at time.Duration, node, about string) notice { return notice{at, node, about} }
	tests := map[string]struct {
		fault Done
		lost  []notice
		end   Done // at 30 s
		want  float64
		null  bool
	}{
		"nobody notices":              {fault: kill, null: true},
		"the last one counts":         {fault: kill, lost: []notice{lost(11, "q", "p"), lost(15, "r", "p")}, want: 5},
		"and its first notice":        {fault: kill, lost: []notice{lost(11, "q", "p"), lost(15, "q", "p")}, want: 1},
		"at once":                     {fault: kill, lost: []notice{lost(10, "q", "p")}, want: 0},
		"before it happened":          {fault: kill, lost: []notice{lost(9, "q", "p")}, null: true},
		"about somebody else":         {fault: kill, lost: []notice{lost(11, "q", "r")}, null: true},
		"about nobody there is":       {fault: kill, lost: []notice{lost(11, "q", "the moon")}, null: true},
		"by one that is down":         {fault: kill, lost: []notice{lost(11, "dead", "p")}, null: true},
		"after the restart":           {fault: kill, lost: []notice{lost(12, "q", "p"), lost(31, "r", "p")}, end: Done{Action: "restart", Target: "p", Ends: []string{"kill"}}, want: 2},
		"after another's restart":     {fault: kill, lost: []notice{lost(31, "r", "p")}, end: Done{Action: "restart", Target: "q", Ends: []string{"kill"}}, want: 21},
		"after the end of another":    {fault: kill, lost: []notice{lost(31, "r", "p")}, end: Done{Action: "resume", Target: "p"}, want: 21},
		"across a partition":          {fault: cut, lost: []notice{lost(11, "r", "p"), lost(14, "q", "r")}, want: 4},
		"on one side of it":           {fault: cut, lost: []notice{lost(11, "p", "q"), lost(14, "q", "p")}, null: true},
		"from outside of it":          {fault: cut, lost: []notice{lost(11, "s", "q")}, null: true},
		"after it healed":             {fault: cut, lost: []notice{lost(31, "r", "p")}, end: Done{Action: "heal", Target: "p,q|r", Ends: []string{"partition"}}, null: true},
		"what nobody can notice":      {fault: Done{Action: "degrade", Target: "p"}, lost: []notice{lost(11, "q", "p")}, null: true},
		"one of two notices a second": {fault: kill, lost: []notice{lost(11, "q", "p"), lost(12, "r", "p"), lost(29, "q", "p")}, want: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			r := lab(c, []string{"p", "q", "r", "s", "dead"})
			r.Down("dead")
			hit, ended := false, tt.end.Action == ""
			for s := time.Duration(0); s <= 40; s++ {
				c.now = s * time.Second
				if s == 10 {
					r.Fault(tt.fault)
					hit = true
				}
				if s == 30 && !ended {
					r.Fault(tt.end)
				}
				for _, l := range tt.lost {
					if l.at == s {
						r.Event(l.node, EventLost, l.about)
					}
				}
			}
			require.True(t, hit)
			got := r.Finish().Faults[0].DetectS
			if tt.null {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, tt.want, *got)
		})
	}
}

func TestBans(t *testing.T) {
	c := &clock{now: time.Second}
	r := lab(c, []string{"p", "q", "r"})
	r.Event("p", EventStrike, "q")
	r.Event("p", EventStrike, "q")
	r.Event("p", EventStrike, "r")
	r.Event("p", EventBan, "q")
	c.now = 2 * time.Second
	r.Fault(Done{Action: "corrupt", Target: "q", Corrupts: "q", Disrupts: true})
	r.Event("p", EventStrike, "q")
	r.Event("r", EventStrike, "q")
	r.Event("p", EventBan, "q")
	r.Event("r", EventBan, "q")
	r.Event("r", EventBan, "somebody")
	assert.Equal(t, []Ban{
		{Node: "p", Target: "q", TS: 1, Strikes: 2, Honest: true},
		{Node: "p", Target: "q", TS: 2, Strikes: 3},
		{Node: "r", Target: "q", TS: 2, Strikes: 1},
	}, r.Finish().Bans)
}
