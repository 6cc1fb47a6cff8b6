package web

import (
	"bytes"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/request"
)

// requestsRoutes: what people ask about their own data. The public side is in
// page_rights.go.
func (s *Server) requestsRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	see, edit := account.SeeContacts, account.EditContacts
	return []Route{
		{Method: get, Path: "/requests", Needs: see, Handle: listRequests},
		{Method: get, Path: "/requests/export/:format", Needs: see, Handle: exportRequests},
		{Method: get, Path: "/requests/new", Needs: edit, Handle: newRequest},
		{Method: post, Path: "/requests", Needs: edit, Handle: typeRequest},
		{Method: get, Path: "/requests/:id", Needs: see, Handle: showRequest},
		{Method: get, Path: "/requests/:id/data", Needs: see, Handle: showRequestData},
		{Method: get, Path: "/requests/:id/papers/:paper", Needs: see, Handle: openRequestPaper},
		{Method: post, Path: "/requests/:id/take", Needs: edit, Handle: takeRequest},
		{Method: post, Path: "/requests/:id/match", Needs: edit, Handle: matchRequest},
		{Method: post, Path: "/requests/:id/identity", Needs: edit, Handle: askRequestIdentity},
		{Method: post, Path: "/requests/:id/identity/decide", Needs: edit, Handle: decideRequestIdentity},
		{Method: post, Path: "/requests/:id/extend", Needs: edit, Handle: extendRequest},
		{Method: post, Path: "/requests/:id/carry", Needs: edit, Handle: carryRequest},
		{Method: post, Path: "/requests/:id/decide", Needs: edit, Handle: decideRequest},
		{Method: post, Path: "/requests/:id/answer", Needs: edit, Handle: answerRequest},
		{Method: post, Path: "/requests/:id/tell", Needs: edit, Handle: tellRequest},
		{Method: post, Path: "/requests/:id/lift", Needs: edit, Handle: liftRequest},
		{Method: post, Path: "/requests/:id/close", Needs: edit, Handle: closeRequest},
	}
}

// requestsPage is the register of requests.
type requestsPage struct {
	Rows    []requestLine
	F       request.Filter
	All     int
	Open    int
	Link    string // of the public form
	Query   string
	Kinds   []request.Kind
	Limited bool
}

// requestLine is one request in a list. Left is the time to the strict end in whole
// days, "7 days left", because a month does not need seconds; empty when nothing runs.
type requestLine struct {
	request.Request
	Left  string
	State string // ok, warn, crit or late
	Last  string // the strict last day
	Next  string
}

// mostRequests is how many a page lists.
const mostRequests = 200

// requestFilter reads what the address asks for.
func (v *Visit) requestFilter() request.Filter {
	f := request.Filter{Kind: request.Kind(v.C.Query("kind")), Text: v.C.Query("text"), From: v.C.Query("from"), To: v.C.Query("to")}
	if s := request.State(v.C.Query("state")); s == request.Open || s == request.Closed {
		f.State = s
	}
	return f
}

func listRequests(v *Visit) error {
	page := requestsPage{F: v.requestFilter(), Kinds: request.Kinds(), Link: v.Link("/rights"), Query: string(v.C.Context().URI().QueryString())}
	all, err := request.List(v.Ctx(), v.S.d.DB.R, page.F, mostRequests+1)
	if err != nil {
		return err
	}
	if page.All, page.Open, err = request.Counts(v.Ctx(), v.S.d.DB.R); err != nil {
		return err
	}
	if page.Limited = len(all) > mostRequests; page.Limited {
		all = all[:mostRequests]
	}
	for _, r := range all {
		page.Rows = append(page.Rows, v.requestLine(r))
	}
	return v.Page("requests", page)
}

// requestLine is a request with its countdown.
func (v *Visit) requestLine(r request.Request) requestLine {
	line := requestLine{Request: r, Next: request.Next(r)}
	if !r.IsOpen() || r.IsAnswered() || r.IsPaused() {
		return line
	}
	loc := v.Firm.Location()
	last := deadline.DateOf(r.DueAt.Add(-time.Second).In(loc))
	days := deadline.DateOf(v.Now.In(loc)).DaysUntil(last)
	line.State, line.Last = monthState(r.DueAt, v.Now), v.P.Date(r.DueAt.Add(-time.Second))
	switch {
	case line.State == "late":
		line.Left = v.P.N("requests.days_late", -days, nil)
	case days == 0:
		line.Left = v.P.T("requests.last_day", nil)
	default:
		line.Left = v.P.N("requests.days_left", days, nil)
	}
	return line
}

