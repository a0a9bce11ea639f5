package p2p

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLanesNext(t *testing.T) {
	one := make([]time.Time, 1)
	tests := []struct {
		name  string
		lanes []lane
		want  int // index, -1 for none
	}{
		{name: "no neighbours", want: -1},
		{name: "nobody is willing", lanes: []lane{{}, {}}, want: -1},
		{name: "choked", lanes: []lane{{willing: true, choked: true}}, want: -1},
		{name: "served longest ago", lanes: []lane{{willing: true, turn: 7}, {willing: true, turn: 3}, {turn: 1}}, want: 1},
		{name: "fewest claims before turn", lanes: []lane{
			{willing: true, turn: 1, granted: one}, {willing: true, turn: 9}}, want: 1},
		{name: "every kind of claim counts", lanes: []lane{
			{willing: true, granted: one, queued: 1, active: 1}, {willing: true, active: 2}}, want: 1},
		{name: "who is behind before all", lanes: []lane{
			{willing: true, behind: 3}, {willing: true, behind: 4, active: 2, turn: 9}}, want: 1},
		{name: "who has uplink to spare before that", lanes: []lane{
			{willing: true, behind: 4}, {willing: true, spare: 1, active: 2, turn: 9}}, want: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s lanes
			for i := range tt.lanes {
				s.add(&tt.lanes[i])
			}
			got := s.next(func(*lane) bool { return true })
			if tt.want < 0 {
				assert.Nil(t, got)
				return
			}
			assert.Same(t, &tt.lanes[tt.want], got)
			assert.Nil(t, s.next(func(*lane) bool { return false }), "nobody is allowed")
		})
	}
}

func TestLanesTakeTurns(t *testing.T) {
	var s lanes
	all := []*lane{{willing: true}, {willing: true}, {willing: true}}
	for _, l := range all {
		s.add(l)
	}
	served := map[*lane]int{}
	for range 30 {
		l := s.next(func(*lane) bool { return true })
		s.served(l)
		served[l]++
	}
	for i, l := range all {
		assert.Equal(t, 10, served[l], "lane %d", i)
	}
	all[0].behind, all[1].spare = 1, 1
	got := []*lane{}
	for range 4 {
		l := s.next(func(*lane) bool { return true })
		s.served(l)
		got = append(got, l)
	}
	assert.Equal(t, []*lane{all[1], all[0], all[1], all[0]}, got, "who has uplink to spare and who is behind")
	s.remove(all[1])
	all[0].granted, all[2].granted = make([]time.Time, 2), make([]time.Time, 3)
	assert.Equal(t, 5, s.granted())
}
