package run

import (
	"regexp"
	"strings"
	"sync"
)

// Bounds of what is kept of a worker's standard error, in bytes.
const (
	keepHead = 256 << 10
	keepTail = 64 << 10
)

// headTail is a writer that keeps the beginning and the end of what it gets.
// It is safe for concurrent use.
type headTail struct {
	mu   sync.Mutex // guards everything below
	head []byte
	tail []byte
	lost int64
}

func (h *headTail) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := min(len(p), keepHead-len(h.head))
	h.head = append(h.head, p[:n]...)
	h.tail = append(h.tail, p[n:]...)
	if over := len(h.tail) - keepTail; over > keepTail { // move seldom
		h.lost += int64(over)
		h.tail = append(h.tail[:0], h.tail[over:]...)
	}
	return len(p), nil
}

func (h *headTail) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost == 0 {
		return string(h.head) + string(h.tail)
	}
	return string(h.head) + "\n[...]\n" + string(h.tail)
}

// crash finds the line in which the Go runtime says why it ended a process,
// and the first frame of the project below it.
func crash(stderr string) (reason string, found bool) {
	var lines = strings.Split(stderr, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "panic: ") && !strings.HasPrefix(line, "fatal error: ") {
			continue
		}
		reason = clip(line)
		for _, below := range lines[i+1:] {
			if m := ownFrame().FindStringSubmatch(below); m != nil {
				return reason + " (" + m[1] + ")", true
			}
		}
		return reason, true
	}
	return "", false
}

// ownFrame matches the line of a stack that names a file of this module.
func ownFrame() *regexp.Regexp {
	return regexp.MustCompile(`^\t\S*?((?:sim|clientserver|p2p|cmd)/[\w/.-]+\.go:\d+)`)
}

// firstLine returns the first line with anything on it.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return clip(line)
		}
	}
	return ""
}

// clip bounds a reason to one line of a readable length.
func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 300 {
		return s[:300] + "..."
	}
	return s
}
