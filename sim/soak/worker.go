package soak

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"versus/sim/scenario"
)

// task is one line of a worker's standard input.
type task struct {
	Scenario   *scenario.Scenario `json:"scenario"`
	StallAfter time.Duration      `json:"stall_after_ns"`
}

// answer is one line of its standard output: one of them is set.
type answer struct {
	Report *Report    `json:"report,omitempty"`
	Stuck  *Violation `json:"stuck,omitempty"` // the worker ends then
	Error  string     `json:"error,omitempty"` // the schedule is none
}

// Worker runs the schedules that it reads from stdin and writes a report of each
// to stdout, as JSON lines. It is the hidden command of the program that calls
// Run: what panics or stalls takes the worker with it, and that schedule alone.
// The end of stdin ends the process at once, also in mid-trial: a worker has
// nothing to save.
func Worker(stdin io.Reader, stdout io.Writer, kinds []Kind) error {
	var mu sync.Mutex // guards out
	out := json.NewEncoder(stdout)
	say := func(a answer) error {
		mu.Lock()
		defer mu.Unlock()
		return out.Encode(a)
	}
	tasks := make(chan *task)
	go func() {
		for in := json.NewDecoder(stdin); ; {
			t := &task{}
			if err := in.Decode(t); err != nil {
				os.Exit(0) // the trial that runs may never end
			}
			tasks <- t
		}
	}()
	for t := range tasks {
		r, err := check(t.Scenario, kinds, t.StallAfter, func(v Violation) {
			_ = say(answer{Stuck: &v}) // a parent that is gone needs no answer
			os.Exit(1)
		})
		a := answer{Report: r}
		if err != nil {
			a.Error = err.Error()
		}
		if err := say(a); err != nil {
			return fmt.Errorf("writing a report: %w", err)
		}
	}
	return nil
}
