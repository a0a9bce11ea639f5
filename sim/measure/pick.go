package measure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// PickEvents calls each with the folder's events of one kind of the trials
// named, in the order of the file, and stops at the first error that each
// returns. Other lines are skipped without being decoded, because a sweep's
// events can be a hundred times those that are wanted. A folder without events
// has none.
func PickEvents(dir string, keys []TrialKey, kind string, each func(Event) error) error {
	path := filepath.Join(dir, EventsFile)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading events: %w", err)
	}
	defer f.Close()

	want := map[string]bool{}
	var starts [][]byte
	for _, k := range keys {
		want[k.ID()] = true
		start, err := lineStart(k)
		if err != nil {
			return fmt.Errorf("reading events of %s: %w", k.ID(), err)
		}
		starts = append(starts, start)
	}
	r := bufio.NewReaderSize(f, 256<<10)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("%s:%d: a line is longer than %d bytes", path, n, r.Size())
		case errors.Is(err, io.EOF):
			return nil // what a killed program left of a line is none
		case err != nil:
			return fmt.Errorf("reading %s: %w", path, err)
		}
		if !mayBe(line, starts, kind) {
			continue
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if e.Kind == kind && want[e.ID()] {
			if err := each(e); err != nil {
				return err
			}
		}
	}
}

// lineStart returns how this program begins a line of the trial's events.
func lineStart(k TrialKey) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(k.normal()); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("}\n")), nil
}

// mayBe says whether a line has to be decoded to know what it is: one of the
// trials' in the form that this program writes, or in another form.
func mayBe(line []byte, starts [][]byte, kind string) bool {
	if !bytes.HasPrefix(line, []byte(`{"architecture":"`)) {
		return len(bytes.TrimSpace(line)) > 0
	}
	for _, s := range starts {
		if bytes.HasPrefix(line, s) {
			return bytes.Contains(line, []byte(kind))
		}
	}
	return false
}
