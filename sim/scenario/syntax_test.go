package scenario

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSyntaxErrorsNameTheirLine(t *testing.T) {
	tests := []struct {
		name, data, want string
	}{
		{name: "list that goes on as a mapping", data: "name: x\nseed: 1\nworkload: {files: [}\n", want: "x.yaml:3: not YAML: did not find expected node content"},
		{name: "list without an end", data: "name: x\nseed: [1\n", want: "x.yaml:2: not YAML: did not find expected ',' or ']'"},
		{name: "on the first line", data: "name: [}", want: "x.yaml:1: not YAML: did not find expected node content"},
		{name: "tab", data: "name: x\nworkload:\n\tfiles: []\n", want: "x.yaml:3: not YAML: found character that cannot start any token"},
		{name: "two colons", data: "name: x\ntitle: a: b\n", want: "x.yaml:2: not YAML: mapping values are not allowed in this context"},
		{name: "quote without an end", data: "name: x\ntitle: \"a\n", want: "x.yaml:2: not YAML: found unexpected end of stream"},
		{name: "less indented", data: "name: x\nworkload:\n    files: []\n  size: 1\n", want: "x.yaml:4: not YAML: did not find expected key"},
		{name: "unknown anchor", data: "name: *x\n", want: "x.yaml: not YAML: unknown anchor 'x' referenced"},
		{name: "control character", data: "name: \x01\n", want: "x.yaml: not YAML: control characters are not allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(tt.data), Overrides{}, testKinds())
			assert.EqualError(t, err, tt.want)
		})
	}
}
