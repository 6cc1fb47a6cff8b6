package consent

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// Reason is why, as a translation key with its arguments.
type Reason struct {
	Key  string
	Args map[string]any
}

// Verdict says whether a person may be written to for a purpose by a channel, as of a
// day. It never speaks about a letter under Art. 34: that one always goes.
type Verdict struct {
	May     bool
	Reason  Reason
	Article string
	// Mind is what somebody must still do or look up before writing, nil for nothing.
	Mind      *Reason
	State     State
	Certainty workflow.Certainty // of the rule; empty where it is the GDPR itself
	On        deadline.Date
}

// Question is everything a verdict looks at.
type Question struct {
	Contact contact.Contact
	Purpose processing.Purpose
	Channel processing.Channel
	States  States
	// Suppressed is the latest moment at which the address was put on the list, for
	// this purpose or for all marketing; zero: it is not on it.
	Suppressed time.Time
	Country    string // of the firm; the person's own comes first
	On         deadline.Date
}

// Judge gives the verdict. A no of the person comes before everything; what is not
// known counts as no.
func (l *Law) Judge(q Question) Verdict {
	v := l.judge(q)
	v.On, v.State = q.On, q.States.Of(q.Purpose, q.Channel)
	return v
}

func (l *Law) judge(q Question) Verdict {
	state := q.States.Of(q.Purpose, q.Channel)
	since := map[string]any{"Since": state.Since}
	switch {
	case q.Contact.IsErased():
		return no("erased", "Art. 17 GDPR", nil)
	case !q.Purpose.IsInUse():
		return no("purpose_ended", "Art. 5(1)(b) GDPR", nil)
	case !q.Purpose.Uses(q.Channel):
		return no("channel_unused", "Art. 5(1)(b) GDPR", nil)
	case !q.Contact.RestrictedAt.IsZero():
		return no("restricted", "Art. 18(2) GDPR", map[string]any{"Since": q.Contact.RestrictedAt})
	case state.Standing == IsObjected && q.Purpose.Marketing:
		return no("objected", "Art. 21(3) GDPR", since)
	case state.Standing == IsObjected && canObject(q.Purpose.Basis):
		return no("objected_other", "Art. 21(1) GDPR", since)
	case state.Standing == IsWithdrawn:
		return no("withdrawn", "Art. 7(3) GDPR", since)
	case q.Purpose.Marketing && !q.Suppressed.IsZero() && !(state.Standing == IsGiven && state.IsProven() && state.Since.After(q.Suppressed)):
		return no("suppressed", "Art. 21(3) GDPR", map[string]any{"Since": q.Suppressed})
	case Address(q.Contact, q.Channel) == "":
		return no("no_address", "", nil)
	case state.Standing == IsGiven:
		return l.judgeGiven(q, state)
	case q.Purpose.Basis == processing.Consent && !q.Purpose.Marketing:
		return no("no_consent", "Art. 6(1)(a) GDPR", nil)
	case !q.Purpose.Marketing:
		return yes("basis_"+string(q.Purpose.Basis), basisArticle(q.Purpose.Basis), nil)
	}
	return l.judgeMarketing(q, state)
}

// judgeGiven: a consent counts when it can be shown and the person was old enough.
func (l *Law) judgeGiven(q Question, s State) Verdict {
	since := map[string]any{"Since": s.Since}
	if !s.IsProven() {
		return no("unproven", "Art. 7(1) GDPR", since)
	}
	age := l.Age(q.country())
	if born := q.Contact.BirthDate; !born.IsZero() && !s.Event.Proof.Guardian && born.AddYears(age.Years).After(contact.DateOf(s.Since)) {
		return no("too_young", "Art. 8(1) GDPR; "+age.Article, map[string]any{"Age": age.Years})
	}
	return yes("given", "Art. 6(1)(a), 7 GDPR", since)
}

