package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
)

func TestAssetsAreKeptForEverAndSentOnce(t *testing.T) {
	h := open(t)
	b := h.browser()
	at, err := h.s.assets.of("tabler.min.css")
	h.ok(err)
	if !strings.Contains(b.get("/sign-in").body, `href="`+at+`"`) {
		t.Error("the page does not name it")
	}
	res := b.get(at)
	res.want(t, http.StatusOK, "--tblr-primary", `[data-bs-theme=auto]`)
	if !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
		t.Errorf("headers %v", res.Header)
	}
	b.header["If-None-Match"] = res.Header.Get("ETag")
	if again := b.get(at); again.StatusCode != http.StatusNotModified || again.body != "" {
		t.Errorf("status %d with %d bytes", again.StatusCode, len(again.body))
	}
	b.header = map[string]string{"Accept-Encoding": "gzip"}
	zipped := b.get(at)
	r, err := gzip.NewReader(strings.NewReader(zipped.body))
	h.ok(err)
	plain, err := io.ReadAll(r)
	h.ok(err)
	if string(plain) != res.body || len(zipped.body) > len(plain)/4 {
		t.Errorf("%d bytes for %d", len(zipped.body), len(plain))
	}
	b.get("/assets/tabler.min.000000000000.css").want(t, http.StatusNotFound)
}

func TestBodiesThatAreTooLargeAreRefused(t *testing.T) {
	h := open(t)
	at := h.listen()
	for name, c := range map[string]struct{ path, rest, want string }{
		"form":           {"/sign-in", fmt.Sprintf("Content-Length: %d\r\n\r\n", maxBody+1), "413"},
		"form in chunks": {"/sign-in", fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", maxBody+1), "413"},
		"files":          {h.reportPath(), fmt.Sprintf("Content-Length: %d\r\n\r\n", maxUpload+1), "413"},
		"form that fits": {"/sign-in", "Content-Length: 2\r\n\r\na=", "403"},
	} {
		got := raw(t, at, "POST "+c.path+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"+c.rest)
		if !strings.HasPrefix(got, c.want) || !strings.Contains(got, "Content-Security-Policy") {
			t.Errorf("%s: %s", name, got)
		}
	}
	b := h.browser()
	form := h.filled(b)
	b.status(b.upload(h.reportPath(), form, "files", map[string][]byte{"long.txt": bytes.Repeat([]byte("word "), maxBody/4)})).want(t, http.StatusOK)
}

// listen serves on a free port and returns its address.
func (h *place) listen() string {
	h.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	h.ok(err)
	done := make(chan struct{})
	go func() { defer close(done); _ = h.s.App().Listener(ln) }()
	h.t.Cleanup(func() {
		h.s.Close()
		if err := h.s.App().ShutdownWithTimeout(5 * time.Second); err != nil {
			h.t.Errorf("shutdown: %v", err)
		}
		<-done
	})
	return ln.Addr().String()
}

// raw sends bytes as they are and returns the first answer's status line and head.
func raw(t *testing.T, address, request string) string {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var head strings.Builder
	if err := res.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	return res.Status + "\n" + head.String()
}

func TestRequestsThatAreReadInTwoWaysAreRefused(t *testing.T) {
	h := open(t)
	at := h.listen()
	for name, request := range map[string]string{
		"two lengths": "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
		"no host":     "GET /sign-in HTTP/1.1\r\n\r\n",
		"two hosts":   "GET /sign-in HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	} {
		if got := raw(t, at, request); !strings.HasPrefix(got, "400") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestNothingOfARequestBecomesAHeader(t *testing.T) {
	h := open(t)
	at := h.listen()
	for _, path := range []string{
		"/language/nl?to=/a%0d%0aX-Evil:%201", "/language/nl%0d%0aX-Evil:%201?to=/", "/sign-in?next=%0d%0aX-Evil:1", "/settings%0d%0aX-Evil:%201",
	} {
		got := raw(t, at, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if strings.Contains(got, "\nX-Evil") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestStreamMovesBoardsAndEndsBeforeShutdown(t *testing.T) {
	h := open(t)
	secret := h.as(account.Manager).cookies[sessionCookie]
	address := h.listen()
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/events", nil)
	h.ok(err)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: secret})
	res, err := http.DefaultClient.Do(r)
	h.ok(err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	next("event: clock")
	for range 50 {
		h.s.Changed()
	}
	next("event: changed")
	h.s.Close()
	for lines.Scan() {
		if lines.Text() == "event: changed" {
			t.Error("a burst is told more than once")
		}
	}
}

func TestFiveHundredBoardsAreMovedByOneChange(t *testing.T) {
	h := open(t)
	secret := h.as(account.Manager).cookies[sessionCookie]
	address := h.listen()
	const boards = 500
	joined, moved := make(chan error, boards), make(chan error, boards)
	for range boards {
		go func() { joined <- watchStream(address, secret, moved) }()
	}
	for range boards {
		h.ok(<-joined)
	}
	h.s.Changed()
	for range boards {
		h.ok(<-moved)
	}
}

// watch opens a board and says when it is told of a change.
func watchStream(address, secret string, moved chan<- error) error {
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/events", nil)
	if err != nil {
		return err
	}
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: secret})
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	go func() {
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			if lines.Text() == "event: changed" {
				moved <- nil
				return
			}
		}
		moved <- fmt.Errorf("the stream ended: %v", lines.Err())
	}()
	return nil
}

func TestStreamIsForThoseSignedIn(t *testing.T) {
	h := open(t)
	if res := h.browser().get("/events"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestHealthTellsStrangersOnlyWhetherItIsRed(t *testing.T) {
	h := open(t)
	h.health = Health{Notes: []string{"health.channel_slack"}, Facts: []HealthFact{{"reminders_late", "3"}}}
	stranger, known := h.browser(), h.as(account.Manager)
	if res := stranger.get("/health"); res.StatusCode != http.StatusOK || res.body != `{"status":"ok"}` {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	known.get("/health").want(t, http.StatusOK, `"status":"warn"`, "reminders_late")
	h.health.Red = true
	if res := stranger.get("/health"); res.StatusCode != http.StatusServiceUnavailable || res.body != `{"status":"red"}` {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	known.get("/settings/health").want(t, http.StatusOK, "Slack does not work", "A deadline may be missed")
}

func TestChatProvesItselfAndIsHandedTheRawBody(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.post("/slack/interactions", url.Values{"payload": {"x"}}).want(t, http.StatusUnauthorized)
	b.header["X-Slack-Signature"] = "v0=x"
	b.post("/slack/interactions", url.Values{"payload": {"a b"}}).want(t, http.StatusOK, "payload=a+b")
}

func TestAddressBehindAProxyIsTheLastOne(t *testing.T) {
	h := open(t)
	h.s.d.Proxy = "X-Forwarded-For"
	b := h.browser()
	form := url.Values{"email": {"nobody@example.com"}, "password": {"x"}}
	try := func(forwarded string) int {
		b.header["X-Forwarded-For"] = forwarded
		form.Set("email", forwarded+"@example.com")
		return b.send("/sign-in", "/sign-in", form).StatusCode
	}
	for k := range 5 {
		try(string(rune('1'+k)) + ".1.1.1, 192.0.2.9")
	}
	if got := try("9.9.9.9, 192.0.2.9"); got != http.StatusTooManyRequests {
		t.Errorf("an invented address gets another try: %d", got)
	}
	if got := try("192.0.2.10"); got != http.StatusUnauthorized {
		t.Errorf("another visitor is slowed down: %d", got)
	}
}
