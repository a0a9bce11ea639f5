package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Text returns the summary as lines for a reader.
func (s *Summary) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "schedules   %d of %d, seed %d\n", s.Schedules, s.Planned, s.Seed)
	each := time.Duration(0)
	if s.Schedules > 0 {
		each = s.Wall / time.Duration(s.Schedules)
	}
	fmt.Fprintf(&b, "wall        %v, %v a schedule, %d side by side\n", s.Wall.Round(time.Millisecond), each.Round(time.Millisecond), s.Jobs)
	b.WriteString(s.Tally.text())
	fmt.Fprintf(&b, "violations  %d\n", len(s.Found))
	for _, f := range s.Found {
		fmt.Fprintf(&b, "  schedule %d: %s\n", f.Schedule, f.Folder)
		if f.Tries > 0 {
			fmt.Fprintf(&b, "    came back in %d of %d tries\n", f.Shown, f.Tries)
		}
		for _, v := range f.Violations {
			fmt.Fprintf(&b, "    %s\n", v)
		}
	}
	return b.String()
}

// Text returns what was replayed as lines for a reader.
func (r *Replayed) Text() string {
	var b strings.Builder
	b.WriteString(r.Tally.text())
	fmt.Fprintf(&b, "violations  in %d of %d tries\n", r.Shown, r.Tries)
	for _, name := range slices.Sorted(maps.Keys(r.By)) {
		fmt.Fprintf(&b, "  %s: %d of %d\n", name, r.By[name], r.Tries)
	}
	for _, v := range r.First {
		fmt.Fprintf(&b, "  first: %s\n", v)
	}
	return b.String()
}

func (t Tally) text() string {
	return fmt.Sprintf("trials      %d, %.2f simulated hours\nrequests    %d: %s\npieces      %d verified, %d bans\nfaults      %s\n",
		t.Trials, t.SimulatedS/3600, t.Requests, counts(t.Outcomes), t.Pieces, t.Bans, counts(t.Faults))
}

// counts lists a count of each kind.
func counts(m map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}
