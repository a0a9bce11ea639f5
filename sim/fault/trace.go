package fault

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"versus/sim/scenario"
)

// maxRows bounds the rows of one trace.
const maxRows = 1_000_000

// base is the name of a file as errors and streams have it.
func base(path string) string { return filepath.Base(path) }

// traced makes the presence of each node that a trace of availability names.
// Names are those of the scenario's nodes; with nodes given, they are anything,
// and the k-th name in the file is the k-th node.
func (e *Engine) traced(c scenario.Churn, draws streams) (all []presence, note string, err error) {
	data, ok := e.cfg.Inputs[c.Trace]
	if !ok {
		return nil, "", fmt.Errorf("%s was not read", c.Trace)
	}
	t := &trace{file: c.Trace, away: map[string][]span{}, lines: map[string]int{}, latest: map[string]time.Duration{}}
	if err := t.parse(data); err != nil {
		return nil, "", err
	}
	all = []presence{}
	add := func(i int, name string) {
		spans := t.away[name]
		all = append(all, presence{i, func() (away span, ok bool) {
			if len(spans) == 0 {
				return span{}, false
			}
			away, spans = spans[0], spans[1:]
			return away, true
		}})
	}
	if c.Nodes == nil {
		for _, name := range t.names {
			i, ok := e.index[name]
			if !ok && !e.cfg.Scenario.BringsNodes() {
				return nil, "", t.errorf(t.lines[name], "there is no node %q; with nodes under churn, any names do", name)
			}
			if ok {
				add(i, name)
			}
		}
		return all, "", nil
	}
	nodes, err := e.churners(c.Trace, c.Nodes, draws)
	if err != nil {
		return nil, "", err
	}
	for k, i := range nodes[:min(len(nodes), len(t.names))] {
		add(i, t.names[k])
	}
	if len(nodes) != len(t.names) {
		note = fmt.Sprintf("the trace has %d nodes and %d are selected", len(t.names), len(nodes))
	}
	return all, note, nil
}

// trace is the content of a CSV file in one of two forms: a row for each change
// (node,t_s,state) or for each session (node,start_s,end_s).
type trace struct {
	file  string
	names []string // in the order in which the file names them first
	lines map[string]int
	away  map[string][]span

	latest map[string]time.Duration // instant of a node's last change
}

func (t *trace) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", t.file, line, fmt.Sprintf(format, args...))
}

func (t *trace) parse(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord, r.TrimLeadingSpace, r.Comment = true, true, '#'
	head, err := r.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", t.file, err)
	}
	var row func(line int, fields []string) error
	switch {
	case slices.Equal(head, []string{"node", "t_s", "state"}):
		row = t.change
	case slices.Equal(head, []string{"node", "start_s", "end_s"}):
		row = t.session
	default:
		return t.errorf(1, "the header is %q, want node,t_s,state or node,start_s,end_s", head)
	}
	for rows := 0; ; rows++ {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.file, err)
		}
		line, _ := r.FieldPos(0)
		if rows == maxRows {
			return t.errorf(line, "more than %d rows", maxRows)
		}
		name := fields[0]
		if name == "" {
			return t.errorf(line, "no node")
		}
		if _, seen := t.lines[name]; !seen {
			t.names = append(t.names, name)
		}
		if err := row(line, fields); err != nil {
			return err
		}
		t.lines[name] = line
	}
}

// instant reads seconds.
func (t *trace) instant(line int, key, text string) (time.Duration, error) {
	s, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(s):
		return 0, t.errorf(line, "%s: %q is not a number of seconds", key, text)
	case s < 0 || s > scenario.MaxSpan.Seconds():
		return 0, t.errorf(line, "%s: %s is not within 0 to %.0f", key, text, scenario.MaxSpan.Seconds())
	}
	return time.Duration(math.Round(s * 1e9)), nil
}

// change reads a row that a node is up or down from then on. Before its first
// row a node is up.
func (t *trace) change(line int, fields []string) error {
	name, state := fields[0], fields[2]
	at, err := t.instant(line, "t_s", fields[1])
	if err != nil {
		return err
	}
	if at < t.latest[name] {
		return t.errorf(line, "%s at %s s comes after a later row of the same node", name, fields[1])
	}
	t.latest[name] = at
	spans := t.away[name]
	last := len(spans) - 1
	down := last >= 0 && spans[last].to == never
	switch {
	case state != "up" && state != "down":
		return t.errorf(line, "state: %q, want up or down", state)
	case state == "down" && down, state == "up" && !down && t.lines[name] > 0:
		return t.errorf(line, "%s is %s already", name, state)
	case state == "down":
		t.away[name] = append(spans, span{at, never})
	case down:
		spans[last].to = at
	default:
		t.away[name] = spans // it is up from the start
	}
	return nil
}

// session reads a row that a node is up in between, or to the end if end_s is
// empty. Outside of its rows a node is down.
func (t *trace) session(line int, fields []string) error {
	name, to := fields[0], never
	from, err := t.instant(line, "start_s", fields[1])
	if err != nil {
		return err
	}
	if fields[2] != "" {
		if to, err = t.instant(line, "end_s", fields[2]); err != nil {
			return err
		}
	}
	if to <= from {
		return t.errorf(line, "end_s: %s is not above start_s, %s", fields[2], fields[1])
	}
	spans := t.away[name]
	if len(spans) == 0 && t.lines[name] == 0 {
		spans = []span{{0, never}}
	}
	last := len(spans) - 1
	if last < 0 || spans[last].to != never || from < spans[last].from {
		return t.errorf(line, "%s starts a session at %s s, before the row above of the same node ends", name, fields[1])
	}
	if spans[last].to = from; spans[last].from == from {
		spans = spans[:last]
	}
	if to != never {
		spans = append(spans, span{to, never})
	}
	t.away[name] = spans
	return nil
}
