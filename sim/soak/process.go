package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"versus/sim/scenario"
)

// player plays schedules, one at a time, in a worker process that it starts when
// there is none. It is not safe for concurrent use.
type player struct {
	command    []string
	stallAfter time.Duration

	cmd     *exec.Cmd // nil if there is no worker
	stdin   io.WriteCloser
	answers *json.Decoder
	stderr  *head
}

// play returns what became of a schedule. The error says why there is no worker,
// or what is wrong with the schedule, or is ctx's.
func (p *player) play(ctx context.Context, s *scenario.Scenario) (*Report, error) {
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return nil, fmt.Errorf("starting a worker: %w", err)
		}
	}
	process := p.cmd.Process
	spared := context.AfterFunc(ctx, func() { _ = process.Kill() }) // fails for one that has ended
	var a answer
	err := json.NewEncoder(p.stdin).Encode(task{s, p.stallAfter})
	if err == nil {
		err = p.answers.Decode(&a)
	}
	spared()
	switch {
	case ctx.Err() != nil:
		p.close()
		return nil, ctx.Err()
	case err != nil:
		return &Report{Violations: []Violation{p.crash(err)}}, nil
	case a.Stuck != nil:
		p.close()
		return &Report{Violations: []Violation{*a.Stuck}}, nil
	case a.Error != "":
		return nil, errors.New(a.Error)
	}
	return a.Report, nil
}

func (p *player) start() error {
	cmd, stderr := exec.Command(p.command[0], p.command[1:]...), &head{}
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOTRACEBACK=all") // see sim/run on processors
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.stdin, p.answers, p.stderr = cmd, stdin, json.NewDecoder(stdout), stderr
	return nil
}

// crash ends a worker that says no more, and tells why it did.
func (p *player) crash(err error) Violation {
	waited := p.close()
	dump := p.stderr.String()
	text := fmt.Sprintf("the worker ended: %v, %v", err, waited)
	if line := regexp.MustCompile(`(?m)^(panic|fatal error): .*$`).FindString(dump); line != "" {
		text = strings.TrimSpace(line)
	}
	return Violation{Invariant: Crashed, Architecture: "any", Text: text, Dump: dump}
}

// close ends the worker, if there is one, and waits for it.
func (p *player) close() error {
	if p.cmd == nil {
		return nil
	}
	_ = p.stdin.Close() // a worker that is gone shows in Wait
	err := p.cmd.Wait()
	p.cmd = nil
	return err
}

// maxStderr is how much of a worker's standard error is kept, in bytes.
const maxStderr = 4 << 20

// head is a writer that keeps the beginning of what it gets. It is safe for
// concurrent use.
type head struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (h *head) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Write(b[:min(len(b), maxStderr-h.text.Len())])
	return len(b), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}
