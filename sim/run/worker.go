package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"versus/sim/trial"
	"versus/sim/workload"
)

const (
	progressEvery = 100 * time.Millisecond // real time between a worker's progress lines
	stopWithin    = 2 * time.Second        // real time that a worker takes to stop at most, when its run is gone
)

// Worker runs the one trial that it reads from stdin and writes progress,
// events and the result to stdout, as JSON lines. It is the hidden command of
// the program that calls Execute. The end of stdin asks it to stop; a worker
// that cannot stop, or whose trial stalls, ends its process. Worker returns
// when stdin ends.
func Worker(stdin io.Reader, stdout io.Writer, kinds []trial.Kind) error {
	return (&worker{out: json.NewEncoder(stdout), exit: os.Exit}).run(stdin, kinds)
}

type worker struct {
	exit func(code int)

	mu  sync.Mutex // guards out
	out *json.Encoder
	err error // the first that writing met; guarded by mu
}

func (w *worker) run(stdin io.Reader, kinds []trial.Kind) error {
	lines := bufio.NewReaderSize(stdin, 64<<10)
	j, err := readJob(lines)
	if err != nil {
		return err
	}
	spec, err := j.spec(kinds)
	if err != nil {
		w.send(message{Trial: failed(j, err.Error())})
		return w.err
	}
	defer spec.Content.Close()
	if ahead := heapAhead(spec, availableMemory()); ahead > 0 {
		preferHugePages(ahead)
	}
	spec.Monitor = &trial.Monitor{}
	spec.Stuck = w.stuck

	finished := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() {
		_, _ = io.Copy(io.Discard, lines) // until the parent closes it, or is gone
		spec.Monitor.Stop()
		t := time.AfterFunc(stopWithin, func() { w.exit(CodeInterrupted) })
		defer t.Stop()
		<-finished
	})
	var reports sync.WaitGroup
	reports.Go(func() { w.report(spec.Monitor, finished) })

	if j.Spare > 0 {
		spec.Hashing = &workload.Hashing{}
		reports.Go(func() { hashBeside(spec.Hashing, finished) })
	}
	t, events := trial.Run(spec)
	close(finished)
	reports.Wait()
	t.PeakRSSBytes = peakRSS()
	for len(events) > 0 {
		n := min(len(events), eventsPer)
		w.send(message{Events: events[:n]})
		events = events[n:]
	}
	w.send(message{Trial: t})
	helpers.Wait()
	return w.err
}

// readJob reads the one line that stdin begins with.
func readJob(lines *bufio.Reader) (*job, error) {
	var line []byte
	for {
		chunk, err := lines.ReadSlice('\n')
		line = append(line, chunk...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("reading a job: the line is longer than %d bytes", maxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, fmt.Errorf("reading a job: %w", err)
		}
		j := &job{}
		if err := json.Unmarshal(line, j); err != nil {
			return nil, fmt.Errorf("reading a job: %w", err)
		}
		if j.Scenario == nil {
			return nil, errors.New("reading a job: it has no scenario")
		}
		return j, nil
	}
}

// spec opens the job's content and finds its architecture.
func (j *job) spec(kinds []trial.Kind) (trial.Spec, error) {
	kind, arch := findKind(kinds, j.Key.Architecture), j.Scenario.Architecture(j.Key.Architecture)
	if kind == nil || arch == nil {
		return trial.Spec{}, fmt.Errorf("there is no architecture %q", j.Key.Architecture)
	}
	content, err := workload.Open(j.Scenario.Workload, j.Key.Seed, j.Manifests)
	if err != nil {
		return trial.Spec{}, err
	}
	return trial.Spec{
		Key: j.Key, Network: j.Network, Scenario: j.Scenario,
		Nodes: workload.Population(j.Scenario, j.Requests), Requests: j.Requests, Content: content,
		Kind: *kind, Options: arch.Options, Inputs: j.Inputs, StallAfter: j.StallAfter,
	}, nil
}

// report writes progress until the trial has finished.
func (w *worker) report(m *trial.Monitor, finished <-chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return
		case <-tick.C:
			p := m.Progress()
			w.send(message{Progress: &p})
		}
	}
}

// stuck hands over why the trial does not end, and ends the process.
func (w *worker) stuck(reason string, stacks []byte) {
	w.send(message{Stuck: &stuck{Reason: reason, Stacks: string(stacks[:min(len(stacks), maxStacks)])}})
	w.exit(CodeUnmeasured)
}

func (w *worker) send(m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.out.Encode(m); err != nil && w.err == nil {
		w.err = fmt.Errorf("writing to the run: %w", err)
	}
}
