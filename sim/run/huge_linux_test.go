package run

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPreferHugePages: the kernel notes the advice for as many bytes of this
// process as were asked for, and they are not in use.
func TestPreferHugePages(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("this kernel has no transparent huge pages")
	}
	const ahead = 256 << 20
	before, held := advised(t), resident(t)
	preferHugePages(ahead)
	assert.GreaterOrEqual(t, advised(t), int64(ahead)-4<<20, "but for the parts of huge pages at its ends")
	if before == 0 { // else the heap had them from an earlier run of this test, and clears them
		assert.Less(t, resident(t)-held, int64(ahead)/2, "they were touched")
	}
}

// resident returns the bytes of this process that are in memory.
func resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	return kilobytes(status, "VmRSS:")
}

// advised returns the bytes of this process that are to be in huge pages.
func advised(t *testing.T) (total int64) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	require.NoError(t, err)
	var size int64
	for line := range bytes.Lines(smaps) {
		if n := kilobytes(line, "Size:"); n > 0 {
			size = n
		}
		flags, ok := bytes.CutPrefix(line, []byte("VmFlags:"))
		if ok && slices.ContainsFunc(bytes.Fields(flags), func(f []byte) bool { return string(f) == "hg" }) {
			total += size
		}
	}
	return total
}

func TestPreferHugePagesBeyondReach(t *testing.T) {
	preferHugePages(1 << 60) // no machine maps so much; the heap must not try
}