// judgeMarketing is for somebody who said neither yes nor no.
func (l *Law) judgeMarketing(q Question, s State) Verdict {
	r, known := l.Rule(q.country(), q.Channel, q.On)
	need, article, certainty := r.Needs, r.Article, r.Certainty
	args := map[string]any{"Country": q.country()}
	if r.LegalPersons != nil && l.isImpersonal(q.Contact, q.Channel) {
		need, article, certainty = r.LegalPersons.Needs, r.LegalPersons.Article, r.LegalPersons.Certainty
	}
	var v Verdict
	switch {
	case q.Purpose.Basis == processing.Consent:
		v = no("no_consent", "Art. 6(1)(a) GDPR; "+article, args)
	case s.Standing == IsSoft && r.SoftOptIn != nil:
		return q.judgeSoft(s, r)
	case s.Standing == IsSoft && need == NeedsConsent:
		v = no("no_soft_opt_in", article, args)
	case need == NeedsNothing:
		v = yes("until_objection", "Art. 6(1)(f), 21(2) GDPR; "+article, args)
	case need == NeedsRegister:
		v = yes("until_objection", "Art. 6(1)(f), 21(2) GDPR; "+article, args)
		v.Mind = &Reason{Key: "consent.mind_register", Args: args}
	case need == NeedsPublished:
		v = no("only_published", article, args)
	case !known:
		v = no("country_unknown", article, args)
	default:
		v = no("needs_consent", article, args)
	}
	v.Certainty = certainty
	return v
}

// judgeSoft: some laws end the soft opt-in some months after the sale.
func (q Question) judgeSoft(s State, r Rule) Verdict {
	args := map[string]any{"Since": s.Since, "Country": q.country(), "Months": r.SoftOptIn.Months}
	if p := s.Event.Proof.Purchase; p != nil {
		args["Since"] = time.Date(p.On.Year, p.On.Month, p.On.Day, 12, 0, 0, 0, time.UTC) // noon is the same day in every zone of Europe
	}
	if p := s.Event.Proof.Purchase; r.SoftOptIn.Months > 0 && p != nil && isOver(p.On, r.SoftOptIn.Months, q.On) {
		v := no("soft_expired", r.SoftOptIn.Article, args)
		v.Certainty = r.SoftOptIn.Certainty
		return v
	}
	v := yes("soft_opt_in", r.SoftOptIn.Article, args)
	v.Certainty, v.Mind = r.SoftOptIn.Certainty, &Reason{Key: "consent.mind_similar"}
	return v
}

// isOver reports whether a day is later than some months after another. A month is one
// of the calendar; where the last one is shorter, its last day counts.
func isOver(from contact.Date, months int, on deadline.Date) bool {
	first := time.Date(from.Year, from.Month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	end := deadline.Date{Year: first.Year(), Month: first.Month(), Day: min(from.Day, last)}
	return on.String() > end.String()
}

// country is whose law holds: where the person lives, else that of the firm.
func (q Question) country() string {
	if q.Contact.Country != "" {
		return q.Contact.Country
	}
	return q.Country
}

// isImpersonal reports whether an address belongs to an organisation and names nobody.
func (l *Law) isImpersonal(c contact.Contact, ch processing.Channel) bool {
	if ch != processing.ByMail {
		return c.Organisation != "" && c.Name == "" && c.GivenName == "" && c.FamilyName == ""
	}
	local, _, _ := strings.Cut(contact.MailKey(c.Email), "@")
	return slices.Contains(l.impersonal, local)
}

func canObject(b processing.Basis) bool {
	return b == processing.LegitimateInterests || b == processing.PublicTask
}

// basisArticle is the letter of Art. 6(1).
func basisArticle(b processing.Basis) string {
	at := slices.Index(processing.Bases(), b)
	if at < 0 {
		return "Art. 6(1) GDPR"
	}
	return "Art. 6(1)(" + string(rune('a'+at)) + ") GDPR"
}

func yes(why, article string, args map[string]any) Verdict {
	return Verdict{May: true, Reason: Reason{"consent.why_" + why, args}, Article: article}
}

func no(why, article string, args map[string]any) Verdict {
	return Verdict{Reason: Reason{"consent.why_" + why, args}, Article: article}
}
