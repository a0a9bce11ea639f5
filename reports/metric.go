package reports

import (
	"math"

	"versus/sim/measure"
	"versus/sim/stats"
)

// metric is one figure of a trial.
type metric struct {
	name string
	kind quantity
	get  func(*measure.Trial) *float64
	// lowIsBad says that small values are the bad ones, so that an undefined
	// one counts as smaller than any.
	lowIsBad bool
	// fine shows three decimals: for ratios whose distance from 1 matters.
	fine bool
	// count is a number of things, shown without a fraction where it has none.
	count bool
	// currency is the unit of money.
	currency string
	// optional leaves the row out where it is undefined for everybody.
	optional bool
}

// figure is a metric over the seeds of a cell. Ends and middle that are
// undefined are not a number.
type figure struct {
	mid, low, high float64
	n              int
}

func (f figure) defined() bool { return !math.IsNaN(f.mid) }

// over returns the median and the range of the metric over trials.
func (m metric) over(trials []*measure.Trial) figure {
	var known []float64
	for _, t := range trials {
		if x := m.get(t); x != nil && !math.IsNaN(*x) && !math.IsInf(*x, 0) {
			known = append(known, *x)
		}
	}
	f := figure{mid: math.NaN(), low: math.NaN(), high: math.NaN(), n: len(trials)}
	if len(known) == 0 {
		return f
	}
	f.low, _ = stats.Quantile(known, 0)
	f.high, _ = stats.Quantile(known, 1)
	worst := f.high
	if m.lowIsBad {
		worst = f.low
	}
	gaps := len(trials) - len(known)
	// The middle is known while it lies among the defined values.
	if n := len(trials); n/2 < len(known) {
		all := known
		for range gaps {
			all = append(all, worst)
		}
		f.mid, _ = stats.Quantile(all, 0.5)
	}
	if gaps > 0 {
		if m.lowIsBad {
			f.low = math.NaN()
		} else {
			f.high = math.NaN()
		}
	}
	return f
}

func ptr(x float64) *float64 { return &x }

func ofBytes(get func(*measure.Summary) int64) func(*measure.Trial) *float64 {
	return func(t *measure.Trial) *float64 { return ptr(float64(get(&t.Summary))) }
}

// ratioOf divides; it is undefined unless both are defined and the divisor is
// above zero.
func ratioOf(a, b *float64) *float64 {
	if a == nil || b == nil || !(*b > 0) {
		return nil
	}
	return ptr(*a / *b)
}

func makespan() metric {
	return metric{name: "makespan", kind: seconds, get: func(t *measure.Trial) *float64 { return t.MakespanS }}
}

func bound() metric {
	return metric{name: "lower bound", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Bounds.FluidS }}
}

func overBound() metric {
	return metric{name: "makespan / bound", get: func(t *measure.Trial) *float64 { return ratioOf(t.MakespanS, t.Bounds.FluidS) }}
}

func completionP50() metric {
	return metric{name: "completion p50", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.CompletionS.P50 }}
}

func firstByteP50() metric {
	return metric{name: "first byte p50", kind: seconds, get: func(t *measure.Trial) *float64 { return t.Summary.FirstByteS.P50 }}
}

func originSent() metric {
	return metric{name: "origin sent", kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.OriginSentBytes })}
}

func peersSent() metric {
	return metric{name: "peers sent", kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.PeersSentBytes })}
}

func peersShare() metric {
	return metric{name: "peers' share of sent", get: func(t *measure.Trial) *float64 {
		p, all := float64(t.Summary.PeersSentBytes), float64(t.Summary.PeersSentBytes+t.Summary.OriginSentBytes)
		return ratioOf(&p, &all)
	}}
}

func wall() metric {
	return metric{name: "wall time", kind: seconds, get: func(t *measure.Trial) *float64 { return &t.WallS }}
}

// crossed are the rows of a shared link: what it carried to and from the nodes
// behind it.
func crossed(link string) []metric {
	of := func(get func(measure.Link) int64) func(*measure.Trial) *float64 {
		return func(t *measure.Trial) *float64 {
			for _, l := range t.Links {
				if l.Link == link {
					return ptr(float64(get(l)))
				}
			}
			return nil
		}
	}
	return []metric{
		{name: "into " + link, kind: octets, optional: true, get: of(func(l measure.Link) int64 { return l.DownBytes })},
		{name: "out of " + link, kind: octets, optional: true, get: of(func(l measure.Link) int64 { return l.UpBytes })},
	}
}

// metrics are the rows of the comparison table. Slowdown is of use only where
// requests differ in when they start; links are the shared ones.
func metrics(allAtOnce bool, links ...string) []metric {
	from := func(name string, kind quantity, get func(*measure.Summary) *float64) metric {
		return metric{name: name, kind: kind, get: func(t *measure.Trial) *float64 { return get(&t.Summary) }}
	}
	better := func(m metric) metric { m.lowIsBad = true; return m }
	fine := func(m metric) metric { m.fine = true; return m }
	pieces := metric{name: "bound for pieces", kind: seconds, optional: true, get: func(t *measure.Trial) *float64 { return t.Bounds.PiecesS }}
	rows := []metric{makespan(), bound(), pieces, overBound()}
	rows = append(rows,
		completionP50(),
		from("completion p95", seconds, func(s *measure.Summary) *float64 { return s.CompletionS.P95 }),
		from("completion max", seconds, func(s *measure.Summary) *float64 { return s.CompletionS.Max }),
		firstByteP50(),
		from("first byte p95", seconds, func(s *measure.Summary) *float64 { return s.FirstByteS.P95 }),
	)
	if !allAtOnce {
		rows = append(rows,
			from("slowdown p50", plain, func(s *measure.Summary) *float64 { return s.Slowdown.P50 }),
			from("slowdown p95", plain, func(s *measure.Summary) *float64 { return s.Slowdown.P95 }))
	}
	rows = append(rows,
		better(from("goodput", rate, func(s *measure.Summary) *float64 { return s.GoodputBPS })),
		originSent(), peersSent(), better(peersShare()))
	for _, l := range links {
		rows = append(rows, crossed(l)...)
	}
	return append(rows,
		fine(from("overhead ratio", plain, func(s *measure.Summary) *float64 { return s.OverheadRatio })),
		metric{name: "wasted", kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.WastedBytes })},
		fine(better(from("fairness (Jain)", plain, func(s *measure.Summary) *float64 { return s.FairnessJain }))),
		wall(),
		metric{name: "peak memory", kind: octets, get: func(t *measure.Trial) *float64 {
			if t.PeakRSSBytes <= 0 {
				return nil
			}
			return ptr(float64(t.PeakRSSBytes))
		}},
	)
}

// requests counts the trials' requests.
func requests(trials []*measure.Trial) (completed, requested int) {
	for _, t := range trials {
		completed += t.Summary.Completed
		requested += t.Summary.Requested
	}
	return completed, requested
}
