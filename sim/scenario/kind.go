package scenario

// Kind declares an architecture that a scenario may name: cmd knows them all,
// this package none.
type Kind struct {
	Name    string
	Options []Option
}

func kindNames(kinds []Kind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return names
}

// findKind returns the declaration of an architecture, or nil.
func findKind(kinds []Kind, name string) *Kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}

func (k *Kind) optionNames() []string {
	names := make([]string, len(k.Options))
	for i, o := range k.Options {
		names[i] = o.Name
	}
	return names
}

// option returns the declaration of an option, or nil.
func (k *Kind) option(name string) *Option {
	for i := range k.Options {
		if k.Options[i].Name == name {
			return &k.Options[i]
		}
	}
	return nil
}
