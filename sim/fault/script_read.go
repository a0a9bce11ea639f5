package fault

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// reading are the functions that look at the run, and draw.
func (s *script) reading() map[string]builtin {
	return map[string]builtin{
		"now":      s.now,
		"progress": s.progress,
		"node":     s.node,
		"nodes":    s.nodes,
		"rand":     s.random,
		"randint":  s.randint,
		"sample":   s.sample,
		"after":    s.after,
	}
}

func (s *script) now(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	return starlark.Float(s.en.e.world.Now().Seconds()), nil
}

func (s *script) progress(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	p := s.en.e.world.Progress()
	share := 0.0
	if p.WantedBytes > 0 {
		share = float64(p.DeliveredBytes) / float64(p.WantedBytes)
	}
	return starlarkstruct.FromStringDict(starlark.String("progress"), starlark.StringDict{
		"delivered_bytes": starlark.MakeInt64(p.DeliveredBytes),
		"wanted_bytes":    starlark.MakeInt64(p.WantedBytes),
		"share":           starlark.Float(share),
		"completed":       starlark.MakeInt(p.Completed),
		"requested":       starlark.MakeInt(p.Requested),
		"online":          starlark.MakeInt(p.Online),
	}), nil
}

func (s *script) node(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	i, ok := s.en.e.index[name]
	if !ok {
		return nil, fmt.Errorf("node: there is no node %q", name)
	}
	seen, err := s.en.e.look()
	if err != nil {
		return nil, err
	}
	return nodeValue(seen[i]), nil
}

func (s *script) nodes(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var whom starlark.Value = starlark.String("all")
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "whom?", &whom); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	chosen, err := s.choose("", whom)
	if err != nil {
		return nil, fmt.Errorf("nodes: %w", err)
	}
	seen, err := s.en.e.look()
	if err != nil {
		return nil, err
	}
	list := make([]starlark.Value, len(chosen))
	for k, i := range chosen {
		list[k] = nodeValue(seen[i])
	}
	return starlark.NewList(list), nil
}

// nodeValue is a node as scripts see it, as it was when they asked.
func nodeValue(n NodeState) starlark.Value {
	return starlarkstruct.FromStringDict(starlark.String("node"), starlark.StringDict{
		"name":                  starlark.String(n.Name),
		"group":                 starlark.String(n.Group),
		"up":                    starlark.Bool(n.Up),
		"paused":                starlark.Bool(n.Paused),
		"present":               starlark.Bool(n.Present),
		"pieces":                starlark.MakeInt(n.Pieces),
		"wanted":                starlark.MakeInt(n.Wanted),
		"complete":              starlark.Bool(n.Complete),
		"only_holder_of_rarest": starlark.Bool(n.OnlyHolderOfRarest),
		"uplink_bps":            starlark.MakeInt64(int64(n.Link.Uplink)),
		"downlink_bps":          starlark.MakeInt64(int64(n.Link.Downlink)),
		"delay_s":               starlark.Float(n.Link.Delay.Seconds()),
		"jitter_s":              starlark.Float(n.Link.Jitter.Seconds()),
		"loss":                  starlark.Float(n.Link.Loss),
	})
}

func (s *script) random(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Float(s.rand.Float64()), nil
}

func (s *script) randint(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, fmt.Errorf("randint: %d is below 1", n)
	}
	return starlark.MakeInt(s.rand.IntN(n)), nil
}

func (s *script) sample(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var list starlark.Iterable
	var k int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "list", &list, "k", &k); err != nil {
		return nil, err
	}
	var items []starlark.Value
	for item := range starlark.Elements(list) {
		items = append(items, item)
	}
	if k < 0 || k > len(items) {
		return nil, fmt.Errorf("sample: %d of %d", k, len(items))
	}
	s.rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return starlark.NewList(items[:k:k]), nil
}

// after calls a function of the script later.
func (s *script) after(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var wait starlark.Value
	var f starlark.Callable
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "duration", &wait, "function", &f); err != nil {
		return nil, err
	}
	if err := s.running(b); err != nil {
		return nil, err
	}
	span, err := duration(wait)
	if err != nil {
		return nil, fmt.Errorf("after: %w", err)
	}
	if s.waiting == maxWaiting {
		return nil, fmt.Errorf("after: %d functions wait already", maxWaiting)
	}
	if s.en.e.at(later(s.en.e.world.Now(), span), func(time.Duration) error {
		s.waiting--
		return s.call(f.Name(), f)
	}) {
		s.waiting++
	}
	return starlark.None, nil
}
