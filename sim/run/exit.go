package run

import (
	"context"
	"errors"
	"fmt"
)

// Exit codes of a program that runs experiments.
const (
	CodeOK          = 0
	CodeUnmeasured  = 1   // a trial could not be measured, or the result not be written
	CodeUsage       = 2   // bad usage, scenario or input
	CodeExpectation = 3   // measured, but an expectation was not met
	CodeInterrupted = 130 // stopped early; what was finished is kept
)

// Failure is an error with the exit code it calls for.
type Failure struct {
	Code int
	Err  error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error without its code.
func (f *Failure) Unwrap() error { return f.Err }

// ExitCode returns the exit code that err calls for: that of a Failure in its
// chain, CodeOK for nil, and CodeUnmeasured for any other error.
func ExitCode(err error) int {
	var f *Failure
	switch {
	case err == nil:
		return CodeOK
	case errors.As(err, &f):
		return f.Code
	}
	return CodeUnmeasured
}

func usage(format string, args ...any) error {
	return &Failure{CodeUsage, fmt.Errorf(format, args...)}
}

// preparing gives an error that arose before the first trial its code.
func preparing(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &Failure{CodeInterrupted, errors.New("interrupted before the first trial; nothing was written")}
	}
	return &Failure{CodeUsage, err}
}
