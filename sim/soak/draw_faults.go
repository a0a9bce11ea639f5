package soak

import (
	"fmt"
	"strings"
	"time"
)

// fault draws one entry of the faults, as a scenario writes it.
func (d *drawing) fault() string {
	if d.odds(8) {
		return fmt.Sprintf("{churn: {nodes: %s, session: {exponential: {mean: %s}}, downtime: {exponential: {mean: %s}}, by: %s}, until: %s}",
			one(d, "peers", "50% of peers", d.group()), ms(d.span+time.Second), ms(d.short()), one(d, "kill", "poweroff", "leave"), ms(d.until()))
	}
	when, repeats := d.when()
	action, lasts := d.action()
	if !repeats && lasts && d.odds(2) && (strings.HasPrefix(action, "corrupt") || strings.HasPrefix(action, "free-ride")) {
		when = "at: 0s" // who is like that usually always was
	}
	text := when + ", " + action
	// What ends nothing may happen for ever; most of what lasts comes to an end.
	if lasts && (repeats || !d.odds(3)) {
		if d.odds(4) {
			text += fmt.Sprintf(", for: {exponential: {mean: %s}}", ms(d.short()))
		} else {
			text += ", for: " + ms(d.short())
		}
	}
	return "{" + text + "}"
}

// when draws what sets a fault off.
func (d *drawing) when() (text string, repeats bool) {
	switch d.IntN(8) {
	case 0:
		return fmt.Sprintf("every: {exponential: {mean: %s}}, until: %s", ms(d.short()+500*time.Millisecond), ms(d.until())), true
	case 1, 2:
		return "when: " + one(d,
			fmt.Sprintf("progress >= %d%%", 1+d.IntN(99)),
			fmt.Sprintf("completed >= %d", 1+d.IntN(d.peers)),
			fmt.Sprintf("online <= %d", d.peers)), false
	case 3:
		return "at: 0s", false
	}
	return "at: " + ms(time.Duration(d.Float64()*float64(d.span+2*time.Second))), false
}

// short draws how long something lasts: from a moment to longer than any
// time-out of an architecture.
func (d *drawing) short() time.Duration {
	longest := one(d, 200*time.Millisecond, d.span, 5*time.Second, 20*time.Second, 60*time.Second)
	return time.Millisecond + time.Duration(d.Int64N(int64(longest)))
}

// until draws when a process ends.
func (d *drawing) until() time.Duration {
	return 2*time.Second + time.Duration(d.Float64()*float64(2*d.span+20*time.Second))
}

// action draws what is done, to whom.
func (d *drawing) action() (text string, lasts bool) {
	switch d.IntN(24) {
	case 0, 1, 2:
		return "kill: " + d.nodes(), true
	case 3, 4:
		return "poweroff: " + d.nodes(), true
	case 5:
		return "leave: " + d.nodes(), true
	case 6, 7:
		return "pause: " + d.nodes(), true
	case 8, 9, 10:
		return "partition: " + d.sides(), true
	case 11:
		return "degrade: {nodes: " + d.nodes() + ", " + one(d,
			"uplink: 500kbit/s", "uplink: 1Mbit/s, downlink: 2Mbit/s", "loss: 0.05", "delay: 150ms, jitter: 20ms", "uplink: 30Mbit/s, downlink: 30Mbit/s") + "}", true
	case 12:
		return fmt.Sprintf("slow: {nodes: %s, factor: %d}", d.nodes(), 2+d.IntN(4)), true
	case 13, 14, 15:
		return fmt.Sprintf("corrupt: {nodes: %s, share: %s}", d.nodes(), one(d, "0.1", "0.5", "1", "1")), true
	case 16, 17:
		return "free-ride: " + d.nodes(), true
	case 18, 19:
		return "wipe: " + d.peer(), true
	case 20, 21:
		return fmt.Sprintf("disconnect: [%s, %s]", d.peer(), one(d, "origin", "origin", "peers", "all")), false
	}
	return one(d,
		"restart: all", "restart: "+d.nodes(), "resume: all", "heal: all", "restore: all", "cure: all", "share: all"), false
}

// group draws a group.
func (d *drawing) group() string { return one(d, d.groups...) }

// peer draws peers.
func (d *drawing) peer() string {
	group := d.group()
	return one(d, "peers", "30% of peers", "50% of peers", group, group+"-1", "1 of "+group)
}

// nodes draws any nodes, often the origin, or by a role in the run.
func (d *drawing) nodes() string {
	return one(d, "origin", "origin", "origin", "all", d.peer(), d.peer(), d.peer(), d.peer(),
		"fastest", "slowest", "most-pieces", "only-holder-of-rarest", "only-holder-of-rarest of all")
}

// sides draws a partition.
func (d *drawing) sides() string {
	who := d.peer()
	others := one(d, "origin", "peers", "all")
	if others == who {
		others = "origin"
	}
	switch d.IntN(4) {
	case 0:
		return "origin"
	case 1:
		return fmt.Sprintf("{from: %s, to: %s}", who, others)
	case 2:
		return fmt.Sprintf("[%s, %s]", who, others)
	}
	return who
}
