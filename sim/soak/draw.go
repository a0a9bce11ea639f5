package soak

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Draw returns the nth schedule of a seed: a scenario that lists the architectures
// to run. It depends on its arguments alone. kinds are those to choose from.
func Draw(seed uint64, n int, kinds []trial.Kind) (*scenario.Scenario, error) {
	d := &drawing{Rand: workload.Stream(seed, fmt.Sprintf("soak/%d", n)), kinds: kinds}
	text := d.scenario(fmt.Sprintf("soak-%d-%d", seed, n))
	s, err := scenario.Load("drawn", []byte(text), scenario.Overrides{}, trial.Declarations(kinds))
	if err != nil {
		return nil, fmt.Errorf("drawing schedule %d of seed %d: %w\n%s", n, seed, err, text)
	}
	if _, err := requestsOf(s); err != nil { // nobody arrives by chance
		s.Workload.Requests = scenario.Requests{Pattern: scenario.AllAtOnce}
	}
	return s, nil
}

// requestsOf returns the requests of a schedule.
func requestsOf(s *scenario.Scenario) ([]workload.Request, error) {
	var peers []string
	for _, n := range s.Nodes()[1:] {
		peers = append(peers, n.Name)
	}
	return workload.Schedule(s.Workload, peers, s.Seed)
}

// drawing is one schedule while it is drawn.
type drawing struct {
	*rand.Rand
	kinds []trial.Kind

	peers  int
	groups []string       // names
	counts map[string]int // peers of each group
	visits bool           // peers come with their requests
	span   time.Duration  // that the transfers take, about
}

// one returns one of the values.
func one[T any](d *drawing, values ...T) T { return values[d.IntN(len(values))] }

// odds is true once in so many times.
func (d *drawing) odds(in int) bool { return d.IntN(in) == 0 }

// ms writes a duration in milliseconds.
func ms(t time.Duration) string { return fmt.Sprintf("%dms", t.Milliseconds()) }

func (d *drawing) scenario(name string) string {
	var b strings.Builder
	d.peers = 2 + d.IntN(4)
	if d.odds(4) {
		d.peers = 6 + d.IntN(7)
	}
	size := one(d, 1, 1000, 16<<10, 64<<10+1, 200_000, 256<<10, 512<<10, 777_777, 1<<20)
	if d.peers > 6 {
		size = min(size, 256<<10)
	}
	rate := one(d, 2, 5, 10, 10, 20, 50) // Mbit/s, the origin's
	d.span = time.Second + time.Duration(float64(size*8*d.peers)/float64(rate)*1000)

	fmt.Fprintf(&b, "name: %s\ntitle: A drawn schedule\ndescription: Made by versus soak.\nseed: %d\n", name, 1+d.Uint64N(1e9))
	fmt.Fprintf(&b, "workload:\n  files:\n    - {name: a.bin, size: %dB}\n", size)
	if d.odds(4) {
		fmt.Fprintf(&b, "    - {name: b.bin, size: %dB, count: %d}\n", 1+d.IntN(200_000), 1+d.IntN(2))
	}
	fmt.Fprintf(&b, "  piece_size: %s\n  requests: %s\n", one(d, "16KiB", "32KiB", "64KiB"), d.requests())
	d.network(&b, rate)
	d.architectures(&b)
	b.WriteString("faults:\n")
	for range 1 + d.IntN(6) {
		fmt.Fprintf(&b, "  - %s\n", d.fault())
	}
	// Long enough for everybody to finish after the last fault, with the rates that
	// are left; see grace.
	fmt.Fprintf(&b, "time_limit: %s\n", (10*time.Minute + 20*d.span).Round(time.Second))
	return b.String()
}

