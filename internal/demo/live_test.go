package demo

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
)

func TestFirmHasIncidentsInEveryState(t *testing.T) {
	t.Parallel()
	h, err := Open(t.Context(), Options{Address: "127.0.0.1:0", At: YearAgo()}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	begin := time.Now()
	if err := h.Live(t.Context(), 300); err != nil {
		t.Fatal(err)
	}
	t.Logf("a year took %s", time.Since(begin).Round(time.Millisecond))
	b, err := register.BoardAt(t.Context(), h.App.DB.R, time.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	if b.Waiting != 2 || b.Told.Notified != 12 || b.Told.InTime != 12 {
		t.Errorf("%d reports wait, %d of %d told in time", b.Waiting, b.Told.InTime, b.Told.Notified)
	}
	left := map[int]bool{}
	for _, c := range b.Clocks {
		if c.Obligation.Duty == obligation.NotifyAuthority {
			left[int(c.Obligation.DueAt.Sub(b.At).Hours())] = true
		}
	}
	if len(left) != 3 || !left[6] || !left[31] {
		t.Errorf("hours left: %v", left)
	}
	for _, p := range h.People {
		crawl(t, h, p)
	}
	if _, problems, err := journal.Verify(t.Context(), h.App.DB.R); err != nil || len(problems) > 0 {
		t.Errorf("journal: %v %v", problems, err)
	}
}

// crawl follows every link that somebody sees and finds no page broken or missing.
// What his role may not see must not be offered to him either.
func crawl(t *testing.T, h *House, p Person) {
	t.Helper()
	b, err := h.SignIn(t.Context(), p)
	if err != nil {
		t.Error(err)
		return
	}
	defer b.Close()
	seen, from := map[string]bool{"/": true}, map[string]string{}
	for queue := []string{"/"}; len(queue) > 0 && len(seen) < 400; queue = queue[1:] {
		page, err := b.Open(t.Context(), queue[0])
		if err != nil {
			t.Error(err)
			return
		}
		if page.Status != 200 {
			t.Errorf("%s: %s, linked from %s, answers with status %d: %s", p.Role, queue[0], from[queue[0]], page.Status, page.Refusals())
		}
		for _, link := range page.Links() {
			at, err := url.Parse(queue[0])
			if err == nil {
				at, err = at.Parse(link)
			}
			// Slack wants an https address for its manifest, which a demonstration has not.
			skip := err != nil || at.Host != "" || at.Scheme != "" || strings.HasPrefix(at.Path, "/language/") || at.Path == "/settings/slack/manifest"
			if skip || seen[at.RequestURI()] {
				continue
			}
			seen[at.RequestURI()], from[at.RequestURI()] = true, queue[0]
			queue = append(queue, at.RequestURI())
		}
	}
	t.Logf("%s sees %d pages", p.Role, len(seen))
}
