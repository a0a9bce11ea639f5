package sim

// reusable keeps what was used and may be used again, which costs less than to
// allocate it: most events need one of a kind.
type reusable[T any] []*T

// take returns a zero T.
func (r *reusable[T]) take() *T {
	n := len(*r)
	if n == 0 {
		return new(T)
	}
	t := (*r)[n-1]
	*r = (*r)[:n-1]
	return t
}

// give takes back a T that nobody refers to.
func (r *reusable[T]) give(t *T) {
	var zero T
	*t = zero
	*r = append(*r, t)
}