func (d *drawing) requests() string {
	over := max(d.span/2, 500*time.Millisecond)
	switch d.IntN(6) {
	case 0:
		return fmt.Sprintf("{pattern: uniform, over: %s}", ms(over))
	case 1:
		return fmt.Sprintf("{pattern: poisson, rate: %d/s, for: %s}", 1+d.IntN(4), ms(2*over+3*time.Second))
	case 2:
		d.visits = true
		return fmt.Sprintf("{pattern: poisson, rate: 1/s, for: 8s, arrivals: new-nodes, patience: %s, seed_time: %s}",
			one(d, "forever", "{exponential: {mean: 20s}}", "3m"), one(d, "forever", "0s", "{exponential: {mean: 5s}}"))
	}
	return "{pattern: all-at-once}"
}

// network draws the origin's link of the given rate in Mbit/s and groups of peers.
func (d *drawing) network(b *strings.Builder, rate int) {
	b.WriteString("network:\n")
	if d.odds(6) {
		b.WriteString("  tcp: reno\n")
	}
	behind := ""
	if d.odds(6) {
		fmt.Fprintf(b, "  shared: {campus: {uplink: %dMbit/s, downlink: %dMbit/s, delay: 2ms}}\n", one(d, 5, 20), one(d, 5, 20))
		behind = ", behind: campus"
	}
	fmt.Fprintf(b, "  origin: {uplink: %dMbit/s, downlink: %dMbit/s%s}\n  peers:\n", rate, rate, d.path())
	d.counts = map[string]int{}
	left, used := d.peers, behind == ""
	for _, name := range []string{"home", "office", "mobile"} {
		n := 1 + d.IntN(left)
		if name == "mobile" {
			n = left
		}
		up := one(d, 1, 2, 5, 10, 20)
		extra := ""
		if d.odds(6) {
			extra += fmt.Sprintf(", unreachable: %s", one(d, "1", "0.5"))
		}
		if d.odds(6) {
			extra += ", queue: drop-tail"
		}
		if !used || d.odds(2) {
			extra += behind
			used = true
		}
		fmt.Fprintf(b, "    - {name: %s, count: %d, uplink: %dMbit/s, downlink: %dMbit/s%s%s}\n", name, n, up, up*one(d, 1, 2, 5), d.path(), extra)
		d.groups, d.counts[name] = append(d.groups, name), n
		if left -= n; left == 0 {
			return
		}
	}
}

// path draws delay, jitter and losses of a link.
func (d *drawing) path() string {
	text := fmt.Sprintf(", delay: %dms", one(d, 0, 1, 5, 10, 20, 50, 100))
	if d.odds(4) {
		text += fmt.Sprintf(", jitter: %dms", 1+d.IntN(20))
	}
	switch d.IntN(6) {
	case 0:
		text += fmt.Sprintf(", loss: %s", one(d, "0.001", "0.01", "0.03"))
	case 1:
		text += ", burst_loss: {good_to_bad: 0.01, bad_to_good: 0.2, loss_good: 0, loss_bad: 0.3}"
	}
	return text
}

// architectures draws which run, and their options: half of them defaults.
func (d *drawing) architectures(b *strings.Builder) {
	kinds := []trial.Kind{one(d, d.kinds...)}
	if d.odds(3) {
		kinds = d.kinds
	}
	b.WriteString("architectures:\n")
	for _, k := range kinds {
		var parts []string
		for _, o := range k.Options {
			if value := d.option(o); value != "" && d.odds(3) {
				parts = append(parts, o.Name+": "+value)
			}
		}
		fmt.Fprintf(b, "  %s: {%s}\n", k.Name, strings.Join(parts, ", "))
	}
}

// option draws a value of an option, near its default if it is a number.
func (d *drawing) option(o scenario.Option) string {
	within := func(x float64) float64 {
		if o.Min != 0 || o.Max != 0 {
			x = min(max(x, o.Min), o.Max)
		}
		return x
	}
	switch v := o.Default.(type) {
	case string:
		if len(o.Values) > 0 {
			return one(d, o.Values...)
		}
	case bool:
		return one(d, "true", "false")
	case int:
		return fmt.Sprint(int(within(float64(d.IntN(2*v + 2)))))
	case float64:
		return fmt.Sprintf("%.2f", within(v*(0.5+d.Float64())))
	}
	return ""
}
