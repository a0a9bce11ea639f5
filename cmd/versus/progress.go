package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"versus/sim/run"
)

// progress shows how a run goes on stderr: a bar on a terminal, otherwise a
// line for each trial.
type progress struct {
	stderr io.Writer
	bar    *progressbar.ProgressBar // nil for plain lines
	silent bool

	mu       sync.Mutex      // guards what follows
	fraction map[int]float64 // of the running trials, by index
}

// steps is the bar's resolution within one trial.
const steps = 1000

// barWidth and barText are the columns of the bar and of the text before it,
// which with the share done and the time spent fit into 80: a line that wraps is
// drawn anew each time.
const (
	barWidth = 16
	barText  = 45
)

func newProgress(e *env, quiet bool) *progress {
	p := &progress{stderr: e.stderr, silent: quiet, fraction: map[int]float64{}}
	if e.isTerminal && !quiet {
		p.bar = progressbar.NewOptions(steps,
			progressbar.OptionSetWriter(e.stderr),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionSetPredictTime(false), // it takes all trials for equal
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionThrottle(65*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// update takes news of a trial; calls do not overlap.
func (p *progress) update(u run.Update) {
	if p.silent {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch u.Stage {
	case run.TrialFinished:
		delete(p.fraction, u.Index)
	default:
		p.fraction[u.Index] = u.Progress.Fraction
	}
	if p.bar == nil {
		if u.Stage == run.TrialFinished {
			fmt.Fprintf(p.stderr, "%d/%d %s: %s%s\n", u.Done, u.Total, updateName(u), outcome(u), timeLeft(u))
		}
		return
	}
	at := float64(u.Done)
	for _, f := range p.fraction {
		at += f
	}
	p.bar.Describe(barLabel(u))
	p.bar.ChangeMax(u.Total * steps)
	_ = p.bar.Set(int(at * steps)) // only fails beyond the maximum, or as stderr does
}

// done removes the bar.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish() // fails as stderr does, which is no reason to fail a run
	}
}

// timeLeft says how much longer the run takes, about, once that is known and
// more than a moment.
func timeLeft(u run.Update) string {
	switch left := u.Left; {
	case u.Done == u.Total || left < time.Second:
		return ""
	case left < 2*time.Minute:
		return fmt.Sprintf(", about %.0f s left", left.Seconds())
	case left < 2*time.Hour:
		return fmt.Sprintf(", about %.0f min left", left.Minutes())
	default:
		return fmt.Sprintf(", about %.1f h left", left.Hours())
	}
}

// updateName names the trial that an update is about.
func updateName(u run.Update) string {
	name := trialName(u.Key)
	if u.Baseline {
		name += " without faults"
	}
	return name
}

// barLabel says how far the run is and names the trial as far as there is room.
func barLabel(u run.Update) string {
	s := fmt.Sprintf("%d/%d%s: ", u.Done, u.Total, timeLeft(u))
	parts := []string{u.Key.Architecture, fmt.Sprint("seed ", u.Key.Seed)}
	for _, key := range sortedKeys(u.Key.Point) {
		last := key[strings.LastIndexByte(key, '.')+1:]
		parts = append(parts, fmt.Sprintf("%s=%v", last, u.Key.Point[key]))
	}
	label := []rune(s + strings.Join(parts, " "))
	if len(label) > barText {
		return string(label[:barText-3]) + "..."
	}
	return string(label)
}

// wallTime writes the time that a trial took.
func wallTime(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%.0f ms of wall time", seconds*1000)
	}
	return fmt.Sprintf("%.1f s of wall time", seconds)
}

// outcome says in a few words how a trial ended.
func outcome(u run.Update) string {
	t := u.Trial
	switch {
	case t == nil:
		return "interrupted"
	case t.Error != nil:
		return "not measured: " + *t.Error
	case t.MakespanS == nil:
		return fmt.Sprintf("%d of %d requests complete (%s)", t.Summary.Completed, t.Summary.Requested, wallTime(t.WallS))
	}
	return fmt.Sprintf("done after %.2f s (%s)", *t.MakespanS, wallTime(t.WallS))
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
