package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"versus/sim/measure"
	"versus/sim/stats"
)

// tie is the ratio of two times below which they count as equal.
const tie = 1.01

// headline says in a few plain sentences who won, by how much, and why.
func (v *view) headline() []string {
	focus, ok := v.focus()
	if !ok {
		failed, missing := v.lost()
		switch {
		case failed > 0:
			return []string{fmt.Sprintf("Nothing could be measured: %s failed.", count(failed, "trial"))}
		case missing > 0:
			return []string{fmt.Sprintf("Nothing was measured: %s missing.", isAre(missing, "trial"))}
		}
		return []string{"Nothing was measured."}
	}
	var out []string
	at := ""
	if focus.label != "" {
		at = "At " + focus.label + v.meant(focus) + ", "
	}
	cells := focus.measured()
	for _, c := range focus.cells {
		switch {
		case len(c.trials) > 0:
		case len(c.failed) > 0:
			out = append(out, fmt.Sprintf("%s%s could not be measured: %s failed.", at, c.arch, count(len(c.failed), "trial")))
		case len(c.missing) > 0:
			out = append(out, fmt.Sprintf("%s%s was not measured: %s missing.", at, c.arch, isAre(len(c.missing), "trial")))
		}
	}
	if len(cells) == 1 {
		out = append(out, v.alone(at, focus, cells[0])...)
	} else {
		out = append(out, v.compare(at, focus, cells)...)
	}
	if s := v.acrossPoints(); s != "" {
		out = append(out, s)
	}
	return out
}

