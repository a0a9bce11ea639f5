// Package plot draws charts from plain series of numbers: line charts, step
// curves and stacked bars, as SVG, PNG or PDF.
//
// The same chart gives the same bytes on every machine: text is set in the
// Liberation Sans that the program carries and is drawn as outlines, and no
// clock is read. Series differ by colour, dash pattern and marker, so that
// they can be told apart in grey and with impaired colour vision. Functions
// are safe for concurrent use; charts are values and are not changed.
package plot
