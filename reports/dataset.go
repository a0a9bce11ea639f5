package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
)

// valueKind is the type of a column's values; every value may also be nil,
// which is undefined.
type valueKind int

const (
	textual  valueKind = iota // string
	integer                   // int64
	unsigned                  // uint64
	floating                  // float64
	truth                     // bool
)

// dataColumn is a named and typed column of a dataset.
type dataColumn struct {
	name string
	kind valueKind
}

// dataset is tidy data: one row for each observation, one column for each
// variable. Every row has a value of the column's type, or nil, for each column.
type dataset struct {
	name    string // of its file, without an extension
	columns []dataColumn
	rows    [][]any
}

// csv writes a header and the rows; nil is an empty cell.
func (d dataset) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	line := make([]string, len(d.columns))
	for i, c := range d.columns {
		line[i] = c.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, row := range d.rows {
		for i, x := range row {
			line[i] = cellText(x)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cellText(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// jsonLines writes an object a line, its keys in the order of the columns; nil
// is null.
func (d dataset) jsonLines(w io.Writer) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	put := func(x any) error {
		if err := enc.Encode(x); err != nil {
			return err
		}
		line.Truncate(line.Len() - 1) // the encoder's line break
		return nil
	}
	for _, row := range d.rows {
		line.Reset()
		for i, c := range d.columns {
			separator := byte(',')
			if i == 0 {
				separator = '{'
			}
			line.WriteByte(separator)
			if err := put(c.name); err != nil {
				return err
			}
			line.WriteByte(':')
			if err := put(row[i]); err != nil {
				return err
			}
		}
		line.WriteString("}\n")
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
