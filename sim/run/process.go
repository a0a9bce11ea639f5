package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"versus/sim/measure"
	"versus/sim/trial"
)

// report is what became of a worker.
type report struct {
	trial  *measure.Trial // nil if it was interrupted
	events []measure.Event
	dump   []byte // of a crash or stall; empty otherwise
	folder string // of the dump, in the result folder
}

// Folders of dumps within a result folder.
const (
	stallFolder = "stalls"
	crashFolder = "crashes"
)

// launcher starts workers.
type launcher struct {
	command []string
	env     []string
}

// run runs one job in a worker process of its own. The error says why there
// was no worker, or is ctx's if it ended first; whatever else goes wrong is in
// the trial.
func (l launcher) run(ctx context.Context, j *job, advanced func(trial.Progress)) (report, error) {
	// The system ends the worker with the thread that started it, so that
	// thread has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	began := time.Now()
	p, err := l.start()
	if err != nil {
		return report{}, fmt.Errorf("starting a worker: %w", err)
	}
	a := p.talk(ctx, j, advanced)
	if ctx.Err() != nil && (a.trial == nil || a.trial.Error != nil) {
		return report{}, ctx.Err()
	}
	out := p.report(j, a)
	if out.trial.PeakRSSBytes == 0 {
		out.trial.PeakRSSBytes = rssOf(p.cmd.ProcessState)
	}
	if out.trial.WallS == 0 {
		out.trial.WallS = time.Since(began).Seconds()
	}
	return out, nil
}

// process is a worker that was started.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.Reader
	stderr *headTail
}

// answer is what a worker said until it ended.
type answer struct {
	trial   *measure.Trial
	events  []measure.Event
	halt    *stuck
	readErr error // its output made no sense
	waitErr error // how it ended, if badly
}

func (l launcher) start() (*process, error) {
	p := &process{cmd: exec.Command(l.command[0], l.command[1:]...), stderr: &headTail{}}
	p.cmd.Env = l.env
	p.cmd.Stderr = p.stderr
	isolate(p.cmd)
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.stdout, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// talk hands over the job, listens until the worker says no more, and waits for
// its end. A worker has nothing to save, so when ctx ends it is killed.
func (p *process) talk(ctx context.Context, j *job, advanced func(trial.Progress)) (a answer) {
	kill := func() { _ = p.cmd.Process.Kill() } // fails for one that has ended
	var helpers sync.WaitGroup
	helpers.Go(func() {
		_ = json.NewEncoder(p.stdin).Encode(j) // a worker that is gone shows elsewhere
	})
	spared := context.AfterFunc(ctx, kill)
	a.readErr = readLines(p.stdout, maxLine, func(m message) error {
		switch {
		case m.Progress != nil:
			advanced(*m.Progress)
		case m.Stuck != nil:
			a.halt = m.Stuck
		case m.Trial != nil:
			a.trial = m.Trial
			_ = p.stdin.Close() // the worker may go
		default:
			a.events = append(a.events, m.Events...)
		}
		return nil
	})
	if a.readErr != nil {
		kill()
	}
	_ = p.stdin.Close() // fails the second time
	helpers.Wait()
	a.waitErr = p.cmd.Wait()
	spared()
	return a
}

// report turns what the worker said, or did not say, into a trial.
func (p *process) report(j *job, a answer) report {
	switch {
	case a.halt != nil:
		return report{trial: failed(j, a.halt.Reason), dump: []byte(a.halt.Reason + "\n\n" + a.halt.Stacks), folder: stallFolder}
	case a.readErr != nil:
		return report{trial: failed(j, fmt.Sprintf("reading from the worker: %v", a.readErr))}
	case a.trial == nil:
		stderr := p.stderr.String()
		reason := crashReason(stderr, a.waitErr, rssOf(p.cmd.ProcessState))
		out := report{trial: failed(j, reason), folder: crashFolder}
		if strings.Contains(stderr, "goroutine ") {
			out.dump = []byte(stderr)
		}
		return out
	}
	return report{trial: a.trial, events: a.events}
}

// failed returns the trial of a job that could not be measured.
func failed(j *job, reason string) *measure.Trial {
	t := &measure.Trial{TrialKey: j.Key, Network: j.Network, Error: &reason}
	t.Summary.Requested = len(j.Requests)
	t.Normalize()
	return t
}

// crashReason says in one line why a worker ended without a result.
func crashReason(stderr string, waitErr error, peak int64) string {
	if reason, ok := crash(stderr); ok {
		return "the worker crashed: " + reason
	}
	var exit *exec.ExitError
	if errors.As(waitErr, &exit) && !exit.Exited() {
		return fmt.Sprintf("the worker was ended from outside (%s) after using %d MiB of memory; the system may have run out of it",
			exit.ProcessState, peak>>20)
	}
	why := "without a result"
	if waitErr != nil {
		why = "with " + waitErr.Error()
	}
	if line := firstLine(stderr); line != "" {
		return fmt.Sprintf("the worker ended %s: %s", why, line)
	}
	return "the worker ended " + why
}

// workerGC is how much of its live memory a worker lets pass as garbage before it
// collects it, in percent. Most of what a trial allocates lives as long as it does, so
// looking for garbage less often takes a twentieth off the time and adds as little to
// the memory.
const workerGC = "400"

// newLauncher returns a launcher of the command, which by default is this
// program's own hidden command. procs is how many processors a worker uses; this and
// the other settings of Go's runtime are those of the environment if it has them.
func newLauncher(command []string, procs int) (launcher, error) {
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return launcher{}, fmt.Errorf("finding this program, to start workers: %w", err)
		}
		command = []string{self, "worker"}
	}
	env := os.Environ()
	for name, value := range map[string]string{"GOMAXPROCS": strconv.Itoa(procs), "GOGC": workerGC, "GOTRACEBACK": "all"} {
		if os.Getenv(name) == "" {
			env = append(env, name+"="+value)
		}
	}
	return launcher{command, env}, nil
}
