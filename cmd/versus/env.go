package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"versus/sim/run"
)

// env is what the program has from the machine, so that tests can stand in.
type env struct {
	args       []string
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	isTerminal bool // whether stderr is one

	// interrupts returns a context that the first interrupt cancels. The second
	// one ends the program at once.
	interrupts func(parent context.Context, stderr io.Writer) (ctx context.Context, stop func())
	// browse shows a URL in a browser, if there is one; nil does nothing.
	browse func(url string)
	// worker is the command that runs one trial; nil means this program.
	worker []string
	// soakWorker is the command that plays schedules; nil means this program.
	soakWorker []string
}

// notifyInterrupts obeys SIGINT and SIGTERM.
func notifyInterrupts(parent context.Context, stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
			return
		case <-signals:
			fmt.Fprintln(stderr, "\ninterrupted: ending the running trials; once more to leave at once")
			cancel()
		}
		select {
		case <-done:
		case <-signals:
			os.Exit(run.CodeInterrupted)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		<-ended
		cancel()
	}
}

// execute runs the command line and returns the exit code.
func execute(e *env) int {
	root := newRoot(e)
	root.SetArgs(e.args)
	err := root.Execute()
	if err == nil {
		return run.CodeOK
	}
	code := exitCode(err)
	if message := err.Error(); message != "" {
		fmt.Fprintf(e.stderr, "versus: %s\n", strings.TrimRight(message, "\n"))
	}
	return code
}

// exitCode returns the exit code that err calls for.
func exitCode(err error) int {
	var f *run.Failure
	switch {
	case errors.As(err, &f):
		return f.Code
	case errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ENOSPC):
		return run.CodeUnmeasured
	}
	return run.CodeUsage
}

// failure gives an error its exit code.
func failure(code int, err error) error {
	if err == nil {
		return nil
	}
	return &run.Failure{Code: code, Err: err}
}
