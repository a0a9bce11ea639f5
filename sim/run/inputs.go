package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"

	"versus/sim/fault"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// maxFaultInput bounds a script or an availability trace, in bytes.
const maxFaultInput = 64 << 20

// readInputs makes the loader read the external files of a point, if any, and
// prepares its faults once, so that their files are read and checked before
// anything runs.
func (r *runner) readInputs(ctx context.Context, t task) error {
	w := t.point.Workload
	external := w.Requests.Pattern == scenario.Trace
	for _, f := range w.Files {
		external = external || f.Path != ""
	}
	if external {
		if _, err := r.job(ctx, t); err != nil {
			return err
		}
	}
	if !t.point.HasFaults() {
		return nil
	}
	for _, path := range t.point.FaultInputs() {
		if err := r.readFaultInput(path); err != nil {
			return err
		}
	}
	requests, err := r.schedule(t)
	if err != nil {
		return err
	}
	_, err = fault.New(fault.Config{
		Scenario: t.point, Nodes: workload.Population(t.point, requests), Seed: t.key.Seed, Inputs: r.inputs,
	})
	return err
}

// readFaultInput reads a script or an availability trace once.
func (r *runner) readFaultInput(path string) error {
	if _, ok := r.inputs[path]; ok {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFaultInput+1))
	switch {
	case err != nil:
		return fmt.Errorf("faults: reading %s: %w", path, err)
	case len(data) > maxFaultInput:
		return fmt.Errorf("faults: %s is larger than %d bytes", path, maxFaultInput)
	}
	if r.inputs == nil {
		r.inputs = map[string][]byte{}
	}
	r.inputs[path] = data
	return nil
}

// listInputs lists every external file that was read, by path.
func (r *runner) listInputs() []measure.Input {
	var out []measure.Input
	for _, in := range r.loader.Inputs() {
		out = append(out, measure.Input{Path: in.Path, SizeBytes: in.SizeBytes, SHA256: in.SHA256})
	}
	for path, data := range r.inputs {
		sum := sha256.Sum256(data)
		out = append(out, measure.Input{Path: path, SizeBytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:])})
	}
	slices.SortFunc(out, func(a, b measure.Input) int { return cmp.Compare(a.Path, b.Path) })
	return slices.Compact(out)
}
