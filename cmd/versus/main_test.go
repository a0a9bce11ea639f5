package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"versus/sim/soak"
)

// asProgram is the environment variable that makes the test binary the program,
// with whatever arguments.
const asProgram = "VERSUS_TEST_AS_PROGRAM"

// TestMain lets the test binary stand in for the program, as a worker or whole.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == workerCommand || os.Args[1] == soak.CommandName) || os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// cli runs one command line in process.
type cli struct {
	stdin     string
	terminal  bool
	interrupt context.Context // cancelled by the test instead of a signal
}

// result is what a command line did.
type result struct {
	code           int
	stdout, stderr string
}

func (c cli) run(args ...string) result {
	var stdout, stderr bytes.Buffer
	code := execute(&env{
		args:       args,
		stdin:      strings.NewReader(c.stdin),
		stdout:     &stdout,
		stderr:     &stderr,
		isTerminal: c.terminal,
		interrupts: func(parent context.Context, _ io.Writer) (context.Context, func()) {
			if c.interrupt != nil {
				return c.interrupt, func() {}
			}
			return parent, func() {}
		},
	})
	return result{code, stdout.String(), stderr.String()}
}

// versus runs a command line without anything special.
func versus(args ...string) result { return cli{}.run(args...) }

// tiny is a scenario that ends in a moment.
const tiny = `
name: tiny
title: Four peers, one small file
description: For tests.
workload:
  files: [{name: small.bin, size: 512KiB}]
  piece_size: 32KiB
network:
  origin: {uplink: 10Mbit/s, downlink: 10Mbit/s, delay: 5ms}
  peers: [{name: home, count: 4, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 5ms}]
`

// writeScenario puts a scenario into a file of its own.
func writeScenario(t *testing.T, yaml string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
