package workload

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Limits of a trace file.
const (
	MaxTraceBytes = 64 << 20             // bytes of the file
	MaxTraceTime  = 365 * 24 * time.Hour // of one request
)

// maxTraceProblems is how many lines of a bad trace are reported at once.
const maxTraceProblems = 10

var traceHeader = []string{"t_s", "node", "file"}

// readTrace reads a trace whole, refusing what is not a regular file of at most
// MaxTraceBytes.
func readTrace(path string) ([]byte, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("workload.requests.path: %w", err)
	}
	defer f.Close()
	if info.Size() > MaxTraceBytes {
		return nil, fmt.Errorf("workload.requests.path: %s: the trace has %d bytes, allowed are %d", path, info.Size(), MaxTraceBytes)
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxTraceBytes+1))
	if err != nil {
		return nil, fmt.Errorf("workload.requests.path: %w", err)
	}
	if int64(len(data)) != info.Size() {
		return nil, fmt.Errorf("workload.requests.path: %s: the trace changed while it was being read (%d bytes before, %d now)", path, info.Size(), len(data))
	}
	return data, nil
}

// parseTrace reads CSV (RFC 4180) with the header t_s,node,file: seconds from
// any origin, a peer's name and a file's name. path serves the messages, which
// name the line; several problems are reported together.
func parseTrace(path string, data []byte, nodes, files []string) ([]Request, error) {
	p := traceParser{path: path, nodes: set(nodes), files: set(files), first: map[pair]int{}}
	// Spreadsheets put a byte order mark in front of UTF-8.
	p.csv = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	p.csv.FieldsPerRecord = len(traceHeader)
	p.csv.ReuseRecord = true

	header, err := p.csv.Read()
	switch {
	case err == io.EOF:
		return nil, fmt.Errorf("%s:1: the trace is empty; its first line must be %s", path, strings.Join(traceHeader, ","))
	case err != nil && !errors.Is(err, csv.ErrFieldCount):
		return nil, p.syntax(err)
	case err != nil || header[0] != traceHeader[0] || header[1] != traceHeader[1] || header[2] != traceHeader[2]:
		return nil, fmt.Errorf("%s:1: the header is %q, must be %s", path, strings.Join(header, ","), strings.Join(traceHeader, ","))
	}
	for p.row() {
	}
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	if len(p.reqs) == 0 {
		return nil, fmt.Errorf("%s: the trace has a header but no request", path)
	}
	return p.reqs, nil
}

type pair struct{ node, file string }

type traceParser struct {
	path         string
	csv          *csv.Reader
	nodes, files map[string]bool
	first        map[pair]int // line that asked first
	reqs         []Request
	problems     []error
}

func (p *traceParser) problem(line int, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s:%d: %w", p.path, line, fmt.Errorf(format, args...)))
}

// row reads one record and says whether to go on.
func (p *traceParser) row() bool {
	if len(p.problems) == maxTraceProblems {
		p.problems = append(p.problems, fmt.Errorf("%s: reading stopped after %d problems", p.path, maxTraceProblems))
		return false
	}
	rec, err := p.csv.Read()
	if err == io.EOF {
		return false
	}
	if err != nil {
		p.problems = append(p.problems, p.syntax(err))
		return errors.Is(err, csv.ErrFieldCount)
	}
	line, _ := p.csv.FieldPos(0)
	if len(p.reqs) == MaxRequests {
		p.problem(line, "the trace has more than %d requests", MaxRequests)
		return false
	}
	at, err := traceTime(rec[0])
	if err != nil {
		p.problem(line, "t_s: %w", err)
		return true
	}
	if !p.nodes[rec[1]] {
		p.problem(line, "node: %q is not a peer of this scenario", rec[1])
		return true
	}
	if !p.files[rec[2]] {
		p.problem(line, "file: %q is not in the catalog", rec[2])
		return true
	}
	key := pair{strings.Clone(rec[1]), strings.Clone(rec[2])}
	if before, dup := p.first[key]; dup {
		p.problem(line, "%s already asked for %s in line %d", key.node, key.file, before)
		return true
	}
	p.first[key] = line
	p.reqs = append(p.reqs, Request{Node: key.node, File: key.file, At: at})
	return true
}

// syntax turns an error of the CSV reader into path:line: message.
func (p *traceParser) syntax(err error) error {
	if e := (*csv.ParseError)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s:%d: %w", p.path, e.Line, e.Err)
	}
	return fmt.Errorf("%s: %w", p.path, err)
}

func traceTime(s string) (time.Duration, error) {
	t, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || math.IsNaN(t) || math.IsInf(t, 0):
		return 0, fmt.Errorf("%q is not a finite number of seconds", s)
	case t < 0:
		return 0, fmt.Errorf("%s is below 0", s)
	case t > MaxTraceTime.Seconds():
		return 0, fmt.Errorf("%s is above %.0f", s, MaxTraceTime.Seconds())
	}
	return seconds(t), nil
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
