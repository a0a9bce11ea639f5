package scenario

import "time"

// ChurnPreset is a fit that a measurement study published, of how long peers
// stay and, if it says so, how long they are away.
type ChurnPreset struct {
	Name     string
	Session  Distribution
	Downtime Distribution // none if the study does not give one
	Source   string
}

// ChurnPresets lists those that there are. docs/faults.md says more of each.
func ChurnPresets() []ChurnPreset {
	minutes := func(m float64) Duration { return Duration(m * float64(time.Minute)) }
	weibull := func(scale, shape float64) Distribution {
		return Distribution{Kind: Weibull, Scale: minutes(scale), Shape: shape}
	}
	const (
		imc2006 = "Stutzbach and Rejaie, Understanding churn in peer-to-peer networks, IMC 2006: Weibull fits of session lengths by tracker log"
		kad2007 = "Steiner, En-Najjary and Biersack, Analyzing peer behavior in KAD, Institut Eurecom RR-07-205, 2007, and Long term study " +
			"of peer behavior in the KAD DHT, IEEE/ACM Transactions on Networking 17(5), 2009: Weibull fits of session and inter-session times"
	)
	return []ChurnPreset{
		{Name: "bittorrent-debian", Session: weibull(42.4, 0.38), Source: imc2006},
		{Name: "bittorrent-redhat", Session: weibull(21.3, 0.34), Source: imc2006},
		{Name: "bittorrent-flatout", Session: weibull(41.9, 0.59), Source: imc2006},
		{Name: "kad", Session: weibull(169.5385, 0.61511), Downtime: weibull(413.6765, 0.47648), Source: kad2007},
		{Name: "kad-first-crawl", Session: weibull(357.7152, 0.54512), Downtime: weibull(413.6765, 0.47648), Source: kad2007},
	}
}

func churnPreset(name string) (ChurnPreset, bool) {
	for _, p := range ChurnPresets() {
		if p.Name == name {
			return p, true
		}
	}
	return ChurnPreset{}, false
}

func churnPresetNames() []string {
	var names []string
	for _, p := range ChurnPresets() {
		names = append(names, p.Name)
	}
	return names
}
