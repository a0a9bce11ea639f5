package reports

import (
	"bytes"
	"slices"
	"strings"
)

func writeMarkdown(b *bytes.Buffer, v *view, o Options) {
	b.WriteString("## " + escape(v.title()) + "\n\n")
	b.WriteString(escape(strings.Join(v.headline(), " ")) + "\n")
	if s := v.predictionText(); s != "" {
		b.WriteString("\n" + escape(s) + "\n")
	}
	for _, g := range slices.Concat(v.tables(), v.pairedTables()) {
		b.WriteString("\n" + g.markdown())
	}
	for _, line := range v.legend() {
		b.WriteString("\n" + escape(line) + "\n")
	}
	if g := v.expectationTable(); len(g.rows) > 0 {
		b.WriteString("\n" + g.markdown())
	}
	for _, s := range v.sections(o, true) {
		b.WriteString("\n**" + s.head + "**\n\n")
		for _, line := range s.lines {
			b.WriteString("- " + escape(line) + "\n")
		}
	}
	if s := v.expectationsMet(); s != "" {
		b.WriteString("\n" + s + "\n")
	}
}

// escape keeps characters of names and errors from being read as markup. An
// underscore inside a word is none.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "`", "\\`", "<", `\<`, "[", `\[`, "|", `\|`, "#", `\#`).Replace(
		strings.Join(strings.Fields(plainText(s)), " "))
}
