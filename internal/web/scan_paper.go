package web

import (
	"strings"
	"time"

	"clepsydra/internal/firm"
)

// ScanPaper is a scan of the firm in finished sentences of one language.
type ScanPaper struct {
	Firm      firm.Firm
	Lang      string
	Title     string
	Reference string // stands at the foot of every page
	Subtitle  string
	Intro     []string
	Sections  []ScanSection
	Final     bool // concluded
	At        time.Time
}

// ScanSection is a heading with its rows.
type ScanSection struct {
	Title string
	Rows  []ScanRow
}

// ScanRow is one line: what it is, its text in paragraphs, and who said it when.
type ScanRow struct {
	Label, Source, Note string
	Text                []string
}

// scanPaper puts a scan on paper: result and decision first, then every answer, then
// what was changed and where the questions come from.
func (v *Visit) scanPaper(p scanResult) ScanPaper {
	paper := ScanPaper{
		Firm: v.Firm, Lang: v.P.Lang(), Title: p.Name, Subtitle: p.Run.Title, Reference: v.P.Date(p.Run.StartedAt), Final: !p.Run.IsOpen(), At: v.Now,
		Intro: []string{v.packText(p.Pack.Intro)},
	}
	paper.Sections = append(paper.Sections, ScanSection{v.P.T("scan.paper_result", nil), v.resultRows(p)})
	for _, s := range p.Answered {
		section := ScanSection{Title: s.Title}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, v.answerRow(r))
		}
		paper.Sections = append(paper.Sections, section)
	}
	if len(p.Changed) > 0 {
		section := ScanSection{Title: v.P.T("scan.changed", nil)}
		for _, c := range p.Changed {
			row := ScanRow{Label: c.Question, Text: v.fromTo(c), Note: c.By + ", " + v.P.Short(c.At)}
			section.Rows = append(section.Rows, row)
		}
		paper.Sections = append(paper.Sections, section)
	}
	return v.withSources(paper, p)
}

// fromTo says what an answer was before and what it is now. The fonts have no arrow.
func (v *Visit) fromTo(c scanChange) []string {
	return append(strings.Split(v.P.T("scan.was", map[string]any{"Answer": v.orUnknown(c.From)}), "\n"),
		strings.Split(v.P.T("scan.is_now", map[string]any{"Answer": v.orUnknown(c.To)}), "\n")...)
}

func (v *Visit) withSources(paper ScanPaper, p scanResult) ScanPaper {
	var sources []string
	for _, s := range p.Pack.Sources {
		sources = append(sources, s.Article)
	}
	row := ScanRow{Label: v.P.T("scan.version", map[string]any{"Version": p.Run.Version}), Text: []string{strings.Join(sources, "; ")}}
	paper.Sections = append(paper.Sections, ScanSection{v.P.T("scan.sources", nil), []ScanRow{row}})
	return paper
}

func (v *Visit) answerRow(r scanAnswer) ScanRow {
	row := ScanRow{Label: r.Question, Source: r.Source}
	if r.Text != "" || !r.IsText {
		row.Text = strings.Split(v.orUnknown(r.Text), "\n")
	}
	if r.By != "" {
		row.Note = r.By + ", " + v.P.Short(r.At)
	}
	return row
}

func (v *Visit) orUnknown(text string) string {
	if text == "" {
		return v.P.T("assess.not_known", nil)
	}
	return text
}

// resultRows are what the answers lead to, the decision, and the reasons.
func (v *Visit) resultRows(p scanResult) []ScanRow {
	advice := []string{p.Advised}
	if !p.Outcome.Enough {
		advice = append(advice, v.P.T("assess.between", map[string]any{"Best": p.Outcome.Best, "Worst": p.Outcome.Worst}))
	}
	rows := []ScanRow{{Label: v.P.T("assess.outcome", nil), Text: advice}}
	if p.Decided != "" && !p.IsQuiz {
		text := []string{p.Decided}
		if p.Run.Reason != "" {
			text = append(text, strings.Split(p.Run.Reason, "\n")...)
		}
		rows = append(rows, ScanRow{Label: v.P.T("scan.decision", nil), Text: text, Note: p.Names[p.Run.ConcludedBy] + ", " + v.P.DateTime(p.Run.ConcludedAt)})
	}
	if !p.DueAt.IsZero() {
		rows = append(rows, ScanRow{Label: v.P.T("scan.again_label", nil), Text: []string{v.P.Date(p.DueAt)}})
	}
	add := func(key string, lines []string) {
		if len(lines) > 0 {
			rows = append(rows, ScanRow{Label: v.P.T(key, nil), Text: lines})
		}
	}
	var why, changes []string
	for _, r := range append(append([]assessReason(nil), p.Outcome.Rules...), p.Outcome.Movers...) {
		why = append(why, "– "+r.Text)
	}
	for _, c := range p.Outcome.Changes {
		changes = append(changes, "– "+c.If+v.P.T("assess.colon", nil)+" "+c.Outcome)
	}
	add("assess.why", why)
	add("assess.changes", changes)
	add("assess.notes", p.Outcome.Notes)
	if n := p.Outcome.Near; n != nil {
		rows = append(rows, ScanRow{Label: v.P.T("assess.near", nil), Text: []string{n.Title + v.P.T("assess.colon", nil) + " " + n.Outcome}, Note: n.Source})
	}
	return rows
}
