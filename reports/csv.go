package reports

import (
	"io"
	"iter"

	"versus/sim/measure"
)

// field is one column of the trials: its name, its type, and a trial's value,
// which is nil where it is undefined.
type field struct {
	name string
	kind valueKind
	get  func(v *view, t *measure.Trial) any
}

// fields are the columns of the CSV in their order, which changes only by
// addition. Names and units are those of result.json, with nested names joined
// by "_". After them comes a column for each swept key, named "point." and the
// key, and then those of each shared link, named as in an expectation.
func fields() []field {
	text := func(name string, get func(*measure.Trial) string) field {
		return field{name, textual, func(_ *view, t *measure.Trial) any {
			if s := get(t); s != "" {
				return s
			}
			return nil
		}}
	}
	// A failed trial has no figures.
	float := func(name string, get func(*measure.Trial) *float64) field {
		return field{name, floating, func(_ *view, t *measure.Trial) any {
			if t.Error != nil {
				return nil
			}
			if x := get(t); x != nil {
				return *x
			}
			return nil
		}}
	}
	whole := func(name string, get func(*measure.Trial) int64) field {
		return field{name, integer, func(_ *view, t *measure.Trial) any {
			if t.Error != nil {
				return nil
			}
			return get(t)
		}}
	}
	out := []field{
		{"scenario", textual, func(v *view, _ *measure.Trial) any { return v.name() }},
		text("architecture", func(t *measure.Trial) string { return t.Architecture }),
		{"seed", unsigned, func(_ *view, t *measure.Trial) any { return t.Seed }},
		text("network", func(t *measure.Trial) string { return t.Network }),
		text("error", func(t *measure.Trial) string {
			if t.Error == nil {
				return ""
			}
			return *t.Error
		}),
		float("fluid_s", func(t *measure.Trial) *float64 { return t.Bounds.FluidS }),
		float("pieces_s", func(t *measure.Trial) *float64 { return t.Bounds.PiecesS }),
		float("makespan_s", func(t *measure.Trial) *float64 { return t.MakespanS }),
		float("efficiency", func(t *measure.Trial) *float64 { return t.Efficiency }),
		whole("requested", func(t *measure.Trial) int64 { return int64(t.Summary.Requested) }),
		whole("completed", func(t *measure.Trial) int64 { return int64(t.Summary.Completed) }),
		float("success_rate", func(t *measure.Trial) *float64 { return t.Summary.SuccessRate }),
		float("slowdown_p50", func(t *measure.Trial) *float64 { return t.Summary.Slowdown.P50 }),
		float("slowdown_p95", func(t *measure.Trial) *float64 { return t.Summary.Slowdown.P95 }),
		float("slowdown_max", func(t *measure.Trial) *float64 { return t.Summary.Slowdown.Max }),
	}
	for _, d := range []struct {
		name string
		get  func(*measure.Trial) measure.Distribution
	}{
		{"completion_s", func(t *measure.Trial) measure.Distribution { return t.Summary.CompletionS }},
		{"first_byte_s", func(t *measure.Trial) measure.Distribution { return t.Summary.FirstByteS }},
	} {
		out = append(out,
			float(d.name+"_mean", func(t *measure.Trial) *float64 { return d.get(t).Mean }),
			float(d.name+"_p50", func(t *measure.Trial) *float64 { return d.get(t).P50 }),
			float(d.name+"_p90", func(t *measure.Trial) *float64 { return d.get(t).P90 }),
			float(d.name+"_p95", func(t *measure.Trial) *float64 { return d.get(t).P95 }),
			float(d.name+"_p99", func(t *measure.Trial) *float64 { return d.get(t).P99 }),
			float(d.name+"_max", func(t *measure.Trial) *float64 { return d.get(t).Max }))
	}
	return append(out,
		float("goodput_bps", func(t *measure.Trial) *float64 { return t.Summary.GoodputBPS }),
		whole("origin_sent_bytes", func(t *measure.Trial) int64 { return t.Summary.OriginSentBytes }),
		whole("peers_sent_bytes", func(t *measure.Trial) int64 { return t.Summary.PeersSentBytes }),
		whole("wasted_bytes", func(t *measure.Trial) int64 { return t.Summary.WastedBytes }),
		float("overhead_ratio", func(t *measure.Trial) *float64 { return t.Summary.OverheadRatio }),
		float("fairness_jain", func(t *measure.Trial) *float64 { return t.Summary.FairnessJain }),
		float("wall_s", func(t *measure.Trial) *float64 { return &t.WallS }),
		float("virtual_s", func(t *measure.Trial) *float64 { return &t.VirtualS }),
		whole("peak_rss_bytes", func(t *measure.Trial) int64 { return t.PeakRSSBytes }),
		field{"retransmitted_bytes", integer, func(_ *view, t *measure.Trial) any {
			if n := t.Summary.RetransmittedBytes; n != nil && t.Error == nil {
				return *n
			}
			return nil
		}},
		float("inflation", func(t *measure.Trial) *float64 { return t.Summary.Inflation }),
		float("detect_s_p50", func(t *measure.Trial) *float64 { return t.Summary.DetectS.P50 }),
		float("detect_s_p95", func(t *measure.Trial) *float64 { return t.Summary.DetectS.P95 }),
		float("detect_s_max", func(t *measure.Trial) *float64 { return t.Summary.DetectS.Max }),
		float("recover_s", func(t *measure.Trial) *float64 { return t.Summary.RecoverS }),
		float("availability", func(t *measure.Trial) *float64 { return t.Summary.Availability }),
		float("stall_s_p50", func(t *measure.Trial) *float64 { return t.Summary.StallS.P50 }),
		float("stall_s_p95", func(t *measure.Trial) *float64 { return t.Summary.StallS.P95 }),
		float("stall_s_max", func(t *measure.Trial) *float64 { return t.Summary.StallS.Max }),
		whole("banned", func(t *measure.Trial) int64 { return int64(t.Summary.Banned) }),
		whole("banned_honest", func(t *measure.Trial) int64 { return int64(t.Summary.BannedHonest) }),
		field{"origin_wire_bytes", integer, func(_ *view, t *measure.Trial) any {
			if n := t.Summary.OriginWireBytes; n != nil && t.Error == nil {
				return *n
			}
			return nil
		}},
		text("cost_currency", func(t *measure.Trial) string { return t.Summary.Cost.Currency }),
		float("cost_egress", func(t *measure.Trial) *float64 { return t.Summary.Cost.Egress }),
		float("cost_server", func(t *measure.Trial) *float64 { return t.Summary.Cost.Server }),
		float("cost_total", func(t *measure.Trial) *float64 { return t.Summary.Cost.Total }),
		float("cost_per_gb", func(t *measure.Trial) *float64 { return t.Summary.Cost.PerGB }),
		text("fluid_by", func(t *measure.Trial) string {
			if t.Bounds.FluidBy == nil || t.Error != nil {
				return ""
			}
			return *t.Bounds.FluidBy
		}),
	)
}

