package soak_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"versus/sim/scenario"
	"versus/sim/soak"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

// TestMain makes this test binary the worker too, as cmd makes its program.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == soak.CommandName {
		if err := soak.Worker(os.Stdin, os.Stdout, fickle(os.Getenv(modeName))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Under the race detector a process lingers for a second before it exits.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// modeName is the environment variable that says what goes wrong in workers.
const modeName = "VERSUS_TEST_SOAK"

// fickle is an architecture that breaks in one way.
func fickle(mode string) []soak.Kind {
	return []soak.Kind{{Kind: trialtest.Relay{Name: "fickle", Fetch: func(
		ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error,
	) error {
		switch mode {
		case "panic":
			panic("as it should")
		case "stall":
			var lock sync.Mutex
			lock.Lock()
			lock.Lock()
		case "lie":
			return nil
		case "give up":
			return errors.New("no more")
		case "leak":
			go func() { <-make(chan int) }()
		}
		return next()
	}}.Kind()}}
}
