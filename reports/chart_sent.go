package reports

import (
	"versus/reports/plot"
	"versus/sim/measure"
)

// sentChart is who sent how much, by architecture.
func (v *view) sentChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	sum := metric{kind: octets, get: ofBytes(func(s *measure.Summary) int64 { return s.OriginSentBytes + s.PeersSentBytes })}
	b := plot.Bars{Title: "Who sent the bytes", X: plot.Axis{Label: "sent"}, Value: number}
	all := v.stacked(&b, p, sum, []metric{named("origin", originSent()), named("peers", peersSent())})
	b.Caption = v.source(p) + intervalText("Bars", all) + " Stream bytes, protocol overhead included."
	return b, top(all) > 0
}

// overheadChart is what was received beyond the file, by reason, for what was
// delivered.
func (v *view) overheadChart() (plot.Chart, bool) {
	p, ok := v.focus()
	if !ok {
		return nil, false
	}
	of := func(name string, get func(o overhead) float64) metric {
		return metric{name: name, get: func(t *measure.Trial) *float64 {
			o, ok := overheadOf(t)
			if !ok {
				return nil
			}
			return ptr(get(o))
		}}
	}
	sum := of("", func(o overhead) float64 { return o.protocol + o.wasted + o.again })
	parts := []metric{
		of("protocol", func(o overhead) float64 { return o.protocol }),
		of("received twice or refused", func(o overhead) float64 { return o.wasted }),
		of("sent again by TCP", func(o overhead) float64 { return o.again }),
	}
	b := plot.Bars{Title: "Overhead", X: plot.Axis{Label: "bytes beyond the file, of the bytes delivered", Brief: "of the bytes delivered"}, Value: number}
	all := v.stacked(&b, p, sum, parts)
	b.X.Unit = "%"
	b.Caption = v.source(p) + intervalText("Bars", all) + " Headers of TCP and IP, 3.6" + nbsp + "% of full packets, come on top."
	return b, top(all) > 0
}

// overhead is what a trial moved beyond the files, in per cent of the file
// bytes delivered.
type overhead struct {
	protocol float64 // frames, encryption, messages
	wasted   float64 // file bytes received a second time, refused, or thrown away
	again    float64 // sent a second time by TCP
}

func overheadOf(t *measure.Trial) (overhead, bool) {
	ratio := t.Summary.OverheadRatio
	if ratio == nil || !(*ratio > 0) {
		return overhead{}, false
	}
	var received float64
	for _, n := range t.Nodes {
		if n.Role == measure.RoleDownloader {
			received += float64(n.ReceivedBytes)
		}
	}
	delivered := received / *ratio
	if !(delivered > 0) {
		return overhead{}, false
	}
	o := overhead{wasted: 100 * float64(t.Summary.WastedBytes) / delivered}
	o.protocol = max(100*(*ratio-1)-o.wasted, 0)
	if again := t.Summary.RetransmittedBytes; again != nil {
		o.again = 100 * float64(*again) / delivered
	}
	return o, true
}

// stacked fills a chart of stacked bars with the means of its parts at a point,
// leaving out parts that are nowhere, and returns the estimates of their sum.
func (v *view) stacked(b *plot.Bars, p point, sum metric, parts []metric) []estimate {
	cells := p.measured()
	var all []estimate
	for _, c := range cells {
		all = append(all, sum.estimate(c.trials))
	}
	u := sum.unitOf(all)
	b.X.Unit = u.name
	for i, c := range cells {
		b.Groups = append(b.Groups, c.arch)
		b.Ranges = append(b.Ranges, all[i].scaled(u))
	}
	for _, m := range parts {
		part := plot.Part{Name: m.name}
		some := false
		for _, c := range cells {
			e := m.estimate(c.trials)
			part.Values = append(part.Values, e.mid/u.worth)
			some = some || e.mid > 0
		}
		if some {
			b.Parts = append(b.Parts, part)
		}
	}
	return all
}

func named(name string, m metric) metric {
	m.name = name
	return m
}

// top returns the largest mean of the estimates, 0 without any.
func top(all []estimate) float64 {
	most := 0.0
	for _, e := range all {
		if e.mid > most {
			most = e.mid
		}
	}
	return most
}
