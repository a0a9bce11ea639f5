package reports

import (
	"fmt"
	"slices"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// Question is what --predict asks before a run.
type Question struct {
	Title  string         // of the scenario
	Facts  string         // what it takes to reckon an answer, in one line
	Point  map[string]any // that the headline of the report will speak of
	Choice string         // the first question: which architecture
	Factor string         // the second one: how many times as fast
	// Architectures are the answers to the first question, beside a tie.
	Architectures []string
}

// NewQuestion returns the question about a scenario, of which points are the
// sweep's. It is an error if there is nothing to compare.
func NewQuestion(s *scenario.Scenario, points []scenario.Point) (Question, error) {
	planned := &measure.Result{Scenario: s}
	for _, p := range points {
		for _, a := range s.Architectures {
			planned.Missing = append(planned.Missing, measure.TrialKey{Architecture: a.Name, Seed: s.Seed, Point: p.Values})
		}
	}
	v := newView(planned)
	focus, ok := v.focusOf(func(point) bool { return true })
	if !ok || len(v.archs) < 2 {
		return Question{}, fmt.Errorf("a guess needs two architectures to compare, and %s runs only %s", v.name(), list(v.archs))
	}
	at := points[slices.IndexFunc(points, func(p scenario.Point) bool { return pointID(p.Values) == pointID(focus.values) })]
	q := Question{
		Title: v.title(), Facts: facts(at.Scenario), Point: focus.values, Architectures: v.archs,
		Choice: "Which architecture is done first, with all requests",
		Factor: "How many times as fast as the next one is it",
	}
	if focus.label != "" {
		q.Title += ", at " + focus.label
	}
	if !v.allAtOnce(focus) {
		q.Choice = "Which architecture completes the median request sooner"
	}
	if at.Scenario.HasFaults() {
		sooner := "is done first"
		if !v.allAtOnce(focus) {
			sooner = "completes the median one sooner"
		}
		q.Choice = "Which architecture completes more requests or, where they complete the same, " + sooner
		q.Factor = "How many times as many, or as fast"
	}
	return q, nil
}

// facts names the links and files of a scenario without a sweep.
func facts(s *scenario.Scenario) string {
	parts := []string{fmt.Sprintf("origin: %v up", s.Network.Origin.Uplink)}
	for _, g := range s.Network.Peers {
		who := count(g.Count, "peer")
		if s.Workload.Requests.Arrivals == scenario.NewNodes {
			who = "new peers"
		}
		parts = append(parts, fmt.Sprintf("%s: %s, %v up, %v down", g.Name, who, g.Uplink, g.Downlink))
	}
	var files []string
	for _, f := range s.Workload.Files {
		size := f.Size.String()
		switch {
		case f.Path != "":
			size = f.Name
		case f.Count > 1:
			size = fmt.Sprintf("%d of %v", f.Count, f.Size)
		}
		files = append(files, size)
	}
	parts = append(parts, "files: "+strings.Join(files, ", "), "requests: "+s.Workload.Requests.Pattern)
	if n := len(s.Faults); n > 0 {
		parts = append(parts, count(n, "fault"))
	}
	return strings.Join(parts, "; ")
}

// Conclude completes the prediction of a result, if it has one, with what was
// measured at its point.
func Conclude(r *measure.Result) {
	if r.Prediction != nil {
		done := *r.Prediction
		done.Measured = newView(r).standing(done.Point)
		r.Prediction = &done
	}
}

// standing is how the architectures stand to each other at a point, by what the
// headline compares; nil while a trial is missing there.
func (v *view) standing(values map[string]any) *measure.Measured {
	at := slices.IndexFunc(v.points, func(p point) bool { return pointID(p.values) == pointID(values) })
	if at < 0 || slices.ContainsFunc(v.points[at].cells, func(c cell) bool { return len(c.missing) > 0 }) {
		return nil
	}
	p := v.points[at]
	cells := p.measured()
	if len(cells) < 2 {
		return nil
	}
	cells, ok := pair(cells)
	if !ok {
		return nil
	}
	by, time := measure.ByMakespan, makespan()
	if !v.allAtOnce(p) {
		by, time = measure.ByCompletion, completionP50()
	}
	if uneven(cells) || slices.ContainsFunc(cells, func(c cell) bool { return !time.over(c.trials).defined() }) {
		if m := bySuccess(cells); m != nil {
			return m
		}
		by, time = measure.ByCompletion, completionP50()
	}
	return byTime(cells, by, time)
}

// bySuccess compares what was completed, nil if that is equal.
func bySuccess(cells []cell) *measure.Measured {
	order := slices.Clone(cells)
	slices.SortStableFunc(order, func(a, b cell) int { return bySuccessRate(b, a) })
	best, second := success(order[0]), success(order[1])
	if best == second {
		return nil
	}
	rate := func(t *measure.Trial) *float64 { return t.Summary.SuccessRate }
	m := &measure.Measured{By: measure.BySuccess, Second: order[1].arch, Seeds: len(order[0].trials)}
	m.First = &order[0].arch
	m.Wins = winsOf(order[1], order[0], metric{get: rate}) // the lower rate is the loser's
	if second > 0 {
		m.Times = ptr(best / second)
	}
	return m
}

// byTime compares times; nil if nobody has one.
func byTime(cells []cell, by string, time metric) *measure.Measured {
	order := fastestFirst(cells, time)
	x, y := time.over(order[0].trials).mid, time.over(order[1].trials).mid
	if !(x > 0) || !(y > 0) {
		return nil
	}
	m := &measure.Measured{By: by, Second: order[1].arch, Seeds: len(order[0].trials), Wins: winsOf(order[0], order[1], time)}
	m.Times = ptr(y / x)
	if y > x*tie {
		m.First = &order[0].arch
	}
	return m
}

// predictionText sets the guess beside what was measured; empty without one.
func (v *view) predictionText() string {
	p := v.result.Prediction
	if p == nil {
		return ""
	}
	s := "You guessed " + standingText(p.Guess, measure.ByMakespan)
	if l := v.label(p.Point); l != "" {
		s += " at " + l
	}
	m := v.standing(p.Point)
	if m == nil {
		return s + "; that was not measured, or cannot be compared."
	}
	s += "; measured: " + standingText(m.Standing, m.By)
	if m.First != nil && m.Wins < m.Seeds {
		s += fmt.Sprintf(", ahead with %d of %d seeds", m.Wins, m.Seeds)
	}
	return s + ". " + judged(p.Guess, m.Standing)
}

func standingText(s measure.Standing, by string) string {
	switch {
	case s.First == nil:
		return "a tie"
	case by == measure.BySuccess && s.Times == nil:
		return *s.First + ", which alone completed requests"
	case by == measure.BySuccess:
		return fmt.Sprintf("%s, which completed %s times as many requests", *s.First, number(*s.Times))
	case s.Times == nil:
		return *s.First
	}
	return fmt.Sprintf("%s, %s times as fast", *s.First, number(*s.Times))
}

// judged says how good a guess was.
func judged(guess, is measure.Standing) string {
	switch {
	case guess.First == nil && is.First == nil:
		return "Right."
	case guess.First == nil || is.First == nil || *guess.First != *is.First:
		return "Not so: find out why before you read on."
	case guess.Times == nil || is.Times == nil:
		return "The right architecture."
	}
	off := *guess.Times / *is.Times
	if off < 1 {
		off = 1 / off
	}
	if off < closeBy {
		return "The right architecture, and a close factor."
	}
	way := "low"
	if *guess.Times > *is.Times {
		way = "high"
	}
	return fmt.Sprintf("The right architecture, and a factor %s times too %s.", number(off), way)
}

// closeBy is how far a guessed factor may be off and still be called close.
const closeBy = 1.25
