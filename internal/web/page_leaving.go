package web

import (
	"bytes"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
	"clepsydra/internal/retention"
	"clepsydra/internal/stewardship"
)

// duePage lists those whose time is over.
type duePage struct {
	Plan   stewardship.RetentionPlan
	People []duePersonShown
	Later  bool
	Next   string
}

type duePersonShown struct {
	stewardship.DuePerson
	Why string // he is held; empty: he is not
}

func listDue(v *Visit) error {
	const perPage = 50
	page := duePage{}
	var err error
	if page.Plan, err = v.S.d.Contacts.PlanRetention(v.Ctx()); err != nil {
		return err
	}
	after := retention.Place{ID: contact.ID(v.C.Query("after"))}
	if at, err := time.Parse(time.RFC3339Nano, v.C.Query("at")); err == nil {
		after.At = at
	}
	people, err := v.S.d.Contacts.DuePeople(v.Ctx(), v.Actor, page.Plan, after, perPage)
	if err != nil {
		return err
	}
	page.Later = after.ID != ""
	for _, p := range people {
		page.People = append(page.People, duePersonShown{p, v.heldWords(p.Held)})
	}
	if len(people) == perPage {
		last := people[perPage-1]
		page.Next = "/contacts/retention/people?after=" + string(last.ID) + "&at=" + last.ActiveAt.Format(time.RFC3339Nano)
	}
	return v.Page("retention_people", page)
}

// heldWords says why somebody stays; empty for one who does not.
func (v *Visit) heldWords(h stewardship.HeldBy) string {
	if h.Name == "" {
		return ""
	}
	key := "retention.held_by_" + h.Name
	if !v.P.Has(key) {
		key = "retention.held_by_other"
	}
	return v.P.T(key, map[string]any{"Why": h.Why})
}

// archivePage shows who is kept apart.
type archivePage struct {
	Text       string
	Records    []retention.Record
	Count      int
	From, To   int
	Prev, Next string
}

func showArchive(v *Visit) error {
	const perPage = 50
	offset, err := strconv.Atoi(v.C.Query("from"))
	if err != nil || offset < 0 {
		offset = 0
	}
	page := archivePage{Text: v.C.Query("text"), From: offset}
	if page.Records, page.Count, err = v.S.d.Contacts.Archived(v.Ctx(), v.Actor, page.Text, perPage, offset); err != nil {
		return err
	}
	page.To = offset + len(page.Records)
	link := func(from int) string {
		return "/contacts/retention/archive?text=" + url.QueryEscape(page.Text) + "&from=" + strconv.Itoa(from)
	}
	if offset > 0 {
		page.Prev = link(max(0, offset-perPage))
	}
	if page.To < page.Count {
		page.Next = link(page.To)
	}
	return v.Page("retention_archive", page)
}

// receiptPage is the receipt of an erasure.
type receiptPage struct {
	R     stewardship.Receipt
	Lines []receiptLine
}

type receiptLine struct {
	What string
	N    int
}

func (v *Visit) receiptPage() (receiptPage, error) {
	r, err := v.S.d.Contacts.Receipt(v.Ctx(), v.C.Params("receipt"))
	page := receiptPage{R: r}
	for _, sort := range slices.Sorted(maps.Keys(r.Counts)) {
		key := "retention.gone_" + sort
		if !v.P.Has(key) {
			key = "retention.gone_other"
		}
		page.Lines = append(page.Lines, receiptLine{v.P.T(key, nil), r.Counts[sort]})
	}
	return page, err
}

func findReceipt(v *Visit) error {
	r, err := v.S.d.Contacts.Receipt(v.Ctx(), contact.Clean(v.C.Query("number")))
	if err != nil {
		return err
	}
	return v.Redirect("/contacts/receipts/" + r.ID)
}

func showReceipt(v *Visit) error {
	page, err := v.receiptPage()
	if err != nil {
		return err
	}
	return v.Page("receipt", page)
}

