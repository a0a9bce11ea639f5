package main

import (
	"fmt"
	"math"
	"slices"

	"versus/reports/plot"
	"versus/sim/fidelity"
)

// calibrationCharts returns the charts of a calibration by file name, those
// that have data.
func calibrationCharts(res *fidelity.Result) map[string]plot.Chart {
	where := fmt.Sprintf("%s/%s, %d processors, %s", res.OS, res.Arch, res.CPUs, res.Go)
	if res.System != "" {
		where += ", " + res.System
	}
	return map[string]plot.Chart{
		"deviation": deviations(res, where),
		"loss":      lossChart(res, where),
		"queueing":  queueChart(res, where),
	}
}

// deviations draws, for each part, which share of its comparisons is how close.
func deviations(res *fidelity.Result, where string) plot.Chart {
	c := plot.Lines{
		Title:   "How far measured is from its model",
		Caption: "Share of the comparisons that deviate by at most so much; random seeds from 1. " + where,
		X:       plot.Axis{Label: "deviation", Unit: "%"},
		Y:       plot.Axis{Label: "share of the comparisons", Max: 1},
		Empty:   "nothing was measured",
	}
	for i, p := range []struct {
		part fidelity.Part
		name string
	}{
		{fidelity.Transfers, "bench, slow-start arithmetic"},
		{fidelity.Loss, "bench, PFTK"},
		{fidelity.Kernel, "kernel, bench: no loss"},
		{fidelity.KernelLoss, "kernel, bench: loss"},
	} {
		var off []float64
		for _, r := range res.Rows {
			if r.Part == p.part && r.Ratio > 0 {
				off = append(off, 100*math.Abs(r.Ratio-1))
			}
		}
		if len(off) == 0 {
			continue
		}
		slices.Sort(off)
		s := plot.Series{Name: p.name, Style: i, Step: true}
		s.Points = append(s.Points, plot.Point{})
		for k, x := range off {
			y := float64(k+1) / float64(len(off))
			s.Points = append(s.Points, plot.Point{X: x, Y: y})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// lossChart draws Reno's throughput under loss over that of PFTK.
func lossChart(res *fidelity.Result, where string) plot.Chart {
	c := plot.Lines{
		Title:   "One Reno flow under random loss, over PFTK",
		Caption: "Mean and standard deviation of the runs, random seeds from 1; dotted: Mathis et al. " + where,
		X:       plot.Axis{Label: "loss", Unit: "%"},
		Y:       plot.Axis{Label: "throughput over PFTK"},
		Limits:  []plot.Limit{{Name: "within 20 %", Y: 0.8}, {Y: 1.2}},
		Empty:   "nothing was measured",
	}
	rtts := map[float64]int{}
	for _, r := range res.Rows {
		if r.Part != fidelity.Loss || r.Model == 0 {
			continue
		}
		i, known := rtts[r.RTTS]
		if !known {
			i = len(c.Series)
			rtts[r.RTTS] = i
			c.Series = append(c.Series,
				plot.Series{Name: fmt.Sprintf("%.0f ms", r.RTTS*1e3), Style: i / 2, Dots: true},
				plot.Series{Style: i / 2, Theory: true})
		}
		measured, mathis := &c.Series[i], &c.Series[i+1]
		measured.Points = append(measured.Points, plot.Point{
			X: r.Loss * 100, Y: r.Ratio, Low: r.Ratio * (1 - r.Spread), High: r.Ratio * (1 + r.Spread)})
		mathis.Points = append(mathis.Points, plot.Point{X: r.Loss * 100, Y: r.Mathis / r.Model})
	}
	return c
}

// queueChart draws how long a small message waits beside a bulk flow.
func queueChart(res *fidelity.Result, where string) plot.Chart {
	c := plot.Bars{
		Title:   "How long a small message waits beside a bulk flow",
		Caption: "Mean over two minutes, Reno, 10 Mbit/s, 40 ms round trip, a queue of 100 ms. " + where,
		X:       plot.Axis{Label: "mean wait", Unit: "ms"},
		Parts:   []plot.Part{{Name: "wait"}},
		Empty:   "nothing was measured",
	}
	for _, r := range res.Rows {
		if r.Part == fidelity.Queueing {
			c.Groups = append(c.Groups, r.Queue+": model", r.Queue+": bench")
			c.Parts[0].Values = append(c.Parts[0].Values, r.Model, r.Measured)
		}
	}
	return c
}
