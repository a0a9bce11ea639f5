package run_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/run"
)

// TestKilledRun kills a run without warning: what was finished is readable,
// the worker does not outlive it, and the run can be resumed.
func TestKilledRun(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	self, err := os.Executable()
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "out")
	doomed := exec.Command(self, "doomed", out)
	doomed.Env = append(os.Environ(), holdAddress+"="+ln.Addr().String())
	require.NoError(t, doomed.Start())

	held, err := ln.Accept() // the second trial has begun, hence the first has ended
	require.NoError(t, err)
	defer held.Close()
	require.NoError(t, doomed.Process.Kill())
	require.Error(t, doomed.Wait())
	require.NoError(t, held.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err = held.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the worker lives on")

	res, err := measure.Read(out)
	require.NoError(t, err)
	assert.Equal(t, []string{"central|1|{}"}, ids(res.Trials))
	require.Len(t, res.Missing, 1)
	assert.Equal(t, "fickle|1|{}", res.Missing[0].ID())

	s := crowd("hold")
	s.Network.Peers[0].Count = 1
	resumed, err := execute(t, s, run.Options{Out: out, Resume: true}) // nobody to hold on to now
	require.Error(t, err)
	assert.Equal(t, run.CodeUnmeasured, run.ExitCode(err))
	require.Len(t, resumed.Trials, 2)
	assert.Contains(t, *resumed.Trials[1].Error, "exit status 9")
	assert.Equal(t, res.Trials[0].WallS, resumed.Trials[0].WallS)
}
