package measure

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPickEvents(t *testing.T) {
	dir := t.TempDir()
	picked := func(keys ...TrialKey) ([]string, error) {
		var out []string
		err := PickEvents(dir, keys, EventProgress, func(e Event) error { out = append(out, e.Node); return nil })
		return out, err
	}
	none, err := picked(TrialKey{Architecture: "p2p"})
	require.NoError(t, err)
	assert.Empty(t, none, "a folder without events has none")

	write := func(lines ...string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, EventsFile), []byte(strings.Join(lines, "\n")), 0o666))
	}
	write(
		`{"architecture":"p2p","seed":1,"point":{},"t_s":1,"kind":"progress","node":"a","detail":"0.05"}`,
		`{"architecture":"p2p","seed":1,"point":{},"t_s":1,"kind":"request","node":"progress"}`,
		`{"architecture":"p2p","seed":1,"point":{"peers":40},"t_s":1,"kind":"progress","node":"at another point"}`,
		`{"architecture":"p2p","seed":11,"point":{},"t_s":1,"kind":"progress","node":"with another seed"}`,
		`{"architecture":"client-server","seed":1,"point":{},"t_s":1,"kind":"progress","node":"b"}`,
		``,
		`{"kind": "progress", "seed": 1, "architecture": "p2p", "point": {}, "node": "in another form"}`,
		`{"architecture":"p2p","seed":1,"point":{},"kind":"progress","node":"torn`)
	got, err := picked(TrialKey{Architecture: "p2p", Seed: 1})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "in another form"}, got)
	got, err = picked(TrialKey{Architecture: "p2p", Seed: 1, Point: map[string]any{"peers": 40}}, TrialKey{Architecture: "client-server", Seed: 1})
	require.NoError(t, err)
	assert.Equal(t, []string{"at another point", "b"}, got)

	stop := errors.New("enough")
	err = PickEvents(dir, []TrialKey{{Architecture: "p2p", Seed: 1}}, EventProgress, func(Event) error { return stop })
	require.ErrorIs(t, err, stop)
	write(`{"architecture":"p2p","seed":1,"point":{},"kind":"progress",}`, "")
	_, err = picked(TrialKey{Architecture: "p2p", Seed: 1})
	assert.ErrorContains(t, err, EventsFile+":1: ")
}