// writeCSV writes one row for each trial, failed ones included.
func writeCSV(w io.Writer, v *view) error { return trialsOf([]*view{v}, nil).csv(w) }

// writeJSONLines writes one line for each trial, failed ones included.
func writeJSONLines(w io.Writer, v *view) error { return trialsOf([]*view{v}, nil).jsonLines(w) }

// trialsOf has a row for each trial of the results, in the order of their
// views. runs, if any, name the results in a first column.
func trialsOf(views []*view, runs []string) dataset {
	columns := fields()
	d := dataset{name: "trials"}
	if runs != nil {
		d.columns = append(d.columns, dataColumn{"run", textual})
	}
	for _, f := range columns {
		d.columns = append(d.columns, dataColumn{f.name, f.kind})
	}
	points, links := pointColumns(views), linkColumns(views)
	d.columns = append(append(d.columns, points...), links...)
	for i, v := range views {
		for t := range v.trials() {
			var row []any
			if runs != nil {
				row = append(row, runs[i])
			}
			for _, f := range columns {
				row = append(row, f.get(v, t))
			}
			d.rows = append(d.rows, append(append(row, pointCells(points, t)...), linkCells(links, t)...))
		}
	}
	return d
}

// trials yields the trials by point, architecture and seed.
func (v *view) trials() iter.Seq[*measure.Trial] {
	return func(yield func(*measure.Trial) bool) {
		for _, p := range v.points {
			for _, c := range p.cells {
				for _, t := range c.all() {
					if !yield(t) {
						return
					}
				}
			}
		}
	}
}
