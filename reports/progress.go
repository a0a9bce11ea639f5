package reports

import "versus/sim/measure"

// Progress reads from the result's folder the events that charts need: how the
// first seed's trials at the point shown progressed on each node. A folder
// without events has none.
func Progress(dir string, r *measure.Result) ([]measure.Event, error) {
	v := newView(r)
	p, ok := v.focus()
	if !ok {
		return nil, nil
	}
	var keys []measure.TrialKey
	for _, c := range p.measured() {
		keys = append(keys, c.trials[0].TrialKey)
	}
	var out []measure.Event
	err := measure.PickEvents(dir, keys, measure.EventProgress, func(e measure.Event) error {
		out = append(out, e)
		return nil
	})
	return out, err
}
