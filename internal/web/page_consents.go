package web

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// consentRoutes: what a person said about being written to, and the suppression list.
func (s *Server) consentRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/people/:contact/consents/new", Needs: account.EditContacts, Handle: askForConsent},
		{Method: post, Path: "/contacts/people/:contact/consents", Needs: account.EditContacts, Handle: recordConsent, Upload: true},
		{Method: get, Path: "/contacts/people/:contact/consents/files/:file", Needs: account.SeeContacts, Handle: consentFile},
		{Method: get, Path: "/contacts/suppression", Needs: account.SeeContacts, Handle: showSuppression},
		{Method: post, Path: "/contacts/suppression/check", Needs: account.SeeContacts, Handle: checkSuppression},
		{Method: post, Path: "/contacts/suppression", Needs: account.EditContacts, Handle: addSuppression},
	}
}

// personConsents is the card of a person: where he stands, in words.
type personConsents struct {
	ID    contact.ID
	Lines []consentLine
	Said  []consentSaid
}

// consentLine is one purpose by one channel.
type consentLine struct {
	Name, Channel string
	May           bool
	Reason, Mind  string
	Article       string
	Uncertain     bool // the rule is not sure
}

// consentSaid is one event in words.
type consentSaid struct {
	consent.Event
	What, How, By string // By is the channel
	Proven        bool
}

// FileURL is where the proof is taken from.
func (s consentSaid) FileURL() string {
	return "/contacts/people/" + string(s.ContactID) + "/consents/files/" + s.Proof.FileID
}

// personConsents works the card out. The look at the person has been recorded.
func (v *Visit) personConsents(c contact.Contact) (personConsents, error) {
	all, err := v.S.d.Contacts.ConsentsOf(v.Ctx(), c)
	if err != nil {
		return personConsents{}, err
	}
	card := personConsents{ID: c.ID}
	for _, l := range all.Lines {
		line := consentLine{
			Name: v.text(l.Purpose.Name), Channel: v.channelWord(l.Channel), May: l.Verdict.May,
			Reason: v.reason(l.Verdict.Reason), Article: v.article(l.Verdict.Article), Uncertain: l.Verdict.Certainty == "low" || l.Verdict.Certainty == "medium",
		}
		if l.Verdict.Mind != nil {
			line.Mind = v.reason(*l.Verdict.Mind)
		}
		card.add(line)
	}
	for _, e := range all.Events {
		card.Said = append(card.Said, consentSaid{
			Event: e, What: v.saidWord(all.Record, e),
			How: v.P.T("consents.how_"+string(e.How), nil), By: v.channelWord(e.Channel), Proven: e.IsProven() || e.Kind.Stops(),
		})
	}
	return card, nil
}

// add appends a line, or its channel to the line before that says the same.
func (p *personConsents) add(l consentLine) {
	if k := len(p.Lines) - 1; k >= 0 {
		same := p.Lines[k]
		same.Channel = l.Channel
		if same == l {
			p.Lines[k].Channel += ", " + l.Channel
			return
		}
	}
	p.Lines = append(p.Lines, l)
}

// saidWord is what an event says; a file's claim is named as such.
func (v *Visit) saidWord(r processing.Record, e consent.Event) string {
	key := string(e.Kind)
	if e.Kind == consent.Given && e.How == consent.HowImport {
		key = "claimed"
	}
	return v.P.T("consents.kind_"+key, map[string]any{"Purpose": v.purposeWord(r, e.Purpose)})
}

// article writes the GDPR by the name it has in the reader's language.
func (v *Visit) article(s string) string {
	return strings.ReplaceAll(s, "GDPR", v.P.T("consents.gdpr", nil))
}

func (v *Visit) text(t workflow.Text) string { return t.In(v.P.Lang(), v.P.Country()) }

func (v *Visit) channelWord(c processing.Channel) string {
	return v.P.T("consents.channel_"+string(c), nil)
}

