package trial

import (
	"fmt"

	"versus/sim/measure"
	"versus/sim/scenario"
)

// assemble turns what a session recorded into the trial's result.
func assemble(spec *Spec, out *outcome) *measure.Trial {
	t := &measure.Trial{TrialKey: spec.Key, Network: spec.Network}
	defer t.Normalize()
	if out.recording.Samples == nil {
		t.Error = reason(out.err, "the trial did not run")
		t.Summary.Requested = len(spec.Requests)
		return t
	}
	rec := &out.recording
	t.VirtualS = rec.Elapsed.Seconds()
	t.Timeline = rec.Timeline
	t.Requests = requests(spec, rec)
	t.Nodes = nodes(spec, out)
	t.Links = out.links
	t.Faults, t.Bans = rec.Faults, rec.Bans
	t.MakespanS = makespan(t.Requests)
	if spec.Network == Virtual {
		t.Bounds = bounds(spec, out)
	}
	if spec.Scenario.Workload.Requests.Pattern == scenario.AllAtOnce && len(spec.Scenario.Faults) == 0 &&
		t.MakespanS != nil && t.Bounds.FluidS != nil {
		t.Efficiency = measure.Finite(*t.Bounds.FluidS / *t.MakespanS)
	}
	t.Summary = summarize(spec, out, t)
	t.Warnings = append(warnings(spec, rec, t), out.warnings...)

	err := out.err
	if err == nil {
		err = spec.Content.Err()
	}
	if err == nil {
		err = contradiction(spec, out, t)
	}
	if err != nil {
		withdraw(t, err)
	}
	return t
}

// withdraw makes a trial one that was not measured: nothing that is derived
// from its records stays, only the records themselves as evidence.
func withdraw(t *measure.Trial, err error) {
	t.Error = reason(err, "")
	t.Bounds, t.MakespanS, t.Efficiency = measure.Bounds{}, nil, nil
	t.Summary = measure.Summary{Requested: t.Summary.Requested}
}

func reason(err error, otherwise string) *string {
	text := otherwise
	if err != nil {
		text = err.Error()
	}
	return &text
}

func requests(spec *Spec, rec *measure.Recording) []measure.Request {
	rs := make([]measure.Request, len(rec.Samples))
	for id, s := range rec.Samples {
		r := measure.Request{
			ID: id, Node: s.Node, File: s.File,
			StartedS: s.Started.Seconds(), Outcome: s.Outcome, Error: s.Error,
			SHA256OK: s.Outcome == measure.Complete,
		}
		if s.HasFirst {
			r.FirstByteS = measure.Finite(s.FirstByte.Seconds())
		}
		switch s.Outcome {
		case measure.Complete:
			r.FinishedS = measure.Finite(s.Finished.Seconds())
		case "":
			r.Outcome, r.Error = measure.Incomplete, "the fetch did not return"
		}
		rs[id] = r
	}
	return rs
}

func nodes(spec *Spec, out *outcome) []measure.Node {
	ns := make([]measure.Node, len(spec.Nodes))
	for i, n := range spec.Nodes {
		role := measure.RoleDownloader
		if n.Name == scenario.Origin {
			role = measure.RoleOrigin
		}
		ns[i] = measure.Node{
			Node: n.Name, Group: n.Group, Role: role,
			ReceivedBytes: out.received[n.Name],
			SentBytes:     out.sent[n.Name],
			WastedBytes:   out.recording.Wasted[n.Name],
			DownS:         out.recording.Down[n.Name].Seconds(),
		}
		if again, ok := out.retransmitted[n.Name]; ok {
			ns[i].RetransmittedBytes = &again
		}
		if stall, ok := out.recording.Stalls[n.Name]; ok {
			ns[i].LongestStallS = measure.Finite(stall.Seconds())
		}
		if at, ok := out.recording.Arrived[n.Name]; ok {
			ns[i].ArrivedS = measure.Finite(at.Seconds())
		}
		if at, ok := out.recording.Left[n.Name]; ok {
			ns[i].LeftS = measure.Finite(at.Seconds())
		}
	}
	return ns
}

// makespan is the last completion, or nil unless every request is complete or
// down and at least one is complete.
func makespan(rs []measure.Request) *float64 {
	var last *float64
	for i := range rs {
		switch rs[i].Outcome {
		case measure.Complete:
			if last == nil || *rs[i].FinishedS > *last {
				v := *rs[i].FinishedS
				last = &v
			}
		case measure.Down:
		default:
			return nil
		}
	}
	return last
}

// warnings lists what a reader of the trial's figures should know.
func warnings(spec *Spec, rec *measure.Recording, t *measure.Trial) []string {
	var ws []string
	if spec.Network == LoopbackNet {
		ws = append(ws, "loopback: the links are this machine's own and unshaped, so the scenario's rates and delays and all bounds do not apply")
	}
	open := 0
	for i := range t.Requests {
		if t.Requests[i].Outcome == measure.Incomplete {
			open++
		}
	}
	if open > 0 {
		limit := fmt.Sprintf("time limit %v", spec.Scenario.TimeLimit)
		if p := spec.Scenario.Workload.Requests.Patience; !p.IsZero() && !p.Lasts() {
			limit += fmt.Sprintf(", patience %v", p)
		}
		ws = append(ws, fmt.Sprintf("%d of %d requests did not complete (%s), so makespan and efficiency are undefined",
			open, len(t.Requests), limit))
	}
	if rec.Dropped > 0 {
		ws = append(ws, fmt.Sprintf("events.jsonl lacks the last %d events of this trial: at most %d are kept", rec.Dropped, measure.MaxEvents))
	}
	return ws
}
