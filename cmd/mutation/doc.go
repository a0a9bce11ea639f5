// Package mutation has tests only: bugs that are put into the program on purpose,
// one at a time, and which the soak has to find. They are kept as replacements in
// testdata, applied through go build -overlay, and never a part of the product.
package mutation
