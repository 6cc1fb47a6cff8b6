package web

import (
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
	BoughtOn      string // of a customer
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
		bought := ""
		if p := e.Proof.Purchase; p != nil {
			bought = v.P.Date(time.Date(p.On.Year, p.On.Month, p.On.Day, 12, 0, 0, 0, v.P.Zone()))
		}
		card.Said = append(card.Said, consentSaid{
			BoughtOn: bought,
			Event:    e, What: v.saidWord(all.Record, e),
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
