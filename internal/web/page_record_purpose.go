package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// purposePage is the form of one purpose. Texts are asked in the languages in which
// the firm writes.
type purposePage struct {
	P             processing.Purpose
	IsNew         bool
	Lists         processing.Lists
	Languages     []string
	Months        string // as typed
	OwnSubjects   string // one on each line
	OwnRecipients string
	Transfer      processing.Transfer // the first; a second is added by saving
	More          []processing.Transfer
	Fields        []string
	Countries     []countryGroup
}

// Bases, Channels, Starts, Outcomes and Grounds offer the choices.
func (purposePage) Bases() []processing.Basis { return processing.Bases() }

// Channels are the ways in which people are reached.
func (purposePage) Channels() []processing.Channel { return processing.Channels() }

// Uses reports whether a channel is ticked.
func (p purposePage) Uses(c processing.Channel) bool { return p.P.Uses(c) }

// Starts are the moments from which retention counts.
func (purposePage) Starts() []processing.Start {
	return []processing.Start{processing.FromActivity, processing.FromCollection, processing.FromRelationEnd, processing.FromDocument}
}

// Outcomes are what happens when the time is over.
func (purposePage) Outcomes() []processing.Outcome {
	return []processing.Outcome{processing.ThenErase, processing.ThenAnonymise, processing.ThenArchive}
}

// Grounds are why data may leave the EEA.
func (purposePage) Grounds() []processing.TransferGround { return processing.TransferGrounds() }

// writes are the languages in which the firm writes to people.
func (v *Visit) writes() []string {
	out := slices.Clone(v.Firm.Languages)
	for _, lang := range []string{v.Firm.Language, v.P.Lang()} {
		if lang != "" && !slices.Contains(out, lang) {
			out = append(out, lang)
		}
	}
	return out
}

func showPurpose(v *Visit) error {
	id := v.C.Params("purpose")
	if id == "new" {
		own, err := processing.NewID("own_")
		if err != nil {
			return err
		}
		return v.Page("record_purpose", v.purposePage(processing.Purpose{ID: processing.PurposeID(own)}, true, nil))
	}
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	for _, e := range d.Purposes {
		if e.ID == processing.PurposeID(id) {
			w, err := v.recordWords(d)
			if err != nil {
				return err
			}
			var fields []string
			for _, c := range e.Categories {
				fields = append(fields, w.data[c])
			}
			return v.Page("record_purpose", v.purposePage(e.Purpose, false, fields))
		}
	}
	return processing.ErrPurposeGone
}

func (v *Visit) purposePage(p processing.Purpose, isNew bool, fields []string) purposePage {
	l := v.S.d.Records.Lists()
	page := purposePage{P: p, IsNew: isNew, Lists: l, Languages: v.writes(), Fields: fields, Countries: v.countryGroups()}
	if p.Retention.Months != 0 {
		page.Months = strconv.Itoa(p.Retention.Months)
	}
	page.OwnSubjects, page.OwnRecipients = ownLines(l.Subjects, p.Subjects), ownLines(l.Recipients, p.Recipients)
	if len(p.Transfers) > 0 {
		page.Transfer, page.More = p.Transfers[0], p.Transfers[1:]
	}
	return page
}

// ownLines are those that are no ready choice, one on each line.
func ownLines(list []processing.Choice, ids []string) string {
	var own []string
	for _, id := range ids {
		if !processing.Has(list, id) {
			own = append(own, id)
		}
	}
	return strings.Join(own, "\n")
}

