package reports

import (
	"encoding/json"
	"io"

	"versus/sim/measure"
)

// SummarySchema is the version of the JSON report's shape: a result without
// its requests, nodes, timelines and faults.
const SummarySchema = "versus/summary/v1"

type summaryDocument struct {
	Schema         string                `json:"schema"`
	Scenario       string                `json:"scenario"`
	ScenarioSHA256 string                `json:"scenario_sha256"`
	Trials         []summaryTrial        `json:"trials"`
	Missing        []measure.TrialKey    `json:"missing"`
	Expectations   []measure.Expectation `json:"expectations"`
	Repeats        []repeatedFigure      `json:"repeats"`
	Differences    []pairedFigure        `json:"differences"` // between architectures, seed by seed
	Methods        string                `json:"methods"`     // a paragraph for a methods section
	Warnings       []string              `json:"warnings"`    // of the comparison as a whole
	Prediction     *measure.Prediction   `json:"prediction,omitempty"`
}

// summaryTrial has the fields of result.json under the same names.
type summaryTrial struct {
	measure.TrialKey
	Network      string          `json:"network"`
	Error        *string         `json:"error,omitempty"`
	Bounds       measure.Bounds  `json:"bounds"`
	MakespanS    *float64        `json:"makespan_s"`
	Efficiency   *float64        `json:"efficiency"`
	Summary      measure.Summary `json:"summary"`
	WallS        float64         `json:"wall_s"`
	VirtualS     float64         `json:"virtual_s"`
	PeakRSSBytes int64           `json:"peak_rss_bytes"`
	Warnings     []string        `json:"warnings"`
}

func writeJSON(w io.Writer, v *view) error {
	d := summaryDocument{
		Schema:         SummarySchema,
		Scenario:       v.name(),
		ScenarioSHA256: v.result.ScenarioSHA256,
		Trials:         []summaryTrial{},
		Missing:        []measure.TrialKey{},
		Expectations:   append([]measure.Expectation{}, v.result.Expectations...),
		Repeats:        v.repeatedFigures(),
		Differences:    v.pairedFigures(),
		Methods:        v.methods(),
		Warnings:       append([]string{}, v.repeatWarnings()...),
		Prediction:     v.result.Prediction,
	}
	if s := v.securityWarning(); s != "" {
		d.Warnings = append(d.Warnings, s)
	}
	for i := range d.Expectations {
		d.Expectations[i].Point = nonNil(d.Expectations[i].Point)
	}
	for _, p := range v.points {
		for _, c := range p.cells {
			for _, t := range c.all() {
				key := t.TrialKey
				key.Point = nonNil(key.Point)
				d.Trials = append(d.Trials, summaryTrial{
					TrialKey: key, Network: t.Network, Error: t.Error, Bounds: t.Bounds,
					MakespanS: t.MakespanS, Efficiency: t.Efficiency, Summary: t.Summary,
					WallS: t.WallS, VirtualS: t.VirtualS, PeakRSSBytes: t.PeakRSSBytes,
					Warnings: append([]string{}, t.Warnings...),
				})
			}
			for _, key := range c.missing {
				key.Point = nonNil(key.Point)
				d.Missing = append(d.Missing, key)
			}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(d)
}

func nonNil(point map[string]any) map[string]any {
	if point == nil {
		return map[string]any{}
	}
	return point
}
