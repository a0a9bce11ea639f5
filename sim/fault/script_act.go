package fault

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"versus/sim/scenario"
)

// acting are the functions that do what the timeline can do. Each returns how
// many targets it had an effect on.
func (s *script) acting() map[string]builtin {
	all := map[string]builtin{
		Degrade: s.degrade, Slow: s.slow, Corrupt: s.corrupt,
		Partition: s.partition, Heal: s.heal, Disconnect: s.disconnect,
	}
	for _, verb := range []string{Kill, PowerOff, Leave, Wipe, Pause, FreeRide} {
		all[strings.ReplaceAll(verb, "-", "_")] = s.simple(verb)
	}
	for _, verb := range []string{Restart, Resume, Restore, Cure, Share} {
		all[verb] = s.inverse(verb)
	}
	return all
}

// perform carries out an action of the script.
func (s *script) perform(t *starlark.Thread, a act, lasts starlark.Value) (starlark.Value, error) {
	by := &instance{cause: s.caller(t), ends: never, by: s}
	switch {
	case a.verb == Wipe && (lasts == nil || lasts == starlark.None):
		by.ends = s.en.e.world.Now()
	case lasts != nil && lasts != starlark.None:
		span, err := duration(lasts)
		if err != nil {
			return nil, fmt.Errorf("%s: duration: %w", a.verb, err)
		}
		by.ends = later(s.en.e.world.Now(), span)
	}
	hits, err := s.en.e.do(by, a, nil)
	return starlark.MakeInt(hits), err
}

// on carries out an action on nodes.
func (s *script) on(t *starlark.Thread, b *starlark.Builtin, a act, whom, lasts starlark.Value) (starlark.Value, error) {
	if err := s.running(b); err != nil {
		return nil, err
	}
	var err error
	if a.nodes, err = s.choose(a.verb, whom); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return s.perform(t, a, lasts)
}

func (s *script) simple(verb string) builtin {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var whom, lasts starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom", &whom, "duration?", &lasts); err != nil {
			return nil, err
		}
		return s.on(t, b, act{verb: verb}, whom, lasts)
	}
}

func (s *script) inverse(verb string) builtin {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var whom starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom", &whom); err != nil {
			return nil, err
		}
		return s.on(t, b, act{verb: verb}, whom, nil)
	}
}

func (s *script) degrade(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var whom, up, down, delay, jitter, loss, lasts starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom", &whom, "uplink?", &up, "downlink?", &down,
		"delay?", &delay, "jitter?", &jitter, "loss?", &loss, "duration?", &lasts); err != nil {
		return nil, err
	}
	a := act{verb: Degrade}
	if err := errors.Join(
		given("uplink", up, &a.link.Uplink, bandwidth),
		given("downlink", down, &a.link.Downlink, bandwidth),
		given("delay", delay, &a.link.Delay, delaySpan),
		given("jitter", jitter, &a.link.Jitter, delaySpan),
		given("loss", loss, &a.link.Loss, func(v starlark.Value) (float64, error) { return within(v, 0, 0.999999) }),
	); err != nil {
		return nil, fmt.Errorf("degrade: %w", err)
	}
	if a.link == (scenario.LinkFault{}) {
		return nil, errors.New("degrade: changes nothing, want one of uplink, downlink, delay, jitter, loss")
	}
	return s.on(t, b, a, whom, lasts)
}

// given reads an argument that may be left out.
func given[T any](key string, v starlark.Value, into **T, read func(starlark.Value) (T, error)) error {
	if v == nil || v == starlark.None {
		return nil
	}
	value, err := read(v)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	*into = &value
	return nil
}

func (s *script) slow(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var whom, factor, lasts starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom", &whom, "factor", &factor, "duration?", &lasts); err != nil {
		return nil, err
	}
	f, err := within(factor, 1, scenario.MaxFactor)
	if err != nil {
		return nil, fmt.Errorf("slow: factor: %w", err)
	}
	return s.on(t, b, act{verb: Slow, factor: f}, whom, lasts)
}

