package reports

import (
	"encoding/csv"
	"io"
	"strconv"

	"versus/sim/measure"
)

// field is one column of the CSV: its header and a trial's value.
type field struct {
	name string
	get  func(v *view, t *measure.Trial) string
}

// fields are the columns of the CSV in their order, which changes only by
// addition. Names and units are those of result.json, with nested names joined
// by "_". After them comes a column for each swept key, named "point." and the
// key.
func fields() []field {
	text := func(name string, get func(*measure.Trial) string) field {
		return field{name, func(_ *view, t *measure.Trial) string { return get(t) }}
	}
	// A failed trial has no figures.
	figure := func(name string, get func(*measure.Trial) string) field {
		return text(name, func(t *measure.Trial) string {
			if t.Error != nil {
				return ""
			}
			return get(t)
		})
	}
	float := func(name string, get func(*measure.Trial) *float64) field {
		return figure(name, func(t *measure.Trial) string {
			if x := get(t); x != nil {
				return strconv.FormatFloat(*x, 'g', -1, 64)
			}
			return ""
		})
	}
	whole := func(name string, get func(*measure.Trial) int64) field {
		return figure(name, func(t *measure.Trial) string { return strconv.FormatInt(get(t), 10) })
	}
	out := []field{
		{"scenario", func(v *view, _ *measure.Trial) string { return v.name() }},
		text("architecture", func(t *measure.Trial) string { return t.Architecture }),
		text("seed", func(t *measure.Trial) string { return strconv.FormatUint(t.Seed, 10) }),
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
		figure("retransmitted_bytes", func(t *measure.Trial) string {
			if n := t.Summary.RetransmittedBytes; n != nil {
				return strconv.FormatInt(*n, 10)
			}
			return ""
		}),
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
	)
}

// writeCSV writes one row for each trial, failed ones included.
func writeCSV(w io.Writer, v *view) error {
	out := csv.NewWriter(w)
	columns := fields()
	var header []string
	for _, f := range columns {
		header = append(header, f.name)
	}
	for _, key := range v.keys {
		header = append(header, "point."+key)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for _, p := range v.points {
		for _, c := range p.cells {
			for _, t := range c.all() {
				var row []string
				for _, f := range columns {
					row = append(row, f.get(v, t))
				}
				for _, key := range v.keys {
					row = append(row, pointValue(t.Point[key]))
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}