// monthState is how near the end of a month is: a week is soon, two days are urgent.
func monthState(end, now time.Time) string {
	switch left := end.Sub(now); {
	case left <= 0:
		return "late"
	case left < 48*time.Hour:
		return "crit"
	case left < 7*24*time.Hour:
		return "warn"
	}
	return "ok"
}

// boardRequestsBefore is how near the end of a request must be for the board.
const boardRequestsBefore = 14 * 24 * time.Hour

// boardRequests are the requests that the board counts down.
func (v *Visit) boardRequests() ([]requestLine, error) {
	if !v.Is(account.SeeContacts) {
		return nil, nil
	}
	near, err := request.OpenBefore(v.Ctx(), v.S.d.DB.R, v.Now.Add(boardRequestsBefore), boardCards)
	if err != nil {
		return nil, err
	}
	out := make([]requestLine, len(near))
	for k, r := range near {
		out[k] = v.requestLine(r)
	}
	return out, nil
}

// personRequests is the card of a person's page.
type personRequests struct {
	C   contact.Contact
	All []requestLine
}

func (v *Visit) personRequests(c contact.Contact) (personRequests, error) {
	out := personRequests{C: c}
	all, err := request.OfContact(v.Ctx(), v.S.d.DB.R, c.ID)
	for _, r := range all {
		out.All = append(out.All, v.requestLine(r))
	}
	return out, err
}

// exportRequests writes the register without names: what was asked when, until when it
// had to be answered, and what became of it.
func exportRequests(v *Visit) error {
	format := strings.ToLower(v.C.Params("format"))
	media := map[string]string{
		"pdf": "application/pdf", "csv": "text/csv; charset=utf-8",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[format]
	if media == "" {
		return fiber.ErrNotFound
	}
	all, err := request.List(v.Ctx(), v.S.d.DB.R, v.requestFilter(), 0)
	if err != nil {
		return err
	}
	table := RegisterTable{Firm: v.Firm, Lang: v.P.Lang(), At: v.Now}
	for _, name := range []string{"ref", "via", "kinds", "received", "due", "extended", "paused", "answered", "late", "outcomes", "grounds", "closed"} {
		table.Columns = append(table.Columns, v.P.T("requests.column_"+name, nil))
	}
	for _, r := range all {
		table.Rows = append(table.Rows, v.requestCells(r))
	}
	var b bytes.Buffer
	if err := v.S.d.Papers.Requests(v.Ctx(), &b, format, table); err != nil {
		return err
	}
	return v.Download("requests-"+v.Now.In(v.Firm.Location()).Format(time.DateOnly)+"."+format, media, b.Bytes())
}

func (v *Visit) requestCells(r request.Request) []string {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(v.Firm.Location()).Format(time.DateOnly)
	}
	var kinds, outcomes, grounds []string
	for _, i := range r.Items {
		name := v.P.T("requests.kind_"+string(i.Kind), nil)
		kinds = append(kinds, name)
		if i.Outcome != request.Undecided {
			outcomes = append(outcomes, name+": "+v.P.T("requests.outcome_"+string(i.Outcome), nil))
		}
		if i.Ground != "" {
			grounds = append(grounds, v.P.T("requests.ground_"+i.Ground, nil))
		}
	}
	paused := ""
	if r.PausedDays > 0 {
		paused = v.P.Number(r.PausedDays)
	}
	return []string{
		r.Ref, v.P.T("requests.via_"+string(r.Via), nil), strings.Join(kinds, ", "), day(r.ReceivedAt), day(r.DueAt.Add(-time.Second)),
		day(r.ExtendedAt), paused, day(r.AnsweredAt), r.LateReason, strings.Join(outcomes, "; "), strings.Join(grounds, "; "), day(r.ClosedAt),
	}
}
