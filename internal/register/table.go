package register

import (
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// Words are the translations in the language of an export.
type Words interface {
	T(key string, args map[string]any) string
	DateTime(t time.Time) string
	Number(n int) string
	Lang() string
	Country() string
}

// Columns are the columns of the register in their order, as translation keys
// register.c_<column>: the minimum of Art. 33(5) and what authorities ask for.
func Columns() []string {
	return []string{
		"ref", "title", "description", "status", "kinds", "occurred", "noticed", "reported", "aware", "aware_reason",
		"contained", "cause", "data", "special", "persons", "number", "consequences", "risk", "risk_reason",
		"authority", "authority_at", "receipt", "authority_reason", "people", "people_at", "letters", "people_reason",
		"measures", "prevention", "evidence", "lessons", "closed",
	}
}

// Row writes an entry as the values of Columns, in words.
func (e Entry) Row(packs *workflow.Packs, w Words) []string {
	values := e.values(packs, w)
	out := make([]string, 0, len(values))
	for _, c := range Columns() {
		out = append(out, values[c])
	}
	return out
}

func (e Entry) values(packs *workflow.Packs, w Words) map[string]string {
	i := e.Incident
	v := map[string]string{
		"ref": i.Ref, "title": i.Title, "description": i.Summary, "status": w.T("status."+string(i.Status), nil),
		"kinds": kinds(i.Kinds, w), "occurred": when(i.Moments.Occurred.At, w), "noticed": when(i.Moments.Noticed.At, w),
		"reported": when(i.Moments.Reported.At, w), "aware": when(i.Moments.Aware.At, w), "aware_reason": i.Moments.Aware.Reason,
		"contained": when(i.Contained, w), "cause": option("cause", e.Answers["cause"], w), "persons": e.Answers["persons"],
		"number": e.number(w), "consequences": e.Answers["consequences"], "risk": risk(i.Risk, w), "risk_reason": e.LastReason("risk"),
		"measures": e.Answers["measures"], "prevention": e.Answers["prevention"], "lessons": i.Lessons, "closed": when(i.ClosedAt, w),
	}
	v["data"], v["special"] = data(i.Data, packs, w)
	e.authority(v, w)
	e.people(v, w)
	hashes := make([]string, len(e.Evidence))
	for k, f := range e.Evidence {
		hashes[k] = f.Name + " (SHA-256 " + f.SHA256 + ")"
	}
	v["evidence"] = strings.Join(hashes, "\n")
	return v
}

func (e Entry) authority(v map[string]string, w Words) {
	o, ok := e.Duty(obligation.NotifyAuthority)
	if !ok {
		return
	}
	v["authority"] = o.Recipient + ": " + w.T("duty_state."+string(o.State), nil)
	v["authority_reason"] = o.Reason
	for _, f := range e.Filings {
		v["authority_at"] = join(v["authority_at"], when(f.FiledAt, w)+" ("+w.T("notification.phase_"+string(f.Phase), nil)+")")
		receipt := f.Receipt
		if receipt == "" {
			receipt = f.NoReceipt
		}
		v["receipt"] = join(v["receipt"], receipt)
	}
}

func (e Entry) people(v map[string]string, w Words) {
	o, ok := e.Duty(obligation.InformPeople)
	if !ok {
		return
	}
	v["people"] = w.T("duty_state."+string(o.State), nil)
	v["people_reason"] = o.Reason
	if o.State == obligation.Met || o.State == obligation.MetLate {
		v["people_at"] = when(o.SettledAt, w)
	}
	if e.Sent > 0 {
		v["letters"] = w.Number(e.Sent)
	}
}

func (e Entry) number(w Words) string {
	switch {
	case e.Frozen:
		return w.Number(e.People)
	case e.Incident.Approx.Known:
		return w.T("notification.number_about", map[string]any{"Number": w.Number(e.Incident.Approx.Value)})
	}
	return w.T("register.not_known", nil)
}

func when(t time.Time, w Words) string {
	if t.IsZero() {
		return ""
	}
	return w.DateTime(t)
}

func option(question, answer string, w Words) string {
	if answer == "" {
		return ""
	}
	return w.T("notification.o_"+question+"_"+answer, nil)
}

func risk(r incident.Risk, w Words) string {
	if r == "" {
		return ""
	}
	return w.T("risk."+string(r), nil)
}

func kinds(k incident.Kinds, w Words) string {
	var out []string
	for _, c := range k.String() {
		out = append(out, w.T("kind."+string(c), nil))
	}
	return strings.Join(out, ", ")
}

func data(ids []string, packs *workflow.Packs, w Words) (all, special string) {
	var names, sensitive []string
	for _, id := range ids {
		c, err := packs.Category(id)
		if err != nil {
			names = append(names, id) // of an older pack: the id says more than nothing
			continue
		}
		names = append(names, c.Name.In(w.Lang(), w.Country()))
		if c.Special {
			sensitive = append(sensitive, c.Name.In(w.Lang(), w.Country()))
		}
	}
	return strings.Join(names, ", "), strings.Join(sensitive, ", ")
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// JSON is an entry for machines: stable keys, instants in RFC 3339 and UTC.
type JSON struct {
	Ref          string            `json:"ref"`
	Title        string            `json:"title"`
	Description  string            `json:"description"`
	Status       string            `json:"status"`
	Kinds        string            `json:"kinds"`
	OccurredAt   *time.Time        `json:"occurred_at"`
	NoticedAt    *time.Time        `json:"noticed_at"`
	ReportedAt   *time.Time        `json:"reported_at"`
	AwareAt      *time.Time        `json:"aware_at"`
	AwareReason  string            `json:"aware_reason"`
	ContainedAt  *time.Time        `json:"contained_at"`
	ClosedAt     *time.Time        `json:"closed_at"`
	Data         []string          `json:"data"`
	PeopleKnown  bool              `json:"people_known"`
	PeopleExact  bool              `json:"people_exact"`
	People       int               `json:"people"`
	LettersSent  int               `json:"letters_sent"`
	Risk         string            `json:"risk"`
	RiskReason   string            `json:"risk_reason"`
	Lessons      string            `json:"lessons"`
	Law          string            `json:"law"`
	Duties       []jsonDuty        `json:"duties"`
	Filings      []jsonFiling      `json:"filings"`
	Decisions    []jsonDecision    `json:"decisions"`
	Answers      map[string]string `json:"answers"`
	EvidenceHash []string          `json:"evidence_sha256"`
}

type jsonDuty struct {
	Duty        string     `json:"duty"`
	Article     string     `json:"article"`
	Recipient   string     `json:"recipient"`
	State       string     `json:"state"`
	StartedAt   *time.Time `json:"started_at"`
	DueAt       *time.Time `json:"due_at"`
	StatutoryAt *time.Time `json:"statutory_at"`
	SettledAt   *time.Time `json:"settled_at"`
	Reason      string     `json:"reason"`
}

type jsonFiling struct {
	Phase      string     `json:"phase"`
	FiledAt    *time.Time `json:"filed_at"`
	Receipt    string     `json:"receipt"`
	NoReceipt  string     `json:"no_receipt_reason"`
	LateReason string     `json:"late_reason"`
}

type jsonDecision struct {
	Kind    string     `json:"kind"`
	Outcome string     `json:"outcome"`
	Reason  string     `json:"reason"`
	MadeBy  string     `json:"made_by"`
	MadeAt  *time.Time `json:"made_at"`
}

// JSON writes an entry for machines.
func (e Entry) JSON() JSON {
	i := e.Incident
	out := JSON{
		Ref: i.Ref, Title: i.Title, Description: i.Summary, Status: string(i.Status), Kinds: i.Kinds.String(),
		OccurredAt: at(i.Moments.Occurred.At), NoticedAt: at(i.Moments.Noticed.At), ReportedAt: at(i.Moments.Reported.At),
		Duties: []jsonDuty{}, Filings: []jsonFiling{}, Decisions: []jsonDecision{}, EvidenceHash: []string{},
		AwareAt: at(i.Moments.Aware.At), AwareReason: i.Moments.Aware.Reason, ContainedAt: at(i.Contained), ClosedAt: at(i.ClosedAt),
		Data: append([]string{}, i.Data...), PeopleKnown: e.Frozen || i.Approx.Known, PeopleExact: e.Frozen, People: i.Approx.Value, LettersSent: e.Sent,
		Risk: string(i.Risk), RiskReason: e.LastReason("risk"), Lessons: i.Lessons, Law: i.Regime + " " + i.RegimeVer, Answers: e.Answers,
	}
	if e.Frozen {
		out.People = e.People
	}
	if out.Answers == nil {
		out.Answers = map[string]string{}
	}
	for _, o := range e.Duties {
		out.Duties = append(out.Duties, jsonDuty{string(o.Duty), o.Article, o.Recipient, string(o.State), at(o.StartedAt), at(o.DueAt), at(o.StatutoryAt), at(o.SettledAt), o.Reason})
	}
	for _, f := range e.Filings {
		out.Filings = append(out.Filings, jsonFiling{string(f.Phase), at(f.FiledAt), f.Receipt, f.NoReceipt, f.LateReason})
	}
	for _, d := range e.Decisions {
		out.Decisions = append(out.Decisions, jsonDecision{d.Kind, d.Outcome, d.Reason, d.MadeBy, at(d.MadeAt)})
	}
	for _, f := range e.Evidence {
		out.EvidenceHash = append(out.EvidenceHash, f.SHA256+" "+strconv.Itoa(f.Size))
	}
	return out
}

// at makes an instant that is null in JSON when it is not known.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
