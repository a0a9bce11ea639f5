//go:build !linux

package fidelity

import (
	"context"
	"errors"
	"io"
)

var errNotLinux = errors.New("network namespaces and TUN devices need Linux")

func kernelReady() error { return errNotLinux }

func release() string { return "" }

// KernelWorker runs one transfer of the kernel's TCP; it needs Linux.
func KernelWorker(context.Context, io.Reader, io.Writer) error { return errNotLinux }
