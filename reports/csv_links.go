package reports

import (
	"reflect"

	"versus/sim/measure"
)

// linkShape are the figures of a shared link.
func linkShape() []recordField {
	var out []recordField
	for _, f := range shapeOf(reflect.TypeFor[measure.Link]()) {
		if f.kind == integer {
			out = append(out, f)
		}
	}
	return out
}

// linkColumns are the figures of every shared link of the results, named as in
// an expectation: links.campus.down_bytes.
func linkColumns(views []*view) []dataColumn {
	var out []dataColumn
	seen := map[string]bool{}
	for _, v := range views {
		for _, link := range v.sharedLinks() {
			if seen[link] {
				continue
			}
			seen[link] = true
			for _, f := range linkShape() {
				out = append(out, dataColumn{"links." + link + "." + f.name, f.kind})
			}
		}
	}
	return out
}

// linkCells are a trial's values of these columns, nil where it has none.
func linkCells(columns []dataColumn, t *measure.Trial) []any {
	values := map[string]any{}
	for _, l := range t.Links {
		for _, f := range linkShape() {
			values["links."+l.Link+"."+f.name] = f.value(reflect.ValueOf(l))
		}
	}
	row := make([]any, len(columns))
	for i, c := range columns {
		if t.Error == nil { // a failed trial has no figures
			row[i] = values[c.name]
		}
	}
	return row
}
