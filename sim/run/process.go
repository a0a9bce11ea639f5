package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
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
	cmd := exec.Command(l.command[0], l.command[1:]...)
	cmd.Env = l.env
	isolate(cmd)
	stderr := &headTail{}
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return report{}, fmt.Errorf("starting a worker: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return report{}, fmt.Errorf("starting a worker: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return report{}, fmt.Errorf("starting a worker: %w", err)
	}

	sent := make(chan struct{})
	go func() {
		defer close(sent)
		// A worker that is gone already shows below.
		_ = json.NewEncoder(stdin).Encode(j)
	}()
	ended := make(chan struct{})
	guarded := make(chan struct{})
	go func() { // asks the worker to stop, then makes it
		defer close(guarded)
		select {
		case <-ctx.Done():
		case <-ended:
			return
		}
		_ = stdin.Close()
		kill := time.NewTimer(stopWithin + time.Second)
		defer kill.Stop()
		select {
		case <-kill.C:
			_ = cmd.Process.Kill()
		case <-ended:
		}
	}()

	var out report
	var halt *stuck
	readErr := readLines(stdout, func(m message) error {
		switch {
		case m.Progress != nil:
			advanced(*m.Progress)
		case m.Stuck != nil:
			halt = m.Stuck
		case m.Trial != nil:
			out.trial = m.Trial
			_ = stdin.Close() // the worker may go
		default:
			out.events = append(out.events, m.Events...)
		}
		return nil
	})
	if readErr != nil {
		_ = cmd.Process.Kill()
	}
	_ = stdin.Close()
	waitErr := cmd.Wait()
	close(ended)
	<-guarded
	<-sent

	switch {
	case ctx.Err() != nil && (out.trial == nil || out.trial.Error != nil):
		return report{}, ctx.Err()
	case halt != nil:
		out = report{trial: failed(j, halt.Reason), dump: []byte(halt.Reason + "\n\n" + halt.Stacks), folder: stallFolder}
	case readErr != nil:
		out = report{trial: failed(j, fmt.Sprintf("reading from the worker: %v", readErr))}
	case out.trial == nil:
		out = report{trial: failed(j, ""), dump: []byte(stderr.String()), folder: crashFolder}
		*out.trial.Error = crashReason(stderr.String(), waitErr, rssOf(cmd.ProcessState))
	}
	if out.trial.PeakRSSBytes == 0 {
		out.trial.PeakRSSBytes = rssOf(cmd.ProcessState)
	}
	if out.trial.WallS == 0 {
		out.trial.WallS = time.Since(began).Seconds()
	}
	return out, nil
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

// newLauncher returns a launcher of the command, which by default is this
// program's own hidden command.
func newLauncher(command []string, procs int) (launcher, error) {
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return launcher{}, fmt.Errorf("finding this program, to start workers: %w", err)
		}
		command = []string{self, "worker"}
	}
	env := append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs))
	if os.Getenv("GOTRACEBACK") == "" {
		env = append(env, "GOTRACEBACK=all")
	}
	return launcher{command, env}, nil
}
