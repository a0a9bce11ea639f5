package reports

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"versus/sim/scenario"
)

// asked says in words what the scenario asks for.
func (v *view) asked() []Fact {
	s := v.result.Scenario
	if s == nil {
		return nil
	}
	out := []Fact{{"Workload", workloadText(s, slices.Contains(v.keys, "peers"))}}
	if len(v.keys) > 0 {
		var axes []string
		for _, axis := range s.Sweep {
			axes = append(axes, axis.Key+" = "+strings.Join(axis.Values, ", "))
		}
		out = append(out, Fact{"Sweep", strings.Join(axes, "; ")})
	}
	var all []cell
	for _, p := range v.points {
		all = append(all, p.measured()...)
	}
	if seeds := seedsOf(all); len(seeds) > 0 {
		text := upper(seedText(seeds)) + "."
		if len(v.archs) > 1 {
			text += " The architectures met the same workload, links and files with each."
		}
		out = append(out, Fact{"Random seeds", text})
	}
	for _, a := range s.Architectures {
		if slices.Contains(v.archs, a.Name) {
			out = append(out, Fact{"Options of " + a.Name, optionText(a.Options)})
		}
	}
	clock := "virtual: real protocol stacks over a simulated wire"
	if v.loopback() {
		clock = "loopback: this machine's own sockets in real time, links not shaped"
	}
	return append(out, Fact{"Network", clock})
}

func workloadText(s *scenario.Scenario, peersVary bool) string {
	w := s.Workload
	var files []string
	n := 0
	for _, f := range w.Files {
		k := max(f.Count, 1)
		n += k
		text := f.Name
		if k > 1 {
			text = fmt.Sprintf("%d files %s", k, f.Name)
		}
		if f.Size > 0 {
			text += " of " + spaced(f.Size.String())
			if k > 1 {
				text += " each"
			}
		}
		if f.Path != "" {
			text += " (a file of the machine that ran this)"
		}
		files = append(files, text)
		if len(files) == 8 {
			files = append(files[:7], fmt.Sprintf("and %d further entries", len(w.Files)-7))
			break
		}
	}
	text := fmt.Sprintf("%s, cut into pieces of %s. %s", list(files), spaced(w.PieceSize.String()), requestText(s, peersVary))
	if n > 1 {
		switch w.Popularity.Pattern {
		case scenario.Zipf:
			text += fmt.Sprintf(" Which file is drawn by Zipf's law with exponent %s.", strconv.FormatFloat(w.Popularity.Exponent, 'g', -1, 64))
		case scenario.UniformPopularity:
			text += " Every file is equally popular."
		}
	}
	return text
}

// requestText says who asks when.
func requestText(s *scenario.Scenario, peersVary bool) string {
	r, peers, ask := s.Workload.Requests, count(s.TotalPeers(), "peer"), "ask"
	switch {
	case peersVary:
		peers = "the peers, whose number the sweep changes,"
	case s.TotalPeers() == 1:
		ask = "asks"
	}
	var text string
	switch r.Pattern {
	case scenario.AllAtOnce:
		text = fmt.Sprintf("%s %s in the same instant.", peers, ask)
	case scenario.Uniform:
		text = fmt.Sprintf("%s %s at random instants within %s.", peers, ask, spaced(r.Over.String()))
	case scenario.Poisson:
		who := "by random ones of " + peers
		if s.BringsNodes() {
			who = "each by a new node"
		}
		text = fmt.Sprintf("Requests come at random (Poisson) at %s for %s, %s.", r.Rate, spaced(r.For.String()), who)
	case scenario.Trace:
		text = fmt.Sprintf("Requests follow the trace %s.", r.Path)
	default:
		text = "Requests: " + r.Pattern + "."
	}
	if !r.Patience.IsZero() {
		text += fmt.Sprintf(" A node gives up after a time that is %s.", r.Patience)
	}
	if !r.SeedTime.IsZero() {
		text += fmt.Sprintf(" Having finished it stays as a seeder: %s.", r.SeedTime)
	}
	return upper(text)
}

func optionText(o scenario.Options) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(o)) {
		parts = append(parts, fmt.Sprintf("%s: %v", k, o[k]))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// networkTable lists the links of the origin, the peers and those they share.
func (v *view) networkTable() Table {
	s := v.result.Scenario
	if s == nil {
		return Table{}
	}
	t := Table{Caption: "Links of the network", Header: []string{"node", "count", "uplink", "downlink", "one-way delay", "packet loss"}, Names: 1}
	if len(v.keys) > 0 {
		t.Caption += ", before the sweep changes them"
	}
	row := func(name string, n int, l scenario.Link, more ...string) {
		name = strings.Join(append([]string{name}, more...), ", ")
		t.Rows = append(t.Rows, []string{name, strconv.Itoa(n), rateText(l.Uplink), rateText(l.Downlink), spaced(l.Delay.String()), lossText(l)})
	}
	row("origin", 1, s.Network.Origin, linkExtras(s.Network.Origin)...)
	for _, g := range s.Network.Peers {
		extras := linkExtras(g.Link)
		if g.Unreachable > 0 {
			extras = append(extras, number(g.Unreachable)+" of them accept no connections")
		}
		row(g.Name, g.Count, g.Link, extras...)
	}
	for _, l := range s.Network.Shared {
		t.Rows = append(t.Rows, []string{l.Name + ", a shared link", "1", rateText(l.Uplink), rateText(l.Downlink), spaced(l.Delay.String()), "0"})
	}
	return t
}

// rateText writes a link's rate exactly, in the unit that suits it.
func rateText(b scenario.Bandwidth) string {
	u := unitFor(rate, float64(b))
	return strconv.FormatFloat(float64(b)/u.worth, 'f', -1, 64) + nbsp + u.name
}

func lossText(l scenario.Link) string {
	text := strconv.FormatFloat(l.Loss, 'g', 4, 64)
	if l.BurstLoss != (scenario.BurstLoss{}) {
		text += " and bursts"
	}
	return text
}

func linkExtras(l scenario.Link) []string {
	var out []string
	if l.Behind != "" {
		out = append(out, "behind "+l.Behind)
	}
	if l.Region != "" {
		out = append(out, "region "+l.Region)
	}
	if l.Jitter > 0 {
		out = append(out, "jitter "+spaced(l.Jitter.String()))
	}
	if l.Queue != "" && l.Queue != scenario.Fair {
		out = append(out, "queue "+l.Queue)
	}
	return out
}

// spaced puts a space that does not break between a number and its unit.
func spaced(s string) string {
	i := strings.IndexFunc(s, unicode.IsLetter)
	if i <= 0 || strings.ContainsFunc(s[i:], unicode.IsDigit) { // such as 1m30s
		return s
	}
	return s[:i] + nbsp + s[i:]
}
