package reports

import (
	"fmt"
	"strings"

	"versus/sim/measure"
)

// wireShare is how much longer a loaded link is busy than its bytes of stream
// need: a packet of 1,500 bytes carries 1,448 of them.
const wireShare = 1500.0 / 1448

// theoryTable puts what was measured beside the lower bounds.
func (v *view) theoryTable() Table {
	t := Table{Caption: "Measured beside the lower bound", Header: []string{"architecture", "bound", "set by", "makespan", "makespan / bound"}, Names: 3}
	if len(v.points) > 1 {
		t.Header[0], t.Caption = "point", t.Caption+" at every point"
	}
	for _, p := range v.points {
		if !v.allAtOnce(p) || v.loopback() {
			continue
		}
		for _, c := range p.measured() {
			b, m, r := bound().over(c.trials), makespan().over(c.trials), overBound().over(c.trials)
			if !b.defined() {
				continue
			}
			name := c.arch
			if p.label != "" {
				name = p.label + ", " + c.arch
			}
			by := boundBy(c.trials)
			if by == "" {
				by = undefined
			}
			t.Rows = append(t.Rows, []string{name, with(seconds, b.mid), by, with(seconds, m.mid), times(r.mid)})
		}
	}
	return t
}

// gap names what the records show of the time between bound and makespan.
func (v *view) gap() []string {
	p, ok := v.focus()
	switch {
	case !ok:
		return nil
	case v.loopback():
		return []string{"Loopback sockets have no stated rate, so there is no bound to compare with."}
	case !v.allAtOnce(p):
		return []string{"Requests start at different times: the makespan says mostly when the last one was made, so it is not held against its bound. The slowdown in the table compares each request with its own links."}
	}
	var out []string
	for _, c := range p.measured() {
		if s := v.gapOf(c); s != "" {
			out = append(out, s)
		}
	}
	if len(out) > 0 && p.label != "" {
		out[0] = "At " + p.label + ": " + out[0]
	}
	return out
}

func (v *view) gapOf(c cell) string {
	b, m := bound().over(c.trials), makespan().over(c.trials)
	if !b.defined() || !m.defined() || !(b.mid > 0) {
		return ""
	}
	var parts []string
	if f := inflation().over(c.trials); f.defined() {
		parts = append(parts, "the faults made it take "+times(f.mid)+" as long as without them")
	}
	if !sharedLinkBinds(c) {
		parts = append(parts, fmt.Sprintf("the headers of packets alone take %s where the link that sets the bound is full", with(seconds, b.mid*(wireShare-1))))
	}
	if f := firstByteP50().over(c.trials); f.defined() {
		text := "the median peer waited " + with(seconds, f.mid) + " for its first piece"
		if shares(c) {
			text += ", before which it had nothing to pass on"
		}
		parts = append(parts, text)
	}
	if o := overheadRatio().over(c.trials); o.defined() && o.mid >= 1.0005 {
		parts = append(parts, fmt.Sprintf("protocols and repeated pieces added %s bytes to every byte of file", number(o.mid-1)))
	}
	if mid := completionP50().over(c.trials); mid.defined() && m.mid-mid.mid >= 0.01*m.mid {
		parts = append(parts, fmt.Sprintf("the last peer finished %s after the median one", with(seconds, m.mid-mid.mid)))
	}
	s := fmt.Sprintf("%s took %s more than its bound", c.arch, with(seconds, m.mid-b.mid))
	if by := boundBy(c.trials); by != "" {
		s += ", which is set by " + by
	}
	if len(parts) == 0 {
		return s + "."
	}
	return s + ". What the records show of it (these overlap): " + strings.Join(parts, "; ") + "."
}

func sharedLinkBinds(c cell) bool { return boundBy(c.trials) == boundWords("shared link") }

func overheadRatio() metric {
	return metric{name: "overhead ratio", get: func(t *measure.Trial) *float64 { return t.Summary.OverheadRatio }}
}
