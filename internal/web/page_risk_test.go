package web

import (
	"net/http"
	"net/url"
	"testing"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

func (l *leak) duty(d obligation.Duty) obligation.Obligation {
	l.t.Helper()
	all, err := obligation.OfIncident(ctx, l.db.R, l.id)
	l.ok(err)
	for _, o := range all {
		if o.Duty == d {
			return o
		}
	}
	l.t.Fatalf("there is no duty %s", d)
	return obligation.Obligation{}
}

func TestRiskDecidesWhatFollows(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.b.get(l.path("/risk")).want(t, http.StatusOK, "You need not notify the authority (Art. 33(1))", "btn-primary btn-lg")
	form := url.Values{"risk": {"unlikely"}, "reason": {"Encrypted with a safe key."}, "advice": {"I agree."}}
	for range 2 {
		l.does("/risk", "/risk", form).leadsTo(t, l.path("/risk"))
	}
	if l.now().Risk != incident.RiskUnlikely || l.decisions("risk") != 1 || l.decisions("advice") != 1 {
		t.Fatalf("risk %q, %d decisions, %d advices", l.now().Risk, l.decisions("risk"), l.decisions("advice"))
	}
	if o := l.duty(obligation.NotifyAuthority); o.State != obligation.Waived {
		t.Fatalf("notification is %s", o.State)
	}
	l.does("/risk", "/risk", url.Values{"risk": {"high_risk"}, "reason": {"The key leaked as well."}}).leadsTo(t, l.path("/risk"))
	l.b.get(l.path("/risk")).want(t, http.StatusOK, "Encrypted with a safe key.", "The key leaked as well.", "I agree.", "Some manager")
	if o := l.duty(obligation.NotifyAuthority); !o.IsOpen() {
		t.Fatalf("notification is %s", o.State)
	}
}

func TestRiskRefused(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("/risk", "/risk", url.Values{"reason": {"kept words"}}).want(t, http.StatusUnprocessableEntity, "Choose the risk", "kept words")
	l.does("/risk", "/risk", url.Values{"risk": {"risk"}, "advice": {"kept words"}}).want(t, http.StatusUnprocessableEntity, "Write in a sentence why", "kept words", `value="risk" checked`)
	other := &leak{l.place, l.b, l.bringIn(2)}
	other.b.get(other.path("/risk")).want(t, http.StatusOK, "only possible for a personal data breach")
	form := url.Values{"risk": {"risk"}, "reason": {"too soon"}, "csrf": {l.b.token("/me")}}
	other.b.post(other.path("/risk"), form).want(t, http.StatusConflict, "only possible for a personal data breach")
}

func TestWaiveTellingThePeople(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("/risk", "/risk", url.Values{"risk": {"high_risk"}, "reason": {"Passwords."}}).leadsTo(t, l.path("/risk"))
	id := string(l.duty(obligation.InformPeople).ID)
	l.b.get(l.path("/risk")).want(t, http.StatusOK, "Art. 34(3)(a)", "Art. 34(3)(b)", "Art. 34(3)(c)")
	l.does("/risk", "/waive", url.Values{"duty": {id}, "reason": {"kept words"}}).want(t, http.StatusUnprocessableEntity, "Choose one of the three grounds", "kept words")
	l.does("/risk", "/waive", url.Values{"duty": {id}, "ground": {"b"}}).want(t, http.StatusUnprocessableEntity, "Write why this is not needed", `value="b" checked`)
	notify := string(l.duty(obligation.NotifyAuthority).ID)
	l.does("/risk", "/waive", url.Values{"duty": {notify}, "reason": {"too dear"}}).want(t, http.StatusConflict, "only when a risk is unlikely")
	form := url.Values{"duty": {id}, "ground": {"b"}, "reason": {"Every account was blocked before anybody used it."}}
	for range 2 {
		l.does("/risk", "/waive", form).leadsTo(t, l.path("/risk"))
	}
	if o := l.duty(obligation.InformPeople); o.State != obligation.Waived || l.decisions("waive") != 1 {
		t.Fatalf("state %s, %d waivers", o.State, l.decisions("waive"))
	}
	l.b.get(l.path("/risk")).want(t, http.StatusOK, "Every account was blocked", "The high risk is gone")
	other := &leak{l.place, l.b, l.bringIn(2)}
	form.Set("csrf", l.b.token("/me"))
	if a := other.b.post(other.path("/waive"), form); a.StatusCode != http.StatusNotFound {
		t.Fatalf("a duty of another incident: %d", a.StatusCode)
	}
}
