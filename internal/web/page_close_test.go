package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
)

// finish ticks every task off that stands in the way of closing.
func (l *leak) finish() {
	l.t.Helper()
	tasks, err := incident.TasksOf(ctx, l.db.R, l.id)
	l.ok(err)
	for _, task := range tasks {
		if task.IsGate && !task.IsDone() {
			l.ok(l.s.d.Response.CompleteTask(ctx, journal.Actor{Kind: journal.ByAccount, ID: "a"}, l.id, task.ID, ""))
		}
	}
}

func TestCloseShowsItsGates(t *testing.T) {
	t.Parallel()
	l := aware(t)
	page := l.b.get(l.path("/close"))
	page.want(t, http.StatusOK, l.path("/risk"), l.path("/authority"), "First finish the points above", "disabled",
		"Get written confirmation of deletion")
	a := l.does("/close", "/close", url.Values{"lessons": {"kept words"}})
	a.want(t, http.StatusConflict, "kept words", "Decide how great the risk")
	if l.now().Status == incident.Closed {
		t.Fatal("it was closed with open gates")
	}
}

func TestCloseAndReopen(t *testing.T) {
	t.Parallel()
	l := aware(t)
	l.does("/risk", "/risk", url.Values{"risk": {"unlikely"}, "reason": {"Encrypted."}}).leadsTo(t, l.path("/risk"))
	l.finish()
	l.b.get(l.path("/close")).want(t, http.StatusOK, "Only the lessons are left", "btn-primary btn-lg")
	l.does("/close", "/close", url.Values{"feedback": {"kept words"}}).want(t, http.StatusConflict, "Write in a sentence what you learn", "kept words")
	form := url.Values{"lessons": {"A second pair of eyes."}, "feedback": {"It was harmless."}}
	for range 2 {
		l.does("/close", "/close", form).leadsTo(t, l.path("/close"))
	}
	if i := l.now(); i.Status != incident.Closed || i.Feedback != "It was harmless." || l.decisions("close") != 1 {
		t.Fatalf("%s, %d closings", i.Status, l.decisions("close"))
	}
	l.b.get(l.path("/close")).want(t, http.StatusOK, "A second pair of eyes.", "Reopen the incident")
	closed := l.b.get(l.path(""))
	closed.want(t, http.StatusOK, "To change something, reopen it first")
	if strings.Contains(closed.body, `action="`+l.path("/describe")) {
		t.Fatal("a closed incident can be described")
	}
	l.does("/close", "/reopen", url.Values{}).want(t, http.StatusUnprocessableEntity, "Write in a sentence why")
	again := url.Values{"reason": {"A customer called."}, "csrf": {l.b.token(l.path("/close"))}}
	for range 2 {
		l.b.post(l.path("/reopen"), again).leadsTo(t, l.path(""))
	}
	if i := l.now(); !i.IsOpen() || l.decisions("reopen") != 1 {
		t.Fatalf("%s, %d reopenings", i.Status, l.decisions("reopen"))
	}
	again.Set("reason", "kept words")
	l.b.post(l.path("/reopen"), again).want(t, http.StatusConflict, "There is nothing to reopen")
}
