package run

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate keeps the terminal's Ctrl-C away from the worker and makes the
// system kill it when the thread that started it ends, hence with the program.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// rssOf returns a finished process's peak resident memory in bytes, or 0.
func rssOf(p *os.ProcessState) int64 {
	if u, ok := p.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss * 1024
	}
	return 0
}
