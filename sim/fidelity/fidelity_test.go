package fidelity_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"versus/sim/fidelity"
)

// workerArgument makes the test binary a worker.
const workerArgument = "fidelity-worker"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == workerArgument {
		if err := fidelity.KernelWorker(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func short(t *testing.T, kernel fidelity.KernelMode) *fidelity.Result {
	self, err := os.Executable()
	require.NoError(t, err)
	res, err := fidelity.Run(t.Context(), fidelity.Options{
		Scope: fidelity.Short, Kernel: kernel, Worker: []string{self, workerArgument},
	})
	require.NoError(t, err)
	return res
}

// The models hold.
func TestShortGrid(t *testing.T) {
	res := short(t, fidelity.Off)
	for _, row := range res.Rows {
		assert.True(t, row.Passed(), "%+v", row)
	}
	assert.True(t, res.Passed())

	parts := map[fidelity.Part]int{}
	for _, row := range res.Rows {
		parts[row.Part]++
	}
	assert.Equal(t, map[fidelity.Part]int{
		fidelity.Transfers: 16, fidelity.Loss: 2, fidelity.Shares: 8, fidelity.Queueing: 2}, parts)
	assert.Equal(t, "switched off", res.KernelSkipped)

	for _, line := range strings.Split(res.Text(), "\n") {
		assert.LessOrEqual(t, len(line), 80, line)
	}
	text, err := res.CSV()
	require.NoError(t, err)
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, records, len(res.Rows)+1)
}

// Virtual time repeats to the last digit, losses and jitter included.
func TestRepeats(t *testing.T) {
	one, err := fidelity.Sample(t.Context())
	require.NoError(t, err)
	two, err := fidelity.Sample(t.Context())
	require.NoError(t, err)
	assert.NotEmpty(t, one)
	assert.Equal(t, one, two)
}

// The kernel's own TCP meets the same link code; what its ratios are is the
// business of the command, which .ci/run starts when nothing else runs.
func TestKernel(t *testing.T) {
	if testing.Short() {
		t.Skip("takes real time")
	}
	if err := fidelity.KernelReady(); err != nil {
		t.Skipf("the kernel's TCP cannot be measured here: %v", err)
	}
	self, err := os.Executable()
	require.NoError(t, err)
	row, err := fidelity.KernelTransfer(t.Context(), []string{self, workerArgument}, 100_000, 10e6, 50*time.Millisecond)
	require.NoError(t, err)
	assert.Contains(t, []fidelity.Verdict{fidelity.OK, fidelity.Outside, fidelity.Late}, row.Verdict, row.Note)
	// Slow start alone takes this long, however late the relay was.
	assert.GreaterOrEqual(t, row.Measured, 0.95*row.Model)
}

// An interrupt ends a transfer at once and leaves nothing behind.
func TestKernelInterrupted(t *testing.T) {
	if err := fidelity.KernelReady(); err != nil {
		t.Skipf("the kernel's TCP cannot be measured here: %v", err)
	}
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err = fidelity.KernelTransfer(ctx, []string{self, workerArgument}, 100e6, 1e6, 50*time.Millisecond)
	assert.ErrorContains(t, err, context.Canceled.Error())
}

func TestSlowStart(t *testing.T) {
	for _, tc := range []struct {
		name  string
		bytes int64
		rate  float64 // Mbit/s
		rtt   time.Duration
		want  time.Duration
	}{
		// 2 RTT and seven packets.
		{name: "one window", bytes: 10_000, rate: 1, rtt: 10 * time.Millisecond,
			want: 20*time.Millisecond + 8*(10_000+7*52)*time.Microsecond},
		// 70 packets are windows of 10, 20 and 40: two waits, each of a round
		// trip and two packets less the window.
		{name: "three windows", bytes: 100_000, rate: 10, rtt: 50 * time.Millisecond,
			want: 100*time.Millisecond + 8*(100_000+70*52)*time.Microsecond/10 +
				2*50*time.Millisecond + (2+2-10-20)*1200*time.Microsecond},
		// The link is never idle after the first window.
		{name: "filled at once", bytes: 1_000_000, rate: 1, rtt: 10 * time.Millisecond,
			want: 20*time.Millisecond + 8*(1_000_000+691*52)*time.Microsecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := fidelity.SlowStart(tc.bytes, fidelity.Mbit(tc.rate), tc.rtt)
			assert.InDelta(t, tc.want.Seconds(), got.Seconds(), 1e-6)
		})
	}
}

// Values worked out by hand from the papers' formulas.
func TestLossModels(t *testing.T) {
	// p = 0.02: W = 1 + sqrt(8 x 0.98 / 0.06 + 1) = 12.4745, Q = 0.3088.
	assert.InDelta(t, 287.0, fidelity.PFTK(0.02, 0.020, 0.220, 1, 4000), 0.5)
	// Without time-outs that matter it approaches Mathis: sqrt(3/2) / sqrt(p).
	assert.InDelta(t, 122.47, fidelity.Mathis(0.0001, 1, 1), 0.01)
	assert.InEpsilon(t, fidelity.Mathis(1e-6, 0.1, 1), fidelity.PFTK(1e-6, 0.1, 0.3, 1, 1e6), 0.01)
	// A window that cannot grow: wmax / rtt, nearly.
	assert.InEpsilon(t, 100/0.1, fidelity.PFTK(1e-7, 0.1, 0.3, 1, 100), 0.01)
}

// Reno's sawtooth between half of C and C, with a queue as long as the path:
// (2/3)(8 - 1)/(4 - 1) = 14/9 of the path, which holds one of them.
func TestSawtoothQueue(t *testing.T) {
	got := fidelity.SawtoothQueue(fidelity.Mbit(8), 100*time.Millisecond, 100_000)
	assert.InDelta(t, 100*5.0/9, got.Seconds()*1e3, 1e-6)
}
