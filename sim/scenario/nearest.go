package scenario

import (
	"strings"
)

// Nearest returns the candidate that word was most likely meant to be, or ""
// when none is close: it tolerates a different case, a missing end, and about
// one wrong letter in three. Of equally near candidates the first wins.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", max(2, len(word)/3)+1
	low := strings.ToLower(word)
	for _, c := range candidates {
		lowC := strings.ToLower(c)
		distance := editDistance(low, lowC)
		if len(low) >= 3 && strings.HasPrefix(lowC, low) {
			distance = min(distance, 1)
		}
		// Two words that share no letter are no slip of the keyboard.
		if distance < bestDistance && distance < max(len(low), len(lowC)) {
			best, bestDistance = c, distance
		}
	}
	return best
}

// didYouMean is the end of an error's sentence.
func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean " + name + "?"
}

// maxCompared bounds the cost of comparing a word of any length.
const maxCompared = 100

// editDistance counts the insertions, deletions, substitutions and swaps of
// neighbouring bytes (optimal string alignment) that turn a into b.
func editDistance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(b)]
}
