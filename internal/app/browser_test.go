package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// width is how wide a browser's window is.
type width struct {
	name   string
	px     int64
	mobile bool
}

func desktop() width { return width{"desktop", 1360, false} }
func phone() width   { return width{"phone", 390, true} }

// screens is where pictures of the pages are kept, for whoever looks at a run of
// the tests afterwards.
const screens = "../../out/screenshots"

// browser is a real one, without a window, that speaks to nobody but us.
type browser struct {
	t     *testing.T
	ctx   context.Context
	base  string
	width width
}

func openBrowser(t *testing.T, base string, w width) *browser {
	t.Helper()
	path := "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium: in CI the pages may not be left out")
		}
		t.Skip("there is no Chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
		"disable-background-networking", "disable-component-update", "disable-sync",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("lang", "en"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, base: base, width: w}
	size := chromedp.EmulateViewport(w.px, 900)
	if w.mobile {
		size = chromedp.EmulateViewport(w.px, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do(size)
	return b
}

// do runs actions that answer nothing.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", b.width.name, err)
	}
}

// open goes to a page of the program.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base+path), chromedp.WaitReady("body"))
}

// text returns what an element says.
func (b *browser) text(selector string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Text(selector))
	if err != nil {
		b.t.Fatalf("%s: text of %s: %v", b.width.name, selector, err)
	}
	return s
}

// eval runs a script of the test in the page; the page's own policy forbids none
// to a debugger.
func eval[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %s: %v", b.width.name, script, err)
	}
	return v
}

// dark lets the page believe that the visitor's system is dark, or light again.
func (b *browser) dark(on bool) {
	b.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: value},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // a picture must not catch colours halfway
	}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		b.t.Fatalf("%s: dark: %v", b.width.name, err)
	}
}

// shot keeps a picture of the whole page and looks for what no page may have: a
// width that must be scrolled on a phone, a raw translation key.
func (b *browser) shot(name string) {
	b.t.Helper()
	if over := eval[int64](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 1 {
		b.t.Errorf("%s at %s is %d pixels too wide", name, b.width.name, over)
	}
	if raw := eval[string](b, `(document.body.innerText.match(/\b(web|board|handle|guide|assess|people|letters|authority|customers|account|settings|firm|incident|obligation|notification|register|step|step_todo|status|risk|duty|timeline|fault|moment|gate|regpage|recall|confirm|fast|signup|preferences|repermission|steps|record|notice|fields|doubles|retention|requests|rights|watch|consents|consent|segments|source)\.[a-z]+(_[a-z]+)*\b/)||[""])[0]`); raw != "" {
		b.t.Errorf("%s shows the key %s", name, raw)
	}
	b.picture(name)
	b.dark(true)
	b.picture(name + "-dark")
	b.dark(false)
}

func (b *browser) picture(name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatalf("%s: picture: %v", name, err)
	}
	if err := os.MkdirAll(screens, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(screens, name+"-"+b.width.name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
