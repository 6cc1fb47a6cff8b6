package notification

import (
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// Words are the translations in the language of the notification.
type Words interface {
	T(key string, args map[string]any) string
	DateTime(t time.Time) string
	Number(n int) string
	Lang() string
	Country() string
}

// Facts are what the answers follow from. Texts of people (Description and the
// typed answers) are taken as they are.
type Facts struct {
	Firm        Sender
	Incident    incident.Incident
	Obligation  obligation.Obligation
	Filings     []obligation.Filing
	Authority   workflow.Authority
	Phase       obligation.Phase
	Nature      []string // what the scenario usually is, in the notification's language
	Description string
	Data        []workflow.Category
	RiskReason  string
	People      People
	At          time.Time // the present: an open duty past its end needs reasons; zero: not looked at
}

// Sender is the firm and who speaks for it.
type Sender struct {
	Name, Number, Contact     string
	Reporter, ReporterContact string
	DPO, ContactPoint         string
	Sector, Size, Activity    string // stored answers: options of the questions
	Country                   string
}

// People is what is known of those affected. Frozen lists give exact numbers.
type People struct {
	Known     bool
	Exact     bool
	Number    int
	Minors    int
	Countries map[string]int
	Letters   int // letters that were sent
	ToldAt    time.Time
	Needed    bool // Art. 34 asks for it
	Waived    string
	Content   string // what the letters say
}

// Compose puts the notification together: the authority's front data, then the
// template. Typed answers stand for their questions; a typed "not known" or "under
// investigation" replaces nothing that the facts know.
func Compose(f Facts, typed map[string]Answer, w Words) Dossier {
	d := Dossier{
		Authority: f.Authority.ID, Language: w.Lang(), Reference: f.Incident.Ref, Phase: string(f.Phase),
	}
	if front := composeFront(f, typed, w); len(front.Rows) > 0 {
		d.Chapters = append(d.Chapters, front)
	}
	for _, s := range Sections() {
		c := Chapter{ID: s.ID, Number: s.Number, Title: w.T("notification.s_"+s.ID, nil)}
		for k, q := range s.Questions {
			if r, ok := composeRow(f, q, typed, w); ok {
				r.Number = s.Number + "." + strconv.Itoa(k+1)
				c.Rows = append(c.Rows, r)
			}
		}
		d.Chapters = append(d.Chapters, c)
	}
	return d
}

// composeRow answers one question; false when the case does not raise it.
func composeRow(f Facts, q Question, typed map[string]Answer, w Words) (Row, bool) {
	if !raised(f, q.ID) || q.ID == "others_who" && typed["others_involved"].Text == "no" {
		return Row{}, false
	}
	r := Row{ID: q.ID, Label: w.T("notification.q_"+q.ID, nil), Article: q.Article, State: Missing, Typed: q.Typed, First: q.First}
	text := fact(f, q.ID, w)
	if a, ok := typed[q.ID]; ok && q.Typed && (!a.isOpen() || text == "") {
		r.State, r.Text, r.Raw = a.State, a.Text, a.Text
		switch {
		case a.State != Given:
			r.Text = w.T("notification.state_"+string(a.State), nil)
		case len(q.Options) > 0:
			r.Text = w.T("notification.o_"+q.ID+"_"+a.Text, nil)
		}
		return r, true
	}
	if text != "" {
		r.State, r.Text = Given, text
		if q.Typed {
			r.Raw = factRaw(f, q.ID)
		}
	}
	return r, true
}

// raised leaves out the questions that a case does not have: an earlier
// notification, reasons for a lateness that is none, a processor that told.
func raised(f Facts, id string) bool {
	switch id {
	case "earlier":
		return f.Phase != obligation.Initial
	case "late_reason":
		return f.Obligation.State == obligation.MetLate || f.Obligation.IsOverdue(f.At)
	case "told":
		return !f.Incident.Moments.Told.At.IsZero()
	case "people_number", "people_means", "people_content":
		return f.People.Needed && f.People.Waived == ""
	}
	return true
}

// factRaw is the stored option behind a fact that pre-fills a typed question.
func factRaw(f Facts, id string) string {
	switch id {
	case "sector":
		return f.Firm.Sector
	case "size":
		return f.Firm.Size
	case "activity":
		return f.Firm.Activity
	case "late_reason":
		return f.Obligation.Reason
	}
	return ""
}

// fact answers a question from the facts; empty when they do not know.
func fact(f Facts, id string, w Words) string {
	i := f.Incident
	switch id {
	case "type":
		return w.T("notification.phase_"+string(f.Phase), nil)
	case "completeness":
		if f.Phase == obligation.Initial {
			return w.T("notification.incomplete", nil)
		}
		return w.T("notification.follow_up", nil)
	case "earlier":
		return earlierReceipt(f.Filings)
	case "own_reference":
		return i.Ref
	case "company_number":
		return f.Firm.Number
	case "controller":
		return f.Firm.Name
	case "controller_contact":
		return f.Firm.Contact
	case "activity":
		return f.Firm.Activity
	case "sector", "size":
		if raw := factRaw(f, id); raw != "" {
			return w.T("notification.o_"+id+"_"+raw, nil)
		}
	case "reporter":
		return f.Firm.Reporter
	case "reporter_contact":
		return f.Firm.ReporterContact
	case "dpo_designated":
		return yesNo(w, f.Firm.DPO != "")
	case "dpo":
		if f.Firm.DPO == "" {
			return w.T("notification.none", nil)
		}
		return f.Firm.DPO
	case "contact_point":
		return f.Firm.ContactPoint
	case "late_reason":
		if f.Obligation.State == obligation.MetLate { // else the reason is that of a waiver
			return f.Obligation.Reason
		}
	}
	return factOfCase(f, id, w)
}

func factOfCase(f Facts, id string, w Words) string {
	i := f.Incident
	switch id {
	case "when":
		return instant(w, i.Moments.Occurred.At)
	case "aware":
		if i.Moments.Aware.At.IsZero() {
			return ""
		}
		return instant(w, i.Moments.Aware.At) + "\n" + i.Moments.Aware.Reason
	case "told":
		return instant(w, i.Moments.Told.At)
	case "kinds":
		return kinds(w, i.Kinds)
	case "incident":
		return strings.Join(f.Nature, "\n")
	case "description":
		return f.Description
	case "persons_number":
		return number(f.People, w)
	case "data":
		return categories(f.Data, w)
	case "special":
		return special(f.Data, w)
	case "risk":
		if i.Risk != "" {
			return w.T("notification.risk_"+string(i.Risk), nil)
		}
	case "risk_method":
		return f.RiskReason
	}
	return factOfPeople(f.People, id, w)
}

func factOfPeople(p People, id string, w Words) string {
	switch id {
	case "people_told":
		switch {
		case p.Waived != "":
			return w.T("notification.people_waived", nil) + "\n" + p.Waived
		case !p.ToldAt.IsZero():
			return w.T("notification.people_told_on", map[string]any{"At": w.DateTime(p.ToldAt)})
		case p.Needed:
			return w.T("notification.people_will", nil)
		}
		return w.T("notification.people_not_needed", nil)
	case "people_number":
		if p.Letters > 0 {
			return w.Number(p.Letters)
		}
		return number(p, w)
	case "people_means":
		return w.T("notification.people_by_letter", nil)
	case "people_content":
		return p.Content
	case "countries":
		return countries(p.Countries, w)
	}
	return ""
}

func earlierReceipt(filings []obligation.Filing) string {
	for _, f := range filings {
		if f.Phase == obligation.Initial {
			return f.Receipt
		}
	}
	return ""
}