func (s *script) corrupt(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var whom, share, lasts starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom", &whom, "share", &share, "duration?", &lasts); err != nil {
		return nil, err
	}
	f, err := within(share, 0, 1)
	if err != nil {
		return nil, fmt.Errorf("corrupt: share: %w", err)
	}
	return s.on(t, b, act{verb: Corrupt, share: f}, whom, lasts)
}

func (s *script) partition(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var oneWay bool
	var lasts starlark.Value
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "one_way?", &oneWay, "duration?", &lasts); err != nil {
		return nil, err
	}
	a, err := s.cutting(b, Partition, args, oneWay)
	if err != nil {
		return nil, err
	}
	return s.perform(t, a, lasts)
}

func (s *script) heal(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var oneWay bool
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "one_way?", &oneWay); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		if err := s.running(b); err != nil {
			return nil, err
		}
		return s.perform(t, act{verb: Heal}, nil)
	}
	a, err := s.cutting(b, Heal, args, oneWay)
	if err != nil {
		return nil, err
	}
	return s.perform(t, a, nil)
}

// cutting makes the partition of the sides in args, or its end.
func (s *script) cutting(b *starlark.Builtin, verb string, args starlark.Tuple, oneWay bool) (act, error) {
	if err := s.running(b); err != nil {
		return act{}, err
	}
	var sides []scenario.Selection
	for _, arg := range args {
		side, err := s.selection(arg)
		if err != nil {
			return act{}, fmt.Errorf("%s: %w", b.Name(), err)
		}
		sides = append(sides, side)
	}
	switch {
	case len(sides) == 0:
		return act{}, fmt.Errorf("%s: no side, want one or more", b.Name())
	case oneWay && len(sides) != 2:
		return act{}, fmt.Errorf("%s: %d sides one way, want 2", b.Name(), len(sides))
	}
	a := act{verb: verb, oneWay: oneWay, label: label(sides, oneWay)}
	if verb == Heal {
		return a, nil
	}
	s.draws++
	c := &chooser{e: s.en.e, verb: Partition, lot: s.en.draws.lots(fmt.Sprintf("who %d", s.draws))}
	var err error
	a.sides, err = c.sides(sides)
	return a, err
}

func (s *script) disconnect(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var one, other starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &one, "b", &other); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	a := act{verb: Disconnect, sides: make([][]int, 2)}
	for i, whom := range []starlark.Value{one, other} {
		var err error
		if a.sides[i], err = s.choose(Disconnect, whom); err != nil {
			return nil, fmt.Errorf("disconnect: %w", err)
		}
	}
	return s.perform(t, a, nil)
}

// duration reads seconds, or a text such as 20ms.
func duration(v starlark.Value) (time.Duration, error) {
	if text, ok := v.(starlark.String); ok {
		d, err := scenario.ParseDuration(string(text))
		return time.Duration(d), err
	}
	s, err := within(v, 0, scenario.MaxSpan.Seconds())
	return time.Duration(math.Round(s * 1e9)), err
}

func delaySpan(v starlark.Value) (scenario.Duration, error) {
	d, err := duration(v)
	if err == nil && d > time.Duration(scenario.MaxDelay) {
		err = fmt.Errorf("%v is above %v", d, scenario.MaxDelay)
	}
	return scenario.Duration(d), err
}

// bandwidth reads bit/s, or a text such as 1Mbit/s.
func bandwidth(v starlark.Value) (scenario.Bandwidth, error) {
	if text, ok := v.(starlark.String); ok {
		rate, err := scenario.ParseBandwidth(string(text))
		if err == nil && (rate < scenario.MinRate || rate > scenario.MaxRate) {
			err = fmt.Errorf("%v is not within %v to %v", rate, scenario.MinRate, scenario.MaxRate)
		}
		return rate, err
	}
	bps, err := within(v, float64(scenario.MinRate), float64(scenario.MaxRate))
	return scenario.Bandwidth(bps), err
}

// within reads a number of lo to hi.
func within(v starlark.Value, lo, hi float64) (float64, error) {
	n, ok := starlark.AsFloat(v)
	switch {
	case !ok:
		return 0, fmt.Errorf("%s, want a number", v.Type())
	case !(n >= lo && n <= hi):
		return 0, fmt.Errorf("%v is not within %v to %v", n, lo, hi)
	}
	return n, nil
}
