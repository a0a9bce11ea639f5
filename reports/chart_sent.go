package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
)

// sentChart is who sent how much, by architecture.
func (v *view) sentChart() (plot.Chart, bool) {
	b := plot.Bars{Title: v.heading("Who sent the bytes"), X: plot.Axis{Label: "sent"}, Value: number}
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	sum := metric{kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.OriginSentBytes + s.PeersSentBytes })}
	var figures []figure
	some := false
	for _, c := range p.measured() {
		f := sum.over(c.trials)
		figures = append(figures, f)
		some = some || f.high > 0
	}
	u := sum.unit(figures)
	b.X.Unit = u.name
	b.Parts = []plot.Part{{Name: "origin"}, {Name: "peers"}}
	for i, c := range p.measured() {
		b.Groups = append(b.Groups, c.arch)
		b.Ranges = append(b.Ranges, plot.Range{Low: figures[i].low / u.worth, High: figures[i].high / u.worth})
		b.Parts[0].Values = append(b.Parts[0].Values, originSent().over(c.trials).mid/u.worth)
		b.Parts[1].Values = append(b.Parts[1].Values, peersSent().over(c.trials).mid/u.worth)
	}
	b.Caption = v.source(p) + " " + trialCounts(p.measured()) + " Stream bytes, protocol overhead included."
	if len(seedsOf(p.cells)) > 1 {
		b.Caption += " Bars: medians over the seeds; whiskers: smallest and largest total."
	}
	return b, some
}