func printReceipt(v *Visit) error {
	page, err := v.receiptPage()
	if err != nil {
		return err
	}
	table := RegisterTable{Firm: v.Firm, Lang: v.P.Lang(), Rows: [][]string{nil}, At: page.R.At}
	say := func(what, value string) {
		table.Columns, table.Rows[0] = append(table.Columns, what), append(table.Rows[0], value)
	}
	say(v.P.T("retention.receipt_number", nil), page.R.ID)
	say(v.P.T("retention.receipt_at", nil), v.P.DateTime(page.R.At))
	say(v.P.T("retention.receipt_ground", nil), v.P.T("retention.ground_"+string(page.R.Ground), nil))
	for _, l := range page.Lines {
		say(l.What, v.P.Number(l.N))
	}
	say(v.P.T("retention.receipt_hash", nil), page.R.EntryHash)
	var buf bytes.Buffer
	if err := v.S.d.Papers.Receipt(v.Ctx(), &buf, table); err != nil {
		return err
	}
	v.C.Set(fiber.HeaderContentType, "application/pdf")
	v.C.Set(fiber.HeaderContentDisposition, attachment("receipt-"+page.R.ID+".pdf"))
	v.C.Set(fiber.HeaderCacheControl, "private, no-store")
	return v.C.Send(buf.Bytes())
}

// stayPage asks somebody whether his data should stay, or says that they do.
type stayPage struct {
	Token string
	Done  bool
	GoOn  time.Time
}

// showStay shows a button: a link alone does nothing, because mail programs follow
// links by themselves.
func showStay(v *Visit) error {
	page, err := v.stayPage()
	if err != nil {
		return err
	}
	return v.Page("stay", page)
}

// stayPage reads what belongs to the link; it speaks the person's language until he
// chooses another. It shows nothing about him.
func (v *Visit) stayPage() (stayPage, error) {
	page := stayPage{Token: v.C.Params("token")}
	p, err := v.S.d.Contacts.StayAsked(v.Ctx(), page.Token)
	if err != nil {
		return page, err
	}
	run, err := retention.RunByID(v.Ctx(), v.S.d.DB.R, p.RunID)
	if err != nil {
		return page, err
	}
	page.GoOn = run.ActAfter
	c, err := contact.ByID(v.Ctx(), v.S.d.DB.R, p.ContactID)
	if err != nil {
		return page, err
	}
	if chosen := v.C.Cookies(v.S.cookieName(languageCookie)); !locale.Known(chosen) && locale.Known(c.Language) {
		v.P = v.S.d.Locale.For(c.Language, v.Firm.Country, v.Firm.Location())
	}
	return page, nil
}

func stay(v *Visit) error {
	page, err := v.stayPage()
	if err != nil {
		return err
	}
	if err := v.S.d.Contacts.Stay(v.Ctx(), page.Token); err != nil {
		return err
	}
	page.Done = true
	return v.Page("stay", page)
}

// personRetention is what the page of a person says about how long he stays.
type personRetention struct {
	ContactID contact.ID
	Why       string // held, in words
	ByHand    bool
	Since     time.Time
	By        string
	Reason    string // as typed
}

func (v *Visit) personRetention(id contact.ID) (personRetention, error) {
	out := personRetention{ContactID: id}
	held, err := v.S.d.Contacts.Held(v.Ctx(), []contact.ID{id})
	if err != nil {
		return out, err
	}
	out.Why = v.heldWords(held[id])
	hold, ok, err := v.S.d.Contacts.HoldOf(v.Ctx(), id)
	if err != nil || !ok {
		return out, err
	}
	_, names, err := v.accounts()
	out.ByHand, out.Since, out.By = true, hold.At, names[hold.By]
	return out, err
}

func holdPerson(v *Visit) error {
	id := contact.ID(v.C.Params("contact"))
	err := v.S.d.Contacts.HoldPerson(v.Ctx(), v.Actor, id, v.Form("reason"))
	if fault.KindOf(err) == fault.Invalid {
		page, pageErr := v.contactPage()
		if pageErr != nil {
			return pageErr
		}
		page.Retention.Reason = v.Form("reason")
		return v.Again("contact", page, err)
	}
	if err != nil {
		return err
	}
	v.Flash("retention.held_now", nil)
	return v.Redirect("/contacts/people/" + string(id))
}

func liftHold(v *Visit) error {
	id := contact.ID(v.C.Params("contact"))
	if err := v.S.d.Contacts.LiftHold(v.Ctx(), v.Actor, id); err != nil {
		return err
	}
	v.Flash("retention.hold_lifted", nil)
	return v.Redirect("/contacts/people/" + string(id))
}
