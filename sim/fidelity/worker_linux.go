package fidelity

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// KernelWorker reads one transfer from stdin, makes it, and writes what it came
// to. It is the whole of a process: it replaces the process by itself with a
// real-time priority, and ends it when stdin does.
func KernelWorker(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	if os.Getenv(urgent) == "" {
		if err := becomeUrgent(); err != nil {
			return err
		}
	}
	lines := bufio.NewReader(stdin)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("reading the transfer to make: %w", err)
	}
	var j job
	if err := json.Unmarshal(line, &j); err != nil {
		return fmt.Errorf("reading the transfer to make: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = lines.ReadByte() // whatever comes: ends with the parent, or with this process
		cancel()
	}()
	var out kernelRun
	o, err := onKernel(ctx, j.path(), j.Congestion, transfer{bytes: j.Bytes, span: time.Duration(j.SpanNS)}, j.Seed)
	if err != nil {
		out.Error = err.Error()
	} else {
		out = kernelRun{
			Seconds: o.seconds, Bytes: o.bytes,
			Timeouts: o.sender.Timeouts, RetransmitsBytes: o.sender.RetransmittedBytes,
			LateP99S: o.late.below(0.99).Seconds(), LateWorstS: o.late.worst.Seconds(),
		}
	}
	return json.NewEncoder(stdout).Encode(out)
}

// becomeUrgent runs this program again, in the same process, with a priority
// that all of its threads inherit: if only the relay's had it, it would wait
// for the others. Where that is not allowed the priority stays, and lateness
// shows what came of it.
func becomeUrgent() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	attr := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}
	if err := unix.SchedSetAttr(0, &attr, 0); err != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return unix.Exec(self, os.Args, append(os.Environ(), urgent+"=1"))
}

// release returns the kernel's release.
func release() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}
