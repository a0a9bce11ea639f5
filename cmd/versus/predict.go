package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"versus/reports"
	"versus/sim/measure"
	"versus/sim/run"
	"versus/sim/scenario"
	"versus/sim/trial"
)

const (
	tieAnswer = "tie"
	tries     = 3   // answers that are read to one question
	mostTimes = 1e6 // the largest factor that can be guessed
	maxAnswer = 200 // bytes of one answer
)

// predict asks for a guess at the answer, before anybody can know it. It is nil
// for an unfinished run, which keeps the guess that it has.
func (f *runFlags) predict(e *env, ref string, s *scenario.Scenario) (*measure.Prediction, error) {
	if ref == "-" {
		return nil, failure(run.CodeUsage, errors.New("--predict reads answers from standard input, which is the scenario here; put the scenario into a file"))
	}
	if f.resume {
		return nil, f.keptGuess(e)
	}
	if entries, err := os.ReadDir(f.out); err == nil && len(entries) > 0 {
		return nil, nil // the run is about to be refused; nobody is asked for nothing
	}
	points, err := s.Points(trial.Declarations(kinds()))
	if err != nil {
		return nil, failure(run.CodeUsage, err)
	}
	q, err := reports.NewQuestion(s, points)
	if err != nil {
		return nil, failure(run.CodeUsage, fmt.Errorf("--predict: %w", err))
	}
	guess, err := (&interview{in: bufio.NewReader(e.stdin), out: e.stderr}).ask(q)
	if err != nil {
		return nil, failure(run.CodeUsage, fmt.Errorf("--predict: %w", err))
	}
	return &measure.Prediction{Question: q.Choice + "? " + q.Factor + "?", Point: q.Point, Guess: guess}, nil
}

// keptGuess says which guess a resumed run has. One without is refused, since
// part of the answer may have been seen.
func (f *runFlags) keptGuess(e *env) error {
	before, err := measure.Read(f.out)
	if err != nil {
		return failure(run.CodeUsage, fmt.Errorf("resume: %w", err))
	}
	if before.Prediction == nil {
		return failure(run.CodeUsage, fmt.Errorf("--predict: the run in %s was begun without a guess, and part of its answer is known; resume it without --predict", f.out))
	}
	fmt.Fprintln(e.stderr, "the guess of the unfinished run is kept")
	return nil
}

// interview asks questions and reads a line for each answer.
type interview struct {
	in  *bufio.Reader
	out io.Writer
}

// ask asks for the architecture and, unless that is a tie, for the factor.
func (i *interview) ask(q reports.Question) (measure.Standing, error) {
	fmt.Fprintf(i.out, "%s\n%s\n", q.Title, q.Facts)
	var guess measure.Standing
	names := append(append([]string{}, q.Architectures...), tieAnswer)
	err := i.question(fmt.Sprintf("%s? (%s)", q.Choice, strings.Join(names, ", ")), func(answer string) error {
		name, err := chosen(answer, names)
		if err == nil && name != tieAnswer {
			guess.First = &name
		}
		return err
	})
	if err != nil || guess.First == nil {
		return guess, err
	}
	err = i.question(q.Factor+"? (1 or more)", func(answer string) error {
		times, err := factor(answer)
		guess.Times = &times
		return err
	})
	return guess, err
}

// question asks until take is content with an answer, three times at most.
func (i *interview) question(text string, take func(answer string) error) error {
	var wrong error
	for range tries {
		fmt.Fprintln(i.out, text)
		line, err := i.in.ReadString('\n')
		answer := strings.TrimSpace(line)
		if err != nil && answer == "" {
			if wrong != nil {
				return wrong
			}
			return errors.New(`standard input ended before the answer; type it, or pipe it as in: printf 'p2p\n2\n' | versus run flash-crowd --predict`)
		}
		if len(answer) > maxAnswer {
			answer = strings.ToValidUTF8(answer[:maxAnswer], "") + "..."
		}
		if wrong = take(answer); wrong == nil {
			return nil
		}
		fmt.Fprintln(i.out, wrong)
	}
	return fmt.Errorf("no usable answer in %d tries: %w", tries, wrong)
}

// chosen returns the name that an answer means: all of it, or enough of its
// beginning.
func chosen(answer string, names []string) (string, error) {
	var found []string
	for _, name := range names {
		if strings.EqualFold(answer, name) {
			return name, nil
		}
		if answer != "" && strings.HasPrefix(name, strings.ToLower(answer)) {
			found = append(found, name)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	hint := ""
	if near := scenario.Nearest(answer, names); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return "", fmt.Errorf("%q is none of %s%s", answer, strings.Join(names, ", "), hint)
}

// factor reads how many times as fast: a number, which may end in x.
func factor(answer string) (float64, error) {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(answer), "times"), "x"))
	times, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || times != times:
		return 0, fmt.Errorf("%q is not a number such as 2 or 1.5", answer)
	case times < 1:
		return 0, fmt.Errorf("%v is below 1; as you named the one that is ahead, its factor is 1 or more", times)
	case times > mostTimes:
		return 0, fmt.Errorf("%q is above %.0f", answer, mostTimes)
	}
	return times, nil
}
