package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Names of the files in a result folder.
const (
	ResultFile   = "result.json"
	JournalFile  = "trials.jsonl" // trials that result.json does not have yet
	EventsFile   = "events.jsonl"
	ScenarioFile = "scenario.yaml" // the resolved scenario
)

// Folder is a result folder that a run writes. A finished trial is on the disk
// when Append returns and survives the death of the program; result.json is
// written when the run begins and when it ends. Not safe for concurrent use.
type Folder struct {
	path   string
	trials *journal
	events *journal
}

// CreateFolder makes the folder of a new run, parents included. It refuses one
// that has anything in it.
func CreateFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("making the result folder: %w", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("making the result folder: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("result folder %s: %w (it holds %s)", path, ErrNotEmpty, entries[0].Name())
	}
	return openFolder(path)
}

// ErrNotEmpty says that a new run would mix with files that are there already.
var ErrNotEmpty = errors.New("folder is not empty")

// ReopenFolder opens the folder of an unfinished run to go on with it and
// returns what it has. Events of trials that were not finished are dropped.
func ReopenFolder(path string) (*Folder, *Result, error) {
	res, err := Read(path)
	if err != nil {
		return nil, nil, err
	}
	if err := removePartial(path); err != nil {
		return nil, nil, err
	}
	if err := dropEvents(path, res); err != nil {
		return nil, nil, err
	}
	f, err := openFolder(path)
	if err != nil {
		return nil, nil, err
	}
	return f, res, nil
}

func openFolder(path string) (*Folder, error) {
	trials, err := openJournal(filepath.Join(path, JournalFile))
	if err != nil {
		return nil, err
	}
	events, err := openJournal(filepath.Join(path, EventsFile))
	if err != nil {
		_ = trials.close() // nothing was written to it
		return nil, err
	}
	return &Folder{path: path, trials: trials, events: events}, nil
}

// Path returns the folder's path.
func (f *Folder) Path() string { return f.path }

// WriteScenario stores the resolved scenario.
func (f *Folder) WriteScenario(yaml []byte) error {
	return WriteFile(filepath.Join(f.path, ScenarioFile), func(w io.Writer) error {
		_, err := w.Write(yaml)
		return err
	})
}

// WriteDump stores text (a goroutine dump) below the folder, under a name such as
// TrialKey.FileName, and returns its path relative to the folder.
func (f *Folder) WriteDump(kind, name string, text []byte) (string, error) {
	rel := filepath.Join(kind, name+".txt")
	if err := os.MkdirAll(filepath.Join(f.path, kind), 0o777); err != nil {
		return "", fmt.Errorf("saving a dump: %w", err)
	}
	return rel, WriteFile(filepath.Join(f.path, rel), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Begin writes result.json with what is known before the first trial: res has
// every planned trial either in Trials or in Missing.
func (f *Folder) Begin(res *Result) error {
	if err := f.write(res); err != nil {
		return err
	}
	return f.trials.reset() // its trials, if any, are in result.json now
}

// Append stores a finished trial and its events.
func (f *Folder) Append(t *Trial, events []Event) error {
	// Events first: a journaled trial always has its events.
	keyed := make([]Event, len(events))
	for i, e := range events {
		e.TrialKey = t.TrialKey.normal()
		keyed[i] = e
	}
	if err := appendLines(f.events, keyed...); err != nil {
		return err
	}
	t.Normalize()
	return appendLines(f.trials, entry{Trial: t})
}

// AppendBaseline stores a finished trial without faults; its events are not kept.
func (f *Folder) AppendBaseline(t *Trial) error {
	t.Normalize()
	return appendLines(f.trials, entry{Trial: t, Baseline: true})
}

// entry is a line of the journal.
type entry struct {
	*Trial
	Baseline bool `json:"baseline,omitempty"`
}

// Finish writes the complete result and removes the journal.
func (f *Folder) Finish(res *Result) error {
	if err := f.write(res); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(f.path, JournalFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the journal, whose trials are in %s: %w", ResultFile, err)
	}
	return nil
}

// Close closes the files; it may be called after an error, and twice.
func (f *Folder) Close() error {
	var errs []error
	for _, j := range []*journal{f.trials, f.events} {
		if err := j.close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (f *Folder) write(res *Result) error {
	res.normalize()
	return WriteFile(filepath.Join(f.path, ResultFile), func(w io.Writer) error {
		return Encode(w, res)
	})
}

// Encode writes the result as indented JSON.
func Encode(w io.Writer, res *Result) error {
	res.normalize()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(res)
}
