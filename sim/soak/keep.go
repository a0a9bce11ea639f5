package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"versus/sim/scenario"
)

// Files of a violation's folder.
const (
	violationsFile = "violations.txt"
	scheduleFile   = "schedule.yaml"  // as it was drawn
	minimisedFile  = "minimised.yaml" // as little of it as still shows the violation
	stacksFile     = "goroutines.txt"
)

// keep writes down what is wrong with a schedule, and makes the schedule small.
func (o *Options) keep(ctx context.Context, p *player, number int, s *scenario.Scenario, r *Report) (*Found, error) {
	f := &Found{Schedule: number, Violations: r.Violations, Folder: filepath.Join(o.Out, s.Name)}
	if err := os.MkdirAll(f.Folder, 0o777); err != nil {
		return nil, fmt.Errorf("keeping a violation: %w", err)
	}
	schedule, err := s.YAML()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{scheduleFile: schedule}
	var text, stacks bytes.Buffer
	for _, v := range r.Violations {
		fmt.Fprintln(&text, v)
		if v.Dump != "" {
			fmt.Fprintf(&stacks, "%s\n\n%s\n", v, v.Dump)
		}
	}
	files[violationsFile] = text.Bytes()
	if stacks.Len() > 0 {
		files[stacksFile] = stacks.Bytes()
	}
	for arch, events := range r.Events {
		var lines bytes.Buffer
		e := json.NewEncoder(&lines)
		for _, one := range events {
			one.Architecture, one.Seed, one.Point = arch, s.Seed, map[string]any{}
			if err := e.Encode(one); err != nil {
				return nil, err
			}
		}
		files["events-"+arch+".jsonl"] = lines.Bytes()
	}
	if err := save(f.Folder, files); err != nil {
		return nil, err
	}
	small, err := o.minimise(ctx, p, s, r.Violations[0], f)
	if err != nil || small == nil {
		return f, err
	}
	schedule, err = small.YAML()
	if err != nil {
		return nil, err
	}
	return f, save(f.Folder, map[string][]byte{minimisedFile: schedule})
}

func save(folder string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
			return fmt.Errorf("keeping a violation: %w", err)
		}
	}
	return nil
}
