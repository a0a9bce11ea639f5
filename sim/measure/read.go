package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Read returns the result that a folder holds: result.json and the trials
// that a killed run left in its journal.
func Read(dir string) (*Result, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("reading a result: there is no folder %s", dir)
	case err != nil:
		return nil, fmt.Errorf("reading a result: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("reading a result: %s is a file, not a result folder", dir)
	}
	path := filepath.Join(dir, ResultFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("reading a result: %s is not a result folder, it has no %s", dir, ResultFile)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a result: %w", err)
	}
	res, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := merge(res, filepath.Join(dir, JournalFile)); err != nil {
		return nil, err
	}
	return res, nil
}

// Decode reads a result's JSON. Fields that this program does not know are
// ignored, because the format grows by addition.
func Decode(data []byte) (*Result, error) {
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, describe(err, data)
	}
	switch {
	case head.Schema == nil:
		return nil, fmt.Errorf("not a result: it has no field schema")
	case *head.Schema != Schema:
		return nil, fmt.Errorf("its schema is %q, this program reads %q", *head.Schema, Schema)
	}
	res := &Result{}
	if err := json.Unmarshal(data, res); err != nil {
		return nil, describe(err, data)
	}
	res.normalize()
	return res, nil
}

// describe turns a decoder's error into one that says where, or that the file
// ends early.
func describe(err error, data []byte) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the file is empty")
	}
	if syntax.Offset >= int64(len(data)) {
		return fmt.Errorf("the JSON is cut off after %d bytes: %w", len(data), err)
	}
	line := 1 + bytes.Count(data[:syntax.Offset], []byte{'\n'})
	return fmt.Errorf("line %d: not JSON: %w", line, err)
}

// merge adds the journal's trials to the result in the planned order, which is
// that of what is missing.
func merge(res *Result, journal string) error {
	trials, baselines := newLate(res.Trials, res.Missing), newLate(res.Baselines, res.MissingBaselines)
	err := readLines(journal, func(e entry) error {
		if e.Trial == nil {
			return nil // a line without a field of a trial
		}
		if e.Baseline {
			baselines.add(*e.Trial)
		} else {
			trials.add(*e.Trial)
		}
		return nil
	})
	if err != nil {
		return err
	}
	res.Trials, res.Missing = trials.merge(res.Trials, res.Missing)
	res.Baselines, res.MissingBaselines = baselines.merge(res.Baselines, res.MissingBaselines)
	res.Inflate()
	return nil
}

// late are trials that a journal has and the result lacks.
type late struct {
	order  map[string]int // of the planned ones
	have   map[string]bool
	trials []Trial
}

func newLate(have []Trial, missing []TrialKey) *late {
	l := &late{order: map[string]int{}, have: map[string]bool{}}
	for i, k := range missing {
		l.order[k.ID()] = i
	}
	for i := range have {
		l.have[have[i].ID()] = true
	}
	return l
}

func (l *late) add(t Trial) {
	if id := t.ID(); !l.have[id] {
		l.have[id] = true
		t.Normalize()
		l.trials = append(l.trials, t)
	}
}

func (l *late) merge(trials []Trial, missing []TrialKey) ([]Trial, []TrialKey) {
	slices.SortStableFunc(l.trials, func(a, b Trial) int { return l.order[a.ID()] - l.order[b.ID()] })
	return append(trials, l.trials...), slices.DeleteFunc(missing, func(k TrialKey) bool { return l.have[k.ID()] })
}

// ReadEvents calls each with every event of the folder's finished trials, in
// the order of the file. It stops at the first error that each returns.
func ReadEvents(dir string, res *Result, each func(Event) error) error {
	have := map[string]bool{}
	for i := range res.Trials {
		have[res.Trials[i].ID()] = true
	}
	return readLines(filepath.Join(dir, EventsFile), func(e Event) error {
		if !have[e.ID()] {
			return nil
		}
		return each(e)
	})
}

// dropEvents rewrites the events file without the trials that res lacks.
func dropEvents(dir string, res *Result) error {
	return WriteFile(filepath.Join(dir, EventsFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return ReadEvents(dir, res, func(e Event) error { return enc.Encode(e) })
	})
}
