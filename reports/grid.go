package reports

import (
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// pageWidth is the widest line of a text report, in characters.
const pageWidth = 80

// grid is a table of text: the first columns are names, the rest are numbers.
type grid struct {
	header []string // a line break splits a heading in text
	names  int      // columns that are aligned to the left
	rows   [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// writer returns the table for rendering.
func (g *grid) writer() table.Writer {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	var columns []table.ColumnConfig
	for i := range g.header {
		align := text.AlignRight
		if i < g.names {
			align = text.AlignLeft
		}
		columns = append(columns, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align, VAlignHeader: text.VAlignBottom})
	}
	w.SetColumnConfigs(columns)
	w.AppendHeader(cellsOf(g.header))
	for _, r := range g.rows {
		w.AppendRow(cellsOf(r))
	}
	return w
}

func cellsOf(row []string) table.Row {
	out := make(table.Row, len(row))
	for i, c := range row {
		out[i] = c
	}
	return out
}

// text renders the table for a terminal, each line without trailing spaces.
func (g *grid) text() string {
	lines := strings.Split(g.writer().Render(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
		if strings.Trim(l, "-") == "" {
			lines[i] = strings.TrimSuffix(l, "--") // the last column's padding
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// markdown renders the table for pasting.
func (g *grid) markdown() string {
	flat := grid{names: g.names, rows: g.rows}
	for _, h := range g.header {
		flat.header = append(flat.header, strings.ReplaceAll(h, "\n", " "))
	}
	return flat.writer().RenderMarkdown() + "\n"
}

// widest returns the length of the longest line, in characters.
func widest(s string) int {
	most := 0
	for line := range strings.SplitSeq(s, "\n") {
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}

// clip shortens s to n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(n-3, 0)]) + "..."
}

// wrap breaks s at spaces into lines of the page's width; all but the first
// are indented. Control characters, which an error of a remote peer may
// contain, become spaces.
func wrap(s, first, indent string) string {
	var out strings.Builder
	line, empty := first, true
	for _, word := range strings.FieldsFunc(plainText(s), func(r rune) bool { return r == ' ' }) {
		word = strings.ReplaceAll(word, nbsp, " ")
		for {
			room := pageWidth - utf8.RuneCountInString(line)
			if !empty {
				room--
			}
			if utf8.RuneCountInString(word) <= room {
				break
			}
			if empty { // a word longer than a line is cut
				runes := []rune(word)
				out.WriteString(line + string(runes[:room]) + "\n")
				word = string(runes[room:])
			} else {
				out.WriteString(line + "\n")
			}
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
	return out.String()
}

func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
