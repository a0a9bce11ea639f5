package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestIntake(t *testing.T) {
	var d intake
	assert.False(t, d.full(), "nothing is known")
	assert.Zero(t, d.takes(1000), "nothing is known")
	for range rateTicks {
		d.got(250)
		d.tick()
		assert.False(t, d.full(), "the rate still rises")
	}
	d = steady(1000)
	assert.InDelta(t, 1000, d.rate(), 1)
	assert.Equal(t, 2*time.Second, d.takes(2000))
	assert.True(t, d.full())
	second := int(time.Second / tickInterval)
	for range second { // half as much for a second
		d.got(125)
		d.tick()
	}
	assert.InDelta(t, 750, d.rate(), 1)
	assert.False(t, d.full())
	for range 2 * second {
		d.got(250)
		d.tick()
	}
	assert.True(t, d.full(), "as fast as ever again")
}
