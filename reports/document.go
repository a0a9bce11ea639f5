package reports

import (
	"strings"

	"versus/sim/measure"
)

// Document is everything that a report says about a result in words and
// tables, arranged for a page. Nothing in it is markup: whoever shows it has to
// escape it. All of it is computed from the result.
type Document struct {
	Name        string // of the scenario
	Title       string // of the scenario; its name if it has none
	Description string
	Started     string // RFC 3339 in UTC
	Answer      []string
	At          string // the point of the sweep that Cards are of; empty without a sweep
	Cards       []Card // one for each architecture that was measured there
	Asked       []Fact
	Network     Table
	Tables      []Table
	Legend      []string
	Theory      Table
	Gap         []string // why the measured times are above the bounds
	Plan        string   // the scenario's faults as YAML; empty without any
	Faults      []Table  // what was done to whom, one for each architecture
	Notes       []Note   // warnings, failed and missing trials
	Expected    Table
	Scenario    string // resolved, as YAML
	Commands    []Command
	Methods     string // a paragraph for a methods section; empty without repeats
	Build       []Fact
}

// Card is one architecture in a few figures.
type Card struct {
	Architecture string
	Won          string  // in what it was best, such as "faster"; empty if it was not
	What         string  // of the figure, such as "until all were done"
	Figure       string  // with its unit; empty if it is undefined
	Share        float64 // of the largest figure of all cards, 0 to 1
	BoundShare   float64 // where the lower bound lies on that scale; 0 without one
	Lines        []string
}

// Fact is a name and what it is.
type Fact struct{ Name, Text string }

// Table is a table of text. Its first Names columns are names, the rest are
// numbers.
type Table struct {
	Caption string
	Header  []string
	Names   int
	Rows    [][]string
}

// Note is a headed list.
type Note struct {
	Head  string
	Lines []string
}

// Command is a command line and what it does.
type Command struct{ Text, Does string }

// Describe returns the result in words. Equal results give equal documents.
func Describe(r *measure.Result) Document {
	v := newView(r)
	d := Document{
		Name: v.name(), Title: v.name(), Started: r.StartedAt,
		Answer: v.headline(), Asked: v.asked(), Network: v.networkTable(),
		Legend: v.legend(), Theory: v.theoryTable(), Gap: v.gap(),
		Plan: v.plan(), Faults: v.faultTables(), Expected: v.expectationTable().table(),
		Commands: v.commands(), Build: v.build(),
	}
	if s := r.Scenario; s != nil {
		if s.Title != "" {
			d.Title = s.Title
		}
		d.Description = s.Description
		if text, err := s.YAML(); err == nil { // what has been read can be written
			d.Scenario = string(text)
		}
	}
	if s := v.predictionText(); s != "" {
		d.Answer = append(d.Answer, s)
	}
	if p, ok := v.focus(); ok {
		d.At, d.Cards = p.label, v.cards(p)
	}
	d.Expected.Caption = "What the scenario expects, and by how much it was met"
	for _, g := range v.fullTables() {
		t := g.table()
		t.Caption = "Every architecture in figures"
		d.Tables = append(d.Tables, t)
	}
	for _, g := range v.pairedTables() {
		t := g.table()
		t.Caption = "Seed by seed: " + t.Header[0]
		d.Tables = append(d.Tables, t)
	}
	if v.repeated() {
		d.Methods = v.methods()
	}
	for _, s := range v.sections(Options{}, false) {
		if !strings.HasPrefix(s.head, "Faults with") { // those have tables
			d.Notes = append(d.Notes, Note{s.head, s.lines})
		}
	}
	return d
}

// fullTables are the tables without a limit on their width, so that all
// columns and architectures fit side by side.
func (v *view) fullTables() []grid {
	if len(v.points) == 0 || len(v.archs) == 0 {
		return nil
	}
	var all []cell
	for _, p := range v.points {
		all = append(all, p.measured()...)
	}
	if len(v.points) > 1 {
		return []grid{v.sweepGrid(v.sweepColumns(len(seedsOf(all)) > 1), all)}
	}
	if len(all) == 0 {
		return nil
	}
	return []grid{v.sideBySide(v.points[0], all)}
}

func (g grid) table() Table {
	t := Table{Names: g.names, Rows: g.rows}
	for _, h := range g.header {
		t.Header = append(t.Header, strings.ReplaceAll(h, "\n", " "))
	}
	return t
}

// listed is how many rows of a list a page shows.
const listed = 60
