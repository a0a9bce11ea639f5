package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
)

// sentChart is who sent how much, by architecture.
func (v *view) sentChart() plot.Chart {
	b := plot.Bars{Title: v.heading("Who sent the bytes"), Y: plot.Axis{Label: "sent (MiB)"}, Empty: "nothing was sent"}
	p, ok := v.focus()
	b.Caption = v.source(p)
	if !ok {
		b.Empty = "no trial was measured"
		return b
	}
	sum := metric{kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.OriginSentBytes + s.PeersSentBytes })}
	var figures []figure
	for _, c := range p.measured() {
		figures = append(figures, sum.over(c.trials))
	}
	u := sum.unit(figures)
	b.Y.Label = "sent (" + u.name + ")"
	b.Parts = []plot.Part{{Name: "origin"}, {Name: "peers"}}
	for i, c := range p.measured() {
		b.Groups = append(b.Groups, c.arch)
		b.Ranges = append(b.Ranges, plot.Range{Low: figures[i].low / u.worth, High: figures[i].high / u.worth})
		b.Parts[0].Values = append(b.Parts[0].Values, originSent().over(c.trials).mid/u.worth)
		b.Parts[1].Values = append(b.Parts[1].Values, peersSent().over(c.trials).mid/u.worth)
	}
	b.Value = number
	b.Caption += " " + trialCounts(p.measured()) + " Stream bytes, protocol overhead included."
	if len(seedsOf(p.cells)) > 1 {
		b.Caption += " Bars: medians over the seeds; whiskers: smallest and largest total."
	}
	return b
}
