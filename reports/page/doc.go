// Package page writes a stored result as one HTML file that needs nothing else:
// no network, no second file, and no script for what stands still.
//
// Its charts are drawn by package plot, on a canvas of this package that turns
// the very same strokes into inline SVG and notes which of them belong to which
// entry of the legend and where the values lie. So pictures and page cannot
// differ, and a new kind of chart needs no code here. A small script adds what
// moves: values under the pointer or the arrow keys, hiding a series, and
// saving a chart as SVG, PNG or CSV.
//
// The same result gives the same bytes. Everything that a scenario or an error
// message brings is escaped by html/template, and a content security policy lets
// no script run but the page's own.
package page