func (v *Visit) purposeWord(r processing.Record, id processing.PurposeID) string {
	if id == consent.AllMarketing {
		return v.P.T("consents.all_marketing", nil)
	}
	if p, ok := r.Purpose(id); ok {
		return v.text(p.Name)
	}
	return string(id)
}

// reason puts a reason into words; instants become days.
func (v *Visit) reason(r consent.Reason) string {
	args := map[string]any{}
	for name, value := range r.Args {
		if at, ok := value.(time.Time); ok {
			value = v.P.Date(at)
		}
		args[name] = value
	}
	return v.P.T(r.Key, args)
}

// What the form may be about.
const (
	yesByPhone  = "phone"
	yesOnPaper  = "paper"
	yesFromList = "bought_list"
	isCustomer  = "purchase"
	saidNo      = "no"
	tookBack    = "lift"
)

// consentPage is the form to record what somebody said.
type consentPage struct {
	C        contact.Contact
	What     string
	Uses     []choice
	Ways     []choice // in which a no came
	Typed    map[string]string
	MaxMiB   int
	HasFile  bool
	HasWords bool
}

// consentWhats lists what the form may be about.
func consentWhats() []string {
	return []string{yesByPhone, yesOnPaper, isCustomer, yesFromList, saidNo, tookBack}
}

func (v *Visit) consentPage() (consentPage, error) {
	page := consentPage{What: v.C.Query("what", v.Form("what")), Typed: map[string]string{}, MaxMiB: consent.MaxFileBytes >> 20}
	if !slices.Contains(consentWhats(), page.What) {
		page.What = yesByPhone
	}
	var err error
	if page.C, err = v.S.d.Contacts.View(v.Ctx(), v.Actor, contact.ID(v.C.Params("contact"))); err != nil {
		return page, err
	}
	if page.C.IsErased() {
		return page, contact.ErrNotFound
	}
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return page, err
	}
	page.HasFile = page.What == yesByPhone || page.What == yesOnPaper || page.What == yesFromList
	page.HasWords = page.HasFile
	page.Uses = v.consentUses(record, page.What)
	for _, how := range []consent.How{consent.HowRequest, consent.HowPhone, consent.HowPaper} {
		page.Ways = append(page.Ways, choice{string(how), v.P.T("consents.way_"+string(how), nil)})
	}
	page.Typed["at"] = v.Now.In(v.Firm.Location()).Format(instantLayout)
	for _, name := range []string{"use", "at", "wording", "version", "language", "notice", "note", "guardian", "on", "similar", "offered", "origin", "seller", "named", "way"} {
		if got := v.Form(name); got != "" {
			page.Typed[name] = got
		}
	}
	return page, nil
}

// consentUses are the purposes and channels that the form may be about.
func (v *Visit) consentUses(r processing.Record, what string) []choice {
	var out []choice
	if what == saidNo || what == tookBack {
		for _, ch := range processing.Channels() {
			out = append(out, choice{string(consent.AllMarketing) + "|" + string(ch), v.P.T("consents.all_marketing", nil) + " – " + v.channelWord(ch)})
		}
	}
	for _, p := range r.Purposes {
		fits := p.IsInUse() && (p.Basis == processing.Consent || p.Marketing)
		if what == isCustomer {
			fits = p.IsInUse() && p.Marketing && p.Basis == processing.LegitimateInterests
		}
		for _, ch := range p.Channels {
			if fits {
				out = append(out, choice{string(p.ID) + "|" + string(ch), v.text(p.Name) + " – " + v.channelWord(ch)})
			}
		}
	}
	return out
}

func askForConsent(v *Visit) error {
	page, err := v.consentPage()
	if err != nil {
		return err
	}
	return v.Page("consent_new", page)
}