// pickedLines reads ticked choices and the firm's own lines below them.
func (v *Visit) pickedLines(field string) []string {
	out := v.FormAll(field)
	for line := range strings.Lines(v.Form(field + "_own")) {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// textsOf reads one text in the languages of the form; those of others stay.
func (v *Visit) textsOf(field string, before workflow.Text) workflow.Text {
	out := maps.Clone(before)
	for _, lang := range v.writes() {
		text := strings.ReplaceAll(v.Form(field+"_"+lang), "\r\n", "\n")
		switch {
		case text == "":
			delete(out, lang)
		case out == nil:
			out = workflow.Text{lang: text}
		default:
			out[lang] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func savePurpose(v *Visit) error {
	id := processing.PurposeID(v.C.Params("purpose"))
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	before, isNew := processing.Purpose{ID: id}, true
	for _, e := range d.Purposes {
		if e.ID == id {
			before, isNew = e.Purpose, false
		}
	}
	p := v.readPurpose(before)
	if err := v.S.d.Records.SavePurpose(v.Ctx(), v.Actor, p); err != nil {
		page := v.purposePage(p, isNew, nil)
		page.Months = v.Form("months")
		return v.Again("record_purpose", page, err)
	}
	v.Flash("record.purpose_saved", nil)
	return v.Redirect("/record")
}

// readPurpose reads the form. Months that are no number become ones that Check
// refuses.
func (v *Visit) readPurpose(before processing.Purpose) processing.Purpose {
	p := before
	p.Name, p.Explain, p.Interest = v.textsOf("name", before.Name), v.textsOf("explain", before.Explain), v.textsOf("interest", before.Interest)
	p.Basis, p.Marketing = processing.Basis(v.Form("basis")), v.Ticked("marketing")
	p.Channels = nil
	for _, c := range processing.Channels() {
		if slices.Contains(v.FormAll("channels"), string(c)) {
			p.Channels = append(p.Channels, c)
		}
	}
	p.Subjects, p.Recipients = v.pickedLines("subjects"), v.pickedLines("recipients")
	p.NoRecipients = v.Ticked("no_recipients") && len(p.Recipients) == 0
	months, err := strconv.Atoi(v.Form("months"))
	if err != nil && v.Form("months") != "" {
		months = -1
	}
	p.Retention = processing.Retention{
		Months: months, From: processing.Start(v.Form("from")), Then: processing.Outcome(v.Form("then")), Ground: v.Form("retention_ground"),
	}
	p.Transfers = v.readTransfers(before)
	p.NoTransfers = v.Ticked("no_transfers") && len(p.Transfers) == 0
	return p
}

// readTransfers reads the transfers that stay and the one that is typed.
func (v *Visit) readTransfers(before processing.Purpose) []processing.Transfer {
	var out []processing.Transfer
	if country := v.Form("transfer_country"); country != "" {
		out = append(out, processing.Transfer{Country: country, Ground: processing.TransferGround(v.Form("transfer_ground")), Note: v.Form("transfer_note")})
	}
	for k, t := range before.Transfers {
		if k > 0 && !slices.Contains(v.FormAll("transfer_gone"), strconv.Itoa(k-1)) {
			out = append(out, t)
		}
	}
	if country := v.Form("transfer_more"); country != "" {
		out = append(out, processing.Transfer{Country: country, Ground: processing.TransferGround(v.Form("transfer_more_ground"))})
	}
	return out
}

// countryGroup is countries of one kind, by name.
type countryGroup struct {
	Key       string
	Countries []countryChoice
}

// countryChoice is one country with its name.
type countryChoice struct{ Code, Name string }

// countryGroups are the countries that can be chosen, by what they are today.
func (v *Visit) countryGroups() []countryGroup {
	l, today := v.S.d.Records.Lists(), v.S.d.Records.Today(v.Firm, v.Now)
	groups := []countryGroup{{Key: string(processing.InEEA)}, {Key: string(processing.Adequate)}, {Key: string(processing.ThirdCountry)}}
	for _, code := range l.Countries() {
		for k := range groups {
			if groups[k].Key == string(l.Where(code, today)) {
				groups[k].Countries = append(groups[k].Countries, countryChoice{code, v.P.CountryName(code)})
			}
		}
	}
	for _, g := range groups {
		slices.SortFunc(g.Countries, func(a, b countryChoice) int { return strings.Compare(a.Name, b.Name) })
	}
	return groups
}
