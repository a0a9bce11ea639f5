package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/workload"
)

// Limits of a line between a run and its workers, in bytes. They are far above
// what the largest workload needs and end the reading of garbage.
const (
	maxLine   = 1 << 29
	eventsPer = 1000 // events in one line
)

// job is what a worker reads: one trial as data, on one line. The worker's
// standard input then stays open; its end asks the worker to stop.
type job struct {
	Key        measure.TrialKey     `json:"key"`
	Network    string               `json:"network"`
	Scenario   *scenario.Scenario   `json:"scenario"` // of the point
	Manifests  []*workload.Manifest `json:"manifests"`
	Requests   []workload.Request   `json:"requests"`
	Inputs     map[string][]byte    `json:"inputs"` // what the files of the faults hold, by path
	StallAfter time.Duration        `json:"stall_after_ns"`
	Spare      int                  `json:"spare"` // processors that the worker may use beside its own
}

// message is one line of a worker's standard output; one field is set. Events
// come before the trial, which comes last.
type message struct {
	Progress *trial.Progress `json:"progress,omitempty"`
	Events   []measure.Event `json:"events,omitempty"`
	Trial    *measure.Trial  `json:"trial,omitempty"`
	Stuck    *stuck          `json:"stuck,omitempty"`
}

// stuck is a trial that could not be brought to an end.
type stuck struct {
	Reason string `json:"reason"`
	Stacks string `json:"stacks"` // of all goroutines, cut at maxStacks
}

const maxStacks = 4 << 20 // bytes

// readLines calls each with every line of r that decodes as a T. A line may
// have up to limit bytes.
func readLines[T any](r io.Reader, limit int, each func(T) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, min(limit, 64<<10)), limit)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return fmt.Errorf("%w in the line %.80q", err, lines.Text())
		}
		if err := each(v); err != nil {
			return err
		}
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("a line is longer than %d bytes", limit)
	}
	return err
}
