package document

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Form is a questionnaire with its answers, printed in the order of the form it
// prepares. Characters the fonts lack are printed as their code (Legible).
type Form struct {
	Title, Subtitle string
	Language        string
	Intro           []string
	Letterhead      Letterhead
	Sections        []Section
	Stamp           Stamp
	MissingText     string // the word beside an unanswered question ("Ontbreekt"); empty: "?"
	Created         time.Time
}

// Section is a group of questions.
type Section struct {
	Number, Title string
	Rows          []Row
}

// Row is one question. Missing says that the form cannot do without an answer and
// has none; the word for it and a band mark it, so that it is seen on a black and
// white print. Note is printed small under the value.
type Row struct {
	Number, Label, Article string
	Value                  []string
	Missing                bool
	Note                   string
}

const (
	// togetherLines is the longest answer that is never torn over two pages: an address
	// or a list of options is read as one.
	togetherLines = 8
	labelWidth    = 54.0
	valueGap      = 5.0
	lineHeight    = 4.5
)

// WriteForm writes the form as PDF. It stops when ctx ends.
func (ts *Typesetter) WriteForm(ctx context.Context, w io.Writer, f Form) error {
	p := &paper{ts: ts, title: f.Title, language: f.Language, stamp: f.Stamp, created: f.Created}
	if len(f.Letterhead.Logo) > 0 {
		l, err := newLogo(f.Letterhead.Logo)
		if err != nil {
			return fmt.Errorf("write form: %w", err)
		}
		p.logo = l
	}
	if f.MissingText == "" {
		f.MissingText = "?"
	}
	p.first = p.senderRows(f.Letterhead)
	p.first = append(p.first, p.titleRows(f.Title, f.Subtitle, f.Intro)...)
	p.first = append(p.first, p.missingRows(f)...)
	var rows []row
	for _, s := range f.Sections {
		rows = append(rows, p.sectionRows(s, f.MissingText)...)
	}
	if err := p.write(ctx, w, rows); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	return nil
}

// senderRows prints who hands in the form, in one or two lines above the title.
func (p *paper) senderRows(h Letterhead) []row {
	if len(h.Sender) == 0 {
		return nil
	}
	name := style{face: bold, size: 9.5, leading: 4.4}
	small := style{face: regular, size: 8, leading: 3.8, ink: grey}
	rows := p.paragraph(name, h.Sender[0], 0)
	more := append(append([]string{}, h.Sender[1:]...), h.Contact...)
	rows = append(rows, p.paragraph(small, joined(more...), 0)...)
	rows = append(rows, row{height: 5})
	return rows
}

// missingRows sums up what is missing, by number, under the title.
func (p *paper) missingRows(f Form) []row {
	var numbers []string
	count := 0
	for _, s := range f.Sections {
		for _, r := range s.Rows {
			if r.Missing {
				count++
				numbers = append(numbers, r.Number)
			}
		}
	}
	if count == 0 {
		return nil
	}
	text := counted(f.MissingText, count)
	if list := strings.Join(numbers, ", "); strings.Trim(list, ", ") != "" {
		text += " (" + list + ")"
	}
	s := style{face: bold, size: 9.5, leading: lineHeight, ink: red}
	rows := p.strips([]column{{x: side + 2, lines: p.lines(s, p.width()-4, text)}}, lineHeight, pink, true)
	rows = p.padBand(rows, pink, true)
	rows[0].before = 4
	return rows
}

// padBand adds room above and below inside a band, and the bar that marks it.
func (p *paper) padBand(rows []row, band ink, bar bool) []row {
	pad := func() row {
		return row{height: 1.4, keep: true, boxes: []box{{x: side - 2, w: p.width() + 4, h: 1.42, ink: band}}}
	}
	last := pad()
	last.keep = false
	if len(rows) > 0 {
		rows[len(rows)-1].keep = true
	}
	out := append(append([]row{pad()}, rows...), last)
	if bar {
		for i := range out {
			out[i].boxes = append(out[i].boxes, box{x: side - 2, w: 1.2, h: out[i].height + 0.02, ink: red})
		}
	}
	return out
}

func (p *paper) sectionRows(s Section, missing string) []row {
	head := style{face: bold, size: 11, leading: 5.4, ink: teal}
	title := strings.TrimSpace(s.Number + "  " + s.Title)
	rows := p.strips([]column{{x: side, lines: p.lines(head, p.width(), title)}}, head.leading, mist, true)
	rows = p.padBand(rows, mist, false)
	rows[0].before = 7
	tieAll(rows)
	for i, q := range s.Rows {
		if i > 0 {
			rows = append(rows, p.rule(1.5, 0.2))
			rows[len(rows)-1].keep = true
		}
		from := len(rows)
		rows = append(rows, p.questionRows(q, missing)...)
		rows[from].before = 1.5
	}
	return rows
}

// questionRows sets number, label and article left, the answer right.
func (p *paper) questionRows(q Row, missing string) []row {
	label := style{face: bold, size: 9}
	small := style{face: regular, size: 7.5, ink: grey}
	value := style{face: regular, size: 9.5}
	x := side + labelWidth + valueGap
	wide := p.width() - labelWidth - valueGap
	left := p.lines(label, labelWidth, strings.TrimSpace(q.Number+"  "+q.Label))
	left = append(left, p.lines(small, labelWidth, q.Article)...)
	var right []line
	if q.Missing {
		right = p.lines(style{face: bold, size: 9.5, ink: red}, wide, missing)
	}
	right = append(right, p.lines(value, wide, q.Value...)...)
	if len(right) == 0 {
		right = p.lines(value, wide, "–")
	}
	right = append(right, p.lines(style{face: regular, size: 8, ink: grey}, wide, q.Note)...)
	rows := p.strips([]column{{x: side, lines: left}, {x: x, lines: right}}, lineHeight, pink, q.Missing)
	if len(rows) <= togetherLines {
		tieAll(rows[:max(0, len(rows)-1)])
	}
	if q.Missing {
		rows = p.padBand(rows, pink, true)
	}
	return rows
}
