package scenario

import (
	"slices"
	"strings"
)

// site is a node's or a group's place in the network.
type site struct {
	path string
	link Link
}

// sites lists the origin and every group.
func (v *validator) sites() []site {
	all := []site{{"network.origin", v.s.Network.Origin}}
	for i, g := range v.s.Network.Peers {
		all = append(all, site{pathOf("network.peers", i), g.Link})
	}
	return all
}

// shared checks the shared links and who lies behind them.
func (v *validator) shared() {
	links := v.s.Network.Shared
	names, used := links.names(), map[string]site{}
	for _, l := range links {
		at := join("network.shared", l.Name)
		if !saneName(l.Name, false) {
			v.report(at, "%q, want lower-case letters, digits, - and _, a letter first, at most %d bytes", abbreviate(l.Name), MaxName)
		}
		v.rates(at, l.Uplink, l.Downlink)
		within(v, join(at, "delay"), l.Delay, 0, MaxDelay)
		v.queue(at, l.Queue, l.QueueLimit)
	}
	for _, s := range v.sites() {
		name, at := s.link.Behind, join(s.path, "behind")
		switch first, seen := used[name]; {
		case name == "" && v.draft.given(at):
			v.report(at, "empty, want the name of a shared link")
		case name == "":
		case len(links) == 0:
			v.report(at, "unknown shared link %q; network.shared has none", abbreviate(name))
		case !slices.Contains(names, name):
			v.unknown(at, "shared link", name, names)
		case !seen:
			used[name] = s
		case first.link.Region != s.link.Region:
			v.report(at, "%s is in region %q, but %s behind the same shared link is in %q",
				s.path, abbreviate(s.link.Region), first.path, abbreviate(first.link.Region))
		}
	}
	for _, name := range names {
		if _, ok := used[name]; !ok {
			v.report(join("network.shared", name), "nobody lies behind it; a group does with behind: %s", abbreviate(name))
		}
	}
}

// regions checks the preset and that everybody has a place in it.
func (v *validator) regions() {
	const path = "network.regions"
	name := v.s.Network.Regions
	if name == "" {
		if v.draft.given(path) {
			v.report(path, "empty, want one of %s", strings.Join(RegionPresets(), ", "))
			return
		}
		for _, s := range v.sites() {
			if at := join(s.path, "region"); s.link.Region != "" || v.draft.given(at) {
				v.report(at, "%q, but network.regions names no preset, want one of %s", abbreviate(s.link.Region), strings.Join(RegionPresets(), ", "))
			}
		}
		return
	}
	preset, err := LoadRegions(name)
	if err != nil {
		v.report(path, "%v", err)
		return
	}
	for _, s := range v.sites() {
		switch at := join(s.path, "region"); {
		case s.link.Region == "":
			v.report(at, "missing, want one of %s", strings.Join(preset.Names(), ", "))
		case !slices.Contains(preset.Names(), s.link.Region):
			v.unknown(at, "region", s.link.Region, preset.Names())
		}
	}
}
