package fidelity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"versus/sim"
)

// job is one transfer that a worker makes.
type job struct {
	RateBps    int64                 `json:"rate_bps"`
	RTTNS      int64                 `json:"rtt_ns"`
	Loss       float64               `json:"loss"`
	Congestion sim.CongestionControl `json:"congestion"`
	Bytes      int64                 `json:"bytes"`
	SpanNS     int64                 `json:"span_ns"`
	Seed       uint64                `json:"seed"`
}

func (c kernelCell) job(seed uint64) job {
	return job{
		RateBps: int64(c.path.rate), RTTNS: int64(c.path.rtt), Loss: c.path.loss, Congestion: c.control,
		Bytes: c.transfer.bytes, SpanNS: int64(c.transfer.span), Seed: seed,
	}
}

func (j job) path() path {
	return path{rate: sim.Bandwidth(j.RateBps), rtt: time.Duration(j.RTTNS), loss: j.Loss}
}

// urgent is set for a worker that has its priority already.
const urgent = "VERSUS_FIDELITY_URGENT"

// launch makes one transfer in a process of its own: it runs before all others,
// without garbage collection, and whatever happens to it, its namespaces and
// devices end with it.
func launch(ctx context.Context, command []string, j job) (out kernelRun) {
	in, err := json.Marshal(j)
	if err != nil {
		return kernelRun{Error: err.Error()}
	}
	// A transfer whose process does not end is a failure, not a hang.
	ctx, cancel := context.WithTimeout(ctx, 4*(time.Duration(j.SpanNS)+SlowStart(max(j.Bytes, 1), sim.Bandwidth(j.RateBps), time.Duration(j.RTTNS)))+time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = append(os.Environ(), "GOGC=off", "GOMEMLIMIT=1GiB", "GOMAXPROCS=4")
	c.WaitDelay = 20 * time.Second // a busy machine may be slow to read what it said
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	// The pipe stays open as long as this process lives: a worker whose parent
	// is gone goes too.
	stdin, err := c.StdinPipe()
	if err != nil {
		return kernelRun{Error: err.Error()}
	}
	if err := c.Start(); err != nil {
		return kernelRun{Error: fmt.Sprintf("starting a worker: %v", err)}
	}
	_, sent := stdin.Write(append(in, '\n'))
	err = c.Wait()
	stdin.Close()
	switch {
	case ctx.Err() != nil:
		return kernelRun{Error: context.Cause(ctx).Error()}
	case err != nil:
		last := strings.TrimSpace(stderr.String())
		return kernelRun{Error: fmt.Sprintf("worker: %v: %s", err, last[max(0, len(last)-200):])}
	case sent != nil:
		return kernelRun{Error: fmt.Sprintf("worker: %v", sent)}
	}
	if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
		return kernelRun{Error: fmt.Sprintf("worker: %v", err)}
	}
	return out
}
