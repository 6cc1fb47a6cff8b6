package notification

import (
	"strings"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// value is what a fact says: options by their canonical id, or a text in the language
// of the notification, or both.
type value struct {
	options []string
	text    string
}

func (v value) isEmpty() bool { return len(v.options) == 0 && v.text == "" }

// raw is what a form to change the answer begins from.
func (v value) raw(s State) string {
	switch {
	case s != Given:
		return ""
	case len(v.options) > 0:
		return strings.Join(v.options, "\n")
	}
	return v.text
}

func text(s string) value { return value{text: strings.TrimSpace(s)} }

func option(ids ...string) value {
	if len(ids) == 1 && ids[0] == "" {
		return value{}
	}
	return value{options: ids}
}

// fact answers a canonical question from the facts; empty when they do not know.
func (c composer) fact(id string) value {
	switch id {
	case "type":
		return option(map[obligation.Phase]string{obligation.Initial: "new", obligation.Supplementary: "follow_up", obligation.Withdrawal: "withdrawal"}[c.Phase])
	case "completeness":
		if c.Phase == obligation.Withdrawal {
			return option("withdraw")
		}
		return option("incomplete")
	case "earlier":
		return text(earlierReceipt(c.Filings))
	case "own_reference":
		return text(c.Incident.Ref)
	case "late_reason":
		if c.Obligation.State == obligation.MetLate { // else the reason is that of a waiver
			return text(c.Obligation.Reason)
		}
	case "risk_method":
		return text(c.RiskReason)
	}
	for _, of := range []func(string) value{c.factOfFirm, c.factOfTime, c.factOfCase, c.factOfPeople} {
		if v := of(id); !v.isEmpty() {
			return v
		}
	}
	return value{}
}

func (c composer) factOfFirm(id string) value {
	f := c.Firm
	switch id {
	case "company_number":
		return text(f.Number)
	case "controller":
		return text(f.Name)
	case "controller_contact":
		return text(f.Contact)
	case "activity":
		return text(f.Activity)
	case "sector":
		return option(f.Sector)
	case "size":
		return option(f.Size)
	case "reporter":
		return text(f.Reporter)
	case "reporter_contact":
		return text(f.ReporterContact)
	case "dpo_designated":
		if f.DPO == "" {
			return option("no")
		}
		return option("yes")
	case "dpo":
		if f.DPO == "" {
			return text(c.w.T("notification.none", nil))
		}
		return text(f.DPO)
	case "contact_point":
		return text(f.ContactPoint)
	}
	return value{}
}

func (c composer) factOfTime(id string) value {
	m := c.Incident.Moments
	switch id {
	case "when":
		return text(instant(c.w, m.Occurred.At))
	case "ended":
		return text(instant(c.w, c.Incident.Contained))
	case "aware":
		if !m.Aware.At.IsZero() {
			return text(instant(c.w, m.Aware.At) + "\n" + m.Aware.Reason)
		}
	case "told":
		return text(instant(c.w, m.Told.At))
	case "people_when":
		return text(instant(c.w, c.People.ToldAt))
	}
	return value{}
}

func (c composer) factOfCase(id string) value {
	i := c.Incident
	switch id {
	case "kinds":
		return value{options: kinds(i.Kinds)}
	case "incident":
		return value{options: c.Nature}
	case "description":
		return text(c.Description)
	case "data":
		return value{options: dataTypes(c.Data)}
	case "data_described":
		return text(categories(c.Data, c.w))
	case "special":
		return text(special(c.Data, c.w))
	case "risk":
		return option(map[incident.Risk]string{incident.RiskUnlikely: "unlikely", incident.RiskLikely: "not_high", incident.HighRiskLikely: "high"}[i.Risk])
	}
	return value{}
}

func (c composer) factOfPeople(id string) value {
	p := c.People
	switch id {
	case "persons_number":
		return text(number(p, c.w))
	case "people_told":
		return option(told(p, c.Incident.Risk))
	case "people_why":
		return text(p.Waived)
	case "people_number":
		if p.Letters > 0 {
			return text(c.w.Number(p.Letters))
		}
		return text(number(p, c.w))
	case "people_means":
		return text(c.w.T("notification.people_by_letter", nil))
	case "people_content":
		return text(p.Content)
	case "countries":
		return text(countries(p.Countries, c.w))
	}
	return value{}
}

// told is the option of row 97 that the facts give. Without a judgement of the risk
// nobody can say that it is not high.
func told(p People, risk incident.Risk) string {
	switch {
	case p.Waived != "":
		return "no_exempt"
	case !p.ToldAt.IsZero():
		return "yes"
	case p.Needed:
		return "no_open"
	case risk == "":
		return "no_investigation"
	}
	return "no_not_high"
}

func earlierReceipt(filings []obligation.Filing) string {
	for _, f := range filings {
		if f.Phase == obligation.Initial {
			return f.Receipt
		}
	}
	return ""
}
