package page

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browserNeeded is the environment variable that turns a missing browser from
// a reason to skip into a failure. CI sets it.
const browserNeeded = "VERSUS_NEEDS_BROWSER"

//go:embed testdata/axe-core/axe.min.js
var axe string

// chrome is the one browser of all tests; started by the first that needs it.
type chrome struct {
	once   sync.Once
	ctx    context.Context
	cancel []context.CancelFunc
	err    error
}

var shared chrome

func TestMain(m *testing.M) {
	code := m.Run()
	for _, cancel := range shared.cancel {
		cancel()
	}
	os.Exit(code)
}

func (c *chrome) start() {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		c.err = exec.ErrNotFound
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(2*time.Minute),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	c.cancel = append(c.cancel, cancel, cancelAlloc)
	c.ctx, c.err = ctx, chromedp.Do(ctx)
}

// tab is a page that is open in the browser, and what it complained about.
type tab struct {
	t      *testing.T
	ctx    context.Context
	mu     sync.Mutex // guards complaints
	faults []string
	url    string
}

// open shows a page from a file of its own.
func open(t *testing.T, page []byte) *tab {
	t.Helper()
	shared.once.Do(shared.start)
	if shared.err != nil {
		if os.Getenv(browserNeeded) == "" && shared.err == exec.ErrNotFound {
			t.Skip("no Chromium here: this test of the page was skipped (make test installs one)")
		}
		t.Fatalf("starting Chromium: %v", shared.err)
	}
	path := filepath.Join(t.TempDir(), File)
	require.NoError(t, os.WriteFile(path, page, 0o666))
	ctx, cancel := chromedp.NewContext(shared.ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, url: (&url.URL{Scheme: "file", Path: path}).String()}
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	b.do(chromedp.Navigate(b.url))
	return b
}

func (b *tab) listen(event any) {
	complain := func(format string, args ...any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fmt.Sprintf(format, args...))
	}
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complain("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		complain("console.%s", e.Type)
	case *log.EventEntryAdded:
		complain("log: %s %s", e.Entry.Level, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		u := e.Request.URL
		if u != b.url && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
			complain("request to %s", u)
		}
	}
}

// quiet fails the test if the page logged anything, threw, or asked for
// anything but itself.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.faults) > 0 {
		b.t.Errorf("the page is not quiet: %s", strings.Join(b.faults, "\n"))
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// call runs one command of the DevTools protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	out, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
	return out
}

// get runs an action that returns something.
func get[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err)
	return out
}

// eval returns what a JavaScript expression is worth, awaiting a promise.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return get(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// look sets the window's width in pixels and the colour scheme, and waits until
// the page has been laid out for them.
func (b *tab) look(width int64, scheme string) {
	b.t.Helper()
	b.media(width, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

func (b *tab) media(width int64, media emulation.SetEmulatedMediaParams) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600})
	call(b, emulation.SetEmulatedMedia, media)
	for _, f := range media.Features {
		for !eval[bool](b, fmt.Sprintf("matchMedia(%s).matches && document.documentElement.clientWidth === %d", quoted("("+f.Name+": "+f.Value+")"), width)) {
			continue // each question is a round trip to the browser; the tab's deadline ends them
		}
	}
}

// until waits for an expression to become true; the tab's deadline ends it.
func (b *tab) until(expression string) {
	b.t.Helper()
	get(b, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute)))
}

// quoted is a string in JavaScript.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
