package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
)

// everyone are the roles and nobody.
func everyone() []account.Role { return append(account.Roles(), "") }

var param = regexp.MustCompile(`:[a-z_]+`)

func (r Route) example() string { return param.ReplaceAllString(r.Path, "x") }

// knock sends a request of a route as somebody, with the token of his session.
func (h *place) knock(r Route, role account.Role) answer {
	h.t.Helper()
	b := h.browser()
	form := url.Values{}
	if role != "" {
		b = h.as(role)
		session, _, err := h.accounts.Session(ctx, b.cookies[sessionCookie])
		h.ok(err)
		form.Set(tokenField, session.CSRF)
	}
	if r.Method == fiber.MethodGet {
		return b.get(r.example())
	}
	return b.post(r.example(), form)
}

func TestEveryRouteAsksForItsPermission(t *testing.T) {
	h := open(t)
	for _, r := range h.s.routes() {
		for _, role := range everyone() {
			if r.Needs == Public {
				continue
			}
			res := h.knock(r, role)
			allowed := role != "" && (r.Needs == SignedIn || role.Can(r.Needs))
			asked := res.StatusCode == http.StatusSeeOther && strings.HasPrefix(res.Header.Get("Location"), "/sign-in")
			switch {
			case role == "" && !asked && res.StatusCode != http.StatusUnauthorized:
				t.Errorf("%s %s as nobody: %d", r.Method, r.Path, res.StatusCode)
			case role != "" && !allowed && res.StatusCode != http.StatusForbidden:
				t.Errorf("%s %s as %s: %d, want a refusal", r.Method, r.Path, role, res.StatusCode)
			case allowed && (res.StatusCode == http.StatusForbidden || asked && r.Path != "/sign-out"):
				t.Errorf("%s %s as %s is refused", r.Method, r.Path, role)
			}
		}
	}
}

func TestEveryFormNeedsItsToken(t *testing.T) {
	h := open(t)
	for _, r := range h.s.routes() {
		if r.Method == fiber.MethodGet || r.Machine {
			continue
		}
		for _, token := range []string{"", "wrong"} {
			for _, b := range []*browser{h.as(account.Administrator), h.browser()} {
				if r.Needs != Public && b.cookies[sessionCookie] == "" {
					continue
				}
				res := b.post(r.example(), url.Values{tokenField: {token}})
				if res.StatusCode != http.StatusForbidden {
					t.Errorf("%s with token %q: %d", r.Path, token, res.StatusCode)
				}
			}
		}
	}
}

func TestAnotherSiteIsRefusedEvenWithTheToken(t *testing.T) {
	h := open(t)
	b := h.as(account.Administrator)
	form := url.Values{tokenField: {b.token("/me")}, "theme": {"dark"}}
	b.header["Sec-Fetch-Site"] = "cross-site"
	b.post("/me/theme", form).want(t, http.StatusForbidden)
	b.header["Sec-Fetch-Site"] = "same-origin"
	b.post("/me/theme", form).leadsTo(t, "/me")
}

func TestTokenOfAnotherVisitorIsRefused(t *testing.T) {
	h := open(t)
	mine, other := h.browser(), h.browser()
	token := other.token("/sign-in")
	mine.token("/sign-in")
	mine.post("/sign-in", url.Values{tokenField: {token}, "email": {"lotte@example.com"}, "password": {goodPassword}}).want(t, http.StatusForbidden)
}

// inline finds what the policy forbids.
var inline = regexp.MustCompile(`(?i)<script(?:>|[^>]*>[^<])|<style|\sstyle=|\son[a-z]+="|javascript:`)

func TestEveryPageKeepsThePolicy(t *testing.T) {
	h := open(t)
	for _, r := range h.s.routes() {
		if r.Method != fiber.MethodGet {
			continue
		}
		res := h.knock(r, account.Administrator)
		csp := res.Header.Get(fiber.HeaderContentSecurityPolicy)
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", r.Path, csp)
		}
		if res.Header.Get(fiber.HeaderXContentTypeOptions) != "nosniff" || res.Header.Get(fiber.HeaderReferrerPolicy) != "no-referrer" {
			t.Errorf("%s: headers %v", r.Path, res.Header)
		}
		if m := inline.FindString(res.body); m != "" && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s has %q", r.Path, m)
		}
	}
}

func TestErrorsSpeakTheVisitorsLanguageAndHideTheCause(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.header["Accept-Language"] = "fr-BE,fr;q=0.9"
	b.get("/nowhere").want(t, http.StatusNotFound, h.s.d.Locale.For("fr", "BE", nil).T("fault.not_found", nil))
	b.header["HX-Request"] = "true"
	res := b.get("/nowhere")
	if strings.Contains(res.body, "<html") || res.Header.Get("HX-Retarget") != "#alerts" {
		t.Errorf("a fragment asked for, got %s", res.body)
	}
	h.ok(h.db.Close())
	delete(b.header, "HX-Request")
	res = b.get("/me")
	res.want(t, http.StatusInternalServerError, h.s.d.Locale.For("fr", "BE", nil).T("fault.internal", nil))
	if strings.Contains(res.body, "sql") || strings.Contains(res.body, "goroutine") || strings.Contains(res.body, "web:") {
		t.Errorf("the cause is shown: %s", res.body)
	}
}

func TestPanicBecomesAPage(t *testing.T) {
	h := open(t)
	h.s.app.Get("/panic", func(*fiber.Ctx) error { panic("very secret") })
	res := h.browser().get("/panic")
	res.want(t, http.StatusInternalServerError, "<html")
	if strings.Contains(res.body, "secret") {
		t.Errorf("the panic is shown: %s", res.body)
	}
}

func TestRedirectsStayHere(t *testing.T) {
	h := open(t)
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/a\r\nX-Evil: 1", "javascript:alert(1)", "evil", "/\t/evil.example", "http:/evil"} {
		res := h.browser().get("/language/nl?to=" + url.QueryEscape(to))
		res.leadsTo(t, "/")
		if res.Header.Get("X-Evil") != "" {
			t.Errorf("%q made a header", to)
		}
	}
	h.browser().get("/language/nl?to="+url.QueryEscape("/incidents?status=open")).leadsTo(t, "/incidents?status=open")
}

func TestForgedFlashSaysNothing(t *testing.T) {
	h := open(t)
	b := h.as(account.Administrator)
	b.send("/me", "/me/language", url.Values{"language": {"en"}}).leadsTo(t, "/me")
	good := b.cookies[flashCookie]
	b.get("/me").want(t, http.StatusOK, "Saved.")
	b.cookies[flashCookie] = strings.Replace(good, ".", "x.", 1)
	if res := b.get("/me"); strings.Contains(res.body, "Saved.") {
		t.Error("a forged message is shown")
	}
}

func TestSecureSiteHasSecureCookies(t *testing.T) {
	h := open(t)
	h.s.d.Secure = true
	res := h.browser().do(httptest.NewRequest(http.MethodGet, "/sign-in", nil))
	if c := res.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-visitor=") || !strings.Contains(strings.ToLower(c), "secure") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		t.Errorf("cookie %q", c)
	}
	if res.Header.Get(fiber.HeaderStrictTransportSecurity) == "" {
		t.Error("no HSTS")
	}
}
