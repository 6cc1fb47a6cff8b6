package web

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/watch"
)

// logRoutes: who looked at whom. These pages name accounts and never the people who
// were looked at, so that reading the log is not one more look.
func (s *Server) logRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/log", Needs: account.SeeLog, Handle: showLog},
		{Method: get, Path: "/contacts/people/:contact/log", Needs: account.SeeLog, Handle: showLog},
		{Method: post, Path: "/contacts/log/file", Needs: account.SeeLog, Handle: takeLog},
		{Method: get, Path: "/contacts/log/alerts/:alert", Needs: account.SeeLog, Handle: showWatch},
		{Method: post, Path: "/contacts/log/alerts/:alert", Needs: account.Decide, Handle: explainWatch},
	}
}

// Named refusals of the log.
var (
	errLogDay  = fault.New(fault.Invalid, "watch.day_malformed")
	errLogLong = fault.New(fault.TooLarge, "watch.too_long")
)

const (
	logLines    = 50     // on a page
	logActs     = 1000   // read for a page at most, before repeats are folded
	logFileMost = 20_000 // acts in a file
)

// logPage is the log, of everybody or of one person.
type logPage struct {
	Person   string
	Erased   bool
	Account  string
	Sort     watch.Sort
	Sorts    []watch.Sort
	From, To string // days as typed, in the firm's zone; To is the last one
	Accounts []choice
	Lines    []logLine
	Next     string
	First    string
	Later    bool
	Most     int
}

// Narrowed reports whether something was asked for.
func (p logPage) Narrowed() bool {
	return p.Account != "" || p.Sort != "" || p.From != "" || p.To != ""
}

// logLine is one line in words.
type logLine struct {
	watch.Line
	Words  string
	Icon   string
	Person string // whose log it leads to; empty for an act about several or nobody
	Gone   bool   // that person was erased
}

// path is where this log is.
func (p logPage) path() string {
	if p.Person != "" {
		return "/contacts/people/" + url.PathEscape(p.Person) + "/log"
	}
	return "/contacts/log"
}

