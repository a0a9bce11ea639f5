// Command versus runs the same file-sharing workload, over the same network,
// through a central WebSocket server and across a libp2p mesh, and shows what
// the architecture alone changed.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	// Without this, output into a pipe that is closed early would end the
	// program by signal, silently; so the write fails and is reported.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(execute(&env{
		args:       os.Args[1:],
		stdin:      os.Stdin,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
		isTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		interrupts: notifyInterrupts,
		browse:     openBrowser,
	}))
}
