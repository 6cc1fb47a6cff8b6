package web

import (
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/account"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// recordWords puts a record of processing into sentences of the visitor's language.
type recordWords struct {
	v     *Visit
	d     processing.Document
	l     processing.Lists
	names map[string]string // of accounts
	data  map[string]string // of categories
}

func (v *Visit) recordWords(d processing.Document) (recordWords, error) {
	names, err := v.accountNames()
	w := recordWords{v: v, d: d, l: v.S.d.Records.Lists(), names: names, data: map[string]string{}}
	for _, c := range v.S.d.Packs.Categories() {
		w.data[c.ID] = w.text(c.Name)
	}
	return w, err
}

func (w recordWords) text(t workflow.Text) string { return t.In(w.v.P.Lang(), w.v.P.Country()) }

func (w recordWords) say(key string) string { return w.v.P.T("record."+key, nil) }

// article writes the article of a point of Art. 30(1), of "2" for Art. 30(2), or of a
// contract; an empty item has none.
func (w recordWords) article(item string) string {
	switch item {
	case "":
		return ""
	case "2":
		return w.v.P.T("paper.gdpr", map[string]any{"Article": "30(2)"})
	case "28":
		return w.v.P.T("paper.gdpr", map[string]any{"Article": "28"})
	}
	return w.v.P.T("paper.gdpr", map[string]any{"Article": "30(1)(" + item + ")"})
}

func (w recordWords) purposeName(id processing.PurposeID) string {
	for _, e := range w.d.Purposes {
		if e.ID == id {
			return w.text(e.Name)
		}
	}
	return string(id)
}

func (w recordWords) processorName(id string) string {
	for _, p := range w.d.Processors {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

// chosen are the words of ready choices; what is not among them is the firm's own.
func (w recordWords) chosen(list []processing.Choice, ids []string) []string {
	var out []string
	for _, id := range ids {
		word := id
		for _, c := range list {
			if c.ID == id {
				word = w.text(c.Name)
			}
		}
		out = append(out, word)
	}
	return out
}

// row is one line; without a text it says that it is not known yet, and none that
// there is none.
func (w recordWords) row(label, item string, text []string, none bool) ScanRow {
	var lines []string
	for _, t := range text {
		if t = strings.TrimSpace(t); t != "" {
			lines = append(lines, strings.Split(t, "\n")...)
		}
	}
	switch {
	case len(lines) > 0:
	case none:
		lines = []string{w.say("none")}
	default:
		lines = []string{w.v.P.T("assess.not_known", nil)}
	}
	return ScanRow{Label: w.say(label), Source: w.article(item), Text: lines}
}

func (w recordWords) general() []ScanRow {
	party := func(p processing.Party) []string { return []string{p.Name, p.Address, p.Email, p.Phone} }
	g := w.d.General
	measures := append(w.chosen(w.l.Measures, g.Measures), g.MeasuresText)
	return []ScanRow{
		w.row("controller", "a", party(w.d.Controller), false),
		w.row("joint", "a", []string{g.Joint}, g.NoJoint),
		w.row("dpo", "a", party(w.d.DPO), g.NoDPO),
		w.row("keeper", "", []string{w.names[g.KeeperID]}, false),
		w.row("access", "", []string{w.access()}, false),
		w.row("measures", "g", measures, false),
	}
}

// access names the roles that may see the customer file today.
func (w recordWords) access() string {
	var roles []string
	for _, r := range account.Roles() {
		if r.Can(account.SeeContacts) {
			roles = append(roles, w.v.P.T("account.role_"+string(r), nil))
		}
	}
	return strings.Join(roles, ", ")
}

func (w recordWords) entry(e processing.Entry) []ScanRow {
	basis := ""
	if e.Basis != "" {
		basis = w.say("basis_" + string(e.Basis))
	}
	var data, handlers, transfers []string
	for _, c := range e.Categories {
		name := w.data[c]
		if name == "" {
			name = c
		}
		data = append(data, name)
	}
	for _, p := range w.d.Processors {
		if p.IsInUse() && slices.Contains(e.Processors, p.ID) {
			handlers = append(handlers, p.Name)
		}
	}
	for _, t := range e.AllTransfers {
		transfers = append(transfers, w.transfer(t))
	}
	join := func(list []string) []string { return []string{strings.Join(list, ", ")} }
	return []ScanRow{
		w.row("what_for", "b", []string{w.text(e.Explain)}, false),
		w.row("basis", "", []string{basis, w.text(e.Interest)}, false),
		w.row("subjects", "c", join(w.chosen(w.l.Subjects, e.Subjects)), false),
		w.row("data", "c", join(data), false),
		w.row("recipients", "d", join(w.chosen(w.l.Recipients, e.Recipients)), e.NoRecipients),
		w.row("handlers", "d", join(handlers), true),
		w.row("transfers", "e", transfers, e.NoTransfers),
		w.row("retention", "f", []string{w.retention(e.Retention)}, false),
	}
}

func (w recordWords) transfer(t processing.Transfer) string {
	ground := w.say("ground_unknown")
	if t.Ground != "" {
		ground = w.say("ground_" + string(t.Ground))
	}
	line := w.v.P.CountryName(t.Country) + " (" + ground + ")"
	if t.Processor != "" {
		line = t.Processor + w.v.P.T("assess.colon", nil) + " " + line
	}
	if t.Note != "" {
		line += " – " + t.Note
	}
	return line
}

func (w recordWords) retention(r processing.Retention) string {
	if r.Months == 0 {
		return ""
	}
	length := w.v.P.N("record.months", r.Months, map[string]any{"N": strconv.Itoa(r.Months)})
	if r.Months%12 == 0 {
		length = w.v.P.N("record.years", r.Months/12, map[string]any{"N": strconv.Itoa(r.Months / 12)})
	}
	parts := []string{length}
	if r.From != "" {
		parts = append(parts, w.say("from_"+string(r.From)))
	}
	line := strings.Join(parts, " ")
	if r.Then != "" {
		line += ", " + w.say("then_"+string(r.Then))
	}
	if ground := r.GroundIn(w.v.Firm.Country); ground != "" {
		line += "\n" + ground
	}
	return line
}

func (w recordWords) client(c processing.Client) []ScanRow {
	return []ScanRow{
		w.row("client_contact", "2", []string{c.Contact}, false),
		w.row("client_processing", "2", []string{c.Processing}, false),
		w.row("transfers", "2", []string{c.Transfers}, c.NoTransfer),
		w.row("client_security", "2", []string{c.Security, w.say("client_security_all")}, false),
	}
}