func isAre(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

// lost counts trials that failed and trials that are missing.
func (v *view) lost() (failed, missing int) {
	for _, p := range v.points {
		for _, c := range p.cells {
			failed += len(c.failed)
			missing += len(c.missing)
		}
	}
	return failed, missing
}

// alone describes an architecture that has nothing to compare with.
func (v *view) alone(at string, p point, c cell) []string {
	completed, requested := requests(c.trials)
	var s string
	span, limit := makespan().over(c.trials), bound().over(c.trials)
	switch {
	case requested == 0:
		return []string{fmt.Sprintf("%s%s was asked for nothing.", at, c.arch)}
	case completed == 0:
		return v.aloneShort(at, p, c)
	case !v.allAtOnce(p):
		mid := completionP50().over(c.trials)
		s = fmt.Sprintf("%s%s completed %d of %s; the median one took %s%s", at, c.arch, completed, count(requested, "request"), with(seconds, mid.mid), medians(c.trials))
	case !span.defined():
		return v.aloneShort(at, p, c)
	case limit.defined():
		s = fmt.Sprintf("%s%s finished in %s%s, %s its lower bound of %s", at, c.arch, with(seconds, span.mid), medians(c.trials),
			times(overBound().over(c.trials).mid), with(seconds, limit.mid))
	default:
		s = fmt.Sprintf("%s%s finished in %s%s", at, c.arch, with(seconds, span.mid), medians(c.trials))
	}
	if completed < requested && span.defined() && v.allAtOnce(p) {
		s += fmt.Sprintf(", with %d of %s%s", completed, count(requested, "request"), v.shortfall(p, c))
	}
	out := []string{s + "."}
	if s := inflationSentence([]cell{c}); s != "" {
		out = append(out, s)
	}
	return append(out, v.sentSentence(c))
}

// aloneShort describes one that did not come to the end of its requests.
func (v *view) aloneShort(at string, p point, c cell) []string {
	out := []string{at + v.delivery(p, c) + "."}
	if s := originSentence([]cell{c}); s != "" {
		out = append(out, s)
	}
	return append(out, v.sentSentence(c))
}

func (v *view) sentSentence(c cell) string {
	peers := v.copies(c, peersSent())
	if !shares(c) {
		peers = with(octets, peersSent().over(c.trials).mid)
	}
	return fmt.Sprintf("The origin sent %s, the peers %s.", v.copies(c, originSent()), peers)
}

// shares says whether peers send more than the requests that every client
// sends.
func shares(c cell) bool { return peersShare().over(c.trials).mid >= 0.01 }

// medians says what a figure of several trials is.
func medians(trials []*measure.Trial) string {
	if len(trials) < 2 {
		return ""
	}
	return fmt.Sprintf(" (median of %d seeds)", len(trials))
}

// copies writes an amount of bytes sent: in copies of the file where there is
// just one.
func (v *view) copies(c cell, m metric) string {
	sent := m.over(c.trials).mid
	if n, ok := v.copyCount(c, m); ok {
		return number(n) + " copies of the file"
	}
	return with(octets, sent)
}

func (v *view) copyCount(c cell, m metric) (float64, bool) {
	var ratios []float64
	for _, t := range c.trials {
		d, ok := demandOf(v.result, t)
		if !ok || d.files != 1 {
			return 0, false
		}
		ratios = append(ratios, *m.get(t)/float64(d.distinct))
	}
	return stats.Quantile(ratios, 0.5)
}

// compare describes architectures by the seeds that all of them have.
func (v *view) compare(at string, p point, cells []cell) []string {
	paired, ok := pair(cells)
	if !ok {
		return []string{fmt.Sprintf("%s%s were measured with different seeds, so they are not compared.", at, list(names(cells)))}
	}
	time := makespan()
	if !v.allAtOnce(p) {
		time = completionP50()
	}
	if uneven(paired) || slices.ContainsFunc(paired, func(c cell) bool { return !time.over(c.trials).defined() }) {
		return v.compareSuccess(at, p, paired)
	}
	order := fastestFirst(paired, time)
	var out []string
	did := "finished"
	if !v.allAtOnce(p) {
		did = "completed the median request"
	}
	if completed, requested := requests(paired[0].trials); completed < requested {
		why := strings.Join(v.unfinished(p, paired[0].trials), ", ")
		if why != "" {
			why = " (" + why + ")"
		}
		out = append(out, upper(fmt.Sprintf("%sthe same %d of %s completed in each%s.", at, completed, count(requested, "request"), why)))
		at, did = "", "finished these"
		if !v.allAtOnce(p) {
			did = "completed the median one of these"
		}
	}
	out = append(out, v.verdict(at, did, order, time))
	if s := inflationSentence(order); s != "" {
		out = append(out, s)
	}
	if s := boundSentence(order); v.allAtOnce(p) && s != "" {
		out = append(out, s)
	}
	return out
}

// pair keeps the trials whose seed every cell has; not ok if there is none, or no
// cell.
func pair(cells []cell) ([]cell, bool) {
	have := map[uint64]int{}
	for _, c := range cells {
		for _, t := range c.trials {
			have[t.Seed]++
		}
	}
	out := slices.Clone(cells)
	for i := range out {
		out[i].trials = slices.DeleteFunc(slices.Clone(out[i].trials), func(t *measure.Trial) bool { return have[t.Seed] < len(cells) })
	}
	return out, len(out) > 0 && len(out[0].trials) > 0
}

func names(cells []cell) []string {
	var out []string
	for _, c := range cells {
		out = append(out, c.arch)
	}
	return out
}

// success is the share of requests that were completed, 0 to 1.
func success(c cell) float64 {
	completed, requested := requests(c.trials)
	if requested == 0 {
		return 0
	}
	return float64(completed) / float64(requested)
}

// uneven says whether the cells, which have the same seeds, completed different
// requests.
func uneven(cells []cell) bool {
	return slices.ContainsFunc(cells, func(c cell) bool { return success(c) != success(cells[0]) }) || !sameRequests(cells)
}

func fastestFirst(cells []cell, m metric) []cell {
	out := slices.Clone(cells)
	slices.SortStableFunc(out, func(a, b cell) int {
		x, y := m.over(a.trials).mid, m.over(b.trials).mid
		switch {
		case x < y || !math.IsNaN(x) && math.IsNaN(y):
			return -1
		case x > y || math.IsNaN(x) && !math.IsNaN(y):
			return 1
		}
		return 0
	})
	return out
}

// verdict compares the times of the fastest and the second, and names the rest.
// What they did in that time is a verb with its object.
func (v *view) verdict(at, did string, order []cell, m metric) string {
	best, other := order[0], order[1]
	x, y := m.over(best.trials).mid, m.over(other.trials).mid
	wins, n := winsOf(best, other, m), len(best.trials)
	var s string
	switch {
	case y <= x*tie:
		s = fmt.Sprintf("%s%s %s practically together, in %s and %s%s", at, list(names(order[:2])), did, with(seconds, x), with(seconds, y), medians(best.trials))
	case wins < n:
		s = fmt.Sprintf("%s%s %s in %s and %s in %s%s, but %s was faster with only %d of them: no clear winner",
			at, best.arch, did, with(seconds, x), other.arch, with(seconds, y), medians(best.trials), best.arch, wins)
	default:
		against := with(seconds, y)
		if n > 1 {
			against += fmt.Sprintf("; medians of %d seeds, faster with each", n)
		}
		s = fmt.Sprintf("%s%s %s in %s, %s times as fast as %s (%s)", at, best.arch, did, with(seconds, x), number(y/x), other.arch, against)
		if why := v.why(best, other, m); why != "" {
			s += ": " + why
		}
	}
	for _, c := range order[2:] {
		s += fmt.Sprintf("; %s took %s", c.arch, with(seconds, m.over(c.trials).mid))
	}
	return s + "."
}

// winsOf counts the seeds with which a's figure is below b's; both have the
// same seeds in the same order.
func winsOf(a, b cell, m metric) int {
	wins := 0
	for i := range min(len(a.trials), len(b.trials)) {
		x, y := m.get(a.trials[i]), m.get(b.trials[i])
		if x != nil && (y == nil || *x < *y) {
			wins++
		}
	}
	return wins
}

// why names what in the counters goes with the difference; empty if nothing
// there explains it.
func (v *view) why(best, other cell, m metric) string {
	saved := m.over(other.trials).mid - m.over(best.trials).mid
	early, late := firstByteP50().over(best.trials).mid, firstByteP50().over(other.trials).mid
	if late-early >= saved/2 {
		return fmt.Sprintf("its first piece was there after %s instead of %s", with(seconds, early), with(seconds, late))
	}
	a, b := originSent().over(best.trials).mid, originSent().over(other.trials).mid
	if !shares(best) || !(a < 0.9*b) {
		return ""
	}
	x, ok := v.copyCount(best, originSent())
	y, ok2 := v.copyCount(other, originSent())
	if ok && ok2 {
		return fmt.Sprintf("its origin sent %s copies of the file instead of %s", number(x), number(y))
	}
	return fmt.Sprintf("its origin sent %s instead of %s", with(octets, a), with(octets, b))
}

// boundSentence says how far each came from what its network allows.
func boundSentence(cells []cell) string {
	var limits, ratios []string
	joined := list
	for _, c := range cells {
		b, r := bound().over(c.trials), overBound().over(c.trials)
		if !b.defined() || !r.defined() {
			return ""
		}
		limit := with(seconds, b.mid) + " for " + c.arch
		if by := boundBy(c.trials); by != "" {
			limit += ", set by " + by
			joined = func(words []string) string { return strings.Join(words, ", and ") }
		}
		limits = append(limits, limit)
		ratios = append(ratios, times(r.mid))
	}
	return fmt.Sprintf("The lower bound is %s: they took %s as long.", joined(limits), list(ratios))
}
