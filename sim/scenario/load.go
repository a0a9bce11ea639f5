package scenario

// Overrides is what a command line changes about a scenario. The zero value
// changes nothing.
type Overrides struct {
	Archs  []string // run only these, in this order
	Files  []string // replace the catalog by these files, relative to the working directory
	Seed   *uint64
	Repeat *int
	Sets   []string // path=value
	Varies []string // path=value,value,...
}

// Load reads one scenario: it parses data, applies the overrides, fills every
// default and validates the result and every point of its sweep. file is named
// in problems, and relative paths in the file are relative to its folder. The
// error, if any, is of type Problems and holds every problem found. Nothing is
// opened.
func Load(file string, data []byte, ov Overrides, kinds []Kind) (*Scenario, error) {
	root, problems := parseTree(file, data)
	if root == nil {
		return nil, problems.err()
	}
	o := &overrider{root: root, kinds: kinds}
	o.apply(ov)
	problems = append(problems, o.problems...)
	s, more := build(root, file, kinds)
	problems = append(problems, more...)
	if len(problems) == 0 && len(s.Sweep) > 0 {
		_, more := expand(root, file, s.Sweep, kinds)
		problems = append(problems, more...)
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// build turns a tree into a resolved and validated scenario.
func build(root *node, file string, kinds []Kind) (*Scenario, Problems) {
	d := decode(root, file, kinds)
	s := resolve(d)
	v := &validator{s: s, kinds: kinds, draft: d, problems: d.problems}
	v.run()
	return s, v.problems
}

// Validate reports every problem of a scenario that a program made or changed,
// as Problems without lines, or nil. It changes nothing and opens nothing.
func (s *Scenario) Validate(kinds []Kind) error {
	v := &validator{s: s, kinds: kinds, draft: &draft{}}
	v.run()
	if len(v.problems) == 0 && len(s.Sweep) > 0 {
		if _, err := s.Points(kinds); err != nil {
			return err
		}
	}
	return v.problems.err()
}
