package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"versus/reports/page"
	"versus/sim/run"
)

// localAddress is where --serve without an address listens: this machine alone,
// at any free port.
const localAddress = "127.0.0.1:0"

// serve shows the pages of result folders to a browser until it is interrupted.
func serve(cmd *cobra.Command, e *env, address string, dirs []string) error {
	site, closeAll, err := newSite(dirs)
	if err != nil {
		return failure(run.CodeUsage, err)
	}
	defer closeAll()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return failure(run.CodeUsage, fmt.Errorf("--serve=%s: %w", address, err))
	}
	// The message of an interrupted run would be out of place.
	ctx, stop := e.interrupts(cmd.Context(), io.Discard)
	defer stop()

	server := &http.Server{Handler: site, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	url := "http://" + listener.Addr().String() + "/"
	fmt.Fprintf(e.stderr, "serving %s until interrupted (Ctrl-C)\n", url)
	if e.browse != nil {
		e.browse(url)
	}
	select {
	case err = <-served:
	case <-ctx.Done():
		err = errors.Join(server.Close(), <-served)
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return failure(run.CodeUnmeasured, fmt.Errorf("serving %s: %w", url, err))
	}
	return nil
}

// index lists the pages of several folders.
const index = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Versus: results</title><h1>Results</h1>
<ul>{{range $i, $dir := .}}<li><a href="{{$i}}/">{{$dir}}</a></li>{{end}}</ul></html>
`

// newSite returns a handler that shows the folders, one at the root, several
// below a list of them. Links that lead out of a folder are not followed.
func newSite(dirs []string) (handler http.Handler, closeAll func(), err error) {
	var roots []*os.Root
	closeAll = func() {
		for _, r := range roots {
			r.Close() // nothing was written
		}
	}
	mux := http.NewServeMux()
	for i, dir := range dirs {
		root, err := os.OpenRoot(dir)
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("serving %s: %w", dir, err)
		}
		roots = append(roots, root)
		at := "/"
		if len(dirs) > 1 {
			at = fmt.Sprintf("/%d/", i)
		}
		files := http.StripPrefix(at, http.FileServerFS(root.FS()))
		mux.Handle("GET "+at, files)
		mux.HandleFunc("GET "+at+"{$}", func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, root.FS(), page.File)
		})
	}
	if len(dirs) > 1 {
		list, err := template.New("index").Parse(index)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = list.Execute(w, dirs) // a browser that has gone needs no list
		})
	}
	return mux, closeAll, nil
}

// openBrowser shows a URL in the desktop's browser, if there is a desktop.
func openBrowser(url string) {
	var command []string
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open", url}
	case "windows":
		command = []string{filepath.Join(os.Getenv("SYSTEMROOT"), "System32", "rundll32.exe"), "url.dll,FileProtocolHandler", url}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		command = []string{"xdg-open", url}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = exec.CommandContext(ctx, command[0], command[1:]...).Run() // the URL has been printed: a browser that does not open is no error
}
