package measure

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// tempPrefix marks files that are not yet whole; nothing reads them.
const tempPrefix = ".partial-"

// WriteFile writes a file that either appears whole or not at all, even if the
// program is killed: the content goes to a temporary file beside it, is
// flushed to the disk and then renamed over path. On an error, which names the
// path, the temporary file is removed and an existing file stays as it was.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	var tag [6]byte
	_, _ = rand.Read(tag[:]) // never fails
	dir := filepath.Dir(path)
	temp := filepath.Join(dir, tempPrefix+filepath.Base(path)+"-"+hex.EncodeToString(tag[:]))
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, bare(err))
	}
	defer func() {
		if err != nil {
			_ = f.Close()       // err says what went wrong first
			_ = os.Remove(temp) // what stays is removed when the folder is next opened
			err = fmt.Errorf("writing %s: %w", path, bare(err))
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// bare drops the operation and the path, which the caller's message names, from
// an error of package os.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// syncDir makes a rename durable. Not every file system can; the file's
// content is safe either way.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// removePartial deletes what a killed program left of unfinished files.
func removePartial(dir string) error {
	leftovers, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	if err != nil {
		return fmt.Errorf("looking for unfinished files in %s: %w", dir, err)
	}
	for _, path := range leftovers {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing an unfinished file: %w", err)
		}
	}
	return nil
}
