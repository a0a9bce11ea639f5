package reports

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"versus/sim/measure"
)

// datasets returns every table of the results: trials, and what each trial
// recorded. All begin with the columns that identify the trial; runs name the
// results.
func datasets(results []*measure.Result, runs []string) []dataset {
	var views []*view
	for _, r := range results {
		views = append(views, newView(r))
	}
	return []dataset{
		trialsOf(views, runs),
		recordsOf(views, runs, "requests", func(t *measure.Trial) []measure.Request { return t.Requests }),
		recordsOf(views, runs, "nodes", func(t *measure.Trial) []measure.Node { return t.Nodes }),
		recordsOf(views, runs, "links", func(t *measure.Trial) []measure.Link { return t.Links }),
		recordsOf(views, runs, "timeline", func(t *measure.Trial) []measure.Tick { return t.Timeline }),
		recordsOf(views, runs, "faults", func(t *measure.Trial) []measure.Fault { return t.Faults }),
		recordsOf(views, runs, "bans", func(t *measure.Trial) []measure.Ban { return t.Bans }),
	}
}

// recordsOf has a row for each record of a trial. Its columns are the record's
// fields under the names that they have in result.json.
func recordsOf[T any](views []*view, runs []string, name string, records func(*measure.Trial) []T) dataset {
	points := pointColumns(views)
	d := dataset{name: name, columns: append([]dataColumn{
		{"run", textual}, {"scenario", textual}, {"architecture", textual}, {"seed", unsigned},
	}, points...)}
	shape := shapeOf(reflect.TypeFor[T]())
	for _, f := range shape {
		d.columns = append(d.columns, f.dataColumn)
	}
	for i, v := range views {
		for t := range v.trials() {
			key := append([]any{runs[i], v.name(), t.Architecture, t.Seed}, pointCells(points, t)...)
			for _, record := range records(t) {
				row := append(make([]any, 0, len(d.columns)), key...)
				x := reflect.ValueOf(record)
				for _, f := range shape {
					row = append(row, f.value(x))
				}
				d.rows = append(d.rows, row)
			}
		}
	}
	return d
}

// recordField is a field of a record that holds one value.
type recordField struct {
	dataColumn
	index int // in the struct
}

// shapeOf lists the fields of a record that hold a number, text or a truth, or a
// pointer to one. Lists and maps are no variables and are left out.
func shapeOf(record reflect.Type) []recordField {
	var out []recordField
	for i := range record.NumField() {
		f := record.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if kind, ok := kindOfType(of); ok {
			out = append(out, recordField{dataColumn{name, kind}, i})
		}
	}
	return out
}

func kindOfType(t reflect.Type) (valueKind, bool) {
	switch t.Kind() {
	case reflect.String:
		return textual, true
	case reflect.Int, reflect.Int64, reflect.Int32:
		return integer, true
	case reflect.Uint64, reflect.Uint32, reflect.Uint:
		return unsigned, true
	case reflect.Float64:
		return floating, true
	case reflect.Bool:
		return truth, true
	}
	return 0, false
}

// value returns the field of a record, nil for a nil pointer.
func (f recordField) value(record reflect.Value) any {
	x := record.Field(f.index)
	if x.Kind() == reflect.Pointer {
		if x.IsNil() {
			return nil
		}
		x = x.Elem()
	}
	switch f.kind {
	case integer:
		return x.Int()
	case unsigned:
		return x.Uint()
	case floating:
		return x.Float()
	case truth:
		return x.Bool()
	}
	return x.String()
}

// pointColumns are the swept keys of all results: numbers where every value is
// one, else text as in the scenario.
func pointColumns(views []*view) []dataColumn {
	var out []dataColumn
	for _, v := range views {
		for _, key := range v.keys {
			name := "point." + key
			i := slices.IndexFunc(out, func(c dataColumn) bool { return c.name == name })
			if i < 0 {
				i = len(out)
				out = append(out, dataColumn{name, integer})
			}
			for _, p := range v.points {
				if x, ok := p.values[key]; ok {
					out[i].kind = widened(out[i].kind, x)
				}
			}
		}
	}
	return out
}

// widened is the kind that holds the values so far and x.
func widened(kind valueKind, x any) valueKind {
	if _, text := x.(string); text || kind == textual {
		return textual
	}
	n, ok := quantityOf(x)
	switch {
	case !ok:
		return textual
	case n.value != math.Trunc(n.value) || math.Abs(n.value) > 1<<53:
		return floating
	}
	return kind
}

// pointCells are a trial's values of the swept keys.
func pointCells(columns []dataColumn, t *measure.Trial) []any {
	var out []any
	for _, c := range columns {
		x, ok := t.Point[strings.TrimPrefix(c.name, "point.")]
		if !ok {
			out = append(out, nil)
			continue
		}
		n, _ := quantityOf(x)
		switch c.kind {
		case integer:
			out = append(out, int64(n.value))
		case floating:
			out = append(out, n.value)
		default:
			out = append(out, pointValue(x))
		}
	}
	return out
}
