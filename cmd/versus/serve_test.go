package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/run"
)

// served runs a command line that serves, asks for some paths, interrupts it
// and returns what they were answered.
func served(t *testing.T, paths []string, args ...string) (answers map[string]string, code int) {
	t.Helper()
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	urls := make(chan string, 1)
	codes := make(chan int, 1)
	go func() {
		codes <- execute(&env{
			args: args, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &bytes.Buffer{},
			interrupts: func(context.Context, io.Writer) (context.Context, func()) { return ctx, func() {} },
			browse:     func(url string) { urls <- url },
		})
	}()
	select {
	case url := <-urls:
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answers = map[string]string{}
		for _, p := range paths {
			resp, err := client.Get(url + p)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			answers[p] = resp.Status[:3] + " " + string(body)
		}
		interrupt()
		return answers, <-codes
	case code := <-codes:
		return nil, code
	}
}

func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.Equal(t, run.CodeOK, versus("run", writeScenario(t, tiny), "-q", "--out", dir).code)
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("secret"), 0o666))
	require.NoError(t, os.Symlink(filepath.Join(filepath.Dir(dir), "secret"), filepath.Join(dir, "link")))

	got, code := served(t, []string{"", "result.json", "nothing", "..%2fsecret", "link"}, "report", dir, "--serve")
	assert.Equal(t, run.CodeOK, code, "an interrupt is how serving ends")
	assert.Equal(t, "200 "+string(page), got[""])
	assert.Contains(t, got["result.json"], `"schema": "versus/result/v1"`)
	assert.Contains(t, got["nothing"], "404")
	assert.NotContains(t, got["..%2fsecret"], "200 secret")
	assert.NotContains(t, got["link"], "200 secret")

	got, code = served(t, []string{"", "1/", "1/charts/sent.svg"}, "report", dir, dir, "--serve=127.0.0.1:0")
	assert.Equal(t, run.CodeOK, code)
	assert.Equal(t, 2, strings.Count(got[""], "<li>"))
	assert.Equal(t, "200 "+string(page), got["1/"])
	assert.Contains(t, got["1/charts/sent.svg"], "<svg")

	_, code = served(t, nil, "report", dir, "--serve=nowhere.invalid:1")
	assert.Equal(t, run.CodeUsage, code)
}

func TestRunWritesThePage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	got := versus("run", writeScenario(t, tiny), "-q", "--arch", "client-server", "--out", dir)
	require.Equal(t, run.CodeOK, got.code, got.stderr)
	path := filepath.Join(dir, "report.html")
	assert.Contains(t, strings.Join(strings.Fields(got.stdout), ""), path)
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(first), "Four peers, one small file")
	require.NoError(t, os.Remove(path))
	require.Equal(t, run.CodeOK, versus("report", dir).code)
	again, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(again), "the same result gives the same page")
}
