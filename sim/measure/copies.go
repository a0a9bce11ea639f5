package measure

import "github.com/bits-and-blooms/bitset"

// copies counts on how many nodes that are up each piece of the requested files
// is. The mutex of the recorder guards it.
type copies struct {
	names  []string
	index  map[string]int // node -> position in names
	up     []bool
	held   []*bitset.BitSet // by node; nil until it holds a piece
	offset map[string]int   // file -> its first piece here
	count  []int            // by piece: nodes that are up and hold it
	holder []int            // by piece: sum of the indices of these nodes; of one, the node
	tally  []int            // tally[c] pieces have c copies
	least  int              // the lowest c of a piece
}

// newCopies counts the pieces of files on nodes. The node named full holds all of
// them already.
func newCopies(nodes, files []string, pieces map[string]int, full string) *copies {
	c := &copies{
		names: nodes, index: make(map[string]int, len(nodes)), up: make([]bool, len(nodes)),
		held: make([]*bitset.BitSet, len(nodes)), offset: map[string]int{}, tally: make([]int, len(nodes)+1),
	}
	for i, n := range nodes {
		c.index[n] = i
	}
	total := 0
	for _, f := range files {
		if _, ok := c.offset[f]; !ok {
			c.offset[f] = total
			total += pieces[f]
		}
	}
	c.count, c.holder = make([]int, total), make([]int, total)
	c.tally[0] = total
	if i, ok := c.index[full]; ok {
		c.held[i] = bitset.New(uint(total)).FlipRange(0, uint(total))
	}
	return c
}

// verified says that a node holds a piece.
func (c *copies) verified(node, file string, piece int) {
	i, ok := c.index[node]
	at, wanted := c.offset[file]
	if !ok || !wanted || at+piece >= len(c.count) {
		return
	}
	if c.held[i] == nil {
		c.held[i] = &bitset.BitSet{}
	}
	p := uint(at + piece)
	if !c.held[i].Test(p) {
		c.held[i].Set(p)
		if c.up[i] {
			c.add(int(p), i)
		}
	}
}

// turns says that a node goes up or down.
func (c *copies) turns(node string, up bool) {
	i, ok := c.index[node]
	if !ok || c.up[i] == up {
		return
	}
	c.up[i] = up
	if c.held[i] == nil {
		return
	}
	change := c.add
	if !up {
		change = c.remove
	}
	for p := range c.held[i].EachSet() {
		change(int(p), i)
	}
}

// wiped says that a node holds nothing any more.
func (c *copies) wiped(node string) {
	i, ok := c.index[node]
	if !ok {
		return
	}
	up := c.up[i]
	c.turns(node, false)
	c.held[i] = nil
	c.up[i] = up
}

func (c *copies) add(p, node int) {
	c.tally[c.count[p]]--
	c.count[p]++
	c.tally[c.count[p]]++
	c.holder[p] += node
	for c.tally[c.least] == 0 {
		c.least++
	}
}

func (c *copies) remove(p, node int) {
	c.tally[c.count[p]]--
	c.count[p]--
	c.tally[c.count[p]]++
	c.holder[p] -= node
	c.least = min(c.least, c.count[p])
}

// rarest is the number of copies of the rarest piece, nil if no file is
// requested.
func (c *copies) rarest() *int {
	if len(c.count) == 0 {
		return nil
	}
	n := c.least
	return &n
}

// sole returns the nodes that alone hold some piece.
func (c *copies) sole() map[string]bool {
	if len(c.count) == 0 || c.least > 1 || c.tally[1] == 0 {
		return nil
	}
	out := map[string]bool{}
	for p, n := range c.count {
		if n == 1 {
			out[c.names[c.holder[p]]] = true
		}
	}
	return out
}
