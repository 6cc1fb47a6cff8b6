package web

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

func setupForm() url.Values {
	return url.Values{
		"name": {"Hoeve Ter Linde"}, "country": {"NL"}, "language": {"nl"}, "languages": {"nl", "de"}, "authority": {""},
		"lead_name": {"Lotte"}, "lead_email": {"lotte@example.com"}, "password": {goodPassword}, "repeat": {goodPassword},
		"deputy_name": {"Jan"}, "deputy_email": {"jan@example.com"},
	}
}

func TestSetupShowsEveryMistakeAndKeepsWhatWasTyped(t *testing.T) {
	h := newPlace(t)
	secret, err := h.accounts.SetupLink(ctx)
	h.ok(err)
	b := h.browser()
	form := setupForm()
	form.Set("name", "")
	form.Set("lead_email", "lotte")
	form.Set("password", "short")
	form.Set("deputy_email", "not an address")
	form.Set("city", "Utrecht")
	res := b.send("/setup/"+secret, "/setup/"+secret, form)
	res.want(t, http.StatusUnprocessableEntity, "Utrecht", "too short", "not the same", "Enter the name of your organisation")
	if n := strings.Count(res.body, "not a valid e-mail address"); n != 2 {
		t.Errorf("%d addresses are refused, want 2", n)
	}
	if strings.Contains(res.body, `value="NL-AP" selected`) {
		t.Error("the authority of the first country sticks")
	}
	if strings.Contains(res.body, "short\"") {
		t.Error("the password came back")
	}
}

func TestSetupEndsWithLinksAndWorksOnce(t *testing.T) {
	h := newPlace(t)
	secret, err := h.accounts.SetupLink(ctx)
	h.ok(err)
	b := h.browser()
	b.get("/sign-in").want(t, http.StatusNotFound)
	b.get("/setup/wrong").want(t, http.StatusNotFound)
	res := b.send("/setup/"+secret, "/setup/"+secret, setupForm())
	res.want(t, http.StatusOK, "/report/"+h.firm().ReportToken, "jan@example.com", "<svg")
	if f := h.firm(); f.AuthorityID != "NL-AP" || f.Zone != "Europe/Amsterdam" || len(f.Languages) != 2 {
		t.Errorf("firm %+v", f)
	}
	b.get("/me").want(t, http.StatusOK, "Lotte")
	invite := regexp.MustCompile(`/invite/[a-z2-7]+`).FindString(res.body)
	jan := h.browser()
	jan.get(invite).want(t, http.StatusOK, "Jan")
	jan.send(invite, invite, url.Values{"password": {"another long sentence"}, "repeat": {"another long sentense"}}).want(t, http.StatusUnprocessableEntity, "not the same")
	jan.send(invite, invite, url.Values{"password": {"another long sentence"}, "repeat": {"another long sentence"}}).leadsTo(t, "/")
	jan.get("/me").want(t, http.StatusOK, "Jan")
	jan.get(invite).want(t, http.StatusNotFound)
	b.get("/setup/"+secret).leadsTo(t, "/sign-in")
}

func TestSignInLeadsBackAndSignOutEndsTheSession(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.get("/settings/slack?x=1").leadsTo(t, "/sign-in?next=%2Fsettings%2Fslack%3Fx%3D1")
	b.send("/sign-in", "/sign-in", url.Values{"email": {"Lotte@example.com "}, "password": {goodPassword}, "next": {"/settings/slack"}}).leadsTo(t, "/settings/slack")
	secret := b.cookies[sessionCookie]
	b.send("/me", "/sign-out", url.Values{}).leadsTo(t, "/sign-in")
	if _, _, err := h.accounts.Session(ctx, secret); err == nil {
		t.Error("the session goes on")
	}
	b.send("/sign-in", "/sign-in", url.Values{"email": {"lotte@example.com"}, "password": {goodPassword}, "next": {"//evil.example"}}).leadsTo(t, "/")
}

func TestSignInIsSlowedDown(t *testing.T) {
	h := open(t)
	b := h.browser()
	form := url.Values{"email": {"lotte@example.com"}, "password": {"wrong"}}
	for range 5 {
		b.send("/sign-in", "/sign-in", form).want(t, http.StatusUnauthorized, "is not right", "lotte@example.com")
	}
	form.Set("password", goodPassword)
	res := b.send("/sign-in", "/sign-in", form)
	res.want(t, http.StatusTooManyRequests, "Too many failed tries")
}

func TestReporterLandsOnHisOwnPage(t *testing.T) {
	h := open(t)
	b := h.as(account.Reporter)
	b.get("/sign-in").leadsTo(t, "/me")
	res := b.get("/me")
	res.want(t, http.StatusOK, "/report/"+h.firm().ReportToken)
	if strings.Contains(res.body, `href="/settings"`) || strings.Contains(res.body, `href="/incidents"`) {
		t.Error("the menu shows pages that are refused")
	}
}

func TestPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.send("/sign-in", "/sign-in", url.Values{"email": {"lotte@example.com"}, "password": {goodPassword}})
	form := url.Values{"present": {"wrong"}, "password": {"een andere lange zin"}, "repeat": {"een andere lange zin"}}
	b.send("/me", "/me/password", form).want(t, http.StatusUnauthorized)
	form.Set("present", goodPassword)
	b.send("/me", "/me/password", form).leadsTo(t, "/me")
	h.browser().send("/sign-in", "/sign-in", url.Values{"email": {"lotte@example.com"}, "password": {"een andere lange zin"}}).leadsTo(t, "/")
}

func TestAccountsAreInvitedChangedAndKeepAnAdministrator(t *testing.T) {
	h := open(t)
	b := h.browser()
	b.send("/sign-in", "/sign-in", url.Values{"email": {"lotte@example.com"}, "password": {goodPassword}})
	form := url.Values{"name": {"An"}, "email": {"an@example.com"}, "role": {"handler"}, "language": {"fr"}}
	b.send("/accounts", "/accounts", form).want(t, http.StatusOK, "/invite/", "an@example.com")
	b.send("/accounts", "/accounts", form).want(t, http.StatusConflict, "already an account")
	an, err := h.accounts.ByEmail(ctx, "an@example.com")
	h.ok(err)
	path := "/accounts/" + string(an.ID)
	b.send(path, path, url.Values{"name": {"An D"}, "email": {"an@example.com"}, "role": {"dpo"}, "language": {"fr"}, "disabled": {"1"}}).leadsTo(t, "/accounts")
	an, err = h.accounts.ByID(ctx, h.db.R, an.ID)
	h.ok(err)
	if an.Role != account.DPO || !an.IsDisabled() {
		t.Errorf("%+v", an)
	}
	b.send(path, path+"/link", url.Values{}).want(t, http.StatusOK, "/invite/")
	lead := "/accounts/" + h.firm().LeadID
	b.send(lead, lead, url.Values{"name": {"Lotte"}, "email": {"lotte@example.com"}, "role": {"reporter"}, "language": {"nl"}}).want(t, http.StatusConflict, "At least one administrator")
}

// dot is a picture of one point.
var dot, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

func TestSettingsAreKeptAndSecretsNeverShown(t *testing.T) {
	h := open(t)
	b := h.as(account.Manager)
	b.send("/settings/slack", "/settings/slack", url.Values{"bot_token": {"xoxb-very-secret"}, "signing_secret": {"sign-secret"}, "channel": {"C123"}}).leadsTo(t, "/settings/slack")
	page := b.get("/settings/slack")
	if strings.Contains(page.body, "very-secret") || strings.Contains(page.body, "sign-secret") {
		t.Error("a secret is on the page")
	}
	b.send("/settings/slack", "/settings/slack", url.Values{"channel": {"C9"}}).leadsTo(t, "/settings/slack")
	if s := h.firm().Slack; s.Channel != "C9" || s.BotToken != "xoxb-very-secret" {
		t.Errorf("%v %q", s, string(s.BotToken))
	}
	b.send("/settings/slack", "/settings/slack/test", url.Values{}).want(t, http.StatusOK, "not in the channel")
	b.send("/settings/mail", "/settings/mail", url.Values{"host": {"smtp.example.com"}, "port": {"x"}, "tls": {"mandatory"}, "from": {"a@example.com"}}).want(t, http.StatusUnprocessableEntity, "smtp.example.com")
	b.send("/settings/mail", "/settings/mail/test", url.Values{}).want(t, http.StatusUnprocessableEntity, "user name or the password")
	b.send("/settings/people", "/settings/people", url.Values{"authority": {"BE-GBA"}, "lead": {h.firm().LeadID}, "deputy": {h.firm().LeadID}}).want(t, http.StatusUnprocessableEntity, "somebody else")
	before := h.firm().ReportToken
	b.send("/settings/report", "/settings/report/renew", url.Values{}).leadsTo(t, "/settings/report")
	if h.firm().ReportToken == before {
		t.Error("the link is the old one")
	}
	if res := b.get("/settings/report/qr.png"); !strings.HasPrefix(res.body, "\x89PNG") || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("no picture: %v", res.Header)
	}
	b.get("/settings/poster").want(t, http.StatusOK, "/report/"+h.firm().ReportToken, `lang="de"`)
	b.get("/settings/slack/manifest").want(t, http.StatusOK, "base: http")
}

func TestLogoIsAPictureOrRefused(t *testing.T) {
	h := open(t)
	b := h.as(account.Manager)
	form := url.Values{"csrf": {b.token("/settings/letterhead")}}
	b.upload("/settings/letterhead", form, "logo", map[string][]byte{"logo.png": []byte("no picture")}).want(t, http.StatusUnprocessableEntity, "Take a PNG or JPEG")
	b.upload("/settings/letterhead", form, "logo", map[string][]byte{"logo.png": bytes.Repeat(dot, 1<<15)}).want(t, http.StatusUnprocessableEntity, "Take a PNG or JPEG")
	b.upload("/settings/letterhead", form, "logo", map[string][]byte{"logo.png": dot}).leadsTo(t, "/settings/letterhead")
	if res := b.get("/settings/logo"); !strings.HasPrefix(res.body, "\x89PNG") {
		t.Error("no logo")
	}
}
