package fault

import (
	"fmt"
	"math/rand/v2"
	"time"

	"versus/sim/scenario"
)

// maxRenewals bounds the sessions that warming one entry's churn up may take.
const maxRenewals = 10_000_000

// presence is when one node is away. Spans come in order and do not overlap.
type presence struct {
	node int
	next func() (away span, ok bool)
}

// span is a time from an instant to another one; to may be never.
type span struct{ from, to time.Duration }

// drawn makes the churn process of each node: sessions and downtimes that are
// independent of each other, from the node's own stream. The process begins
// with a session, the warm-up before the entry's from.
func (e *Engine) drawn(name string, f scenario.Fault, draws streams) ([]presence, error) {
	c := f.Churn
	nodes, err := e.churners(name, c.Nodes, draws)
	if err != nil {
		return nil, err
	}
	renewals, all := 0, []presence{}
	for _, i := range nodes {
		p := &process{
			r: draws.stream("churn " + e.names[i]), session: c.Session, downtime: c.Downtime,
			now: -time.Duration(c.Warmup), from: time.Duration(f.From), until: time.Duration(f.Until),
		}
		for first := true; first || p.ahead.to <= 0; first = false {
			if renewals++; renewals > maxRenewals {
				return nil, fmt.Errorf("%s.churn.warmup: %v takes more than %d sessions", name, c.Warmup, maxRenewals)
			}
			p.renew()
		}
		all = append(all, presence{i, p.next})
	}
	return all, nil
}

// process is one node's alternation of sessions and downtimes; its time counts
// from the entry's from.
type process struct {
	r                 *rand.Rand
	session, downtime scenario.Distribution
	now               time.Duration
	from, until       time.Duration // of the trial; until is 0 for none
	ahead             span          // the next downtime
}

// renew draws a session and the downtime after it.
func (p *process) renew() {
	p.ahead.from = later(p.now, p.session.Draw(p.r))
	p.ahead.to = later(p.ahead.from, p.downtime.Draw(p.r))
	p.now = p.ahead.to
}

// later adds a span of a process, at least the shortest; never stays.
func later(t, span time.Duration) time.Duration {
	if t == never || span >= never-max(t, 0) {
		return never
	}
	return t + max(shortest, span)
}

// next returns the next time that the node is away, on the trial's clock.
func (p *process) next() (span, bool) {
	away := span{max(p.ahead.from, 0), p.ahead.to}
	if away.from != never {
		p.renew()
		away.from = later0(away.from, p.from)
		away.to = later0(away.to, p.from)
	}
	if p.until > 0 {
		if away.from >= p.until {
			return span{}, false
		}
		away.to = min(away.to, p.until)
	}
	return away, away.from != never
}

// later0 adds without overflow.
func later0(t, by time.Duration) time.Duration {
	if t >= never-by {
		return never
	}
	return t + by
}

// churners chooses whom churn is about, before the run.
func (e *Engine) churners(name string, sel scenario.Selection, draws streams) ([]int, error) {
	c := &chooser{e: e, verb: Kill, planned: true, lot: draws.lots("who")}
	got, err := c.choose(sel)
	if err != nil {
		return nil, fmt.Errorf("%s.churn.nodes: %w", name, err)
	}
	return got.planned, nil
}

// startChurn puts the first departure of each node into the queue.
func (en *entry) startChurn() {
	en.spend() // a churn ends what it begins, and restarts nobody else
	for _, p := range en.churn {
		en.depart(p)
	}
}

func (en *entry) depart(p presence) {
	away, ok := p.next()
	if !ok {
		return
	}
	en.e.at(away.from, func(time.Duration) error {
		by := &instance{cause: en.name, ends: away.to}
		hits, err := en.e.do(by, act{verb: en.fault.Churn.By, nodes: []int{p.node}}, []int{p.node})
		if hits > 0 {
			en.fired++
		}
		en.depart(p)
		return err
	})
}
