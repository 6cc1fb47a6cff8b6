package web

import (
	"errors"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

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
