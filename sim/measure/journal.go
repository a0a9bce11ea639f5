package measure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// journal is an append-only file of JSON lines. A line that could not be
// written whole is cut off again, so that only a killed program leaves a torn
// line, and only as the last one.
type journal struct {
	f    *os.File
	size int64 // bytes of whole lines
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, bare(err))
	}
	size, err := wholeLines(f)
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		_ = f.Close() // of a file that was not written to
		return nil, fmt.Errorf("opening %s: %w", path, bare(err))
	}
	return &journal{f: f, size: size}, nil
}

// wholeLines returns the length in bytes of the lines that end with a newline.
func wholeLines(f io.Reader) (int64, error) {
	var size int64
	r := bufio.NewReaderSize(f, 64<<10)
	var line int64
	for {
		chunk, err := r.ReadSlice('\n')
		line += int64(len(chunk))
		switch {
		case err == nil:
			size, line = size+line, 0
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return size, nil
		default:
			return 0, err
		}
	}
}

// appendLines writes the values as one line each and returns once they are on the
// disk.
func appendLines[T any](j *journal, values ...T) (err error) {
	w := bufio.NewWriterSize(j.f, 64<<10)
	counted := &countingWriter{w: w}
	enc := json.NewEncoder(counted)
	enc.SetEscapeHTML(false)
	defer func() {
		if err != nil {
			// What was half written must not be taken for a line: if it cannot be
			// cut off, nothing may follow it, and readers drop it for want of an end.
			cut := j.f.Truncate(j.size)
			if cut == nil {
				_, cut = j.f.Seek(j.size, io.SeekStart)
			}
			if cut != nil {
				_ = j.f.Close() // whether it closes or not, err is told
			}
			err = fmt.Errorf("writing %s: %w", j.f.Name(), bare(err))
		}
	}()
	for i := range values {
		if err := enc.Encode(values[i]); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := j.f.Sync(); err != nil {
		return err
	}
	j.size += counted.n
	return nil
}

// reset empties the journal.
func (j *journal) reset() error {
	j.size = 0
	err := j.f.Truncate(0)
	if err == nil {
		_, err = j.f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("emptying %s: %w", j.f.Name(), bare(err))
	}
	return nil
}

func (j *journal) close() error { return j.f.Close() }

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// readLines decodes each whole line of the file into a T. A torn last line is
// skipped; a missing file has no lines; any other bad line is an error.
func readLines[T any](path string, each func(T) error) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
}
