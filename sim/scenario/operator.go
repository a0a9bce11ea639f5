package scenario

// Holds says whether a op b, where op is one of >= > <= < == !=, as conditions
// and expectations are written; anything else is taken for !=. No comparison
// with a value that is not a number holds, but for !=.
func Holds(a float64, op string, b float64) bool {
	switch op {
	case ">=":
		return a >= b
	case ">":
		return a > b
	case "<=":
		return a <= b
	case "<":
		return a < b
	case "==":
		return a == b
	}
	return a != b
}
