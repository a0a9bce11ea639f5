package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"go.starlark.net/lib/math"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"versus/sim/scenario"
)

// Limits of a script.
const (
	MaxSteps   = 5_000_000 // of one call of a hook, as Starlark counts them
	maxWaiting = 10_000    // functions that wait for their after
)

// Hooks that a script may define, with their parameters.
const (
	onStart    = "on_start"    // ()
	onTick     = "on_tick"     // ()
	onComplete = "on_complete" // (node)
	onFault    = "on_fault"    // (fault)
)

// script is one Starlark file while a trial runs.
type script struct {
	en       *entry
	file     string
	hooks    map[string]*starlark.Function
	restarts bool // it mentions restart
	rand     *rand.Rand
	draws    int // parts chosen so far
	waiting  int // functions that wait for their after
	complete []bool
}

// compile parses a script and runs its top level.
func (e *Engine) compile(en *entry) (*script, error) {
	s := &script{en: en, file: en.fault.Script, hooks: map[string]*starlark.Function{}, rand: en.draws.stream("rand")}
	source, ok := e.cfg.Inputs[s.file]
	if !ok {
		return nil, fmt.Errorf("%s was not read", s.file)
	}
	known := s.predeclared()
	options := &syntax.FileOptions{Set: true, TopLevelControl: true}
	tree, program, err := starlark.SourceProgramOptions(options, s.file, source, known.Has)
	if err != nil {
		return nil, err // it has file, line and column
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		if ident, ok := n.(*syntax.Ident); ok && ident.Name == Restart {
			s.restarts = true
		}
		return true
	})
	globals, err := program.Init(s.thread(), known)
	if err != nil {
		return nil, s.located(err, "")
	}
	globals.Freeze()
	return s, s.find(globals)
}

// find takes the hooks out of a script's globals.
func (s *script) find(globals starlark.StringDict) error {
	parameters := map[string]int{onStart: 0, onTick: 0, onComplete: 1, onFault: 1}
	names := []string{onStart, onTick, onComplete, onFault}
	for _, name := range globals.Keys() {
		f, ok := globals[name].(*starlark.Function)
		want, hook := parameters[name]
		switch {
		case !hook && len(name) > 3 && name[:3] == "on_":
			meant := ""
			if near := scenario.Nearest(name, names); near != "" {
				meant = "; did you mean " + near + "?"
			}
			return fmt.Errorf("%s: unknown hook %s, want one of %s, %s, %s, %s%s", s.file, name, onStart, onTick, onComplete, onFault, meant)
		case !hook:
		case !ok:
			return fmt.Errorf("%s: %s is a %s, want a function", s.file, name, globals[name].Type())
		case f.NumParams() != want || f.HasVarargs() || f.HasKwargs():
			return fmt.Errorf("%v: %s has %d parameters, want %d", f.Position(), name, f.NumParams(), want)
		default:
			s.hooks[name] = f
		}
	}
	if len(s.hooks) == 0 {
		return fmt.Errorf("%s: no hook, want one of %s, %s, %s, %s", s.file, onStart, onTick, onComplete, onFault)
	}
	return nil
}

// thread makes the thread of one call.
func (s *script) thread() *starlark.Thread {
	t := &starlark.Thread{Name: base(s.file), Print: func(t *starlark.Thread, text string) {
		if put := s.en.e.cfg.Print; put != nil {
			put(s.caller(t) + ": " + text)
		}
	}}
	t.Load = func(*starlark.Thread, string) (starlark.StringDict, error) {
		return nil, errors.New("a script is one file")
	}
	t.SetMaxExecutionSteps(MaxSteps)
	return t
}

// caller is where a built-in function was called, as script.star:12.
func (s *script) caller(t *starlark.Thread) string {
	return fmt.Sprintf("%s:%d", base(s.file), t.CallFrame(1).Pos.Line)
}

// call calls a function of the script.
func (s *script) call(name string, f starlark.Callable, args ...starlark.Value) error {
	t := s.thread()
	_, err := starlark.Call(t, f, args, nil)
	if err == nil {
		return nil
	}
	if t.ExecutionSteps() >= MaxSteps {
		err = fmt.Errorf("more than %d steps: %w", MaxSteps, err)
	}
	return s.located(err, name)
}

