package run_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

// TestMain makes this test binary the worker too, as cmd makes its program.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := run.Worker(os.Stdin, os.Stdout, kinds()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) == 3 && os.Args[1] == "doomed" {
		doomed(os.Args[2])
		os.Exit(0)
	}
	// Under the race detector a process lingers for a second before it exits.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// kinds lists one architecture that works, or breaks as its option mode says,
// and one that always works.
func kinds() []trial.Kind {
	options := []scenario.Option{
		{Name: "mode", Doc: "what goes wrong", Default: "ok", Values: []string{"ok", "panic", "exit", "garbage", "stall", "hold", "slow", "lie", "leak"}},
		{Name: "security", Doc: "encryption", Default: "none", Values: []string{"none", "noise"}},
	}
	return []trial.Kind{
		trialtest.Relay{Name: "central", Options: options[1:]}.Kind(),
		trialtest.Relay{Name: "fickle", Options: options, Fetch: misbehave}.Kind(),
	}
}

func misbehave(ctx context.Context, o scenario.Options, _ *workload.Store, _ string, next func() error) error {
	switch o.String("mode") {
	case "panic":
		var none []int
		_ = none[len(none)] // in a goroutine of the trial
	case "exit":
		fmt.Fprintln(os.Stderr, "cannot go on")
		os.Exit(9)
	case "garbage":
		fmt.Println("a stray line of output")
	case "stall":
		freeze()
	case "hold":
		hold()
		freeze()
	case "slow":
		<-ctx.Done()
		return errors.New("never came")
	case "lie":
		return nil
	case "leak":
		go func() { <-make(chan int) }()
	}
	return next()
}

// freeze stops virtual time for ever.
func freeze() {
	var lock sync.Mutex
	lock.Lock()
	lock.Lock()
}

// holdAddress is the environment variable with the address that a worker holds
// a connection to for as long as it lives.
const holdAddress = "VERSUS_TEST_HOLD"

func hold() {
	c, err := net.Dial("tcp", os.Getenv(holdAddress))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	// Kept reachable, or the collector would close it.
	go func() { _, _ = c.Read(make([]byte, 1)) }()
}

// doomed is a run, in a process to be killed, whose last trial never ends.
func doomed(out string) {
	s := crowd("hold")
	s.Network.Peers[0].Count = 1
	_, err := run.Execute(context.Background(), run.Plan{Scenario: s, Kinds: kinds(), Network: trial.Virtual},
		run.Options{Out: out, Jobs: 1, StallAfter: time.Hour})
	fmt.Fprintln(os.Stderr, err)
}

// crowd is a small scenario of both architectures.
func crowd(mode string) *scenario.Scenario {
	link := scenario.Link{Uplink: 50_000_000, Downlink: 50_000_000, Delay: scenario.Duration(5 * time.Millisecond), Queue: scenario.Fair}
	return &scenario.Scenario{
		Name: "test", Title: "A test", Description: "Small.", Seed: 1, Repeat: 1,
		TimeLimit: scenario.Duration(time.Minute),
		Workload: scenario.Workload{
			Files:      []scenario.File{{Name: "a.bin", Size: 256 << 10, Count: 1}},
			PieceSize:  64 << 10,
			Requests:   scenario.Requests{Pattern: scenario.AllAtOnce},
			Popularity: scenario.Popularity{Pattern: scenario.UniformPopularity},
		},
		Network: scenario.Network{TCP: scenario.Cubic, Origin: link, Peers: []scenario.Group{{Name: "home", Count: 2, Link: link}}},
		Architectures: scenario.Architectures{
			{Name: "central", Options: scenario.Options{"security": "none"}},
			{Name: "fickle", Options: scenario.Options{"mode": mode, "security": "none"}},
		},
		Faults: []scenario.Fault{}, Sweep: scenario.Sweep{}, Expect: []string{},
	}
}