// address is the page with what narrows it.
func (p logPage) address(before journal.Mark) string {
	q := url.Values{}
	for name, value := range map[string]string{"account": p.Account, "sort": string(p.Sort), "from": p.From, "to": p.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if !before.IsZero() {
		q.Set("before", strconv.FormatInt(before.At.UnixMicro(), 10)+"."+strconv.FormatInt(before.Seq, 10))
	}
	if len(q) == 0 {
		return p.path()
	}
	return p.path() + "?" + q.Encode()
}

// askedLog reads what the address or the form asks for.
func (v *Visit) askedLog() (logPage, journal.ActQuery, error) {
	get := func(name string) string { return v.C.Query(name, v.Form(name)) }
	page := logPage{Person: v.C.Params("contact", v.Form("person")), Account: get("account"), Sorts: watch.Sorts(), From: get("from"), To: get("to"), Most: logFileMost}
	if s := watch.Sort(get("sort")); slices.Contains(watch.Sorts(), s) {
		page.Sort = s
	}
	q := journal.ActQuery{Person: page.Person, Account: page.Account, Kinds: page.Sort.Kinds()}
	if page.Sort == watch.Changed {
		q.Except = watch.Known()
	}
	at, seq, _ := strings.Cut(v.C.Query("before"), ".")
	micro, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(seq, 10, 64)
	if errors.Join(err1, err2) == nil {
		q.Before, page.Later = journal.Mark{At: time.UnixMicro(micro).UTC(), Seq: n}, true
	}
	var l fault.List
	var err error
	if q.From, err = v.logDay(page.From, 0); err != nil {
		l.Add(errLogDay.At("from"))
	}
	if q.To, err = v.logDay(page.To, 1); err != nil {
		l.Add(errLogDay.At("to"))
	}
	return page, q, l.OrNil()
}

// logDay is the beginning of a day in the firm's zone, some days later; zero for an
// empty field.
func (v *Visit) logDay(text string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(d.Year(), d.Month(), d.Day()+later, 0, 0, 0, 0, v.Firm.Location()).UTC(), nil
}

func showLog(v *Visit) error {
	page, q, refused := v.askedLog()
	if err := v.fillLog(&page, q, refused != nil); err != nil {
		return err
	}
	if refused != nil {
		return v.Again("contact_log", page, refused)
	}
	return v.Page("contact_log", page)
}

// fillLog reads the lines of a page; none when what was asked for makes no sense.
func (v *Visit) fillLog(page *logPage, q journal.ActQuery, refused bool) error {
	all, names, err := v.accounts()
	if err != nil {
		return err
	}
	for _, a := range all {
		page.Accounts = append(page.Accounts, choice{string(a.ID), a.Name + " · " + watch.Mark(string(a.ID))})
	}
	page.First = page.address(journal.Mark{})
	if err := v.whose(page, &q); err != nil || refused {
		return err
	}
	q.Limit = logActs
	acts, err := journal.Acts(v.Ctx(), v.S.d.DB.R, q)
	if err != nil {
		return err
	}
	lines, used := watch.Fold(acts, logLines)
	if used < len(acts) || len(acts) == logActs {
		page.Next = page.address(acts[used-1].Mark())
	}
	for _, l := range lines {
		page.Lines = append(page.Lines, v.logLine(l, page.Person, names))
	}
	return v.markErased(page.Lines)
}

// whose finds the person of a log: one who is in the file, who was erased, or of whom
// at least the journal knows.
func (v *Visit) whose(page *logPage, q *journal.ActQuery) error {
	if page.Person == "" {
		return nil
	}
	people, err := contact.ByIDs(v.Ctx(), v.S.d.DB.R, []contact.ID{contact.ID(page.Person)})
	if err != nil {
		return err
	}
	imports, err := contact.BroughtBy(v.Ctx(), v.S.d.DB.R, contact.ID(page.Person))
	if err != nil {
		return err
	}
	for _, id := range imports {
		q.Imports = append(q.Imports, string(id))
	}
	if len(people) > 0 {
		page.Erased = people[0].IsErased()
		return nil
	}
	known, err := journal.Acts(v.Ctx(), v.S.d.DB.R, journal.ActQuery{Person: page.Person, Limit: 1})
	if err == nil && len(known) == 0 {
		return contact.ErrNotFound
	}
	page.Erased = true
	return err
}

// markErased says which of the people that lines lead to are gone.
func (v *Visit) markErased(lines []logLine) error {
	var ids []contact.ID
	for _, l := range lines {
		if l.Person != "" {
			ids = append(ids, contact.ID(l.Person))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	people, err := contact.ByIDs(v.Ctx(), v.S.d.DB.R, ids)
	if err != nil {
		return err
	}
	here := map[string]bool{}
	for _, c := range people {
		here[string(c.ID)] = !c.IsErased()
	}
	for k := range lines {
		lines[k].Gone = lines[k].Person != "" && !here[lines[k].Person]
	}
	return nil
}

// logLine writes an act in the visitor's language. On the log of a person it says
// "this person".
func (v *Visit) logLine(l watch.Line, person string, names map[string]string) logLine {
	out := logLine{Line: l, Icon: logIcon(watch.SortOf(l.Kind))}
	if person == "" && l.Case.Kind == "contact" {
		out.Person = l.Case.ID
	}
	args := map[string]any{"Who": v.actorWords(l.Actor, names), "Count": v.P.Number(l.People), "Format": strings.ToUpper(l.Facts["format"])}
	name := strings.ReplaceAll(l.Kind, ".", "_")
	key := "watch.all_" + name
	if here := "watch.here_" + name; person != "" && v.P.Has(here) {
		key = here
	}
	if v.P.Has(key) {
		if key == "watch.all_contact_imported" || key == "watch.here_contact_imported" || key == "watch.all_import_previewed" {
			args["Count"] = l.Facts["rows"]
		}
		out.Words = v.P.T(key, args)
		return out
	}
	facts := make(map[string]any, len(l.Facts))
	for name, value := range l.Facts {
		facts[name] = value
	}
	args["What"] = v.P.T("watch.something", nil)
	if key := "timeline." + name; v.P.Has(key) {
		args["What"] = v.P.T(key, facts)
	}
	out.Words = v.P.T("watch.changed", args)
	return out
}

func logIcon(s watch.Sort) string {
	switch s {
	case watch.Viewed:
		return "user"
	case watch.Searched:
		return "search"
	case watch.Listed:
		return "users"
	case watch.Exported:
		return "download"
	case watch.Imported:
		return "file-import"
	}
	return "pencil"
}

// takeLog answers with the log as CSV, one line for each act: nothing is folded.
func takeLog(v *Visit) error {
	page, q, refused := v.askedLog()
	if refused == nil {
		if err := v.whose(&page, &q); err != nil {
			return err
		}
		q.Limit = logFileMost + 1
		acts, err := journal.Acts(v.Ctx(), v.S.d.DB.R, q)
		if err != nil {
			return err
		}
		if len(acts) <= logFileMost {
			return v.sendLog(page, acts)
		}
		refused = errLogLong.With("Most", v.P.Number(logFileMost))
	}
	if err := v.fillLog(&page, q, true); err != nil {
		return err
	}
	return v.Again("contact_log", page, refused)
}

func (v *Visit) sendLog(page logPage, acts []journal.Act) error {
	_, names, err := v.accounts()
	if err != nil {
		return err
	}
	table := RegisterTable{Firm: v.Firm, Lang: v.P.Lang(), At: v.Now}
	for _, c := range []string{"number", "when", "who", "what", "people", "person"} {
		table.Columns = append(table.Columns, v.P.T("watch.column_"+c, nil))
	}
	for _, a := range acts {
		l := v.logLine(watch.Line{Act: a, Times: 1}, page.Person, names)
		person := page.Person
		if a.Case.Kind == "contact" {
			person = a.Case.ID
		}
		table.Rows = append(table.Rows, []string{
			strconv.FormatInt(a.Seq, 10), a.RecordedAt.In(v.Firm.Location()).Format(time.RFC3339), v.actorWords(a.Actor, names), l.Words, strconv.Itoa(a.People), person,
		})
	}
	var b strings.Builder
	if err := v.S.d.Papers.Log(v.Ctx(), &b, table); err != nil {
		return err
	}
	if err := v.S.d.Watch.LogTaken(v.Ctx(), v.Actor, page.Person, page.Account, len(acts)); err != nil {
		return err
	}
	return v.Download("log-"+v.Now.In(v.Firm.Location()).Format(time.DateOnly)+".csv", "text/csv; charset=utf-8", []byte(b.String()))
}
