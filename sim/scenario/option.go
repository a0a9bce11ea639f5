package scenario

// Option declares one option of an architecture: its name, its default, and
// what values are allowed. The default's type (string, int, bool, float64) is
// the option's type.
type Option struct {
	Name    string
	Doc     string   // one line, with the unit
	Default any      // string, int, bool or float64
	Values  []string // allowed strings; empty means any
	Min     float64  // inclusive, for int and float64
	Max     float64  // inclusive; both zero means no limit
}

// String returns the value of a string option; it panics if there is none,
// which only a bug in the option's declaration can cause.
func (o Options) String(name string) string { return o[name].(string) }

// Int returns the value of an int option.
func (o Options) Int(name string) int { return o[name].(int) }

// Bool returns the value of a bool option.
func (o Options) Bool(name string) bool { return o[name].(bool) }

// Float returns the value of a float64 option.
func (o Options) Float(name string) float64 { return o[name].(float64) }
