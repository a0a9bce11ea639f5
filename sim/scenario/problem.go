package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a scenario.
type Problem struct {
	File    string // the file, or the flag (--set key=value), that the value came from; may be empty
	Line    int    // in File, from 1; 0 if there is none
	Path    string // dotted path of the value; empty for the whole file
	Message string // what, the value, the limit
}

// String returns file:line: path: message, without the parts that are unknown.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is every problem of a scenario, as one error. It has at least one
// element whenever it is returned as an error.
type Problems []Problem

// Error prints one problem per line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems bounds how many problems one error holds.
const maxProblems = 100

// err returns the problems in the order of their lines, flags last, or nil if
// there are none. Of very many it keeps the first ones and the number of the
// others.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Compare(a.Line, b.Line)
	})
	if more := len(sorted) - maxProblems; more > 0 {
		sorted = append(sorted[:maxProblems:maxProblems], Problem{File: sorted[0].File, Message: fmt.Sprintf("%d more problems", more)})
	}
	return sorted
}
