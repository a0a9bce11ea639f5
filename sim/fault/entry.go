package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"versus/sim/scenario"
)

// shortest is the least time between two random occurrences of one process, so
// that no distribution stops the trial's clock.
const shortest = time.Millisecond

// entry is one entry of a scenario's faults while a trial runs.
type entry struct {
	e     *Engine
	name  string // faults.2
	fault scenario.Fault
	draws streams
	lasts *rand.Rand // of For
	label string     // of a partition: its sides

	churn  []presence // the nodes that come and go; nil if the entry is no churn
	script *script    // nil if it is none

	note   string // what else is worth a warning
	fired  int    // occurrences so far
	missed int    // of them, those that found no target
	spent  bool   // none is still to come; guarded by the engine's mu
}

// entry prepares one fault.
func (e *Engine) entry(i int, f scenario.Fault, draws streams) (*entry, error) {
	en := &entry{e: e, name: fmt.Sprintf("faults.%d", i), fault: f, draws: draws, lasts: draws.stream("for"), label: label(f.Sides, f.OneWay)}
	var err error
	switch {
	case f.Churn != nil && f.Churn.Trace != "":
		en.churn, en.note, err = e.traced(*f.Churn, draws)
	case f.Churn != nil:
		en.churn, err = e.drawn(en.name, f, draws)
	case f.Script != "":
		en.script, err = e.compile(en)
	}
	return en, err
}

// label names a partition, so that a heal of the same sides ends it; it is
// empty for all.
func label(sides []scenario.Selection, oneWay bool) string {
	text := ""
	for i, side := range sides {
		if i > 0 && oneWay {
			text += " > "
		} else if i > 0 {
			text += " | "
		}
		text += side.String()
	}
	if text == scenario.All {
		return ""
	}
	return text
}

// start puts the first event of the entry into the queue.
func (en *entry) start() {
	f := en.fault
	switch {
	case en.churn != nil:
		en.startChurn()
	case en.script != nil:
		en.script.start()
	case !f.At.IsZero():
		at := f.At.Draw(en.draws.stream("at"))
		if !en.e.at(at, func(at time.Duration) error {
			en.spend()
			return en.fire(at)
		}) {
			en.spend()
		}
	case !f.Every.IsZero():
		en.repeat(time.Duration(f.From), en.draws.stream("every"))
	}
}

// repeat puts the next occurrence into the queue.
func (en *entry) repeat(after time.Duration, gaps *rand.Rand) {
	gap := max(shortest, en.fault.Every.Draw(gaps))
	if gap >= en.e.limit || after+gap >= en.until() || !en.e.at(after+gap, func(at time.Duration) error {
		err := en.fire(at)
		en.repeat(at, gaps)
		return err
	}) {
		en.spend()
	}
}

// until is when a process ends.
func (en *entry) until() time.Duration {
	if en.fault.Until > 0 {
		return time.Duration(en.fault.Until)
	}
	return never
}

func (en *entry) spend() {
	en.e.mu.Lock()
	defer en.e.mu.Unlock()
	en.spent = true
}

// polls says that the entry has to be looked after between its events.
func (en *entry) polls() bool {
	return len(en.fault.When) > 0 || en.script != nil && en.script.completes()
}

// poll fires a fault whose condition holds, and calls a script's on_complete.
// again says that the entry is to be polled further.
func (en *entry) poll(at time.Duration) (again bool, err error) {
	switch {
	case !en.polls() || en.script == nil && en.spent:
		return false, nil
	case en.script != nil:
		return true, en.script.poll(at)
	case !en.fault.When.Holds(en.e.runState(at)):
		return true, nil
	}
	en.spend()
	return false, en.fire(at)
}

// fire makes one occurrence of the fault.
func (en *entry) fire(at time.Duration) error {
	en.fired++
	f := en.fault
	by := &instance{cause: en.name, ends: never}
	switch {
	case f.Action == Wipe && f.For.IsZero():
		by.ends = at
	case !f.For.IsZero():
		if span := f.For.Draw(en.lasts); span < never-at {
			by.ends = at + span
		}
	}
	c := &chooser{
		e: en.e, verb: f.Action, planned: len(f.When) == 0 && !en.e.cfg.Scenario.BringsNodes(),
		lot: en.draws.lots(fmt.Sprintf("who %d", en.fired)),
	}
	a := act{verb: f.Action, oneWay: f.OneWay, label: en.label, link: f.Link, factor: f.Factor, share: f.Share}
	var who choice
	var err error
	switch f.Action {
	case Heal:
	case Partition, Disconnect:
		a.sides, err = c.sides(f.Sides)
	default:
		who, err = c.choose(f.Nodes)
		a.nodes = who.real
	}
	if err != nil {
		return fmt.Errorf("%s: %w", en.name, err)
	}
	hits, err := en.e.do(by, a, who.planned)
	if hits == 0 && !f.Nodes.Nobody() && !slices.ContainsFunc(f.Sides, scenario.Selection.Nobody) {
		en.missed++
	}
	return err
}

// restarts says that the entry may restart a node that is down.
func (en *entry) restarts(node int) bool {
	if en.script != nil {
		return en.script.restarts
	}
	return en.fault.Action == Restart && slices.ContainsFunc(en.fault.Nodes, func(s scenario.Selector) bool {
		return slices.Contains(en.e.members[s.Of], node)
	})
}

// warning says that the fault did not do what it was there for; empty if it
// did, or if it names nobody by intention.
func (en *entry) warning() string {
	f := en.fault
	switch {
	case en.script != nil:
		return ""
	case en.churn != nil && en.fired == 0:
		return "nobody went or came within the trial"
	case en.churn != nil:
		return ""
	case en.fired == 0 && len(f.When) > 0:
		return fmt.Sprintf("%s did not fire: %s did not hold within the trial", f.Action, f.When)
	case en.fired == 0:
		return fmt.Sprintf("%s did not fire: the trial ended before", f.Action)
	case en.missed == en.fired:
		return fmt.Sprintf("%s found no target", f.Action)
	case en.missed > 0:
		return fmt.Sprintf("%s found no target in %d of %d occurrences", f.Action, en.missed, en.fired)
	}
	return ""
}
