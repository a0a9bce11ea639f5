package trial

import (
	"fmt"
	"math"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/theory"
)

// bounds computes the lower bounds of the trial's own network and requests.
// Each link counts with its highest rate, also that of a node that died.
func bounds(spec *Spec, out *outcome) measure.Bounds {
	rec := &out.recording
	links := theory.Links{Origin: float64(out.best[0].Link.Uplink)}
	index := map[string]int{}
	for i, n := range out.best[1:] {
		index[n.Name] = i
		links.Up = append(links.Up, float64(n.Link.Uplink))
		links.Down = append(links.Down, float64(n.Link.Downlink))
	}
	links.Shared = shared(spec)
	file := map[string]int{}
	for i, f := range spec.Content.Files() {
		file[f] = i
	}
	completed := false
	reqs := make([]theory.Request, len(rec.Samples))
	for i, s := range rec.Samples {
		reqs[i] = theory.Request{Arrival: s.Started.Seconds(), Node: index[s.Node], File: file[s.File]}
		if s.Outcome == measure.Complete {
			reqs[i].Bits = float64(s.NeedBytes) * 8
			completed = true
		}
	}
	if !completed {
		return measure.Bounds{}
	}
	fluid, term := theory.ClientServerTerm(links, reqs)
	if spec.Kind.Sharing {
		fluid, term = theory.P2PTerm(links, reqs)
	}
	b := measure.Bounds{FluidS: measure.Finite(fluid), PiecesS: pieces(spec, links)}
	if b.FluidS != nil && term != "" {
		by := string(term)
		b.FluidBy = &by
	}
	return b
}

// shared lists the links that several nodes lie behind.
func shared(spec *Spec) []theory.Shared {
	var links []theory.Shared
	for _, l := range spec.Scenario.Network.Shared {
		s := theory.Shared{Up: float64(l.Uplink), Down: float64(l.Downlink), Origin: spec.Nodes[0].Link.Behind == l.Name}
		for i, n := range spec.Nodes[1:] {
			if n.Link.Behind == l.Name {
				s.Peers = append(s.Peers, i)
			}
		}
		links = append(links, s)
	}
	return links
}

// pieces is the bound for equal pieces and uplinks; nil where it does not hold.
func pieces(spec *Spec, links theory.Links) *float64 {
	files := spec.Content.Files()
	if !spec.Kind.Sharing || len(files) != 1 || len(spec.Scenario.Faults) > 0 ||
		spec.Scenario.Workload.Requests.Pattern != scenario.AllAtOnce {
		return nil
	}
	m, err := spec.Content.Manifest(files[0])
	if err != nil {
		return nil
	}
	s, ok := theory.MundingerWeberWeiss(links, float64(m.Size)*8, float64(m.PieceSize)*8)
	if !ok {
		return nil
	}
	return measure.Finite(s)
}

// contradiction reports figures that cannot be true together: a trial that
// beat its bound, or received more than was sent, is a bug of the laboratory
// and not a measurement.
func contradiction(spec *Spec, out *outcome, t *measure.Trial) error {
	rec := &out.recording
	var sent, received, downloaded int64
	for _, n := range t.Nodes {
		sent += n.SentBytes
		received += n.ReceivedBytes
		if n.Role != measure.RoleOrigin {
			downloaded += n.ReceivedBytes
		}
	}
	file := fileBytes(t)
	switch {
	case received > sent:
		return fmt.Errorf("the nodes received %d stream bytes, but only %d were sent", received, sent)
	case downloaded < file:
		return fmt.Errorf("the downloaders verified %d file bytes, but received only %d stream bytes", file, downloaded)
	}
	if err := undelivered(rec, file); err != nil {
		return err
	}
	if spec.Network != Virtual {
		return nil // real links have no stated rate to be bound by
	}
	if m, b := t.MakespanS, t.Bounds.FluidS; m != nil && b != nil && below(*m, *b) {
		return fmt.Errorf("beat its bound: the makespan of %.6f s is below the fluid bound of %.6f s", *m, *b)
	}
	if m, b := t.MakespanS, t.Bounds.PiecesS; m != nil && b != nil && below(*m, *b) {
		return fmt.Errorf("beat its bound: the makespan of %.6f s is below the bound of %.6f s for whole pieces", *m, *b)
	}
	return tooFast(out.best, rec)
}

// undelivered checks that what completed requests had to fetch was delivered.
func undelivered(rec *measure.Recording, file int64) error {
	var need int64
	for _, s := range rec.Samples {
		if s.Outcome == measure.Complete {
			need += s.NeedBytes
		}
	}
	if need > file {
		return fmt.Errorf("the completed requests needed %d file bytes, but only %d were verified", need, file)
	}
	return nil
}

// tooFast checks each completed request against its own node's downlink at its
// best.
func tooFast(best []scenario.Node, rec *measure.Recording) error {
	down := make(map[string]float64, len(best))
	for _, n := range best {
		down[n.Name] = float64(n.Link.Downlink)
	}
	for id, s := range rec.Samples {
		if s.Outcome != measure.Complete {
			continue
		}
		took, bound := (s.Finished - s.Started).Seconds(), float64(s.NeedBytes)*8/down[s.Node]
		if below(took, bound) {
			return fmt.Errorf("beat its bound: request %d of %s took %.6f s, its downlink alone needs %.6f s", id, s.Node, took, bound)
		}
	}
	return nil
}

// below compares with room for rounding: the clock ticks in nanoseconds.
func below(measured, bound float64) bool {
	return measured < bound-math.Max(1e-9*bound, 2e-9)
}
