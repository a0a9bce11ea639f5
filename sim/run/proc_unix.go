//go:build unix && !linux

package run

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// isolate keeps the terminal's Ctrl-C away from the worker, which ends with
// the program because its standard input does.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// rssOf returns a finished process's peak resident memory in bytes, or 0.
func rssOf(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss) // bytes there, kilobytes elsewhere
	}
	return int64(u.Maxrss) * 1024
}