// located puts the script's position before an error, the innermost that is in
// the script.
func (s *script) located(err error, hook string) error {
	if hook != "" {
		hook = "in " + hook + ": "
	}
	var evaluation *starlark.EvalError
	if !errors.As(err, &evaluation) {
		return fmt.Errorf("%s: %s%w", s.file, hook, err)
	}
	for i := range evaluation.CallStack {
		pos := evaluation.CallStack.At(i).Pos
		if pos.Filename() == s.file {
			return fmt.Errorf("%s:%d: %s%w", s.file, pos.Line, hook, err)
		}
	}
	return fmt.Errorf("%s: %s%w", s.file, hook, err)
}

// start calls on_start and begins to call on_tick.
func (s *script) start() {
	e := s.en.e
	if f := s.hooks[onStart]; f != nil {
		e.at(0, func(time.Duration) error { return s.call(onStart, f) })
	}
	f := s.hooks[onTick]
	if f == nil {
		return
	}
	var tick func(at time.Duration) error
	tick = func(at time.Duration) error {
		err := s.call(onTick, f)
		e.at(at+time.Duration(s.en.fault.Tick), tick)
		return err
	}
	e.at(time.Duration(s.en.fault.Tick), tick)
}

// completes says that the script waits for nodes to complete.
func (s *script) completes() bool { return s.hooks[onComplete] != nil }

// poll calls on_complete for each node that has become complete.
func (s *script) poll(time.Duration) error {
	seen, err := s.en.e.look()
	if err != nil {
		return fmt.Errorf("%s: %w", s.file, err)
	}
	if s.complete == nil {
		s.complete = make([]bool, len(seen))
		s.complete[0] = true // the origin holds everything from the start
	}
	for i, n := range seen {
		if n.Complete && !s.complete[i] {
			s.complete[i] = true
			if err := s.call(onComplete, s.hooks[onComplete], nodeValue(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// onFault tells the script of an order that had an effect.
func (s *script) onFault(at time.Duration, o Order, detail string) error {
	if s == nil || s.hooks[onFault] == nil {
		return nil
	}
	return s.call(onFault, s.hooks[onFault], starlarkstruct.FromStringDict(starlark.String("fault"), starlark.StringDict{
		"time":   starlark.Float(at.Seconds()),
		"action": starlark.String(o.Verb),
		"target": starlark.String(o.Target()),
		"cause":  starlark.String(o.Cause),
		"detail": starlark.String(detail),
	}))
}

// predeclared are the names that a script finds.
func (s *script) predeclared() starlark.StringDict {
	known := starlark.StringDict{
		"math":  math.Module,
		"state": new(starlark.Dict), // outlives a call, which globals that a script assigns do not
	}
	for name, f := range s.reading() {
		known[name] = starlark.NewBuiltin(name, f)
	}
	for name, f := range s.acting() {
		known[name] = starlark.NewBuiltin(name, f)
	}
	return known
}

// builtin is a function that a script can call.
type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// running reports a call at the top level, where there is no trial yet.
func (s *script) running(b *starlark.Builtin) error {
	if s.en.e.world == nil {
		return fmt.Errorf("%s: called outside of a hook, when there is no trial yet", b.Name())
	}
	return nil
}

// choose returns whom a value of a script selects: a selector's text, a node, or
// a list of them.
func (s *script) choose(verb string, whom starlark.Value) ([]int, error) {
	sel, err := s.selection(whom)
	if err != nil {
		return nil, err
	}
	s.draws++
	c := &chooser{e: s.en.e, verb: verb, lot: s.en.draws.lots(fmt.Sprintf("who %d", s.draws))}
	got, err := c.choose(sel)
	return got.real, err
}

func (s *script) selection(whom starlark.Value) (scenario.Selection, error) {
	switch v := whom.(type) {
	case starlark.String:
		one, err := scenario.ParseSelector(string(v))
		if err != nil {
			return nil, err
		}
		if _, ok := s.en.e.members[one.Of]; !ok {
			return nil, fmt.Errorf("there is no node or group %q", one.Of)
		}
		return scenario.Selection{one}, nil
	case *starlarkstruct.Struct:
		if name, err := v.Attr("name"); err == nil {
			return s.selection(name)
		}
	case starlark.Iterable:
		var all scenario.Selection
		for item := range starlark.Elements(v) {
			one, err := s.selection(item)
			if err != nil {
				return nil, err
			}
			all = slices.Concat(all, one)
		}
		return all, nil
	}
	return nil, fmt.Errorf("%s, want a selector such as \"3 of home\", a node, or a list of them", whom.Type())
}
