// Package reports draws everything that a reader sees from a stored result:
// the table on the terminal, CSV, JSON and Markdown, and charts. It runs no
// trial, and the same result gives the same report.
//
// With several random seeds a figure is the median over the seeds, with the
// smallest and the largest beside it. An undefined value counts as worse than
// any number, so that a trial which did not finish cannot improve a median; a
// figure that is undefined for that reason is shown as "-".
package reports
