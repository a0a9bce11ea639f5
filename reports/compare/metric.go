package compare

import (
	"fmt"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// Direction says which change of a metric is for the better.
type Direction string

// Directions of metrics.
const (
	Lower   Direction = "lower"   // less is better
	Higher  Direction = "higher"  // more is better
	Neither Direction = "neither" // it only describes
)

// Metric is one figure of a trial.
type Metric struct {
	Name   string    // as an expectation names it: makespan_s, completion_s.p95
	Unit   string    // "s", "bytes", "bit/s", or empty for a ratio, a count or an amount of money
	Better Direction // which way is better
	// Default says that it is compared unless the caller chooses. Figures of the
	// machine that measured are not, which move with its load, nor those that
	// repeat another one: more tests leave less power to each.
	Default bool

	get   func(*measure.Trial) *float64
	step  step
	money bool // an amount in the currency of the trial's prices
}

// step is what a metric can change by at least.
type step int

const (
	fine  step = iota // continuous
	one               // one more or less
	share             // one request of all
	piece             // one piece more or less
)

// Value returns the metric of a trial in its unit, nil where it is undefined.
func (m Metric) Value(t *measure.Trial) *float64 {
	if t.Error != nil {
		return nil
	}
	if x := m.get(t); x != nil {
		return measure.Finite(*x)
	}
	return nil
}

// resolution is the step of the metric among values of trials of r, in its
// unit. Continuous figures have a step too, far below any effect: it only makes
// a test possible where a deterministic trial gives the same value every time.
func (m Metric) resolution(r *measure.Result, t *measure.Trial, largest float64) float64 {
	tiny := 1e-6 * largest
	switch m.step {
	case one:
		return 1
	case share:
		if t.Summary.Requested > 0 {
			return 1 / float64(t.Summary.Requested)
		}
	case piece:
		if r.Scenario != nil {
			return max(tiny, float64(r.Scenario.Workload.PieceSize))
		}
	}
	return tiny
}

// Metrics returns every metric that can be compared, those of the default first
// by their importance.
func Metrics() []Metric {
	trial := func(name, unit string, better Direction, get func(*measure.Trial) *float64) Metric {
		return Metric{Name: name, Unit: unit, Better: better, get: get}
	}
	summary := func(name, unit string, better Direction, get func(*measure.Summary) *float64) Metric {
		return trial(name, unit, better, func(t *measure.Trial) *float64 { return get(&t.Summary) })
	}
	sent := func(name string, better Direction, get func(*measure.Summary) *int64) Metric {
		m := summary(name, "bytes", better, func(s *measure.Summary) *float64 { return whole(get(s)) })
		m.step = piece
		return m
	}
	stepped := func(s step, m Metric) Metric { m.step = s; return m }
	amount := func(name string, get func(measure.Cost) *float64) Metric {
		m := summary(name, "", Lower, func(s *measure.Summary) *float64 { return get(s.Cost) })
		m.money = true
		return m
	}

	first := []Metric{
		trial("makespan_s", "s", Lower, func(t *measure.Trial) *float64 { return t.MakespanS }),
		stepped(share, summary("success_rate", "", Higher, func(s *measure.Summary) *float64 { return s.SuccessRate })),
		summary("completion_s.p50", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.P50 }),
		summary("completion_s.p95", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.P95 }),
		summary("first_byte_s.p50", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.P50 }),
		summary("first_byte_s.p95", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.P95 }),
		sent("origin_sent_bytes", Lower, func(s *measure.Summary) *int64 { return &s.OriginSentBytes }),
		sent("peers_sent_bytes", Neither, func(s *measure.Summary) *int64 { return &s.PeersSentBytes }),
		sent("retransmitted_bytes", Lower, func(s *measure.Summary) *int64 { return s.RetransmittedBytes }),
		sent("wasted_bytes", Lower, func(s *measure.Summary) *int64 { return &s.WastedBytes }),
		summary("overhead_ratio", "", Lower, func(s *measure.Summary) *float64 { return s.OverheadRatio }),
		summary("fairness_jain", "", Higher, func(s *measure.Summary) *float64 { return s.FairnessJain }),
		summary("inflation", "", Lower, func(s *measure.Summary) *float64 { return s.Inflation }),
		summary("detect_s.max", "s", Lower, func(s *measure.Summary) *float64 { return s.DetectS.Max }),
		summary("recover_s", "s", Lower, func(s *measure.Summary) *float64 { return s.RecoverS }),
		summary("availability", "", Higher, func(s *measure.Summary) *float64 { return s.Availability }),
		summary("stall_s.max", "s", Lower, func(s *measure.Summary) *float64 { return s.StallS.Max }),
	}
	for i := range first {
		first[i].Default = true
	}
	return append(first,
		summary("goodput_bps", "bit/s", Higher, func(s *measure.Summary) *float64 { return s.GoodputBPS }),
		trial("efficiency", "", Higher, func(t *measure.Trial) *float64 { return t.Efficiency }),
		trial("bounds.fluid_s", "s", Lower, func(t *measure.Trial) *float64 { return t.Bounds.FluidS }),
		trial("bounds.pieces_s", "s", Lower, func(t *measure.Trial) *float64 { return t.Bounds.PiecesS }),
		stepped(one, summary("requested", "", Neither, func(s *measure.Summary) *float64 { return count(s.Requested) })),
		stepped(one, summary("completed", "", Higher, func(s *measure.Summary) *float64 { return count(s.Completed) })),
		stepped(one, summary("banned_honest", "", Lower, func(s *measure.Summary) *float64 { return count(s.BannedHonest) })),
		stepped(one, summary("banned", "", Neither, func(s *measure.Summary) *float64 { return count(s.Banned) })),
		summary("detect_s.p50", "s", Lower, func(s *measure.Summary) *float64 { return s.DetectS.P50 }),
		summary("detect_s.p95", "s", Lower, func(s *measure.Summary) *float64 { return s.DetectS.P95 }),
		summary("stall_s.p50", "s", Lower, func(s *measure.Summary) *float64 { return s.StallS.P50 }),
		summary("stall_s.p95", "s", Lower, func(s *measure.Summary) *float64 { return s.StallS.P95 }),
		summary("slowdown.p50", "", Lower, func(s *measure.Summary) *float64 { return s.Slowdown.P50 }),
		summary("slowdown.p95", "", Lower, func(s *measure.Summary) *float64 { return s.Slowdown.P95 }),
		summary("slowdown.max", "", Lower, func(s *measure.Summary) *float64 { return s.Slowdown.Max }),
		summary("completion_s.mean", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.Mean }),
		summary("completion_s.p90", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.P90 }),
		summary("completion_s.p99", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.P99 }),
		summary("completion_s.max", "s", Lower, func(s *measure.Summary) *float64 { return s.CompletionS.Max }),
		summary("first_byte_s.mean", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.Mean }),
		summary("first_byte_s.p90", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.P90 }),
		summary("first_byte_s.p99", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.P99 }),
		summary("first_byte_s.max", "s", Lower, func(s *measure.Summary) *float64 { return s.FirstByteS.Max }),
		sent("origin_wire_bytes", Lower, func(s *measure.Summary) *int64 { return s.OriginWireBytes }),
		amount("cost.total", func(c measure.Cost) *float64 { return c.Total }),
		amount("cost.per_gb", func(c measure.Cost) *float64 { return c.PerGB }),
		amount("cost.egress", func(c measure.Cost) *float64 { return c.Egress }),
		amount("cost.server", func(c measure.Cost) *float64 { return c.Server }),
		trial("wall_s", "s", Lower, func(t *measure.Trial) *float64 { return &t.WallS }),
		trial("virtual_s", "s", Lower, func(t *measure.Trial) *float64 { return &t.VirtualS }),
		trial("peak_rss_bytes", "bytes", Lower, func(t *measure.Trial) *float64 {
			if t.PeakRSSBytes <= 0 {
				return nil
			}
			return whole(&t.PeakRSSBytes)
		}),
	)
}

func whole(n *int64) *float64 {
	if n == nil {
		return nil
	}
	x := float64(*n)
	return &x
}

func count(n int) *float64 {
	x := float64(n)
	return &x
}

// choose returns the named metrics in the order of the names; the default ones
// for none.
func choose(names []string) ([]Metric, error) {
	all := Metrics()
	var out []Metric
	if len(names) == 0 {
		for _, m := range all {
			if m.Default {
				out = append(out, m)
			}
		}
		return out, nil
	}
	index := map[string]Metric{}
	var known []string
	for _, m := range all {
		index[m.Name] = m
		known = append(known, m.Name)
	}
	seen := map[string]bool{}
	for _, name := range names {
		m, ok := index[name]
		if !ok {
			hint := "one of " + strings.Join(known, ", ")
			if near := scenario.Nearest(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return nil, fmt.Errorf("there is no metric %q; %s", name, hint)
		}
		if !seen[name] {
			out = append(out, m)
		}
		seen[name] = true
	}
	return out, nil
}