func recordConsent(v *Visit) error {
	page, err := v.consentPage()
	if err != nil {
		return err
	}
	e, err := v.consentEvent(page)
	if err == nil && page.HasFile {
		name, content, fileErr := v.importBytes()
		if err = fileErr; err == nil {
			err = v.S.d.Contacts.RecordConsentWith(v.Ctx(), v.Actor, e, name, content)
		}
	} else if err == nil {
		err = v.S.d.Contacts.RecordConsent(v.Ctx(), v.Actor, []consent.Event{e})
	}
	if err != nil {
		return v.Again("consent_new", page, v.atConsentField(err, page))
	}
	v.Flash("consents.recorded", nil)
	return v.Redirect("/contacts/people/" + string(page.C.ID))
}

// atConsentField gives a missing file to its field with the words of what it proves.
func (v *Visit) atConsentField(err error, page consentPage) error {
	switch {
	case errors.Is(err, errFileMissing) && page.What == yesByPhone:
		return consent.ErrRecording
	case errors.Is(err, errFileMissing) && page.What == yesFromList:
		return consent.ErrListProof
	case errors.Is(err, errFileMissing):
		return consent.ErrScan
	}
	return err
}

// consentEvent reads the form.
func (v *Visit) consentEvent(page consentPage) (consent.Event, error) {
	purpose, channel, _ := strings.Cut(v.Form("use"), "|")
	e := consent.Event{
		ContactID: page.C.ID, Purpose: processing.PurposeID(purpose), Channel: processing.Channel(channel), Kind: consent.Given,
		How: consent.How(page.What), Proof: consent.Proof{Note: v.Form("note"), Guardian: v.Ticked("guardian")},
	}
	var err error
	if e.At, err = v.Instant("at"); err != nil {
		return e, err
	}
	if page.HasWords {
		e.Wording = consent.Wording{Text: v.Form("wording"), Version: v.Form("version"), Language: v.Form("language"), Notice: v.Form("notice")}
	}
	switch page.What {
	case isCustomer:
		e.Kind = consent.SoftOptIn
		e.Proof.Purchase = &consent.Purchase{On: v.dayOf("on"), Similar: v.Ticked("similar"), ObjectionOffered: v.Ticked("offered")}
	case yesFromList:
		e.Proof.List = &consent.List{Origin: v.Form("origin"), Seller: v.Form("seller"), On: v.dayOf("on"), Named: v.Ticked("named")}
	case saidNo:
		e.How, e.Kind = consent.How(v.Form("way")), consent.Objected
		record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
		if err != nil {
			return e, err
		}
		if p, ok := record.Purpose(e.Purpose); ok && p.Basis == processing.Consent {
			e.Kind = consent.Withdrawn
		}
	case tookBack:
		e.How, e.Kind = consent.How(v.Form("way")), consent.ObjectionLifted
	}
	return e, nil
}

// dayOf reads a day from a form; zero when there is none.
func (v *Visit) dayOf(field string) contact.Date {
	t, err := time.Parse(time.DateOnly, v.Form(field))
	if err != nil {
		return contact.Date{}
	}
	return contact.DateOf(t)
}

func consentFile(v *Visit) error {
	f, content, err := v.S.d.Contacts.ConsentFile(v.Ctx(), v.Actor, contact.ID(v.C.Params("contact")), v.C.Params("file"))
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.MediaType, content)
}

// mailingUses are the uses for which people may be taken out.
func (v *Visit) mailingUses() ([]choice, error) {
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return nil, err
	}
	var out []choice
	for _, p := range record.Purposes {
		for _, ch := range p.Channels {
			if p.IsInUse() && p.Marketing {
				out = append(out, choice{string(p.ID) + "|" + string(ch), v.text(p.Name) + " – " + v.channelWord(ch)})
			}
		}
	}
	return out, nil
}

// forMailing narrows an export to those who may be written to, when the form says for
// what.
func (v *Visit) forMailing(out stewardship.Export) (stewardship.Export, error) {
	purpose, channel, ok := strings.Cut(v.Form("use"), "|")
	if !ok {
		return out, nil
	}
	return out.For(v.Ctx(), consent.Use{Purpose: processing.PurposeID(purpose), Channel: processing.Channel(channel)})
}
