package sim

import "slices"

// span is the bytes lo <= offset < hi of a stream.
type span struct{ lo, hi int64 }

// spans is a set of bytes as disjoint spans in order, none touching another.
type spans []span

// add puts the bytes of s into the set and returns how many were not in it.
func (ss *spans) add(s span) (fresh int64) {
	if s.lo >= s.hi {
		return 0
	}
	fresh = s.hi - s.lo
	i := 0
	for i < len(*ss) && (*ss)[i].hi < s.lo {
		i++
	}
	j := i
	for j < len(*ss) && (*ss)[j].lo <= s.hi {
		o := (*ss)[j]
		fresh -= max(min(o.hi, s.hi)-max(o.lo, s.lo), 0)
		s.lo, s.hi = min(s.lo, o.lo), max(s.hi, o.hi)
		j++
	}
	*ss = slices.Replace(*ss, i, j, s)
	return fresh
}

// remove takes the bytes of s out of the set.
func (ss *spans) remove(s span) {
	if s.lo >= s.hi || len(*ss) == 0 || (*ss)[0].lo >= s.hi || (*ss)[len(*ss)-1].hi <= s.lo {
		return
	}
	out := make(spans, 0, len(*ss)+1)
	for _, o := range *ss {
		if o.hi <= s.lo || o.lo >= s.hi {
			out = append(out, o)
			continue
		}
		if o.lo < s.lo {
			out = append(out, span{o.lo, s.lo})
		}
		if o.hi > s.hi {
			out = append(out, span{s.hi, o.hi})
		}
	}
	*ss = out
}

// total returns the number of bytes in the set.
func (ss spans) total() (n int64) {
	for _, s := range ss {
		n += s.hi - s.lo
	}
	return n
}

// end returns the offset after the last byte of the set, 0 if it is empty.
func (ss spans) end() int64 {
	if len(ss) == 0 {
		return 0
	}
	return ss[len(ss)-1].hi
}

// covers says whether all of s is in the set.
func (ss spans) covers(s span) bool {
	for _, o := range ss {
		if o.lo <= s.lo && s.hi <= o.hi {
			return true
		}
	}
	return false
}
