package reports

import (
	"versus/sim/measure"
	"versus/sim/stats"
)

// repeatedFigure is a metric over the seeds of one architecture at one point, in
// the base unit. It is only of metrics that every trial has.
type repeatedFigure struct {
	Architecture string         `json:"architecture"`
	Point        map[string]any `json:"point"`
	Metric       string         `json:"metric"` // the row's name in the table
	Unit         string         `json:"unit"`   // s, bytes, bit/s or empty
	N            int            `json:"n"`
	Mean         float64        `json:"mean"`
	Median       float64        `json:"median"`
	P25          float64        `json:"p25"`
	P75          float64        `json:"p75"`
	Min          float64        `json:"min"`
	Max          float64        `json:"max"`
	SD           *float64       `json:"sd"`       // null for one trial
	Interval     *spanned       `json:"interval"` // of the mean; null for one trial
}

// spanned is a confidence interval.
type spanned struct {
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Level  float64 `json:"level"`
	Method string  `json:"method"`
}

// pairedFigure is how much a metric is higher in Architecture than in Against,
// over seeds that both have.
type pairedFigure struct {
	Architecture string         `json:"architecture"`
	Against      string         `json:"against"`
	Point        map[string]any `json:"point"`
	Metric       string         `json:"metric"`
	Unit         string         `json:"unit"`
	N            int            `json:"n"` // pairs
	Difference   float64        `json:"difference"`
	Interval     spanned        `json:"interval"`
	P            *float64       `json:"p"`         // two-sided, of this metric alone; null without a spread
	EffectDz     *float64       `json:"effect_dz"` // null without a spread
}

// base is the name of the quantity's base unit.
func (q quantity) base() string {
	switch q {
	case seconds:
		return "s"
	case octets:
		return "bytes"
	case rate:
		return "bit/s"
	}
	return ""
}

func spanOf(i stats.Interval) spanned { return spanned{i.Low, i.High, i.Level, i.Method} }

func (v *view) repeatedFigures() []repeatedFigure {
	out := []repeatedFigure{}
	for _, p := range v.points {
		for _, c := range p.measured() {
			for _, m := range metrics(v.allAtOnce(p), v.sharedLinks()...) {
				xs, ok := m.values(c.trials)
				if !ok {
					continue
				}
				r, ok := stats.DescribeRepeats(xs, confidence)
				if !ok {
					continue
				}
				f := repeatedFigure{
					Architecture: c.arch, Point: nonNil(p.values), Metric: m.name, Unit: m.kind.base(),
					N: r.N, Mean: r.Mean, Median: r.Median, P25: r.P25, P75: r.P75, Min: r.Min, Max: r.Max,
				}
				if r.SpreadOK {
					span := spanOf(r.Interval)
					f.SD, f.Interval = &r.SD, &span
				}
				out = append(out, f)
			}
		}
	}
	return out
}

func (v *view) pairedFigures() []pairedFigure {
	out := []pairedFigure{}
	for _, p := range v.points {
		for i, b := range v.archs {
			if i == 0 {
				continue
			}
			for _, m := range v.pairedMetrics(p) {
				d, ok := pairedDifference(m, v.cellOf(p, v.archs[0]), v.cellOf(p, b))
				if !ok {
					continue
				}
				f := pairedFigure{
					Architecture: b, Against: v.archs[0], Point: nonNil(p.values), Metric: m.name, Unit: m.kind.base(),
					N: d.NA, Difference: d.Mean, Interval: spanOf(d.Interval),
				}
				if d.TestOK {
					f.P = &d.P
				}
				if d.EffectOK {
					f.EffectDz = measure.Finite(d.Effect)
				}
				out = append(out, f)
			}
		}
	}
	return out
}
