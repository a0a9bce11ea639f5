package reports

import (
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// parquet writes the rows as one Parquet file, compressed by Snappy, which every
// reader knows. Each column is optional: nil is null.
func (d dataset) parquet(w io.Writer) error {
	out := parquet.NewGenericWriter[any](w, d.parquetSchema(), parquet.Compression(&parquet.Snappy),
		parquet.KeyValueMetadata("versus.table", d.name))
	row := make(parquet.Row, len(d.columns))
	for _, values := range d.rows {
		for i, x := range values {
			if x == nil {
				row[i] = parquet.NullValue().Level(0, 0, i)
				continue
			}
			row[i] = parquet.ValueOf(x).Level(0, 1, i)
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// parquetSchema is made from a struct type, which unlike a group of nodes keeps
// the order of the columns.
func (d dataset) parquetSchema() *parquet.Schema {
	fields := make([]reflect.StructField, len(d.columns))
	for i, c := range d.columns {
		fields[i] = reflect.StructField{
			Name: fmt.Sprintf("F%d", i), Type: c.kind.goType(),
			Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", c.name+",optional")),
		}
	}
	row := reflect.New(reflect.StructOf(fields)).Interface()
	return parquet.NewSchema(d.name, parquet.SchemaOf(row))
}

func (k valueKind) goType() reflect.Type {
	switch k {
	case integer:
		return reflect.TypeFor[int64]()
	case unsigned:
		return reflect.TypeFor[uint64]()
	case floating:
		return reflect.TypeFor[float64]()
	case truth:
		return reflect.TypeFor[bool]()
	}
	return reflect.TypeFor[string]()
}
