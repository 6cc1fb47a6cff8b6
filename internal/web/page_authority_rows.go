package web

import (
	"clepsydra/internal/notification"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// companionChapter is a group of the form as the page shows it.
type companionChapter struct {
	notification.Chapter
	AidTitle string // in the reader's language, when that is another
	Rows     []companionRow
}

// companionRow is one question with all that stands beside it.
type companionRow struct {
	notification.Row
	Aid       string // the question in the reader's language, when that is another
	AidText   string // the answer in the reader's language, when it differs
	AidPicks  []notification.Pick
	AidHint   string
	Tick      notification.Tick
	TickState notification.TickState
	Sentences []sentence
}

// sentence is one that may be put into an answer; Aid is the same for the reader.
type sentence struct{ Text, Aid string }

// Length is the number of characters of the answer.
func (r companionRow) Length() int { return len([]rune(r.Text)) }

// HasLimit reports whether the length is worth showing: for answers that people write.
func (r companionRow) HasLimit() bool {
	return r.Max > 0 && !r.Fixed && r.Kind == workflow.TextField
}

// Where is the page on which a fact is changed; empty for those of this page and for
// settings that the reader may not open.
func (r companionRow) Where(incident string, maySet bool) string {
	path := "/incidents/" + incident
	switch r.Origin {
	case workflow.FromFirm, workflow.FromLead:
		if !maySet {
			return ""
		}
		return map[workflow.FactOrigin]string{workflow.FromFirm: "/settings", workflow.FromLead: "/settings/people"}[r.Origin]
	case workflow.FromMoments, workflow.FromTriage, workflow.FromIncident:
		return path
	case workflow.FromPeople:
		return path + "/people"
	case workflow.FromRisk:
		return path + "/risk"
	}
	return ""
}

// PickLabel is an option in both languages.
func (r companionRow) PickLabel(k int) string {
	label := r.Options[k].Label
	if k < len(r.AidPicks) && r.AidPicks[k].Label != label {
		label += " · " + r.AidPicks[k].Label
	}
	return label
}

// readRows puts the reader's language, the ticks and the sentences beside the rows.
func (p *authorityPage) readRows(v *Visit, ask response.Ask) error {
	aid := p.Dossier
	reads := v.P.Lang()
	if reads != p.Dossier.Language {
		var err error
		if aid, err = v.S.d.Response.ReadingAid(v.Ctx(), p.Head.I.ID, ask, reads); err != nil {
			return err
		}
	}
	for _, list := range [][]notification.Row{p.Advice.Missing, p.Advice.Later} {
		for k, r := range list {
			if other, ok := aid.Row(r.ID); ok {
				list[k].Label = other.Label
			}
		}
	}
	ticks, err := notification.TicksOf(v.Ctx(), v.S.d.DB.R, p.Head.I.ID, len(p.Filings))
	if err != nil {
		return err
	}
	shown := p.Dossier
	if !p.All {
		shown = shown.OnlyChanged()
	}
	scenario, _ := v.S.d.Packs.Scenario(p.Head.I.Scenario) // none has no sentences
	titles := make(map[string]string)
	for _, c := range aid.Chapters {
		titles[c.ID] = c.Title
	}
	for _, c := range shown.Chapters {
		out := companionChapter{Chapter: c}
		if titles[c.ID] != c.Title {
			out.AidTitle = titles[c.ID]
		}
		for _, r := range c.Rows {
			other, _ := aid.Row(r.ID)
			row := beside(r, other)
			row.Tick = ticks[r.ID]
			row.TickState = row.Tick.StateFor(r)
			if row.TickState == notification.Ticked {
				p.Copied++
			}
			row.Sentences = v.sentences(scenario, r.Stored, p.Dossier.Language)
			out.Rows = append(out.Rows, row)
		}
		p.Chapters = append(p.Chapters, out)
	}
	return nil
}

// beside puts a question and its twin in the reader's language together.
func beside(r, aid notification.Row) companionRow {
	out := companionRow{Row: r, AidHint: aid.Hint, AidPicks: aid.Options}
	if aid.Label != r.Label {
		out.Aid = aid.Label
	}
	if aid.Text != r.Text {
		out.AidText = aid.Text
	}
	return out
}

func (v *Visit) sentences(s workflow.Scenario, question, lang string) []sentence {
	var out []sentence
	for _, t := range s.EDPB.Sentences(question) {
		one := sentence{Text: t.In(lang, v.Firm.Country)}
		if aid := t.In(v.P.Lang(), v.P.Country()); aid != one.Text {
			one.Aid = aid
		}
		out = append(out, one)
	}
	return out
}
