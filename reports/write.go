package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"versus/sim/measure"
)

// Format is how a report is written.
type Format string

// Formats of a report.
const (
	Text     Format = "text"
	JSON     Format = "json"
	CSV      Format = "csv"
	Markdown Format = "markdown"
	JSONL    Format = "jsonl" // JSON Lines, one trial a line, with the columns of CSV
)

// Formats lists every format, the default first.
func Formats() []Format { return []Format{Text, JSON, CSV, Markdown, JSONL} }

// ParseFormat reads the name of a format; its error lists those there are.
func ParseFormat(name string) (Format, error) {
	if slices.Contains(Formats(), Format(name)) {
		return Format(name), nil
	}
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return "", fmt.Errorf("format %q is unknown; use one of %s", name, strings.Join(names, ", "))
}

// Options adds to a report what the result does not know.
type Options struct {
	Written []string // files or folders that the run wrote, named at the end of text and Markdown
}

// Write writes a report of the result. It changes neither the result nor
// anything else; the only errors are those of w and an unknown format.
func Write(w io.Writer, f Format, r *measure.Result, o Options) error {
	var (
		b   bytes.Buffer
		err error
	)
	switch f {
	case Text:
		writeText(&b, newView(r), o)
	case Markdown:
		writeMarkdown(&b, newView(r), o)
	case CSV:
		err = writeCSV(&b, newView(r))
	case JSONL:
		err = writeJSONLines(&b, newView(r))
	case JSON:
		err = writeJSON(&b, newView(r))
	default:
		_, err = ParseFormat(string(f))
	}
	if err != nil {
		return fmt.Errorf("writing a report: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing a report as %s: %w", f, err)
	}
	return nil
}
