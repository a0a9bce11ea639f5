package workload

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
)

// source yields the bytes of one file's pieces. It is safe for concurrent use.
type source interface {
	// read fills buf with piece i, which begins at offset in the file.
	read(i int, offset int64, buf []byte) error
	Close() error
}

// generated is a file that exists only as a seed. Each piece has a stream of
// its own, so it can be made on demand and in any order. The bytes do not
// compress, as those of media and archives do not.
type generated struct {
	seed uint64
	name string
}

func (g generated) read(i int, _ int64, buf []byte) error {
	key := streamKey(g.seed, "workload/content/"+g.name+"/"+strconv.Itoa(i))
	_, err := rand.NewChaCha8(key).Read(buf)
	return err
}

func (g generated) Close() error { return nil }

// onDisk is an open file. It stays readable if its name is removed.
type onDisk struct {
	path string
	file *os.File
}

func (d onDisk) read(i int, offset int64, buf []byte) error {
	n, err := d.file.ReadAt(buf, offset)
	if n == len(buf) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: piece %d at offset %d: the file shrank while it was in use (%d of %d bytes are left)", d.path, i, offset, n, len(buf))
	}
	return fmt.Errorf("%s: piece %d at offset %d: %w", d.path, i, offset, err)
}

func (d onDisk) Close() error { return d.file.Close() }

// openRegular opens a regular file for reading. It looks before it opens,
// because opening a named pipe would wait for a writer. Errors name the path.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func regular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%s: is a directory, must be a file", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: is not a regular file", path)
	}
	return nil
}

// unchanged compares an open file with what it was before it was read.
func unchanged(path string, f *os.File, before fs.FileInfo) error {
	after, err := f.Stat()
	if err != nil {
		return err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return fmt.Errorf("%s: the file changed while it was being hashed (%d bytes before, %d after)", path, before.Size(), after.Size())
	}
	return nil
}
